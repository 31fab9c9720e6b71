/* eslint-disable */
import { startMockApi, type MockApi } from '..';
import { PLAIN_TASK, seedTask, type Reply } from './taskClient';

jest.setTimeout(60_000);

describe('Idempotency-Key', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ honorsIdempotencyKey: true, syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	async function post(path: string, key: string | undefined, body: object): Promise<Reply> {
		const response = await fetch(mockApi.baseUrl + path, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${mockApi.apiKey}`,
				'content-type': 'application/json',
				...(key !== undefined && { 'idempotency-key': key }),
			},
			body: JSON.stringify(body),
		});
		return { status: response.status, headers: response.headers, body: await response.json() };
	}
	const create = async (key: string | undefined, body: object = PLAIN_TASK): Promise<Reply> =>
		await post('/v1/images/tasks', key, body);

	it('returns the same task for the same key, charged once, even if the first response was lost', async () => {
		mockApi.script('createTask', [{ accept: true, reset: true }]);
		await expect(create('key-1')).rejects.toThrow('fetch failed');
		const [second, third] = [await create('key-1'), await create('key-1')];
		expect(seedTask(second).task_id).toBe(mockApi.ledger[0].taskId);
		expect(seedTask(third).task_id).toBe(mockApi.ledger[0].taskId);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, isDelivered: true }]);
	});

	it('is rejected if it was used with another body', async () => {
		await create('key-1');
		expect(await create('key-1', { ...PLAIN_TASK, n: 2 })).toMatchObject({
			status: 422,
			body: { code: 'idempotency_key_reused' },
		});
		expect(mockApi.created()).toBe(1);
	});

	it('returns the same images for a repeated synchronous call', async () => {
		const body = { ...PLAIN_TASK, response_format: 'b64_json' };
		const [first, second] = [
			await post('/v1/images/generations', 'key-1', body),
			await post('/v1/images/generations', 'key-1', body),
		];
		expect((second.body as { data: unknown }).data).toEqual((first.body as { data: unknown }).data);
		expect(mockApi.created()).toBe(1);
	});

	it('creates a task for each different key, and for each request without a key', async () => {
		for (const key of ['key-1', 'key-2', undefined, undefined]) await create(key);
		expect(mockApi.created()).toBe(4);
	});

	it('is ignored unless the setting is on', async () => {
		mockApi.set({ honorsIdempotencyKey: false });
		for (const key of ['key-1', 'key-1']) await create(key);
		expect(mockApi.created()).toBe(2);
	});
});
