/* eslint-disable */
import { callWebhook } from '../harness/n8n/callWebhook';
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { loadExample } from '../harness/n8n/examples';
import { openRestClient } from '../harness/n8n/restClient';
import { connect, startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { until } from '../harness/processes/until';
import { chain, node } from '../harness/n8n/workflow';
import { startMockApi, type MockApi } from '../../mock-api';

let environment: TestEnvironment;
/** The mock API of the durable example, which waits while the other test runs. */
let patientMockApi: MockApi;
let durableRun: string;
let wasKilledWhileWaiting = false;

beforeAll(async () => {
	environment = await startTestEnvironment({}, { taskMs: 5_000 });
	patientMockApi = await startMockApi({ taskMs: 5_000 });
	durableRun = await startDurable();
});
afterAll(async () => {
	await environment?.close();
	await patientMockApi?.stop();
});
afterEach(() => environment.mockApi.reset());

const key = { 'x-api-key': 'caller', 'content-type': 'application/json' };

/** Starts the example, which creates its task and then waits 70 seconds. */
async function startDurable(): Promise<string> {
	const { client, credential } = await connect(environment.n8n, patientMockApi);
	const webhookCredential = await client.createCredential('httpHeaderAuth', 'Callers', {
		name: 'X-Api-Key',
		value: key['x-api-key'],
	});
	const saved = await client.createWorkflow(loadExample('durable-long-task', [credential, webhookCredential]));
	await client.activate(saved);
	await callWebhook(`${environment.n8n.url}/webhook/long-image`, {
		method: 'POST',
		headers: key,
		body: JSON.stringify({ prompt: 'a slow cube' }),
	});
	return await until(
		'the execution to wait',
		async () => (await client.executionsOf(saved)).find((run) => run.status === 'waiting')?.id,
	);
}

test('a kill -9 ends the run of a single node, but the task ID is in the log, and the task can be read later', async () => {
	const { client, n8n, mockApi, nanoBanana } = environment;
	const trigger = node(
		'Start',
		'n8n-nodes-base.webhook',
		2.1,
		{ path: 'fragile', options: {} },
		{ webhookId: 'fragile' },
	);
	const saved = await client.createWorkflow(
		chain('Fragile', trigger, nanoBanana('NanoBanana', { prompt: 'a slow cube' })),
	);
	await client.activate(saved);
	await callWebhook(`${n8n.url}/webhook/fragile`, {});
	await until('a status read', () => (mockApi.calls('getTask').length > 0 ? true : undefined));

	wasKilledWhileWaiting = (await client.execution(durableRun)).status === 'waiting';
	await n8n.kill9();
	const taskId = String(mockApi.ledger[0].taskId);
	expect(n8n.log()).toContain(taskId);
	await n8n.restart();
	const again = await openRestClient(n8n);
	const [lost] = await again.executionsOf(saved);
	const ended = await again.finished(lost.id);
	const readLater = await again.run(
		chain(
			'Read later',
			{ ...node('Start', 'n8n-nodes-base.manualTrigger', 1) },
			nanoBanana('NanoBanana', { operation: 'waitForResult', taskId }),
		),
	);

	expect(ended.status).toBe('crashed');
	expect(readLater.items('NanoBanana')[0].json).toMatchObject({ taskId, status: 'succeeded' });
	expect(mockApi.calls('createTask')).toHaveLength(1);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
});

test('the durable example returns its image after the same kill -9 during its wait, and is charged once', async () => {
	const client = await openRestClient(environment.n8n);
	const run = await client.finished(durableRun, 150_000);

	expect(wasKilledWhileWaiting).toBe(true);
	expect(run.error).toBeUndefined();
	expect(run.status).toBe('success');
	const [item] = run.items('Use the Image');
	expect(item.json).toMatchObject({ taskId: patientMockApi.ledger[0].taskId, status: 'succeeded' });
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe(patientMockApi.files.get(String(item.json.imageUrl))?.sha256);
	expect(patientMockApi.calls('createTask')).toHaveLength(1);
	expect(patientMockApi.ledger).toMatchObject([{ prompt: 'a slow cube', imagesCharged: 1, downloads: 1 }]);
}, 240_000);
