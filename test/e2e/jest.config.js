const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] };

module.exports = {
	displayName: 'e2e',
	testEnvironment: 'node',
	// Not this folder itself: Jest would search n8n's 300,000 installed files.
	roots: ['<rootDir>/tests', '<rootDir>/harness'],
	testMatch: ['**/tests/**/*.test.ts'],
	transform: typescript,
	globalSetup: '<rootDir>/harness/run/beforeRun.ts',
	globalTeardown: '<rootDir>/harness/run/afterRun.ts',
	testTimeout: 120_000,
	// Two at a time: a suite mostly waits for tasks, for n8n to start, and for its timers.
	maxWorkers: 2,
};
