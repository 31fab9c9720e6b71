/* eslint-disable */
import { createHash } from 'node:crypto';
import { DIALECT_NAMES } from '../dialects';
import { startMockApi, type Dialect, type MockApi } from '..';
import { call, create, createdTask, download, PLAIN_TASK, query } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const ID = expect.stringMatching(/^task_\w{32}$/);
const SECONDS = expect.any(Number);

interface Shape {
	created: unknown;
	done: (urls: string[]) => unknown;
	failed: (message: string) => unknown;
}

const flatTask = { id: ID, task_id: ID };
const envelope = (data: unknown): unknown => ({ code: 'success', message: '', data });
const typed = (url: string): unknown => ({ url, b64_json: '', revised_prompt: '' });
const path = (url: string): string => url.slice(new URL(url).origin.length);
const failure = (message: string): unknown => ({ code: 'upstream_error', message });

const SHAPES: Record<Dialect, Shape> = {
	seed: {
		created: envelope(
			expect.objectContaining({ task_id: ID, status: 'queued', progress: '0%', result_url: '', error: null }),
		),
		done: (urls) =>
			envelope(
				expect.objectContaining({ status: 'succeeded', progress: '100%', result_url: urls[0], result_urls: urls }),
			),
		failed: (message) =>
			envelope(expect.objectContaining({ status: 'failed', result_url: '', error: failure(message) })),
	},
	newapiFlat: {
		created: {
			...flatTask,
			object: 'image.task',
			model: PLAIN_TASK.model,
			status: 'queued',
			progress: 0,
			created_at: SECONDS,
		},
		done: (urls) =>
			expect.objectContaining({ status: 'succeeded', progress: 100, result_url: urls[0], data: urls.map(typed) }),
		failed: (message) =>
			expect.objectContaining({ status: 'failed', progress: 100, error: expect.objectContaining({ message }) }),
	},
	sub2api: {
		created: {
			...flatTask,
			object: 'image.generation.task',
			status: 'processing',
			created_at: SECONDS,
			expires_at: SECONDS,
			poll_url: expect.stringMatching(/^\/v1\/images\/tasks\/task_/),
		},
		done: (urls) =>
			expect.objectContaining({
				status: 'completed',
				http_status: 200,
				image_url: urls[0],
				result: { created: SECONDS, data: urls.map((url) => ({ url })) },
			}),
		failed: (message) => expect.objectContaining({ status: 'failed', http_status: 502, error: failure(message) }),
	},
	dataString: {
		created: envelope(ID),
		done: (urls) =>
			envelope(expect.objectContaining({ status: 'SUCCESS', data: { created: SECONDS, data: urls.map(typed) } })),
		failed: (message) => envelope(expect.objectContaining({ status: 'FAILURE', fail_reason: message })),
	},
	taskDto: {
		created: envelope(
			expect.objectContaining({ id: expect.any(Number), task_id: ID, status: 'NOT_START', progress: '0%', data: null }),
		),
		done: (urls) =>
			envelope(
				expect.objectContaining({
					status: 'SUCCESS',
					fail_reason: urls[0],
					data: { created: SECONDS, data: urls.map(typed) },
				}),
			),
		failed: (message) =>
			envelope(expect.objectContaining({ status: 'FAILURE', fail_reason: message, result_url: message, data: null })),
	},
	forkResult: {
		created: { data: { task_id: ID, status: 'queued' } },
		done: (urls) => ({
			data: {
				task_id: ID,
				status: 'completed',
				result: { created: SECONDS, data: urls.map((url) => ({ url: path(url) })) },
			},
		}),
		failed: (message) => ({ data: { task_id: ID, status: 'failed', error: { message } } }),
	},
	openAiTask: {
		created: { ...flatTask, object: 'image.generation.task', status: 'queued', progress: '0%', created_at: SECONDS },
		done: (urls) => expect.objectContaining({ status: 'completed', progress: '100%', data: urls.map(typed) }),
		failed: (message) => expect.objectContaining({ status: 'failed', error: expect.objectContaining({ message }) }),
	},
	dataArray: {
		created: { code: 200, data: [{ status: 'submitted', task_id: ID }] },
		done: (urls) => ({
			code: 200,
			data: expect.objectContaining({
				status: 'completed',
				result: { images: urls.map((url) => ({ url: [url], expires_at: SECONDS })) },
			}),
		}),
		failed: (message) => ({
			code: 200,
			data: expect.objectContaining({ status: 'failed', error: expect.objectContaining({ message }) }),
		}),
	},
	evolink: {
		created: expect.objectContaining({
			id: ID,
			object: 'image.generation.task',
			status: 'pending',
			progress: 0,
			type: 'image',
		}),
		done: (urls) => expect.objectContaining({ status: 'completed', progress: 100, results: urls }),
		failed: (message) => expect.objectContaining({ status: 'failed', error: failure(message) }),
	},
	zmodel: {
		created: { id: ID, object: 'image.generation', status: 'queued', output: { availability: 'pending', data: [] } },
		done: (urls) =>
			expect.objectContaining({
				status: 'completed',
				output: { availability: 'available', data: urls.map((url, index) => ({ index, url, mime_type: 'image/png' })) },
			}),
		failed: (message) =>
			expect.objectContaining({ status: 'failed', output: expect.objectContaining({ error: failure(message) }) }),
	},
	outputs: {
		created: expect.objectContaining({
			id: ID,
			kind: 'image',
			action: 'generate',
			status: 'queued',
			error: '',
			outputs: [],
		}),
		done: (urls) =>
			expect.objectContaining({
				status: 'succeeded',
				outputs: urls.map((url, index) => ({ index, mime_type: 'image/png', size: 0, url })),
			}),
		failed: (message) => expect.objectContaining({ status: 'failed', error: message }),
	},
	toapis: {
		created: { id: ID, object: 'generation.task', status: 'queued', progress: 0 },
		done: (urls) =>
			expect.objectContaining({ status: 'completed', result: { type: 'image', data: urls.map((url) => ({ url })) } }),
		failed: (message) => expect.objectContaining({ status: 'failed', error: failure(message) }),
	},
};

