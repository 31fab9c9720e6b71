/* eslint-disable */
import { callWebhook } from '../harness/n8n/callWebhook';
import { chain, manualTrigger, node, rows, type Workflow } from '../harness/n8n/workflow';
import { until } from '../harness/processes/until';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';

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
	expect(mockApi.ledger.map((entry) => [entry.prompt, entry.imagesBilled])).toEqual(
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
	expect(mockApi.ledger).toMatchObject([{ imagesBilled: 1, downloads: 1 }]);
});

test('an error workflow gets the text with the task ID', async () => {
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

test('the timeout of a workflow stops all polls, and the log names the task', async () => {
	const { client, mockApi, n8n, nanoBanana } = environment;
	mockApi.set({ taskMs: 60_000 });
	const workflow: Workflow = {
		...chain(
			'Timeout',
			manualTrigger(),
			nanoBanana('NanoBanana', { prompt: 'a cube', options: { pollInterval: 0.1 } }),
		),
		settings: { executionOrder: 'v1', executionTimeout: 3 },
	};

	const run = await client.run(workflow);
	const polls = mockApi.calls('getTask').length;
	const taskId = String(mockApi.ledger[0].taskId);
	mockApi.set({ taskMs: 100 });
	// Another complete run is enough time for a forgotten loop to send a request.
	await client.run(chain('Another', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a quick cube' })));

	expect(run.status).toBe('canceled');
	expect(mockApi.calls('getTask').filter((call) => call.path.includes(taskId))).toHaveLength(polls);
	expect(n8n.log()).toContain(taskId);
	expect(mockApi.created()).toBe(2);
});
