/* eslint-disable */
import { item, servedDigests, storedDigest, useGateway } from '../support/mockApi';

const gateway = useGateway();

/** A task that nobody has looked at yet. */
async function task(parameters = {}): Promise<string> {
	const run = await gateway.run({ prompt: 'A small red cube', wait: false, ...parameters });
	return String(run.json[0].taskId);
}

it('looks once at a task that still runs, without waiting', async () => {
	gateway.sandbox.set({ taskMs: 600_000 });
	const taskId = await task();
	const run = await gateway.run({ operation: 'getStatus', taskId });

	expect(run.json).toEqual([{ taskId, status: 'queued', progress: 0 }]);
	expect(run.rows[0]).toMatchObject({ pairedItem: { item: 0 } });
	expect(run.rows[0].binary).toBeUndefined();
	expect(gateway.reads()).toHaveLength(1);
});

it('calls a processing task running and tells how far it is', async () => {
	gateway.sandbox.set({ taskMs: 600_000, queuedShare: 0, progress: 'coarse' });
	const taskId = await task();
	const run = await gateway.run({ operation: 'getStatus', taskId });

	expect(run.json).toEqual([{ taskId, status: 'running', progress: 50 }]);
});

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it.each([1, 3])('gives the %i pictures of a finished task with one look', async (numberOfImages) => {
		const taskId = await task({ numberOfImages });
		gateway.sandbox.finishTasks();
		const run = await gateway.run({ operation: 'getStatus', taskId }, { binaryMode });

		expect(run.rows).toHaveLength(numberOfImages);
		expect(await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)))).toEqual(
			servedDigests(gateway.sandbox),
		);
		expect(gateway.reads()).toHaveLength(1);
		expect(gateway.sandbox.imagesBilled()).toBe(numberOfImages);
	});
});

it('gives the same rows for a finished task as Wait for Task Result', async () => {
	const taskId = await task({ numberOfImages: 2 });
	gateway.sandbox.finishTasks();
	const seen = await gateway.run({ operation: 'getStatus', taskId });
	const waited = await gateway.run({ operation: 'waitForResult', taskId });

	expect(seen.rows.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual(
		waited.rows.map(({ json, pairedItem }) => ({ json, pairedItem })),
	);
});

it('shows the addresses of a finished task without loading them', async () => {
	const taskId = await task();
	gateway.sandbox.finishTasks();
	const run = await gateway.run({ operation: 'getStatus', taskId, options: { download: false } });

	expect(run.json).toEqual([{ taskId, status: 'succeeded', imageUrl: gateway.sandbox.task(taskId)?.urls[0] }]);
	expect(gateway.sandbox.calls('file')).toEqual([]);
});

it('takes the id from the item by itself', async () => {
	const taskIds = [await task(), await task()];
	gateway.sandbox.finishTasks();
	const run = await gateway.run(
		{ operation: 'getStatus', taskId: '={{ $json.taskId }}' },
		{ input: taskIds.map((taskId) => item({ taskId })) },
	);

	expect(run.json.map(({ taskId }) => taskId)).toEqual(taskIds);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
});

it.each([
	['commas', (ids: string[]) => ids.join(', ')],
	['an array', (ids: string[]) => `={{ ${JSON.stringify(ids)} }}`],
])('looks at several tasks of one item, given by %s, one row each', async (_way, written) => {
	gateway.sandbox.set({ taskMs: 600_000 });
	const taskIds = [await task(), await task(), await task()];
	const run = await gateway.run({ operation: 'getStatus', taskId: written(taskIds) });

	expect(run.json.map(({ taskId }) => taskId)).toEqual(taskIds);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
	expect(gateway.reads()).toHaveLength(3);
});

it('tells of a failed task in a row, as a failed task is an answer', async () => {
	const taskId = await task({ prompt: '[fail] a cube' });
	gateway.sandbox.finishTasks();
	const run = await gateway.run({ operation: 'getStatus', taskId });

	expect(run.error).toBeUndefined();
	expect(run.json).toMatchObject([
		{ taskId, status: 'failed', warnings: [expect.stringContaining('upstream could not render the image: [fail]')] },
	]);
	expect(gateway.sandbox.imagesBilled()).toBe(0);
});
