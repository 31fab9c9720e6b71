/* eslint-disable */
import { callWebhook } from '../harness/n8n/callWebhook';
import { sha256 } from '../harness/images/digest';
import { loadExample } from '../harness/n8n/examples';
import { fileOf } from '../harness/n8n/execution';
import type { SavedWorkflow } from '../harness/n8n/restClient';
import { connect, type TestEnvironment } from '../harness/testEnvironment';
import { quickToNotice, startQueue, type Queue } from '../harness/servers/startQueue';
import { until } from '../harness/processes/until';
import { chain, node, type Workflow } from '../harness/n8n/workflow';
import { startMockApi, type MockApi } from '../../mock-api';

let queue: Queue;
let mockApi: MockApi;
let environment: Omit<TestEnvironment, 'close'>;
/** The mock API of the durable example, which waits 70 seconds while other tests run. */
let patientMockApi: MockApi;
let durable: SavedWorkflow;

beforeAll(async () => {
	mockApi = await startMockApi({ taskMs: [200, 600] });
	queue = await startQueue({ workerEnv: quickToNotice });
	environment = await connect(queue.main, mockApi);
	patientMockApi = await startMockApi({ taskMs: 5_000 });
}, 180_000);
afterAll(async () => {
	await queue?.stop();
	await mockApi?.stop();
	await patientMockApi?.stop();
});
afterEach(() => mockApi.reset());

async function startDurable(): Promise<SavedWorkflow> {
	const { client, credential } = await connect(queue.main, patientMockApi);
	const webhookCredential = await client.createCredential('httpHeaderAuth', 'Callers', {
		name: 'X-Api-Key',
		value: 'caller',
	});
	const saved = await client.createWorkflow(loadExample('durable-long-task', [credential, webhookCredential]));
	await client.activate(saved);
	const headers = { 'x-api-key': 'caller', 'content-type': 'application/json' };
	await callWebhook(`${queue.main.url}/webhook/long-image`, {
		method: 'POST',
		headers,
		body: JSON.stringify({ prompt: 'a patient cube' }),
	});
	return saved;
}

/** The mock API draws its images fastest: it shares the machine with all the n8n processes. */
const smallest = { __rl: true, mode: 'id', value: 'NanoBanana2-0.5K' };

/** Responds to its caller at once, then generates the image. */
function generateOnCall(path: string, options = {}): Workflow {
	const hook = node(
		'Hook',
		'n8n-nodes-base.webhook',
		2.1,
		{ httpMethod: 'POST', path, options: {} },
		{ webhookId: path },
	);
	return chain(
		path,
		hook,
		environment.nanoBanana('NanoBanana', { model: smallest, prompt: '={{ $json.body.prompt }}', options }),
	);
}

async function callFor(path: string, prompt: string): Promise<number> {
	const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ prompt }) };
	return (await callWebhook(`${environment.n8n.url}/webhook/${path}`, init)).status;
}

/** The number of finished executions in the log of a worker. */
function finishedBy(log: string): number {
	return log.match(/finished execution/g)?.length ?? 0;
}

