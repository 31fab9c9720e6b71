 
import { openEditor, withFailurePicture } from '../harness/browser';
import { callWebhook } from '../harness/callWebhook';
import { fileOf } from '../harness/execution';
import { openRestClient } from '../harness/restClient';
import { startN8n, type RunningN8n } from '../harness/startN8n';
import { startQueue } from '../harness/startQueue';
import { until } from '../harness/until';
import { chain, manualTrigger, node, pictureFile, rows, type Workflow } from '../harness/workflow';

/** One white pixel. */
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==', 'base64');

function echoWorkflow(path: string): Workflow {
	const hook = node('Hook', 'n8n-nodes-base.webhook', 2.1, {
		httpMethod: 'POST',
		path,
		responseMode: 'responseNode',
		options: { binaryPropertyName: 'data' },
	}, { webhookId: path });
	const answer = node('Answer', 'n8n-nodes-base.respondToWebhook', 1.5, { respondWith: 'binary', options: {} });
	return chain(`Echo ${path}`, hook, answer);
}

describe('an n8n without our node', () => {
	let n8n: RunningN8n;

	beforeAll(async () => {
		n8n = await startN8n({ withoutNode: true });
	});
	afterAll(async () => await n8n?.stop());

	test('runs a workflow and stores its files', async () => {
		const client = await openRestClient(n8n);
		const [table, split] = rows([{ name: 'first', picture: picture.toString('base64') }, { name: 'second', picture: picture.toString('base64') }]);
		const run = await client.run(chain('Two pictures', manualTrigger(), table, split, pictureFile('one.png', 'image/png')));

		expect(run.error).toBeUndefined();
		expect(run.status).toBe('success');
		expect(run.items('Rows').map((item) => item.json.name)).toEqual(['first', 'second']);
		expect(await client.bytesOf(fileOf(run.items('Picture')[1]))).toEqual(picture);
	});

	test('answers a webhook with the bytes it was sent', async () => {
		const client = await openRestClient(n8n);
		await client.activate(await client.createWorkflow(echoWorkflow('echo')));

		const response = await callWebhook(`${n8n.url}/webhook/echo`, { method: 'POST', headers: { 'content-type': 'image/png' }, body: picture });

		expect(response.status).toBe(200);
		expect(Buffer.from(await response.arrayBuffer())).toEqual(picture);
	});

	test('keeps workflows over kill -9 and restart', async () => {
		const before = await openRestClient(n8n);
		const saved = await before.createWorkflow(chain('Survivor', manualTrigger()));
		await n8n.kill9();
		await n8n.restart();

		const client = await openRestClient(n8n);
		const run = await client.finished(await client.start(saved));

		expect(run.status).toBe('success');
	});

	test('shows a workflow in the browser', async () => {
		const client = await openRestClient(n8n);
		const saved = await client.createWorkflow(chain('On the canvas', manualTrigger()));
		const { page, close } = await openEditor(n8n.url);
		try {
			await withFailurePicture(page, 'canvas', async () => {
				await page.goto(`${n8n.url}/workflow/${saved.id}`);
				await page.getByTestId('canvas-node').first().waitFor();
			});

			expect(await page.getByTestId('canvas-node').count()).toBe(1);
		} finally {
			await close();
		}
	});
});

test('n8n 1 runs a workflow', async () => {
	const n8n = await startN8n({ line: '1', withoutNode: true });
	try {
		const client = await openRestClient(n8n);
		const run = await client.run(chain('Old n8n', manualTrigger(), ...rows([{ name: 'first' }])));

		expect(run.items('Rows').map((item) => item.json.name)).toEqual(['first']);
	} finally {
		await n8n.stop();
	}
});

test('queue mode spreads webhook runs over its workers', async () => {
	const queue = await startQueue({ withoutNode: true });
	try {
		const client = await openRestClient(queue.main);
		const saved = await client.createWorkflow(echoWorkflow('queued'));
		await client.activate(saved);
		const call = async () => await callWebhook(`${queue.main.url}/webhook/queued`, { method: 'POST', headers: { 'content-type': 'image/png' }, body: picture });
		await call();

		const responses = await Promise.all(Array.from({ length: 10 }, call));

		expect(responses.map((response) => response.status)).toEqual(Array(10).fill(200));
		const done = await until('all runs to be stored', async () => {
			const runs = await client.executionsOf(saved);
			return runs.length === 11 && runs.every((run) => run.status === 'success') ? runs : undefined;
		});
		expect(done).toHaveLength(11);
		for (const worker of queue.workers) expect(worker.log()).toContain('finished execution');
	} finally {
		await queue.stop();
	}
});
