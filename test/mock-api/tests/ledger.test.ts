/* eslint-disable */
import { startSandbox, type Sandbox } from '..';
import { call, create, createdTask, download, finishedTask, PLAIN_TASK, query, until } from './taskClient';

// Painting and streaming are work: a busy machine may take its time over them.
jest.setTimeout(60_000);

describe('the ledger', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		sandbox = await startSandbox({ taskMs: 0, syncMs: 0 });
	});
	afterEach(() => sandbox.reset());
	afterAll(async () => await sandbox.stop());

	it('lists each accepted job with what became of it', async () => {
		sandbox.set({ unitPrice: 0.5 });
		const task = await finishedTask(sandbox, { ...PLAIN_TASK, n: 2 });
		await query(sandbox, task.task_id);
		for (const url of task.result_urls ?? []) await download(url);
		await call(sandbox, 'POST', '/v1/images/generations', PLAIN_TASK);
		const plain = {
			model: PLAIN_TASK.model,
			prompt: PLAIN_TASK.prompt,
			references: 0,
			answered: true,
			state: 'succeeded',
		};
		const times = { acceptedAt: expect.any(Number), finishedAt: expect.any(Number) };
		expect(sandbox.ledger).toEqual([
			{
				...plain,
				...times,
				number: 1,
				kind: 'task',
				taskId: task.task_id,
				n: 2,
				imagesBilled: 2,
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
				imagesBilled: 1,
				cost: 0.5,
				collected: 0,
				downloads: 0,
			},
		]);
		expect([sandbox.created(), sandbox.imagesBilled()]).toEqual([2, 3]);
		expect(sandbox.task(task.task_id)).toMatchObject({ state: 'succeeded', urls: task.result_urls });
		expect(sandbox.task('task_nope')).toBeUndefined();
	});

	it('reserves n and settles on what is returned', async () => {
		sandbox.set({ taskMs: 60_000, resultCount: 1 });
		await create(sandbox, { ...PLAIN_TASK, n: 4 });
		expect(sandbox.imagesBilled()).toBe(4);
		sandbox.finishTasks();
		expect(sandbox.imagesBilled()).toBe(1);
	});

	it('bills a synchronous call whose caller has hung up', async () => {
		sandbox.set({ syncMs: 500 });
		const leaving = new AbortController();
		const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' };
		const body = JSON.stringify(PLAIN_TASK);
		const asked = fetch(`${sandbox.baseUrl}/v1/images/generations`, {
			method: 'POST',
			headers,
			body,
			signal: leaving.signal,
		});
		await until(() => sandbox.created() === 1);
		leaving.abort();
		await expect(asked).rejects.toThrow('aborted');
		await until(() => sandbox.ledger[0].state === 'succeeded');
		expect(sandbox.ledger).toMatchObject([{ imagesBilled: 1, answered: false }]);
		await until(() => sandbox.calls('generations')[0].clientLeft);
	});

	it('gives the same ids and durations for the same seed', async () => {
		sandbox.set({ taskMs: [1_000, 2_000] });
		const first = [await createdTask(sandbox), await createdTask(sandbox)];
		sandbox.reset();
		expect([await createdTask(sandbox), await createdTask(sandbox)]).toEqual(first);
		expect(first[0]).not.toBe(first[1]);
	});

	it('takes the duration of a task from its number', async () => {
		sandbox.set({ taskMs: (taskNumber) => (taskNumber === 1 ? 60_000 : 0) });
		await create(sandbox);
		await create(sandbox);
		await until(() => sandbox.ledger[1].state === 'succeeded');
		expect(sandbox.ledger[0].finishedAt).toBeNull();
	});
});

