/* eslint-disable */
import { startMockApi, type MockApi } from '..';
import { call, create, createdTask, download, finishedTask, PLAIN_TASK, query, until } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

describe('the ledger', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0, syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('lists each accepted task and how it ended', async () => {
		mockApi.set({ unitPrice: 0.5 });
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, n: 2 });
		await query(mockApi, task.task_id);
		for (const url of task.result_urls ?? []) await download(url);
		await call(mockApi, 'POST', '/v1/images/generations', PLAIN_TASK);
		const plain = {
			model: PLAIN_TASK.model,
			prompt: PLAIN_TASK.prompt,
			references: 0,
			isDelivered: true,
			state: 'succeeded',
		};
		const times = { acceptedAt: expect.any(Number), finishedAt: expect.any(Number) };
		expect(mockApi.ledger).toEqual([
			{
				...plain,
				...times,
				number: 1,
				kind: 'task',
				taskId: task.task_id,
				n: 2,
				imagesCharged: 2,
				cost: 1,
				collected: 2,
				downloads: 2,
			},
			{
				...plain,
				...times,
				number: 2,
				kind: 'generations',
				taskId: null,
				n: 1,
				imagesCharged: 1,
				cost: 0.5,
				collected: 0,
				downloads: 0,
			},
		]);
		expect([mockApi.created(), mockApi.imagesCharged()]).toEqual([2, 3]);
		expect(mockApi.task(task.task_id)).toMatchObject({ state: 'succeeded', urls: task.result_urls });
		expect(mockApi.task('task_nope')).toBeUndefined();
	});

	it('charges n images when a task is accepted, and only the returned ones when it ends', async () => {
		mockApi.set({ taskMs: 60_000, resultCount: 1 });
		await create(mockApi, { ...PLAIN_TASK, n: 4 });
		expect(mockApi.imagesCharged()).toBe(4);
		mockApi.finishTasks();
		expect(mockApi.imagesCharged()).toBe(1);
	});

	it('charges a synchronous call even if the client disconnects', async () => {
		mockApi.set({ syncMs: 500 });
		const leaving = new AbortController();
		const headers = { authorization: `Bearer ${mockApi.apiKey}`, 'content-type': 'application/json' };
		const body = JSON.stringify(PLAIN_TASK);
		const asked = fetch(`${mockApi.baseUrl}/v1/images/generations`, {
			method: 'POST',
			headers,
			body,
			signal: leaving.signal,
		});
		await until(() => mockApi.created() === 1);
		leaving.abort();
		await expect(asked).rejects.toThrow('aborted');
		await until(() => mockApi.ledger[0].state === 'succeeded');
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, isDelivered: false }]);
		await until(() => mockApi.calls('generations')[0].clientLeft);
	});

	it('contains the same task ids for the same seed', async () => {
		mockApi.set({ taskMs: [1_000, 2_000] });
		const first = [await createdTask(mockApi), await createdTask(mockApi)];
		mockApi.reset();
		expect([await createdTask(mockApi), await createdTask(mockApi)]).toEqual(first);
		expect(first[0]).not.toBe(first[1]);
	});

	it('shows durations that depend on the task number', async () => {
		mockApi.set({ taskMs: (taskNumber) => (taskNumber === 1 ? 60_000 : 0) });
		await create(mockApi);
		await create(mockApi);
		await until(() => mockApi.ledger[1].state === 'succeeded');
		expect(mockApi.ledger[0].finishedAt).toBeNull();
	});
});

describe('the journal', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('lists every request to both origins, in order', async () => {
		const task = await finishedTask(mockApi);
		await download(task.result_url);
		expect(mockApi.journal).toMatchObject([
			{
				origin: 'api',
				route: 'createTask',
				method: 'POST',
				path: '/v1/images/tasks',
				body: PLAIN_TASK,
				status: 200,
				authorization: `Bearer ${mockApi.apiKey}`,
			},
			{
				origin: 'api',
				route: 'getTask',
				method: 'GET',
				path: `/v1/images/tasks/${task.task_id}`,
				body: undefined,
				status: 200,
			},
			{ origin: 'files', route: 'file', method: 'GET', authorization: undefined, status: 200, clientLeft: false },
		]);
		const times = mockApi.journal.map(({ at }) => at);
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(mockApi.journal[0].headers['content-type']).toBe('application/json');
		expect(mockApi.calls('getTask')).toEqual([mockApi.journal[1]]);
	});

	it('passes each entry to onResponse', async () => {
		const seen: string[] = [];
		mockApi.set({ onResponse: ({ route, status }) => seen.push(`${route} ${status}`) });
		await create(mockApi);
		expect(seen).toEqual(['createTask 200']);
	});
});

describe('scripted responses', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('replace the next responses of their route, in order', async () => {
		mockApi.script('createTask', [
			{ status: 418, headers: { 'x-kind': 'teapot' }, body: { short: true } },
			{ body: '<html>', delayMs: 5 },
			{ status: 204 },
		]);
		const [first, second, third] = [await create(mockApi), await create(mockApi), await create(mockApi)];
		expect(first).toMatchObject({ status: 418, body: { short: true } });
		expect(first.headers.get('x-kind')).toBe('teapot');
		expect(second).toMatchObject({ status: 200, body: '<html>' });
		expect(second.headers.get('content-type')).toContain('text/html');
		expect(third).toMatchObject({ status: 204, body: '' });
		expect(mockApi.created()).toBe(0);
		expect((await create(mockApi)).status).toBe(200);
	});

	it('can accept the task, and then break the connection or return an error', async () => {
		mockApi.script('createTask', [
			{ accept: true, reset: true },
			{ accept: true, status: 502, body: 'bad' },
		]);
		await expect(create(mockApi)).rejects.toThrow('fetch failed');
		expect((await create(mockApi)).status).toBe(502);
		expect(mockApi.ledger.map(({ isDelivered }) => isDelivered)).toEqual([false, false]);
		expect(mockApi.journal.map(({ status }) => status)).toEqual(['reset', 502]);
	});

	it('can end before their content-length', async () => {
		mockApi.script('models', [{ body: Buffer.alloc(100), truncateAfter: 10 }]);
		const response = await fetch(`${mockApi.baseUrl}/v1/models`);
		expect(response.headers.get('content-length')).toBe('100');
		await expect(response.arrayBuffer()).rejects.toThrow('terminated');
	});

	it('are removed by a reset, which also restores the settings', async () => {
		mockApi.script('models', [{ status: 500 }]);
		mockApi.set({ apiKey: 'sk-other' });
		mockApi.reset();
		expect((await call(mockApi, 'GET', '/v1/models')).status).toBe(200);
		expect(mockApi.apiKey).toBe('sk-mock-0123456789abcdef');
	});
});

describe('the mock API', () => {
	it('aborts open requests when it stops, and later ones fail', async () => {
		const mockApi = await startMockApi({ faults: [{ route: 'models', fault: 'slowHeaders', ms: 60_000 }] });
		const asked = call(mockApi, 'GET', '/v1/models');
		const broken = expect(asked).rejects.toThrow('fetch failed');
		await until(() => mockApi.journal.length === 1);
		await mockApi.stop();
		await broken;
		await expect(call(mockApi, 'GET', '/v1/models')).rejects.toThrow('fetch failed');
	});

	it('fails to start with EADDRINUSE if a port is in use', async () => {
		const mockApi = await startMockApi();
		const port = Number(new URL(mockApi.filesUrl).port);
		await expect(startMockApi({ filesPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
		await mockApi.stop();
	});
});
