/* eslint-disable */
import { startMockApi, type FaultRule, type MockApi } from '../..';
import { call, create } from '../taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const CALLS = 8;

describe('fault rules', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ seed: 7 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	async function pattern(...rules: Omit<FaultRule, 'route'>[]): Promise<string> {
		mockApi.reset();
		mockApi.set({ faults: rules.map((rule) => ({ route: 'models', ...rule })) });
		for (let number = 0; number < CALLS; number += 1) await call(mockApi, 'GET', '/v1/models');
		return mockApi.journal.map(({ fault }) => (fault === undefined ? '.' : fault.at(-1))).join('');
	}

	it('fire on every call, or as times, after, and every allow', async () => {
		expect(await pattern({ fault: 'status500' })).toBe('00000000');
		expect(await pattern({ fault: 'status500', times: 2 })).toBe('00......');
		expect(await pattern({ fault: 'status500', after: 3 })).toBe('...00000');
		expect(await pattern({ fault: 'status500', every: 3 })).toBe('..0..0..');
		expect(await pattern({ fault: 'status500', after: 1, every: 2, times: 2 })).toBe('..0.0...');
	});

	it('apply only if no earlier rule is due', async () => {
		expect(await pattern({ fault: 'status408', every: 2 }, { fault: 'status425' })).toBe('58585858');
	});

	it('fire at random, and identically for the same seed', async () => {
		const first = await pattern({ fault: 'status500', probability: 0.5 });
		expect(first).toMatch(/0/);
		expect(first).toMatch(/\./);
		expect(await pattern({ fault: 'status500', probability: 0.5 })).toBe(first);
		expect(await pattern({ fault: 'status500', probability: 0 })).toBe('........');
	});

	it('do not affect other routes', async () => {
		mockApi.set({ faults: [{ route: 'models', fault: 'status500' }] });
		expect((await create(mockApi)).status).toBe(200);
	});
});
