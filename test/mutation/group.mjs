import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { projects } = require('../../jest.config.js');
const unit = projects.find(({ displayName }) => displayName === 'unit');

/**
 * Stryker's options for a group of files. Each group must reach the score with the unit tests in
 * `<name>.test.ts` alone: an engine test takes seconds per mutant, and tests with random cases (fuzz,
 * model) would make the score random. All kinds of mutants are included.
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
				// The same code of n8n-workflow, without the rest of the package.
				moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/unit/support/n8nWorkflow.ts' },
				watchman: false,
			},
		},
		coverageAnalysis: 'perTest',
		concurrency: 1,
		// Each Jest run leaves an AsyncLocalStorage in the process, which slows down every later promise in Node.js 20.
		maxTestRunnerReuse: 50,
		timeoutMS: 15_000,
		// Not copied for the mutants: the e2e tests alone contain a whole n8n.
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
