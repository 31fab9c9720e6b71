const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

const level = (name) => ({
	displayName: name,
	testEnvironment: 'node',
	roots: [`<rootDir>/test/${name}`],
	testMatch: ['**/*.test.ts'],
	transform: typescript,
	setupFiles: ['<rootDir>/test/engine/support/environment.ts'],
});

module.exports = {
	// Suites wait a lot: for timers, sockets and the engine to load. Both cores of a small machine have work.
	maxWorkers: 2,
	projects: ['unit', 'mock-api', 'engine', 'simulation'].map(level),
	// A busy machine takes several times as long as an idle one; what hangs still ends.
	testTimeout: 20_000,
	collectCoverageFrom: ['{nodes,credentials}/**/*.ts'],
};
