const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

const level = (name, testMatch = '**/*.test.ts') => ({
	displayName: name,
	testEnvironment: 'node',
	roots: [`<rootDir>/test/${name}`],
	testMatch: [testMatch],
	transform: typescript,
	setupFiles: ['<rootDir>/test/engine/support/environment.ts'],
});

module.exports = {
	// Suites wait a lot: for timers, sockets and the engine to load. Both cores of a small machine have work.
	maxWorkers: 2,
	projects: [
		level('unit'),
		level('mock-api'),
		// One file per folder: loading n8n-core takes some seconds per file.
		level('engine', '<rootDir>/test/engine/*.test.ts'),
		level('simulation'),
	],
	// A busy machine takes several times as long as an idle one; what hangs still ends.
	testTimeout: 20_000,
	collectCoverageFrom: ['{nodes,credentials}/**/*.ts'],
};
