const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

/**
 * Jest runs each test file in a context of its own, where reading a global takes longer than most calls. As parameters
 * of each module they are read at once. Not Buffer, which some modules declare, and not Date, which fake timers replace.
 */
const GLOBALS = ['Object', 'Array', 'Math', 'Number', 'String', 'JSON', 'Promise', 'Map', 'Set', 'Symbol', 'Error'];

const level = (name, more = {}) => ({
	displayName: name,
	testEnvironment: 'node',
	sandboxInjectedGlobals: GLOBALS,
	roots: [`<rootDir>/test/${name}`],
	testMatch: ['**/*.test.ts'],
	transform: typescript,
	setupFiles: ['<rootDir>/test/engine/support/environment.ts'],
	...more,
});

const METADATA = ['<rootDir>/test/unit/node', '<rootDir>/test/unit/repository'];

module.exports = {
	// Suites wait a lot, for timers and sockets: five of them keep the two cores of a small machine busy. `npm test` also
	// gives V8 more memory for short-lived objects, so that it collects less often.
	maxWorkers: 5,
	testSequencer: '<rootDir>/test/longestFirst.js',
	projects: [
		// Before the rest, as these take longest. One file per folder: loading n8n-core takes some seconds per file.
		level('engine', { testMatch: ['<rootDir>/test/engine/*.test.ts'] }),
		level('unit', {
			testPathIgnorePatterns: METADATA,
			setupFiles: [],
			moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/unit/support/n8nWorkflow.ts' },
		}),
		// The description of the node and what is published, with all of n8n-workflow.
		level('metadata', { roots: METADATA }),
		level('mock-api'),
		level('simulation'),
	],
	// A busy machine takes several times as long as an idle one; what hangs still ends.
	testTimeout: 120_000,
	collectCoverageFrom: ['{nodes,credentials}/**/*.ts'],
};
