/* eslint-disable */
import { startSandbox, type Sandbox } from '..';
import { call, create, PLAIN_TASK } from './taskClient';

// Painting and streaming are work: a busy machine may take its time over them.
jest.setTimeout(60_000);

describe('what the gateway refuses', () => {
	let sandbox: Sandbox;

	beforeAll(async () => {
		sandbox = await startSandbox({ taskMs: 60_000 });
	});
	afterEach(() => sandbox.reset());
	afterAll(async () => await sandbox.stop());

	it.each([
		['no key', undefined, 'Token not provided'],
		['a wrong key', 'Bearer sk-wrong', 'Invalid token'],
	])("refuses %s with the family's 401 and a request id", async (_name, authorization, message) => {
		const headers = authorization === undefined ? undefined : { authorization };
		const response = await fetch(`${sandbox.baseUrl}/v1/models`, { headers });
		expect(response.status).toBe(401);
		expect(await response.json()).toEqual({
			error: { message: expect.stringMatching(`^${message} \\(request id: \\w+\\)$`), type: 'new_api_error', code: '' },
		});
	});

	it.each([
		['a missing model', { model: undefined }, 'model'],
		['a missing prompt', { prompt: '' }, 'prompt'],
		['n below one', { n: 0 }, 'n must be'],
		['n in halves', { n: 1.5 }, 'n must be'],
		['an unknown ratio', { aspect_ratio: '7:5' }, 'aspect_ratio'],
		['a long ratio on a model without it', { model: 'NanoBananaPro-1K', aspect_ratio: '1:8' }, 'aspect_ratio'],
		['webp on NanoBanana2', { output_format: 'webp' }, 'output_format'],
		['webp on Pro', { model: 'NanoBananaPro-2K', output_format: 'webp' }, 'output_format'],
		['both image and images', { image: 'http://127.0.0.1/a.png', images: ['http://127.0.0.1/b.png'] }, 'together'],
		['a reference that is no address', { image: 'cube' }, 'URL or a data URI'],
		['a reference in an empty object', { image: {} }, 'URL or a data URI'],
		['image2image without an image', { task_type: 'image2image' }, 'image2image'],
		['an unknown task type', { task_type: 'video' }, 'task_type'],
		['an unknown response format', { response_format: 'file' }, 'response_format'],
	])('refuses %s before anything is billed', async (_name, change, message) => {
		const { status, body } = await create(sandbox, { ...PLAIN_TASK, ...change });
		expect(status).toBe(400);
		expect(body).toEqual({ code: 'invalid_request', message: expect.stringContaining(message), data: null });
		expect(sandbox.created()).toBe(0);
	});

	it('takes webp on the base model', async () => {
		expect((await create(sandbox, { model: 'NanoBanana', prompt: 'x', output_format: 'webp' })).status).toBe(200);
	});

	it.each([
		['application/json', '{"a":', '{"a":'],
		['application/json', '[1]', [1]],
		['multipart/form-data; boundary=x', 'no form at all', 'broken form'],
		['multipart/form-data', 'no boundary', 'broken form'],
		['text/plain', 'words', 'words'],
	])('refuses a body of %s that says %s', async (type, body, journaled) => {
		const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': type };
		const response = await fetch(`${sandbox.baseUrl}/v1/images/tasks`, { method: 'POST', headers, body });
		expect(response.status).toBe(400);
		expect(sandbox.journal).toMatchObject([{ body: journaled, status: 400 }]);
	});

	it('has no channel for an unknown model and no access to a disabled one', async () => {
		sandbox.set({ enabledModels: ['NanoBanana', 'NanoBanana3-1K'] });
		const unknown = await create(sandbox, { ...PLAIN_TASK, model: 'NanoBanana9' });
		expect(unknown).toMatchObject({ status: 503, body: { error: { code: 'model_not_found', type: 'new_api_error' } } });
		const disabled = await create(sandbox, { ...PLAIN_TASK, model: 'NanoBananaPro-4K' });
		expect(disabled).toMatchObject({
			status: 403,
			body: { error: { message: expect.stringContaining('This token has no access to model NanoBananaPro-4K') } },
		});
		expect((await create(sandbox, { ...PLAIN_TASK, model: 'NanoBanana3-1K' })).status).toBe(200);
	});

	it('makes no images with a text model', async () => {
		const { status, body } = await create(sandbox, { ...PLAIN_TASK, model: 'gpt-5.2' });
		expect(status).toBe(400);
		expect(body).toMatchObject({ message: expect.stringContaining('not supported model') });
	});

	it('refuses a prompt its filter knows', async () => {
		const { status, body } = await create(sandbox, { ...PLAIN_TASK, prompt: 'a [moderation] cube' });
		expect(status).toBe(400);
		expect(body).toMatchObject({ error: { code: 'sensitive_words_detected' } });
		expect(sandbox.created()).toBe(0);
	});

	it.each([
		[null, null],
		['seconds', /^1$/],
		['date', /GMT$/],
	] as const)('answers 429 above its limit, with Retry-After as %s', async (retryAfter, header) => {
		sandbox.set({ tasksAtOnce: 1, retryAfter });
		expect((await create(sandbox)).status).toBe(200);
		const { status, body, headers } = await create(sandbox);
		expect(status).toBe(429);
		expect(body).toEqual({ code: 'fail_to_fetch_task', message: expect.any(String), data: null });
		if (header === null) expect(headers.has('retry-after')).toBe(false);
		else expect(headers.get('retry-after')).toMatch(header);
		expect(sandbox.created()).toBe(1);
	});

	it('counts a synchronous call against the same limit', async () => {
		sandbox.set({ tasksAtOnce: 1 });
		await create(sandbox);
		const reply = await call(sandbox, 'POST', '/v1/images/generations', PLAIN_TASK);
		expect(reply).toMatchObject({
			status: 429,
			body: { error: { message: expect.stringContaining('request limit') } },
		});
	});

	it('refuses what the balance no longer pays for', async () => {
		sandbox.set({ balance: 3 });
		expect((await create(sandbox, { ...PLAIN_TASK, n: 2 })).status).toBe(200);
		const { status, body } = await create(sandbox, { ...PLAIN_TASK, n: 2 });
		expect(status).toBe(403);
		expect(body).toMatchObject({ code: 'insufficient_user_quota', data: null });
		expect(sandbox.imagesBilled()).toBe(2);
	});

	it('answers an unknown route like the family: JSON under /v1, the console page elsewhere', async () => {
		const doubled = await call(sandbox, 'POST', '/v1/v1/images/tasks', PLAIN_TASK);
		expect(doubled).toMatchObject({
			status: 404,
			body: { error: { message: 'Invalid URL (POST /v1/v1/images/tasks)' } },
		});
		const page = await call(sandbox, 'GET', '/console');
		expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<title>Console') });
		expect(sandbox.calls('other')).toHaveLength(2);
	});
});
