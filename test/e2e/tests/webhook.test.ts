/* eslint-disable */
import { callWebhook } from '../harness/n8n/callWebhook';
import { sha256 } from '../harness/images/digest';
import { loadExample } from '../harness/n8n/examples';
import { paintReference } from '../harness/images/referenceImage';
import { openScene, type Scene } from '../harness/testEnvironment';

let scene: Scene;
let address: string;
let reference: Buffer<ArrayBuffer>;
const callerKey = { 'x-api-key': 'caller' };

beforeAll(async () => {
	scene = await openScene();
	reference = await paintReference();
	const door = await scene.client.createCredential('httpHeaderAuth', 'Callers', {
		name: 'X-Api-Key',
		value: callerKey['x-api-key'],
	});
	await scene.client.activate(await scene.client.createWorkflow(loadExample('webhook-edit', [scene.credential, door])));
	address = `${scene.n8n.url}/webhook/edit-picture`;
});
afterAll(async () => await scene?.close());
afterEach(() => scene.sandbox.reset());

/** What a caller gets, and what the gateway was asked for. */
async function callWith(init: RequestInit, query = '') {
	const response = await callWebhook(`${address}${query}`, { method: 'POST', ...init });
	const body = Buffer.from(await response.arrayBuffer());
	return { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
}

function expectOneEdit(prompt: string, answer: { body: Buffer }): void {
	const { sandbox } = scene;
	const [sent] = sandbox.calls('createTask').map((call) => call.body as { image: string; prompt: string });
	expect(sent.prompt).toBe(prompt);
	expect(sent.image).toBe(`data:image/png;base64,${reference.toString('base64')}`);
	expect([...sandbox.files.values()].map((file) => file.sha256)).toEqual([sha256(answer.body)]);
	expect(sandbox.ledger).toMatchObject([{ references: 1, imagesBilled: 1, downloads: 1 }]);
}

test('a raw body in, the edited picture out', async () => {
	const answer = await callWith(
		{ headers: { ...callerKey, 'content-type': 'image/png' }, body: reference },
		'?prompt=make%20it%20night',
	);

	expect([answer.status, answer.contentType]).toEqual([200, 'image/png']);
	expectOneEdit('make it night', answer);
});

test('a form upload in, the edited picture out', async () => {
	const form = new FormData();
	form.set('file', new Blob([reference], { type: 'image/png' }), 'in.png');
	form.set('prompt', 'make it day');

	const answer = await callWith({ headers: callerKey, body: form });

	expect([answer.status, answer.contentType]).toEqual([200, 'image/png']);
	expectOneEdit('make it day', answer);
});

test('a request without a picture gets a clean 400 and costs nothing', async () => {
	const answer = await callWith({
		headers: { ...callerKey, 'content-type': 'application/json' },
		body: JSON.stringify({ prompt: 'make it night' }),
	});

	expect(answer.status).toBe(400);
	expect(JSON.parse(answer.body.toString())).toMatchObject({
		reason: 'invalid_input',
		message: expect.stringMatching(/no file/),
	});
	expect(scene.sandbox.created()).toBe(0);
});

test('a task that fails gets a clean 502 with the reason and the task ID', async () => {
	const answer = await callWith(
		{ headers: { ...callerKey, 'content-type': 'image/png' }, body: reference },
		'?prompt=%5Bfail%5D',
	);

	expect(answer.status).toBe(502);
	const told = JSON.parse(answer.body.toString()) as { message: string; reason: string; taskId: string };
	expect(told).toEqual({ message: expect.any(String), reason: 'task_failed', taskId: scene.sandbox.ledger[0].taskId });
	expect(answer.body.toString()).not.toContain(scene.sandbox.apiKey);
});

test('a caller without the key is turned away and costs nothing', async () => {
	const answer = await callWith({ headers: { 'content-type': 'image/png' }, body: reference }, '?prompt=x');

	expect(answer.status).toBe(403);
	expect(scene.sandbox.journal).toEqual([]);
});
