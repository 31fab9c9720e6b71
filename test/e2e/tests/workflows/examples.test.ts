/* eslint-disable */
import { callWebhook } from '../../harness/n8n/callWebhook';
import { sha256 } from '../../harness/images/digest';
import { fileOf, type Execution } from '../../harness/n8n/execution';
import { exampleNames, loadExample, nodeOf } from '../../harness/n8n/examples';
import { createReferenceImage } from '../../harness/images/referenceImage';
import { startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';
import { until } from '../../harness/processes/until';
import type { Workflow } from '../../harness/n8n/workflow';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

async function runExample(name: string): Promise<Execution> {
	const run = await environment.client.run(loadExample(name, [environment.credential]));
	expect(run.error).toBeUndefined();
	expect(run.status).toBe('success');
	return run;
}

async function digestsOf(run: Execution, nodeName: string): Promise<string[]> {
	return await Promise.all(
		run.items(nodeName).map(async (item) => sha256(await environment.client.bytesOf(fileOf(item)))),
	);
}

/** Other test files run these. */
const elsewhere = [
	'agent-tool',
	'another-model',
	'ask-before-paying',
	'callback',
	'durable-long-task',
	'never-twice',
	'upload-first',
	'webhook-edit',
];
const here = [
	'batch-with-error-output',
	'content-pipeline',
	'image-to-image',
	'other-api-formats',
	'quick-start',
	'retry-without-paying-twice',
];

test('every example is in one of the two lists', () => {
	expect(exampleNames()).toEqual([...elsewhere, ...here].sort());
});

test.each(exampleNames())('%s contains one note that explains it, and no credential', (name) => {
	const { nodes } = loadExample(name);
	const notes = nodes.filter((node) => node.type === 'n8n-nodes-base.stickyNote');

	expect(notes).toHaveLength(1);
	expect(String(notes[0].parameters.content).length).toBeGreaterThan(150);
	expect(nodes.filter((node) => node.credentials)).toEqual([]);
});

test('the quick start generates one image', async () => {
	const run = await runExample('quick-start');

	expect(await digestsOf(run, 'NanoBanana')).toEqual(
		[...environment.mockApi.files.values()].map((file) => file.sha256),
	);
	expect(environment.mockApi.ledger).toMatchObject([{ n: 1, imagesCharged: 1, downloads: 1 }]);
});

test('image to image edits the file that is uploaded in its form', async () => {
	const { client, n8n, mockApi, credential } = environment;
	const reference = await createReferenceImage();
	const workflow = loadExample('image-to-image', [credential]);
	const saved = await client.createWorkflow(workflow);
	await client.activate(saved);
	const filled = new FormData();
	filled.set('field-0', new Blob([reference], { type: 'image/png' }), 'in.png');
	filled.set('field-1', 'make it night');

	const submitted = await callWebhook(`${n8n.url}/form/${nodeOf(workflow, 'Image and Prompt').webhookId}`, {
		method: 'POST',
		body: filled,
	});
	const { formWaitingUrl } = (await submitted.json()) as { formWaitingUrl: string };
	// n8n does not respond to an earlier request for the last page.
	const { id } = await until('the last page of the form', async () =>
		(await client.executionsOf(saved)).find((execution) => execution.status === 'waiting'),
	);
	const page = await (await fetch(formWaitingUrl)).text();
	// The script of that page sends this request.
	await fetch(formWaitingUrl, { method: 'POST' });
	const run = await client.finished(id);

	expect(run.error).toBeUndefined();
	expect(page).toContain('Your image is ready');
	expect(page).toContain(fileOf(run.items('NanoBanana')[0]).fileName);
	expect(await digestsOf(run, 'NanoBanana')).toEqual([...mockApi.files.values()].map((file) => file.sha256));
	expect(mockApi.calls('createTask').map((call) => call.body)).toMatchObject([
		{ prompt: 'make it night', image: `data:image/png;base64,${reference.toString('base64')}` },
	]);
	expect(mockApi.ledger).toMatchObject([{ references: 1, imagesCharged: 1 }]);
});

test('the batch sends its failed row to the error output and is charged for the others only', async () => {
	const run = await runExample('batch-with-error-output');

	expect(run.items('Images').map((item) => item.json.id)).toEqual([1, 3]);
	expect(new Set(await digestsOf(run, 'Images')).size).toBe(2);
	expect(run.items('Failed Items').map((item) => item.json)).toEqual([
		{ id: 2, prompt: '', reason: expect.stringMatching(/Prompt/), code: 'invalid_input', taskId: null },
	]);
	expect(environment.mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1]);
});

test('the retry loop reads the task that timed out and is not charged again', async () => {
	const { client, mockApi, credential } = environment;
	const workflow = loadExample('retry-without-paying-twice', [credential]);
	Object.assign(nodeOf(workflow, 'NanoBanana').parameters, { options: { timeout: 1 } });
	Object.assign(nodeOf(workflow, 'Wait').parameters, { amount: 1 });
	mockApi.set({ taskMs: 3_000 });
	const run = await client.run(workflow);

	expect(run.error).toBeUndefined();
	expect(await digestsOf(run, 'Use the Image')).toEqual([...mockApi.files.values()].map((file) => file.sha256));
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
});

test('the other formats generate one image each, at their own endpoint', async () => {
	const run = await runExample('other-api-formats');

	for (const name of ['OpenAI Format', 'Gemini Format']) expect(await digestsOf(run, name)).toHaveLength(1);
	expect(environment.mockApi.ledger.map((entry) => [entry.kind, entry.imagesCharged]).sort()).toEqual([
		['generateContent', 1],
		['generations', 1],
	]);
});

test('the content pipeline runs on its schedule, names its files, and keeps the order of its prompts', async () => {
	const { client, mockApi, credential } = environment;
	const saved = await client.createWorkflow(everySecond(loadExample('content-pipeline', [credential])));
	await client.activate(saved);
	const { id, mode } = await until('a run by the schedule', async () =>
		(await client.executionsOf(saved)).find((run) => run.status === 'success'),
	);
	await client.deactivate(saved);
	const run = await client.execution(id);

	expect(mode).toBe('trigger');
	const items = run.items('Store or Publish');
	expect(items.map((item) => item.json.title)).toEqual(['desk', 'tea', 'bicycle']);
	expect(items.map((item) => fileOf(item).fileName)).toEqual(['desk.jpg', 'tea.jpg', 'bicycle.jpg']);
	const served = items.map((item) => mockApi.files.get(String(item.json.imageUrl))?.sha256);
	expect(await digestsOf(run, 'Store or Publish')).toEqual(served);
});

function everySecond(workflow: Workflow): Workflow {
	nodeOf(workflow, 'Every Morning').parameters = { rule: { interval: [{ field: 'seconds', secondsInterval: 1 }] } };
	return workflow;
}
