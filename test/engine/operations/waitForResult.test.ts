/* eslint-disable */
import { item, servedDigests, storedDigest, useEngine } from '../support/useEngine';

const engine = useEngine();

async function task(parameters = {}): Promise<string> {
	const run = await engine.run({ prompt: 'A small red cube', wait: false, ...parameters });
	return String(run.json[0].taskId);
}

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it.each([1, 3])('waits for a running task and gives its %i images', async (numberOfImages) => {
		// It ends as soon as somebody has seen it running, however slow the machine is.
		engine.mockApi.set({
			taskMs: 3_600_000,
			onResponse: ({ route }) => route === 'getTask' && engine.mockApi.finishTasks(),
		});
		const taskId = await task({ numberOfImages });
		const run = await engine.run({ operation: 'waitForResult', taskId }, { binaryMode });

		expect(run.error).toBeUndefined();
		expect(run.json).toMatchObject(Array(numberOfImages).fill({ taskId, status: 'succeeded' }));
		expect(await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)))).toEqual(
			servedDigests(engine.mockApi),
		);
		expect(engine.polls()).toHaveLength(2);
		expect(engine.mockApi.created()).toBe(1);
	});
});

it('gives the images of several tasks in the order of their ids, not of their ends', async () => {
	engine.mockApi.set({ taskMs: (number) => (number === 1 ? 300 : 20) });
	const taskIds = [await task(), await task(), await task()];
	const run = await engine.run({ operation: 'waitForResult', taskId: taskIds.join('\n') });

	expect(run.json.map(({ taskId, status }) => [taskId, status])).toEqual(
		taskIds.map((taskId) => [taskId, 'succeeded']),
	);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
});

it('takes an array of ids, and each id once', async () => {
	const [first, second] = [await task(), await task()];
	const run = await engine.run(
		{ operation: 'waitForResult', taskId: '={{ $json.ids }}' },
		{ input: [item({ ids: [first, second, first] })] },
	);

	expect(run.json.map(({ taskId }) => taskId)).toEqual([first, second]);
});

it('takes the pasted URL of a task for its id', async () => {
	const taskId = await task();
	const run = await engine.run({
		operation: 'waitForResult',
		taskId: `${engine.mockApi.baseUrl}/v1/images/tasks/${taskId}`,
	});

	expect(run.json).toMatchObject([{ taskId, status: 'succeeded' }]);
});

it('collects, item by item, what an earlier node only ordered', async () => {
	const ordered = await engine.run(
		{ prompt: '={{ $json.prompt }}', wait: false },
		{ input: [item({ prompt: 'a' }), item({ prompt: 'b' })] },
	);
	const run = await engine.run({ operation: 'waitForResult', taskId: '={{ $json.taskId }}' }, { input: ordered.rows });

	expect(run.json.map(({ taskId }) => taskId)).toEqual(ordered.json.map(({ taskId }) => taskId));
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(engine.mockApi.created()).toBe(2);
});

it('ends a failed task with its reason, its id and the next step', async () => {
	const taskId = await task({ prompt: '[fail] a cube' });
	const run = await engine.run({ operation: 'waitForResult', taskId });

	expect(run.error).toMatchObject({
		name: 'NodeApiError',
		message: 'The API could not create the image',
		description: expect.stringContaining('upstream could not render the image: [fail]'),
		context: { itemIndex: 0, data: { errorCode: 'task_failed', taskId, gatewayCode: 'upstream_error' } },
	});
	expect(run.error?.description).toContain(`Task ID: ${taskId}`);
});

it('keeps the tasks that went well when one of several failed and the workflow continues', async () => {
	const [good, bad] = [await task(), await task({ prompt: '[fail]' })];
	const run = await engine.run(
		{ operation: 'waitForResult', taskId: `${bad},${good}` },
		{ settings: { onError: 'continueRegularOutput' } },
	);

	expect(run.json).toMatchObject([
		{ error: 'The API could not create the image', details: { errorCode: 'task_failed', taskId: bad } },
		{ taskId: good, status: 'succeeded' },
	]);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
});