test('200 calls are spread over both workers, charged once each, and main can read their images', async () => {
	const { client } = environment;
	const saved = await client.createWorkflow(generateOnCall('many', { pollInterval: 0.2 }));
	await client.activate(saved);
	const prompts = Array.from({ length: 200 }, (_, index) => `cube ${index}`);

	expect(await callFor('many', prompts[0])).toBe(200);
	const statuses = await Promise.all(prompts.slice(1).map(async (prompt) => await callFor('many', prompt)));
	const runs = await until(
		'200 runs to end',
		async () => {
			const ended = (await client.executionsOf(saved)).filter(
				(run) => run.status !== 'running' && run.status !== 'new',
			);
			return ended.length === 200 ? ended : undefined;
		},
		{ timeoutMs: 240_000, intervalMs: 1_000, explain: () => JSON.stringify(mockApi.journal.slice(-3)) },
	);

	expect(statuses).toEqual(Array(199).fill(200));
	expect(runs.filter((run) => run.status !== 'success')).toEqual([]);
	expect(mockApi.ledger.map((entry) => entry.prompt).sort()).toEqual([...prompts].sort());
	expect(mockApi.ledger.filter((entry) => entry.imagesCharged !== 1 || entry.downloads !== 1)).toEqual([]);
	// A worker logs the end of an execution after it has saved it in the database.
	const shares = await until('the workers to log 200 executions', () => {
		const finished = queue.workers.map((worker) => finishedBy(worker.log()));
		return finished.reduce((sum, share) => sum + share, 0) >= 200 ? finished : undefined;
	});
	expect(shares.reduce((sum, share) => sum + share, 0)).toBe(200);
	for (const share of shares) expect(share).toBeGreaterThanOrEqual(40);
	for (const { id } of runs.slice(0, 20)) {
		const [item] = (await client.execution(id)).items('NanoBanana');
		expect(fileOf(item).id).toMatch(/^database:/);
		expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
	}
}, 300_000);

test('a worker that gets SIGTERM finishes its task first', async () => {
	const { client } = environment;
	durable = await startDurable();
	await until('the durable example to wait', async () =>
		(await client.executionsOf(durable)).find((run) => run.status === 'waiting'),
	);
	// Stops all workers that may have run the first half of the durable example.
	await Promise.all(queue.workers.map(async (first) => await first.stop()));
	const worker = await queue.addWorker({ N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '40' });
	mockApi.set({ taskMs: 5_000 });
	const saved = await client.createWorkflow(generateOnCall('graceful'));
	await client.activate(saved);
	await callFor('graceful', 'a slow cube');
	await until('a status read', () => (mockApi.calls('getTask').length > 0 ? true : undefined));

	const exit = await worker.stop(60_000);
	const [{ id }] = await client.executionsOf(saved);
	const run = await client.finished(id);

	expect(exit).toBe(0);
	expect(run.status).toBe('success');
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
});

test('a kill -9 of a worker ends the run, but its task is in the log and can be read later at no extra cost', async () => {
	const { client } = environment;
	const doomed = await queue.addWorker();
	mockApi.set({ taskMs: 4_000 });
	const saved = await client.createWorkflow(generateOnCall('killed'));
	await client.activate(saved);
	await callFor('killed', 'a lost cube');
	await until('a status read', () => (mockApi.calls('getTask').length > 0 ? true : undefined));

	await doomed.kill9();
	const taskId = String(mockApi.ledger[0].taskId);
	await queue.addWorker();
	const [{ id }] = await client.executionsOf(saved);
	const lost = await client.finished(id, 120_000);
	const readLater = await client.run(
		chain(
			'Read later',
			node('Start', 'n8n-nodes-base.manualTrigger', 1),
			environment.nanoBanana('NanoBanana', { operation: 'waitForResult', taskId }),
		),
	);

	expect(lost.status).toBe('error');
	expect(lost.runData).toEqual({});
	expect(doomed.log()).toContain(taskId);
	const [item] = readLater.items('NanoBanana');
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
	expect(mockApi.calls('createTask')).toHaveLength(1);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
}, 240_000);

test('the durable example returns its image after the workers that started it end, and is charged once', async () => {
	const { client } = environment;
	const [{ id }] = await client.executionsOf(durable);
	const run = await client.finished(id, 120_000);

	expect(run.status).toBe('success');
	const [item] = run.items('Use the Image');
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe(patientMockApi.files.get(String(item.json.imageUrl))?.sha256);
	expect(patientMockApi.calls('createTask')).toHaveLength(1);
	expect(patientMockApi.ledger).toMatchObject([{ prompt: 'a patient cube', imagesCharged: 1, downloads: 1 }]);
}, 180_000);
