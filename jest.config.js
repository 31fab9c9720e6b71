const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

/**
 * Jest runs each test file in its own context, where reading a global takes longer than most calls. As parameters of
 * each module, they are fast. Not Buffer, which some modules declare, and not Date, which fake timers replace.
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
	// Suites often wait for timers and sockets, so five of them keep two cores busy. `npm test` also gives V8 more
	// memory for short-lived objects, so that garbage collection runs less often.
	maxWorkers: 5,
	testSequencer: '<rootDir>/test/longestFirst.js',
	projects: [
		// First, because these take longest. One file per folder, because loading n8n-core takes seconds per file.
		level('engine', { testMatch: ['<rootDir>/test/engine/*.test.ts'] }),
		level('unit', {
			testPathIgnorePatterns: METADATA,
			setupFiles: [],
			moduleNameMapper: { '^n8n-workflow$': '<rootDir>/test/unit/support/n8nWorkflow.ts' },
		}),
		// The node's description and the published files, with all of n8n-workflow.
		level('metadata', { roots: METADATA }),
		level('mock-api'),
		level('simulation'),
	],
	// A busy machine is much slower than an idle one. A test that hangs still ends.
	testTimeout: 120_000,
	collectCoverageFrom: ['{nodes,credentials}/**/*.ts'],
};
