/* eslint-disable */
import { sendJson, useRawServer } from '../support/servers/rawServer';
import { item, servedDigests, storedDigest, useEngine } from '../support/useEngine';

const engine = useEngine();
const raw = useRawServer();

async function task(parameters = {}): Promise<string> {
	const run = await engine.run({ prompt: 'A small red cube', wait: false, ...parameters });
	return String(run.json[0].taskId);
}

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it.each([1, 3])('waits for a running task and returns its %i image(s)', async (numberOfImages) => {
		// The task ends after its first poll, no matter how slow the machine is.
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

it('returns the images of multiple tasks in the order of their IDs, not of their ends', async () => {
	engine.mockApi.set({ taskMs: (number) => (number === 1 ? 300 : 20) });
	const taskIds = [await task(), await task(), await task()];
	const run = await engine.run({ operation: 'waitForResult', taskId: taskIds.join('\n') });

	expect(run.json.map(({ taskId, status }) => [taskId, status])).toEqual(
		taskIds.map((taskId) => [taskId, 'succeeded']),
	);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
});

it('accepts an array of IDs, and returns each one once', async () => {
	const [first, second] = [await task(), await task()];
	const run = await engine.run(
		{ operation: 'waitForResult', taskId: '={{ $json.ids }}' },
		{ input: [item({ ids: [first, second, first] })] },
	);

	expect(run.json.map(({ taskId }) => taskId)).toEqual([first, second]);
});

it('accepts the URL of a task instead of its ID', async () => {
	const taskId = await task();
	const run = await engine.run({
		operation: 'waitForResult',
		taskId: `${engine.mockApi.baseUrl}/v1/images/tasks/${taskId}`,
	});

	expect(run.json).toMatchObject([{ taskId, status: 'succeeded' }]);
});

it('returns the task of each item that an earlier node created', async () => {
	const ordered = await engine.run(
		{ prompt: '={{ $json.prompt }}', wait: false },
		{ input: [item({ prompt: 'a' }), item({ prompt: 'b' })] },
	);
	const run = await engine.run({ operation: 'waitForResult', taskId: '={{ $json.taskId }}' }, { input: ordered.rows });

	expect(run.json.map(({ taskId }) => taskId)).toEqual(ordered.json.map(({ taskId }) => taskId));
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(engine.mockApi.created()).toBe(2);
});

it('fails with the reason and the ID of a failed task', async () => {
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

it('names the node to change if the prompt of a task was rejected', async () => {
	const taskId = await task();
	engine.mockApi.script('getTask', [
		{ body: { data: { task_id: taskId, status: 'failed', fail_reason: 'sensitive words detected' } } },
	]);
	const run = await engine.run({ operation: 'waitForResult', taskId });

	expect(run.error).toMatchObject({
		message: 'The prompt or a reference image was rejected',
		description: expect.stringMatching(
			/^Rejected prompts are usually not charged\. Change the prompt or the reference image in the node that created the task\./,
		),
	});
});

it('returns the other tasks if one failed and the workflow continues', async () => {
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

describe('errors', () => {
	const answer = (data: object) =>
		raw.on('GET', '/v1/images/tasks/', (response) => sendJson(response, { data: { task_id: 'm', ...data } }));
	const wait = async (options: object = {}, taskId = 'm', settings: object = {}) =>
		await engine.run(
			{ operation: 'waitForResult', taskId, options: { timeout: 0.5, ...options } },
			{ credential: { baseUrl: raw.url }, settings },
		);

	it.each<[string, object, string]>([
		['is still running', { status: 'running' }, 'Run this node again at no extra cost'],
		['has failed', { status: 'failed', fail_reason: 'out of luck' }, 'run the node that created the task'],
		['has expired', { status: 'expired' }, 'run the node that created the task'],
	])('of a task that %s do not state that this node is charged', async (_state, data, advice) => {
		answer(data);
		const run = await wait();

		expect(run.error?.description).toContain(advice);
		expect(run.error?.description).toContain('Task ID: m.');
		expect(run.error?.description).not.toMatch(
			/run (this|the) node again.*charged|You (were|may have been) charged|is charged/,
		);
	});

	it("of a task without an image recommend 'Image Path in Response', and do not mention a charge", async () => {
		answer({ status: 'succeeded' });
		const run = await wait({ timeout: 20 });

		expect(run.error).toMatchObject({ message: 'The API returned no image', context: { data: { taskId: 'm' } } });
		expect(run.error?.description).toContain("add 'Image Path in Response'");
		expect(run.error?.description).not.toContain('charged');
	});

	it("recommend correcting 'Image Path in Response' if it hides the image", async () => {
		answer({ status: 'succeeded', result_url: '/f' });
		const run = await wait({ timeout: 20, imagePath: 'data.status' });

		expect(run.error?.description).toContain("Correct or remove 'Image Path in Response'");
		expect(run.error?.description).not.toContain('add ');
		expect(run.error?.description).not.toContain('charged');
	});

	it('of an ID that is not valid in a URL do not mention a charge', async () => {
		const run = await wait({}, '={{ ["\\ud800x"] }}');

		expect(run.error?.description).not.toContain('charged');
	});

	it.each(['bad,long', 'long,bad'])(
		'of one task end the polling of the others in stop mode, and are reported (%s)',
		async (ids) => {
			let polls = 0;
			raw.on('GET', '/v1/images/tasks/bad', (response) => void response.writeHead(401).end('{}'));
			raw.on('GET', '/v1/images/tasks/long', (response) => {
				polls += 1;
				sendJson(response, { data: { task_id: 'long', status: 'running' } });
			});
			const run = await wait({ timeout: 60 }, ids);

			expect(run.error).toMatchObject({ context: { data: { errorCode: 'invalid_key', taskId: 'bad' } } });
			expect(polls).toBeLessThan(10);
		},
	);
});
