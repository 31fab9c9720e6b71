/* eslint-disable */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { startMockApi, type MockApi } from '..';
import { plainImage } from './pixels';
import {
	call,
	create,
	createdTask,
	download,
	finishedTask,
	PLAIN_TASK,
	query,
	queryUntilDone,
	seedTask,
} from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

describe('the task endpoint', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('responds to a create request with a task id in the seed envelope', async () => {
		mockApi.set({ taskMs: 60_000 });
		const { status, body } = await create(mockApi);
		expect(status).toBe(200);
		expect(body).toEqual({
			code: 'success',
			message: '',
			data: {
				task_id: expect.stringMatching(/^task_\w{32}$/),
				status: 'queued',
				progress: '0%',
				result_url: '',
				metadata: { task_type: 'text2image' },
				error: null,
			},
		});
	});

	it('moves a task from queued through processing to succeeded', async () => {
		mockApi.set({ taskMs: 60_000, queuedShare: 1 });
		const taskId = await createdTask(mockApi);
		const states = [seedTask(await query(mockApi, taskId)).status];
		mockApi.set({ queuedShare: 0 });
		states.push(seedTask(await query(mockApi, taskId)).status);
		mockApi.finishTasks();
		states.push(seedTask(await query(mockApi, taskId)).status);
		expect(states).toEqual(['queued', 'processing', 'succeeded']);
	});

	it('never returns a lower progress than before', async () => {
		mockApi.set({ taskMs: [40, 80] });
		const replies = await queryUntilDone(mockApi, await createdTask(mockApi));
		const progress = replies.map((reply) => Number.parseInt(seedTask(reply).progress, 10));
		expect(progress).toEqual([...progress].sort((a, b) => a - b));
		expect(progress.at(-1)).toBe(100);
	});

	it('serves the finished image on a second origin with a signed URL', async () => {
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, aspect_ratio: '16:9' });
		expect(task).toMatchObject({
			status: 'succeeded',
			progress: '100%',
			metadata: { task_type: 'text2image', result_count: 1 },
		});
		expect(task.result_urls).toBeUndefined();
		const url = new URL(task.result_url);
		expect(url.origin).toBe(mockApi.filesUrl);
		expect([...url.searchParams.keys()]).toEqual(['expires', 'signature']);
		const bytes = await download(task.result_url);
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 688, height: 384 });
		const served = mockApi.files.get(task.result_url);
		expect(served).toEqual({
			sha256: createHash('sha256').update(bytes).digest('hex'),
			bytes: bytes.length,
			mimeType: 'image/png',
			width: 688,
			height: 384,
		});
	});

	it('rejects a file URL without its signature, and an unknown file', async () => {
		const { result_url: url } = await finishedTask(mockApi);
		expect((await fetch(url.split('?')[0])).status).toBe(403);
		expect((await fetch(`${mockApi.filesUrl}/r/guessed.png`)).status).toBe(404);
	});

	it('returns n different images', async () => {
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, n: 3 });
		expect(task.result_urls).toHaveLength(3);
		expect(task.result_urls?.[0]).toBe(task.result_url);
		expect(task.metadata.result_count).toBe(3);
		for (const url of task.result_urls ?? []) await download(url);
		expect(new Set([...mockApi.files.values()].map(({ sha256 }) => sha256)).size).toBe(3);
	});

	it('returns base64 if requested', async () => {
		const task = await finishedTask(mockApi, {
			...PLAIN_TASK,
			response_format: 'b64_json',
			output_format: 'jpeg',
			n: 2,
		});
		expect(task.result_url).toBe('');
		expect(task.data).toHaveLength(2);
		for (const { b64_json: base64 } of task.data ?? []) {
			expect((await sharp(Buffer.from(base64, 'base64')).metadata()).format).toBe('jpeg');
		}
	});

	it.each([
		['coarse', ['0%', '50%', '100%']],
		['none', ['', '', '']],
	] as const)('reports %s progress', async (progress, reported) => {
		mockApi.set({ taskMs: 60_000, queuedShare: 1, progress });
		const taskId = await createdTask(mockApi);
		const heard = [seedTask(await query(mockApi, taskId)).progress];
		mockApi.set({ queuedShare: 0 });
		heard.push(seedTask(await query(mockApi, taskId)).progress);
		mockApi.finishTasks();
		heard.push(seedTask(await query(mockApi, taskId)).progress);
		expect(heard).toEqual(reported);
	});

	it('fails a task whose prompt contains [fail], and charges nothing', async () => {
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, prompt: 'a cube [fail]' });
		expect(task).toMatchObject({ status: 'failed', result_url: '', error: { code: 'upstream_error' } });
		expect(mockApi.imagesCharged()).toBe(0);
	});

	it('returns the same error for a task that is not visible yet as for an unknown task', async () => {
		mockApi.set({ visibleAfterMs: 60_000 });
		const { status, body } = await query(mockApi, await createdTask(mockApi));
		expect(status).toBe(400);
		expect(body).toEqual({ code: 'task_not_exist', message: 'task_not_exist', data: null });
		expect((await query(mockApi, 'task_nope')).body).toEqual(body);
	});

	it('accepts a file in a multipart form', async () => {
		const form = new FormData();
		const file = await plainImage('#f00', 40, 30);
		form.set('model', 'NanoBanana2-0.5K');
		form.set('prompt', 'turn it blue');
		form.append('image', new Blob([new Uint8Array(file)], { type: 'image/png' }), 'in.png');
		const headers = { authorization: `Bearer ${mockApi.apiKey}` };
		const response = await fetch(`${mockApi.baseUrl}/v1/images/tasks`, { method: 'POST', headers, body: form });
		expect(response.status).toBe(200);
		expect(mockApi.ledger).toMatchObject([{ references: 1, prompt: 'turn it blue' }]);
		const sha256 = createHash('sha256').update(file).digest('hex');
		expect(mockApi.journal[0].body).toEqual({
			fields: { model: 'NanoBanana2-0.5K', prompt: 'turn it blue' },
			files: [{ field: 'image', fileName: 'in.png', mimeType: 'image/png', bytes: file.length, sha256 }],
		});
	});

	it('fails a task whose reference cannot be downloaded', async () => {
		const missing = `${mockApi.filesUrl}/r/missing.png`;
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, image: missing });
		expect(task).toMatchObject({
			status: 'failed',
			error: { message: expect.stringContaining('could not be downloaded') },
		});
	});

	it('never downloads a reference from another machine', async () => {
		const task = await finishedTask(mockApi, { ...PLAIN_TASK, image: 'https://example.com/input.png' });
		expect(task).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('loopback') } });
	});

	it("lists its models for free, in OpenAI's or Google's format", async () => {
		const { body } = await call(mockApi, 'GET', '/v1/models');
		expect(body).toMatchObject({
			object: 'list',
			data: expect.arrayContaining([expect.objectContaining({ id: 'NanoBanana2-0.5K', owned_by: 'uniall' })]),
		});
		const google = await fetch(`${mockApi.baseUrl}/v1/models`, { headers: { 'x-goog-api-key': mockApi.apiKey } });
		expect(await google.json()).toMatchObject({
			models: expect.arrayContaining([{ name: 'models/NanoBanana', displayName: 'NanoBanana' }]),
		});
		mockApi.set({ models: null });
		expect((await call(mockApi, 'GET', '/v1/models')).status).toBe(404);
		expect(mockApi.created()).toBe(0);
	});
});
