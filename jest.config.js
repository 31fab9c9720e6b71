const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] };

const level = (name) => ({
	displayName: name,
	testEnvironment: 'node',
	roots: [`<rootDir>/test/${name}`],
	testMatch: ['**/*.test.ts'],
	transform: typescript,
	setupFiles: ['<rootDir>/test/engine/environment.ts'],
});

module.exports = {
	projects: ['unit', 'sandbox', 'engine'].map(level),
	collectCoverageFrom: ['{nodes,credentials}/**/*.ts'],
};