describe.each(DIALECT_NAMES)('the %s dialect', (dialect) => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ dialect, taskMs: 60_000, queuedShare: 1 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('returns a new task in its own format', async () => {
		const { status, body } = await create(mockApi);
		expect(body).toEqual(SHAPES[dialect].created);
		expect(status).toBe(['sub2api', 'forkResult', 'zmodel'].includes(dialect) ? 202 : 200);
	});

	it('returns a finished task in its own format, with the URLs of the images', async () => {
		const taskId = await createdTask(mockApi, { ...PLAIN_TASK, n: 2 });
		mockApi.finishTasks();
		const { status, body } = await query(mockApi, taskId);
		const urls = mockApi.task(taskId)?.urls ?? [];
		expect(status).toBe(200);
		expect(urls).toHaveLength(2);
		expect(body).toEqual(SHAPES[dialect].done(urls));
		expect(new URL(urls[0]).origin).toBe(dialect === 'forkResult' ? mockApi.baseUrl : mockApi.filesUrl);
		const bytes = await download(urls[0]);
		expect(mockApi.files.get(urls[0])?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
	});

	it('returns base64 if requested', async () => {
		const taskId = await createdTask(mockApi, { ...PLAIN_TASK, response_format: 'b64_json' });
		mockApi.finishTasks();
		const { body } = await query(mockApi, taskId);
		expect(JSON.stringify(body)).toMatch(/"(data:image\/png;base64,)?iVBORw0KGgo/);
	});

	it('returns a failed task in its own format', async () => {
		const taskId = await createdTask(mockApi, { ...PLAIN_TASK, prompt: 'x [fail]' });
		mockApi.finishTasks();
		expect((await query(mockApi, taskId)).body).toEqual(
			SHAPES[dialect].failed('upstream could not render the image: [fail]'),
		);
	});
});

describe('the dialect', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0, syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('sub2api sends the path and the time of the next poll in headers', async () => {
		mockApi.set({ dialect: 'sub2api', retryAfterSeconds: 3 });
		const { headers } = await create(mockApi);
		expect(headers.get('retry-after')).toBe('3');
		expect(headers.get('location')).toBe(`/v1/images/tasks/${mockApi.ledger[0].taskId}`);
		expect(headers.get('cache-control')).toBe('no-store');
	});

	it.each(['generations', 'edits'])('openAiTask responds to %s with a task to poll', async (route) => {
		mockApi.set({ dialect: 'openAiTask' });
		const pixel =
			'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
		const image = route === 'edits' ? { image: pixel } : {};
		const { body } = await call(mockApi, 'POST', `/v1/images/${route}`, { ...PLAIN_TASK, ...image });
		const { task_id: taskId } = body as { task_id: string };
		expect(mockApi.ledger).toMatchObject([{ kind: route, taskId }]);
		mockApi.finishTasks();
		expect((await query(mockApi, taskId)).status).toBe(200);
	});
});
