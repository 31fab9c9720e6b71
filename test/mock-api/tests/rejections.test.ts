/* eslint-disable */
import { startMockApi, type MockApi } from '..';
import { call, create, PLAIN_TASK } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

describe('the API', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 60_000 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it.each([
		['a missing key', undefined, 'Token not provided'],
		['a wrong key', 'Bearer sk-wrong', 'Invalid token'],
	])("rejects %s with New API's 401 and a request id", async (_name, authorization, message) => {
		const headers = authorization === undefined ? undefined : { authorization };
		const response = await fetch(`${mockApi.baseUrl}/v1/models`, { headers });
		expect(response.status).toBe(401);
		expect(await response.json()).toEqual({
			error: { message: expect.stringMatching(`^${message} \\(request id: \\w+\\)$`), type: 'new_api_error', code: '' },
		});
	});

	it.each([
		['a missing model', { model: undefined }, 'model'],
		['a missing prompt', { prompt: '' }, 'prompt'],
		['n below one', { n: 0 }, 'n must be'],
		['a fractional n', { n: 1.5 }, 'n must be'],
		['an unknown ratio', { aspect_ratio: '7:5' }, 'aspect_ratio'],
		[
			'a long ratio on a model that does not support it',
			{ model: 'NanoBananaPro-1K', aspect_ratio: '1:8' },
			'aspect_ratio',
		],
		['webp on NanoBanana2', { output_format: 'webp' }, 'output_format'],
		['webp on Pro', { model: 'NanoBananaPro-2K', output_format: 'webp' }, 'output_format'],
		['both image and images', { image: 'http://127.0.0.1/a.png', images: ['http://127.0.0.1/b.png'] }, 'together'],
		['a reference that is not a URL', { image: 'cube' }, 'URL or a data URI'],
		['an empty object as a reference', { image: {} }, 'URL or a data URI'],
		['image2image without an image', { task_type: 'image2image' }, 'image2image'],
		['an unknown task type', { task_type: 'video' }, 'task_type'],
		['an unknown response format', { response_format: 'file' }, 'response_format'],
	])('rejects %s before anything is charged', async (_name, change, message) => {
		const { status, body } = await create(mockApi, { ...PLAIN_TASK, ...change });
		expect(status).toBe(400);
		expect(body).toEqual({ code: 'invalid_request', message: expect.stringContaining(message), data: null });
		expect(mockApi.created()).toBe(0);
	});

	it('accepts webp on the base model', async () => {
		expect((await create(mockApi, { model: 'NanoBanana', prompt: 'x', output_format: 'webp' })).status).toBe(200);
	});

	it.each([
		['application/json', '{"a":', '{"a":'],
		['application/json', '[1]', [1]],
		['multipart/form-data; boundary=x', 'no form at all', 'broken form'],
		['multipart/form-data', 'no boundary', 'broken form'],
		['text/plain', 'words', 'words'],
	])('rejects a body of type %s with the content %s', async (type, body, journaled) => {
		const headers = { authorization: `Bearer ${mockApi.apiKey}`, 'content-type': type };
		const response = await fetch(`${mockApi.baseUrl}/v1/images/tasks`, { method: 'POST', headers, body });
		expect(response.status).toBe(400);
		expect(mockApi.journal).toMatchObject([{ body: journaled, status: 400 }]);
	});

	it('rejects an unknown model with 503 and a disabled one with 403', async () => {
		mockApi.set({ enabledModels: ['NanoBanana', 'NanoBanana3-1K'] });
		const unknown = await create(mockApi, { ...PLAIN_TASK, model: 'NanoBanana9' });
		expect(unknown).toMatchObject({ status: 503, body: { error: { code: 'model_not_found', type: 'new_api_error' } } });
		const disabled = await create(mockApi, { ...PLAIN_TASK, model: 'NanoBananaPro-4K' });
		expect(disabled).toMatchObject({
			status: 403,
			body: { error: { message: expect.stringContaining('This token has no access to model NanoBananaPro-4K') } },
		});
		expect((await create(mockApi, { ...PLAIN_TASK, model: 'NanoBanana3-1K' })).status).toBe(200);
	});

	it('rejects a text model', async () => {
		const { status, body } = await create(mockApi, { ...PLAIN_TASK, model: 'gpt-5.2' });
		expect(status).toBe(400);
		expect(body).toMatchObject({ message: expect.stringContaining('not supported model') });
	});

	it('rejects a prompt that its filter blocks', async () => {
		const { status, body } = await create(mockApi, { ...PLAIN_TASK, prompt: 'a [moderation] cube' });
		expect(status).toBe(400);
		expect(body).toMatchObject({ error: { code: 'sensitive_words_detected' } });
		expect(mockApi.created()).toBe(0);
	});

	it.each([
		[null, null],
		['seconds', /^1$/],
		['date', /GMT$/],
	] as const)('returns 429 at its task limit, with Retry-After in the form "%s"', async (retryAfter, header) => {
		mockApi.set({ tasksAtOnce: 1, retryAfter });
		expect((await create(mockApi)).status).toBe(200);
		const { status, body, headers } = await create(mockApi);
		expect(status).toBe(429);
		expect(body).toEqual({ code: 'fail_to_fetch_task', message: expect.any(String), data: null });
		if (header === null) expect(headers.has('retry-after')).toBe(false);
		else expect(headers.get('retry-after')).toMatch(header);
		expect(mockApi.created()).toBe(1);
	});

	it('applies the same limit to a synchronous call', async () => {
		mockApi.set({ tasksAtOnce: 1 });
		await create(mockApi);
		const reply = await call(mockApi, 'POST', '/v1/images/generations', PLAIN_TASK);
		expect(reply).toMatchObject({
			status: 429,
			body: { error: { message: expect.stringContaining('request limit') } },
		});
	});

	it('rejects a request that costs more than the remaining credit', async () => {
		mockApi.set({ balance: 3 });
		expect((await create(mockApi, { ...PLAIN_TASK, n: 2 })).status).toBe(200);
		const { status, body } = await create(mockApi, { ...PLAIN_TASK, n: 2 });
		expect(status).toBe(403);
		expect(body).toMatchObject({ code: 'insufficient_user_quota', data: null });
		expect(mockApi.imagesCharged()).toBe(2);
	});

	it('handles an unknown route like New API: JSON under /v1, the console page elsewhere', async () => {
		const doubled = await call(mockApi, 'POST', '/v1/v1/images/tasks', PLAIN_TASK);
		expect(doubled).toMatchObject({
			status: 404,
			body: { error: { message: 'Invalid URL (POST /v1/v1/images/tasks)' } },
		});
		const page = await call(mockApi, 'GET', '/console');
		expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<title>Console') });
		expect(mockApi.calls('other')).toHaveLength(2);
	});
});
