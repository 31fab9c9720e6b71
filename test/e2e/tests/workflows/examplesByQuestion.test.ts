/* eslint-disable */
// The examples with a question about money, models, or time as the title.
import { randomUUID } from 'node:crypto';

import { callWebhook } from '../../harness/n8n/callWebhook';
import { sha256 } from '../../harness/images/digest';
import { fileOf, type Execution } from '../../harness/n8n/execution';
import { loadExample, nodeOf } from '../../harness/n8n/examples';
import type { SavedWorkflow } from '../../harness/n8n/restClient';
import type { Workflow } from '../../harness/n8n/workflow';
import { createReferenceImage } from '../../harness/images/referenceImage';
import { startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';
import { until } from '../../harness/processes/until';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

const example = (name: string): Workflow => loadExample(name, [environment.credential]);
const served = () => [...environment.mockApi.files.values()].map((file) => file.sha256);

async function digestsOf(run: Execution, nodeName: string): Promise<string[]> {
	return await Promise.all(
		run.items(nodeName).map(async (item) => sha256(await environment.client.bytesOf(fileOf(item)))),
	);
}

describe('How do I get told when it is done?', () => {
	it('continues when the API calls back, and reads the task once', async () => {
		const { client, mockApi } = environment;
		mockApi.set({ sendsCallbacks: true, taskMs: 3_000 });
		const run = await client.run(example('callback'));

		expect(run.error).toBeUndefined();
		expect(run.items('Wait')[0].json.body).toMatchObject({ data: { status: 'succeeded' } });
		expect(await digestsOf(run, 'Use the Image')).toEqual(served());
		expect(mockApi.calls('createTask').map(({ body }) => body)).toMatchObject([
			{ callback_url: expect.stringContaining(`${environment.n8n.url}/webhook-waiting/${run.id}`) },
		]);
		expect(mockApi.calls('getTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
	});

	it('continues without a callback after the time limit of the Wait node', async () => {
		const { client, mockApi } = environment;
		const workflow = example('callback');
		Object.assign(nodeOf(workflow, 'Wait').parameters, { resumeAmount: 1, resumeUnit: 'seconds' });
		// n8n checks waiting executions once a minute.
		const run = await client.run(workflow, 120_000);

		expect(run.error).toBeUndefined();
		expect(await digestsOf(run, 'Use the Image')).toEqual(served());
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
	});
});

describe('How do I try another model when one is not available?', () => {
	it('sends the same prompt to the second model', async () => {
		const { client, mockApi } = environment;
		mockApi.set({ enabledModels: ['NanoBanana2-1K'] });
		const run = await client.run(example('another-model'));

		expect(run.error).toBeUndefined();
		expect(await digestsOf(run, 'Use the Image')).toEqual(served());
		expect(mockApi.calls('createTask').map(({ body }) => body)).toMatchObject([
			{ model: 'NanoBananaPro-1K' },
			{ model: 'NanoBanana2-1K', prompt: 'A glass greenhouse in the rain, wide shot' },
		]);
		expect(mockApi.ledger).toMatchObject([{ model: 'NanoBanana2-1K', imagesCharged: 1 }]);
	});

	it('sends nothing again if a task may exist', async () => {
		const { client, mockApi } = environment;
		mockApi.script('createTask', [{ reset: true, accept: true }]);
		const run = await client.run(example('another-model'));

		expect(run.items('Decide by Error Code')).toMatchObject([
			{ json: { details: { errorCode: 'unclear_submission' } } },
		]);
		expect(mockApi.calls('createTask')).toHaveLength(1);
	});
});

interface Form {
	saved: SavedWorkflow;
	/** The page that comes after the first one. */
	next: string;
}

/** Fills in the first page of a form in n8n, and waits until the execution waits for the next one. */
async function fillIn(workflow: Workflow, trigger: string, fields: Record<string, string | Blob>): Promise<Form> {
	const { client, n8n } = environment;
	// n8n rejects a second active workflow with the same URL.
	const form = Object.assign(nodeOf(workflow, trigger), { webhookId: randomUUID() });
	const saved = await client.createWorkflow(workflow);
	await client.activate(saved);
	const body = formOf(fields);
	const url = `${n8n.url}/form/${form.webhookId}`;
	const submitted = await callWebhook(url, { method: 'POST', body });
	await waiting(saved);
	return { saved, next: ((await submitted.json()) as { formWaitingUrl: string }).formWaitingUrl };
}

function formOf(fields: Record<string, string | Blob>): FormData {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) {
		if (typeof value === 'string') form.set(name, value);
		else form.set(name, value, 'in.png');
	}
	return form;
}

/** Resolves when the execution waits. Earlier, n8n does not respond to a request for the page. */
async function waiting(saved: SavedWorkflow): Promise<string> {
	const { client } = environment;
	return await until('the execution to wait', async () => {
		const found = (await client.executionsOf(saved)).find((execution) => execution.status === 'waiting');
		return found?.id;
	});
}

/** The last page of a form; its script ends the execution. */
async function lastPage(next: string): Promise<string> {
	const page = await (await fetch(next)).text();
	await fetch(next, { method: 'POST' });
	return page;
}

describe('How do I ask before paying?', () => {
	async function choose(choice: string): Promise<{ question: string; page: string; run: Execution }> {
		const { client, mockApi } = environment;
		const { saved, next } = await fillIn(example('ask-before-paying'), 'Prompt', { 'field-0': 'a paper boat' });
		const question = await (await fetch(next)).text();
		expect(mockApi.journal).toEqual([]);
		await fetch(next, { method: 'POST', body: formOf({ 'field-0': choice }) });
		const id = await waiting(saved);
		const page = await lastPage(next);
		return { question, page, run: await client.finished(id) };
	}

	it('shows the cost, and generates the image after "Yes"', async () => {
		const { question, page, run } = await choose('Yes');

		expect(question).toContain('Images: 1. Cost: 0.04.');
		expect(page).toContain('Your image is ready');
		expect(await digestsOf(run, 'Create Image')).toEqual(served());
		expect(environment.mockApi.ledger).toMatchObject([{ prompt: 'a paper boat', imagesCharged: 1 }]);
	});

	it('sends nothing after "No"', async () => {
		const { page } = await choose('No');

		expect(page).toContain('You were not charged.');
		expect(environment.mockApi.journal).toEqual([]);
	});
});

test('What if my provider accepts URLs only? The file is uploaded first, and its URL is passed', async () => {
	const { client, mockApi } = environment;
	mockApi.set({ acceptsUrlsOnly: true });
	const reference = await createReferenceImage();
	const workflow = example('upload-first');
	Object.assign(nodeOf(workflow, 'Upload').parameters, { url: `${mockApi.baseUrl}/v1/uploads/images` });
	const { saved, next } = await fillIn(workflow, 'Image and Prompt', {
		'field-0': new Blob([reference], { type: 'image/png' }),
		'field-1': 'make it night',
	});
	const id = await waiting(saved);
	const page = await lastPage(next);
	const run = await client.finished(id);

	expect(page).toContain('Your image is ready');
	expect(await digestsOf(run, 'Edit Image')).toEqual(served());
	expect(mockApi.calls('upload')).toMatchObject([{ body: { files: [{ field: 'file', sha256: sha256(reference) }] } }]);
	expect(mockApi.calls('createTask').map(({ body }) => body)).toMatchObject([
		{ prompt: 'make it night', image: run.items('Upload')[0].json.url },
	]);
	expect(mockApi.ledger).toMatchObject([{ references: 1, imagesCharged: 1 }]);
});
describe('How do I never pay for the same image twice?', () => {
	it('sends each request once, and gets the images of open tasks on its schedule', async () => {
		const { client, mockApi } = environment;
		const workflow = example('never-twice');
		Object.assign(nodeOf(workflow, 'Get Result').parameters, { options: { timeout: 1, onTimeout: 'continue' } });
		const saved = await client.createWorkflow(workflow);
		const runFrom = async (trigger: string) => await client.finished(await client.start(saved, trigger));

		// The tasks are still running when the first run ends.
		mockApi.set({ taskMs: 3_600_000 });
		const first = await runFrom('Start');
		expect(first.error).toBeUndefined();
		expect(first.items('Preview Request')).toHaveLength(3);
		expect(mockApi.calls('createTask')).toHaveLength(2);
		expect(
			first
				.items('Create Task')
				.map(({ json }) => json.taskId)
				.sort(),
		).toEqual(mockApi.ledger.map(({ taskId }) => taskId).sort());
		expect(first.items('Finished?', 1)).toHaveLength(2);

		mockApi.finishTasks();
		const nextDay = await runFrom('Every Morning');
		expect(nextDay.error).toBeUndefined();
		expect((await digestsOf(nextDay, 'Use the Image')).sort()).toEqual(served().sort());
		expect(nextDay.items('Save as Done').map(({ json }) => json.status)).toEqual(['done', 'done']);

		const again = await runFrom('Start');
		expect(again.error).toBeUndefined();
		expect((await digestsOf(again, 'Use the Image')).sort()).toEqual(served().sort());
		expect(mockApi.calls('createTask')).toHaveLength(2);
		expect(mockApi.ledger.map(({ imagesCharged }) => imagesCharged)).toEqual([1, 1]);
	});

	it('sends a rejected request again, but not one whose response was lost', async () => {
		const { client, mockApi } = environment;
		const workflow = example('never-twice');
		const prompts = ['lost', 'rejected'].map((prompt) => ({ prompt }));
		Object.assign(nodeOf(workflow, 'Prompts').parameters, { jsonOutput: JSON.stringify({ rows: prompts }) });
		Object.assign(nodeOf(workflow, 'Create Task').parameters, {
			options: { includeInputFields: true, maxConcurrency: 1 },
		});
		const saved = await client.createWorkflow(workflow);
		const run = async () => await client.finished(await client.start(saved, 'Start'));
		const noModel = { error: { message: 'No available channel for model', code: 'model_not_found' } };
		mockApi.script('createTask', [
			{ reset: true, accept: true },
			{ status: 503, body: noModel },
		]);
		const first = await run();
		const second = await run();

		expect(first.error).toBeUndefined();
		expect(first.items('Remove Row').map(({ json }) => json.prompt)).toEqual(['rejected']);
		expect(second.error).toBeUndefined();
		expect(mockApi.calls('createTask').map(({ body }) => (body as { prompt: string }).prompt)).toEqual([
			'lost',
			'rejected',
			'rejected',
		]);
		expect(second.items('Use the Image')).toHaveLength(1);
	});
});