describe('the journal', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		sandbox = await startSandbox({ taskMs: 0 });
	});
	afterEach(() => sandbox.reset());
	afterAll(async () => await sandbox.stop());

	it('holds every request on either origin, in order', async () => {
		const task = await finishedTask(sandbox);
		await download(task.result_url);
		expect(sandbox.journal).toMatchObject([
			{
				origin: 'api',
				route: 'createTask',
				method: 'POST',
				path: '/v1/images/tasks',
				body: PLAIN_TASK,
				status: 200,
				authorization: `Bearer ${sandbox.apiKey}`,
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
		const times = sandbox.journal.map(({ at }) => at);
		expect(times).toEqual([...times].sort((a, b) => a - b));
		expect(sandbox.journal[0].headers['content-type']).toBe('application/json');
		expect(sandbox.calls('getTask')).toEqual([sandbox.journal[1]]);
	});

	it('is told to an observer as well', async () => {
		const seen: string[] = [];
		sandbox.set({ onAnswer: ({ route, status }) => seen.push(`${route} ${status}`) });
		await create(sandbox);
		expect(seen).toEqual(['createTask 200']);
	});
});

describe('scripted answers', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		sandbox = await startSandbox({ taskMs: 0 });
	});
	afterEach(() => sandbox.reset());
	afterAll(async () => await sandbox.stop());

	it('replace the next calls of their route, in order', async () => {
		sandbox.script('createTask', [
			{ status: 418, headers: { 'x-kind': 'teapot' }, body: { short: true } },
			{ body: '<html>', delayMs: 5 },
			{ status: 204 },
		]);
		const [first, second, third] = [await create(sandbox), await create(sandbox), await create(sandbox)];
		expect(first).toMatchObject({ status: 418, body: { short: true } });
		expect(first.headers.get('x-kind')).toBe('teapot');
		expect(second).toMatchObject({ status: 200, body: '<html>' });
		expect(second.headers.get('content-type')).toContain('text/html');
		expect(third).toMatchObject({ status: 204, body: '' });
		expect(sandbox.created()).toBe(0);
		expect((await create(sandbox)).status).toBe(200);
	});

	it('can accept the job all the same, and break the connection', async () => {
		sandbox.script('createTask', [
			{ accept: true, reset: true },
			{ accept: true, status: 502, body: 'bad' },
		]);
		await expect(create(sandbox)).rejects.toThrow('fetch failed');
		expect((await create(sandbox)).status).toBe(502);
		expect(sandbox.ledger.map(({ answered }) => answered)).toEqual([false, false]);
		expect(sandbox.journal.map(({ status }) => status)).toEqual(['reset', 502]);
	});

	it('can be cut off under their full length', async () => {
		sandbox.script('models', [{ body: Buffer.alloc(100), truncateAfter: 10 }]);
		const response = await fetch(`${sandbox.baseUrl}/v1/models`);
		expect(response.headers.get('content-length')).toBe('100');
		await expect(response.arrayBuffer()).rejects.toThrow('terminated');
	});

	it('are forgotten on reset', async () => {
		sandbox.script('models', [{ status: 500 }]);
		sandbox.set({ apiKey: 'sk-other' });
		sandbox.reset();
		expect((await call(sandbox, 'GET', '/v1/models')).status).toBe(200);
		expect(sandbox.apiKey).toBe('sk-sandbox-0123456789abcdef');
	});
});

describe('stopping', () => {
	it('breaks off whatever is under way', async () => {
		const sandbox = await startSandbox({ faults: [{ route: 'models', fault: 'slowHeaders', ms: 60_000 }] });
		const asked = call(sandbox, 'GET', '/v1/models');
		const broken = expect(asked).rejects.toThrow('fetch failed');
		await until(() => sandbox.journal.length === 1);
		await sandbox.stop();
		await broken;
		await expect(call(sandbox, 'GET', '/v1/models')).rejects.toThrow('fetch failed');
	});

	it('leaves nothing running when a port is taken', async () => {
		const sandbox = await startSandbox();
		const port = Number(new URL(sandbox.filesUrl).port);
		await expect(startSandbox({ filesPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
		await sandbox.stop();
	});
});
