/* eslint-disable */
import sharp from 'sharp';

import { sha256 } from '../../harness/images/digest';
import { callWebhook } from '../../harness/n8n/callWebhook';
import { fileOf } from '../../harness/n8n/execution';
import { chain, manualTrigger, node, rows, type Workflow } from '../../harness/n8n/workflow';
import { until } from '../../harness/processes/until';
import { startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

const prompts = ['a red cube', 'a green cube', 'a blue cube'];

test('in a loop, each round is charged once', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const loop = node('Loop', 'n8n-nodes-base.splitInBatches', 3, { batchSize: 1, options: {} });
	const generate = nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' });
	const done = node('Done', 'n8n-nodes-base.noOp', 1);
	const workflow = chain('Loop', manualTrigger(), ...rows(prompts.map((prompt) => ({ prompt }))), loop);
	const to = (name: string) => [{ node: name, type: 'main' as const, index: 0 }];
	workflow.nodes.push(generate, done);
	workflow.connections.Loop = { main: [to('Done'), to('NanoBanana')] };
	workflow.connections.NanoBanana = { main: [to('Loop')] };

	const run = await client.run(workflow);

	expect(run.error).toBeUndefined();
	expect(run.items('Done').map((item) => item.json.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
	expect(mockApi.ledger.map((entry) => [entry.prompt, entry.imagesCharged])).toEqual(
		prompts.map((prompt) => [prompt, 1]),
	);
});

test('a sub-workflow returns the image to the workflow that called it', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const called = await client.createWorkflow(
		chain(
			'Called',
			node('Called', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' }),
			nanoBanana('NanoBanana', { prompt: 'a cube' }),
		),
	);
	await client.activate(called);
	const call = node('Call', 'n8n-nodes-base.executeWorkflow', 1.2, {
		workflowId: { __rl: true, mode: 'id', value: called.id },
		options: {},
	});

	const run = await client.run(chain('Caller', manualTrigger(), call));

	expect(run.error).toBeUndefined();
	expect(run.items('Call')[0].json).toMatchObject({ status: 'succeeded', taskId: mockApi.ledger[0].taskId });
	expect(run.items('Call')[0].binary).toHaveProperty('data');
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
});

test('an error workflow gets an error that contains the task ID', async () => {
	const { client, mockApi, n8n, nanoBanana } = environment;
	const onError = await client.createWorkflow(
		chain('On error', node('Error', 'n8n-nodes-base.errorTrigger', 1), node('Done', 'n8n-nodes-base.noOp', 1)),
	);
	await client.activate(onError);
	const hook = node('Hook', 'n8n-nodes-base.webhook', 2.1, { path: 'failing', options: {} }, { webhookId: 'failing' });
	const workflow: Workflow = {
		...chain('Failing', hook, nanoBanana('NanoBanana', { prompt: 'a cube [fail]' })),
		settings: { executionOrder: 'v1', errorWorkflow: onError.id },
	};
	await client.activate(await client.createWorkflow(workflow));

	await callWebhook(`${n8n.url}/webhook/failing`, {});
	const { id } = await until('the error workflow', async () => (await client.executionsOf(onError))[0]);
	const run = await client.finished(id);

	expect(JSON.stringify(run.items('Error')[0].json)).toContain(String(mockApi.ledger[0].taskId));
});

test('the timeout of a workflow stops all polls, and the log contains the task ID', async () => {
	const { client, mockApi, n8n, nanoBanana } = environment;
	mockApi.set({ taskMs: 60_000 });
	const workflow: Workflow = {
		...chain(
			'Timeout',
			manualTrigger(),
			nanoBanana('NanoBanana', { prompt: 'a cube', options: { pollInterval: 0.1 } }),
		),
		settings: { executionOrder: 'v1', executionTimeout: 8 },
	};

	const run = await client.run(workflow);
	const polls = mockApi.calls('getTask').length;
	const taskId = String(mockApi.ledger[0].taskId);
	mockApi.set({ taskMs: 100 });
	// Another complete run is enough time for a leftover loop to send a request.
	await client.run(chain('Another', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a quick cube' })));

	expect(run.status).toBe('canceled');
	expect(mockApi.calls('getTask').filter((call) => call.path.includes(taskId))).toHaveLength(polls);
	expect(n8n.log()).toContain(taskId);
	expect(mockApi.created()).toBe(2);
});

test('Merge joins each image with the item that it was generated for', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const generate = nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' });
	const merge = node('Merge', 'n8n-nodes-base.merge', 3.1, {
		mode: 'combine',
		combineBy: 'combineByPosition',
		options: {},
	});
	const workflow = chain('Merge', manualTrigger(), ...rows(prompts.map((prompt) => ({ prompt }))), generate);
	workflow.nodes.push(merge);
	workflow.connections.Rows.main[0]?.push({ node: 'Merge', type: 'main', index: 0 });
	workflow.connections.NanoBanana = { main: [[{ node: 'Merge', type: 'main', index: 1 }]] };

	const run = await client.run(workflow);

	const merged = run.items('Merge');
	expect(merged.map(({ json }) => [json.prompt, json.taskId])).toEqual(
		prompts.map((prompt) => [prompt, mockApi.ledger.find((entry) => entry.prompt === prompt)?.taskId]),
	);
	for (const item of merged) {
		expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
	}
	expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1, 1]);
});

test('Edit Image resizes the generated image', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const resize = node('Resize', 'n8n-nodes-base.editImage', 1, {
		operation: 'resize',
		width: 64,
		height: 48,
		resizeOption: 'ignoreAspectRatio',
		options: {},
	});

	const run = await client.run(
		chain('Resize', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a cube' }), resize),
	);

	expect(run.error).toBeUndefined();
	expect(await sharp(await client.bytesOf(fileOf(run.items('Resize')[0]))).metadata()).toMatchObject({
		format: 'png',
		width: 64,
		height: 48,
	});
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
});

describe('Execute step', () => {
	const edit = () =>
		node('Edit Fields', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: '{"a":1}', includeOtherFields: true });

	test('on the next node uses the existing output and is not charged', async () => {
		const { client, mockApi, nanoBanana } = environment;
		const saved = await client.createWorkflow(
			chain('Step behind', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a cube' }), edit()),
		);
		const whole = await client.finished(await client.start(saved));

		const { 'Edit Fields': _, ...runData } = whole.runData;
		const step = await client.finished(await client.executeStep(saved, 'Edit Fields', runData));

		expect(step.error).toBeUndefined();
		expect(step.items('Edit Fields')[0].json).toMatchObject({ a: 1, taskId: mockApi.ledger[0].taskId });
		expect(mockApi.calls('createTask')).toHaveLength(1);
	});

	test('on the node itself runs only this node and is charged for another image', async () => {
		const { client, mockApi, nanoBanana } = environment;
		const saved = await client.createWorkflow(
			chain('Step', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a cube' }), edit()),
		);
		const whole = await client.finished(await client.start(saved));

		const step = await client.finished(await client.executeStep(saved, 'NanoBanana', { Start: whole.runData.Start }));

		expect(step.error).toBeUndefined();
		expect(Object.keys(step.runData)).toEqual(['Start', 'NanoBanana']);
		expect(mockApi.ledger.map((entry) => [entry.imagesCharged, entry.downloads])).toEqual([
			[1, 1],
			[1, 1],
		]);
	});
});

test('pinned output is used instead of a run of the node, and nothing is sent', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const workflow: Workflow = {
		...chain(
			'Pinned',
			manualTrigger(),
			nanoBanana('NanoBanana', { prompt: 'a cube' }),
			node('Done', 'n8n-nodes-base.noOp', 1),
		),
		pinData: { NanoBanana: [{ json: { taskId: 'task_pinned', status: 'succeeded' } }] },
	};

	const run = await client.run(workflow);

	expect(run.items('Done').map((item) => item.json)).toEqual([{ taskId: 'task_pinned', status: 'succeeded' }]);
	expect(mockApi.journal).toEqual([]);
});
