/* eslint-disable */
import { callWebhook } from '../harness/n8n/callWebhook';
import { sha256 } from '../harness/images/digest';
import { loadExample } from '../harness/n8n/examples';
import { createReferenceImage } from '../harness/images/referenceImage';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';

let environment: TestEnvironment;
let url: string;
let reference: Buffer<ArrayBuffer>;
const callerKey = { 'x-api-key': 'caller' };

beforeAll(async () => {
	environment = await startTestEnvironment();
	reference = await createReferenceImage();
	const webhookCredential = await environment.client.createCredential('httpHeaderAuth', 'Callers', {
		name: 'X-Api-Key',
		value: callerKey['x-api-key'],
	});
	await environment.client.activate(
		await environment.client.createWorkflow(loadExample('webhook-edit', [environment.credential, webhookCredential])),
	);
	url = `${environment.n8n.url}/webhook/edit-image`;
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

/** The response that a caller gets. */
async function callWith(init: RequestInit, query = '') {
	const response = await callWebhook(`${url}${query}`, { method: 'POST', ...init });
	const body = Buffer.from(await response.arrayBuffer());
	return { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
}

function expectOneEdit(prompt: string, response: { body: Buffer }): void {
	const { mockApi } = environment;
	const [sent] = mockApi.calls('createTask').map((call) => call.body as { image: string; prompt: string });
	expect(sent.prompt).toBe(prompt);
	expect(sent.image).toBe(`data:image/png;base64,${reference.toString('base64')}`);
	expect([...mockApi.files.values()].map((file) => file.sha256)).toEqual([sha256(response.body)]);
	expect(mockApi.ledger).toMatchObject([{ references: 1, imagesCharged: 1, downloads: 1 }]);
}

test('a request with a raw body returns the edited image', async () => {
	const response = await callWith(
		{ headers: { ...callerKey, 'content-type': 'image/png' }, body: reference },
		'?prompt=make%20it%20night',
	);

	expect([response.status, response.contentType]).toEqual([200, 'image/png']);
	expectOneEdit('make it night', response);
});

test('a form upload returns the edited image', async () => {
	const form = new FormData();
	form.set('file', new Blob([reference], { type: 'image/png' }), 'in.png');
	form.set('prompt', 'make it day');

	const response = await callWith({ headers: callerKey, body: form });

	expect([response.status, response.contentType]).toEqual([200, 'image/png']);
	expectOneEdit('make it day', response);
});

test('a request without an image returns 400 with the reason, and costs nothing', async () => {
	const response = await callWith({
		headers: { ...callerKey, 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: 'make it night' }),
	});

	expect(response.status).toBe(400);
	expect(JSON.parse(response.body.toString())).toMatchObject({
		reason: 'invalid_input',
		message: expect.stringMatching(/No file found/),
	});
	expect(environment.mockApi.created()).toBe(0);
});

test('a task that fails returns 502 with the reason and the task ID', async () => {
	const response = await callWith(
		{ headers: { ...callerKey, 'content-type': 'image/png' }, body: reference },
		'?prompt=%5Bfail%5D',
	);

	expect(response.status).toBe(502);
	const body = JSON.parse(response.body.toString()) as { message: string; reason: string; taskId: string };
	expect(body).toEqual({
		message: expect.any(String),
		reason: 'task_failed',
		taskId: environment.mockApi.ledger[0].taskId,
	});
	expect(response.body.toString()).not.toContain(environment.mockApi.apiKey);
});

test('an image that cannot be downloaded returns 502 with its task ID and URL', async () => {
	const { mockApi } = environment;
	mockApi.script('file', [{ status: 400, body: 'no' }]);

	const response = await callWith(
		{ headers: { ...callerKey, 'content-type': 'image/png' }, body: reference },
		'?prompt=make%20it%20night',
	);

	const [{ taskId, imagesCharged }] = mockApi.ledger;
	expect(response.status).toBe(502);
	expect(JSON.parse(response.body.toString())).toEqual({
		message: 'The image could not be downloaded. Get it from its URL or by its task ID.',
		taskId,
		imageUrl: mockApi.task(String(taskId))?.urls[0],
	});
	expect(imagesCharged).toBe(1);
});

test('a request without the key is rejected and costs nothing', async () => {
	const response = await callWith({ headers: { 'content-type': 'image/png' }, body: reference }, '?prompt=x');

	expect(response.status).toBe(403);
	expect(environment.mockApi.journal).toEqual([]);
});
