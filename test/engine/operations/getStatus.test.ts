/* eslint-disable */
import { sendJson, useRawServer } from '../support/servers/rawServer';
import { item, servedDigests, storedDigest, useEngine } from '../support/useEngine';

const engine = useEngine();
const raw = useRawServer();

/** Creates a task without polling it. */
async function task(parameters = {}): Promise<string> {
	const run = await engine.run({ prompt: 'A small red cube', wait: false, ...parameters });
	return String(run.json[0].taskId);
}

it('polls an unfinished task once, without waiting', async () => {
	engine.mockApi.set({ taskMs: 600_000 });
	const taskId = await task();
	const run = await engine.run({ operation: 'getStatus', taskId });

	expect(run.json).toEqual([{ taskId, status: 'queued', progress: 0 }]);
	expect(run.rows[0]).toMatchObject({ pairedItem: { item: 0 } });
	expect(run.rows[0].binary).toBeUndefined();
	expect(engine.polls()).toHaveLength(1);
});

it.each([
	['a 429', { status: 429, headers: { 'retry-after': '1' }, body: { error: { message: 'Too many requests' } } }],
	['a lost connection', { reset: true }],
	['a 404 right after the task was created', { status: 404, body: { error: { message: 'task not found' } } }],
])('polls again after %s', async (_fact, answer) => {
	engine.mockApi.set({ taskMs: 600_000 });
	const taskId = await task();
	engine.mockApi.script('getTask', [answer]);
	const run = await engine.run({ operation: 'getStatus', taskId });

	expect(run.json).toEqual([{ taskId, status: 'queued', progress: 0 }]);
	expect(engine.polls()).toHaveLength(2);
});

it('returns the status "running" and the progress of a task that is processing', async () => {
	engine.mockApi.set({ taskMs: 600_000, queuedShare: 0, progress: 'coarse' });
	const taskId = await task();
	const run = await engine.run({ operation: 'getStatus', taskId });

	expect(run.json).toEqual([{ taskId, status: 'running', progress: 50 }]);
});

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it.each([1, 3])('returns the %i image(s) of a finished task with one poll', async (numberOfImages) => {
		const taskId = await task({ numberOfImages });
		engine.mockApi.finishTasks();
		const run = await engine.run({ operation: 'getStatus', taskId }, { binaryMode });

		expect(run.rows).toHaveLength(numberOfImages);
		expect(await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)))).toEqual(
			servedDigests(engine.mockApi),
		);
		expect(engine.polls()).toHaveLength(1);
		expect(engine.mockApi.imagesCharged()).toBe(numberOfImages);
	});
});

it('returns the same rows for a finished task as Wait for Task Result', async () => {
	const taskId = await task({ numberOfImages: 2 });
	engine.mockApi.finishTasks();
	const seen = await engine.run({ operation: 'getStatus', taskId });
	const waited = await engine.run({ operation: 'waitForResult', taskId });

	expect(seen.rows.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual(
		waited.rows.map(({ json, pairedItem }) => ({ json, pairedItem })),
	);
});

it('returns the URL of a finished task without a download if Download Images is off', async () => {
	const taskId = await task();
	engine.mockApi.finishTasks();
	const run = await engine.run({ operation: 'getStatus', taskId, options: { download: false } });

	expect(run.json).toEqual([{ taskId, status: 'succeeded', imageUrl: engine.mockApi.task(taskId)?.urls[0] }]);
	expect(engine.mockApi.calls('file')).toEqual([]);
});

it('gets the task ID of each item from an expression', async () => {
	const taskIds = [await task(), await task()];
	engine.mockApi.finishTasks();
	const run = await engine.run(
		{ operation: 'getStatus', taskId: '={{ $json.taskId }}' },
		{ input: taskIds.map((taskId) => item({ taskId })) },
	);

	expect(run.json.map(({ taskId }) => taskId)).toEqual(taskIds);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
});

it.each([
	['a comma-separated list', (ids: string[]) => ids.join(', ')],
	['an array', (ids: string[]) => `={{ ${JSON.stringify(ids)} }}`],
])('polls multiple tasks of one item, given as %s, and returns a row for each', async (_way, written) => {
	engine.mockApi.set({ taskMs: 600_000 });
	const taskIds = [await task(), await task(), await task()];
	const run = await engine.run({ operation: 'getStatus', taskId: written(taskIds) });

	expect(run.json.map(({ taskId }) => taskId)).toEqual(taskIds);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
	expect(engine.polls()).toHaveLength(3);
});

it('returns a failed task as a row, not as an error', async () => {
	const taskId = await task({ prompt: '[fail] a cube' });
	engine.mockApi.finishTasks();
	const run = await engine.run({ operation: 'getStatus', taskId });

	expect(run.error).toBeUndefined();
	expect(run.json).toMatchObject([
		{ taskId, status: 'failed', warnings: [expect.stringContaining('upstream could not render the image: [fail]')] },
	]);
	expect(engine.mockApi.imagesCharged()).toBe(0);
});

it.each([{}, { imagePath: 'data.result' }])(
	'returns a succeeded task without a URL as a status with the API response (%j)',
	async (options) => {
		raw.on('GET', '/v1/images/tasks/', (response) =>
			sendJson(response, { data: { task_id: 'm', status: 'succeeded', note: 'soon' } }),
		);
		const run = await engine.run(
			{ operation: 'getStatus', taskId: 'm', options },
			{ credential: { baseUrl: raw.url } },
		);

		expect(run.json).toMatchObject([{ taskId: 'm', status: 'succeeded' }]);
		expect(String(run.json[0].warnings)).toMatch(/contains no image.*API response: .*soon/s);
		expect(raw.requests).toHaveLength(1);
	},
);
