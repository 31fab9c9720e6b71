import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { projects } = require('../../jest.config.js');
const unit = projects.find(({ displayName }) => displayName === 'unit');

/**
 * Stryker's options for a group of files. Each group has to reach the score by itself, against the
 * unit tests in `<name>.test.ts` alone: an engine test takes seconds per mutant, and tests of drawn
 * cases (fuzz, model) would make the score a matter of luck. No kind of mutant is left out.
 *
 * @returns {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export function group(name, files) {
	return {
		mutate: files,
		testRunner: 'jest',
		plugins: ['@stryker-mutator/jest-runner'],
		jest: {
			projectType: 'custom',
			enableFindRelatedTests: false,
			config: {
				...unit,
				projects: [],
				roots: ['<rootDir>/test/mutation'],
				testMatch: [`**/${name}.test.ts`],
				testEnvironment: require.resolve('./environment.js'),
				setupFiles: [],
				// The same code of n8n, only without the rest of its package.
				moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/unit/support/n8nWorkflow.ts' },
				watchman: false,
			},
		},
		coverageAnalysis: 'perTest',
		concurrency: 1,
		// Each run of jest in a process leaves an AsyncLocalStorage behind that Node.js 20 asks at every promise from then on.
		maxTestRunnerReuse: 50,
		timeoutMS: 15_000,
		// What stays out of the copy that is changed: the e2e tests alone bring a whole n8n.
		ignorePatterns: [
			'/dist',
			'/docs',
			'/examples',
			'/out',
			'/coverage',
			'/reports',
			'/test/bench',
			'/test/e2e',
			'/test/engine',
			'/test/storm',
		],
		reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
		htmlReporter: { fileName: `reports/mutation/${name}.html` },
		jsonReporter: { fileName: `reports/mutation/${name}.json` },
		clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
		thresholds: { high: 90, low: 80, break: 80 },
	};
}
