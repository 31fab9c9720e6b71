/* eslint-disable */
// Realistic responses of New API and its forks, each with the result that the node must return.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { startPreparedServer, type PreparedServer, type PreparedResponse } from '../support/servers/preparedServer';
import dialects from './dialects.json';
import { nanoBananaWorkflow, readBinary, runWorkflow } from '../support/runWorkflow';

interface Entry extends PreparedResponse {
	id: string;
	kind: string;
	expect: {
		taskId: string | null;
		state: string | null;
		images: Array<{ url?: string; base64?: string; mimeType?: string }>;
		error: { code: string | number | null; message: string } | null;
		retryable: boolean;
		ambiguous?: boolean;
		graceRetry?: boolean;
		requestId?: string;
		warning?: string;
	};
}

const IMAGE = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==',
	'base64',
);
const TASK_ID = 'task_of_mine';
const JSON_HEADERS = { 'content-type': 'application/json' };

/** The expected error codes. Entries that are not listed succeed. */
const FAILURES: Record<string, string> = {
	'query-seed-failed-object': 'task_failed',
	'query-taskdto-failure-trapA': 'task_failed',
	'query-fork-failed': 'task_failed',
	'query-flat-failed': 'task_failed',
	'query-zmodel-expired': 'result_expired',
	'query-wengao-expired': 'result_expired',
	'error-401-newapi': 'invalid_key',
	'error-403-model-forbidden': 'model_not_available',
	'error-403-quota-task-flat': 'insufficient_balance',
	'error-503-no-channel': 'model_not_available',
	'error-400-task-not-exist': 'invalid_request',
	'error-404-route': 'wrong_base_url',
	'error-200-html': 'wrong_base_url',
	'error-200-code-number': 'invalid_request',
	'error-400-sensitive': 'prompt_refused',
	'error-500-upstream': 'unclear_submission',
	'error-524-cf': 'unclear_submission',
	'error-detail': 'invalid_request',
	'openai-data-null': 'no_image',
	'openai-400-moderation': 'prompt_refused',
	'gemini-text-only': 'no_image',
	'gemini-no-image': 'no_image',
	'gemini-candidates-null': 'prompt_refused',
};
/** The node classifies these responses itself, because they have no such code or text. */
const OWN_WORDS = ['query-wengao-expired', 'error-200-html', 'openai-data-null'];
const OWN_CODES = [...OWN_WORDS, 'error-524-cf', 'error-detail'];

let server: PreparedServer;
let entries: Entry[];

beforeAll(async () => {
	server = await startPreparedServer(IMAGE);
});
beforeEach(() => server.reset());
afterAll(async () => await server.stop());

const named = (kind: string): string[] => dialects.filter((entry) => entry.kind === kind).map(({ id }) => id);

/** The entry with its URLs on this machine. */
function entryOf(id: string): Entry {
	entries ??= JSON.parse(
		JSON.stringify(dialects)
			.replace(/https:\/\/(cdn\.)?example\.com\//g, `${server.url}/files/`)
			.replaceAll('{BASE_URL}', server.url),
	) as Entry[];
	const entry = entries.find((candidate) => candidate.id === id);
	if (entry === undefined) throw new Error(`there is no entry ${id}`);
	return entry;
}

function finishedTask(taskId = TASK_ID): PreparedResponse {
	return {
		httpStatus: 200,
		headers: JSON_HEADERS,
		body: {
			code: 'success',
			data: { task_id: taskId, status: 'succeeded', result_url: `${server.url}/files/late.png` },
		},
	};
}

async function run({ apiFormat, ...parameters }: IDataObject): Promise<INodeExecutionData[]> {
	const model = { __rl: true, mode: 'id', value: 'NanoBanana2-1K' };
	const workflow = nanoBananaWorkflow(
		{
			model,
			prompt: 'A cube',
			simplify: false,
			options: { pollInterval: 0.02, timeout: 20, ...(apiFormat !== undefined && { apiFormat }) },
			...parameters,
		} as never,
		{ onError: 'continueRegularOutput' },
	);
	const result = await runWorkflow(workflow, {
		credentials: { nanoBananaApi: { baseUrl: server.url, apiKey: 'sk-test-0123456789' } },
	});
	expect(result.error).toBeUndefined();
	return result.output('NanoBanana')[0] ?? [];
}

async function expectImages(rows: INodeExecutionData[], { images, taskId, warning }: Entry['expect']): Promise<void> {
	expect(rows.map(({ json }) => [json.status, (json.image as IDataObject).url])).toEqual(
		images.map(({ url }) => ['succeeded', url]),
	);
	for (const [index, { base64, mimeType = 'image/png' }] of images.entries()) {
		const { json, binary, pairedItem } = rows[index];
		expect(binary && (await readBinary(binary.data))).toEqual(
			base64 === undefined ? IMAGE : Buffer.from(base64, 'base64'),
		);
		// Every URL leads to the same file here.
		const warnings = (json.warnings as string[]).filter((text) => !text.startsWith('These images are identical'));
		expect({ ...json, warnings }).toMatchObject({
			image: { mimeType },
			warnings: warning ? expect.arrayContaining([expect.stringContaining(warning)]) : [],
		});
		if (taskId !== null) expect([taskId, TASK_ID]).toContain(json.taskId);
		expect(pairedItem).toEqual({ item: 0 });
	}
}

function expectFailure(rows: INodeExecutionData[], entry: Entry, kind: string): void {
	expect(rows).toHaveLength(1);
	const { details, error } = rows[0].json as { details: IDataObject; error: string };
	expect(details.errorCode).toBe(kind);
	const { code, message } = entry.expect.error ?? { code: null, message: '' };
	if (!OWN_WORDS.includes(entry.id)) expect(details.description).toContain(message);
	if (!OWN_CODES.includes(entry.id) && code !== null) expect(details.gatewayCode).toBe(String(code));
	if (entry.expect.requestId) expect(details.description).toContain(entry.expect.requestId);
	expect(`${error} ${details.description}`).not.toMatch(/<|sk-test|base64,|[A-Za-z0-9+/]{120}/);
	expect(error).toMatch(/^[\x20-\x7e]+$/);
	expect(rows[0].pairedItem).toEqual({ item: 0 });
}

describe('creating a task', () => {
	it.each(named('create'))('%s is accepted once, with its task ID', async (id) => {
		const entry = entryOf(id);
		server.prepare('POST', [entry]);
		const rows = await run({ wait: false });

		expect(rows.map(({ json }) => [json.taskId, json.status])).toEqual([[entry.expect.taskId, entry.expect.state]]);
		expect(server.journal).toEqual(['POST /v1/images/tasks']);
	});

	it.each(named('create').filter((id) => !id.includes('sub2api')))('%s results in an image', async (id) => {
		const entry = entryOf(id);
		server.prepare('POST', [entry]);
		server.prepare('GET', [finishedTask(entry.expect.taskId ?? TASK_ID)]);
		const rows = await run({});

		const isDone = entry.expect.images.length > 0;
		await expectImages(
			rows,
			isDone ? entry.expect : { ...entry.expect, images: [{ url: `${server.url}/files/late.png` }] },
		);
		expect(server.calls('POST')).toHaveLength(1);
		expect(server.calls('GET')).toEqual(isDone ? [] : [`GET /v1/images/tasks/${entry.expect.taskId}`]);
	});

	it.each(named('error').filter((id) => FAILURES[id]))('%s is rejected or unclear, and not sent again', async (id) => {
		const entry = entryOf(id);
		server.prepare('POST', [entry]);
		const rows = await run({});

		expectFailure(rows, entry, FAILURES[id]);
		expect(FAILURES[id] === 'unclear_submission').toBe(entry.expect.ambiguous === true);
		expect(server.journal).toEqual(['POST /v1/images/tasks']);
	});

	it.each(named('error').filter((id) => !FAILURES[id]))(
		'%s was not accepted, so the request is sent again',
		async (id) => {
			const entry = entryOf(id);
			expect(entry.expect.retryable).toBe(true);
			server.prepare('POST', [entry, finishedTask()]);
			const rows = await run({});

			expect(rows).toMatchObject([{ json: { status: 'succeeded', taskId: TASK_ID } }]);
			expect(server.calls('POST')).toHaveLength(2);
		},
	);
});

describe('polling a task', () => {
	it.each(named('query'))('%s is returned by Get Task Status', async (id) => {
		const entry = entryOf(id);
		const taskId = entry.expect.taskId ?? TASK_ID;
		server.prepare('GET', [entry]);
		const rows = await run({ operation: 'getStatus', taskId });

		const { images, state, error } = entry.expect;
		if (images.length > 0) await expectImages(rows, entry.expect);
		else expect(rows).toMatchObject([{ json: { status: error ? 'failed' : state, taskId } }]);
		expect(server.calls('GET')).toEqual([`GET /v1/images/tasks/${taskId}`]);
		expect(server.calls('POST')).toEqual([]);
	});

	it.each(named('query'))('%s is polled again, returned, or reported by Wait for Task Result', async (id) => {
		const entry = entryOf(id);
		const taskId = entry.expect.taskId ?? TASK_ID;
		server.prepare('GET', [entry, finishedTask(taskId)]);
		const rows = await run({ operation: 'waitForResult', taskId });

		const isOver = entry.expect.images.length > 0 || FAILURES[id] !== undefined;
		if (FAILURES[id]) {
			expectFailure(rows, entry, FAILURES[id]);
			expect(rows[0].json).toMatchObject({ details: { taskId } });
		} else {
			await expectImages(
				rows,
				isOver ? entry.expect : { ...entry.expect, images: [{ url: `${server.url}/files/late.png` }] },
			);
		}
		expect(server.calls('GET')).toHaveLength(isOver ? 1 : 2);
	});

	const CLEAR = ['invalid_key', 'key_expired', 'insufficient_balance'];
	const isClear = (id: string): boolean =>
		CLEAR.includes(FAILURES[id]) && !dialects.some((entry) => entry.id === id && entry.httpStatus >= 500);

	it.each(named('error').filter((id) => !isClear(id)))(
		'%s is followed by another poll, and the task succeeds',
		async (id) => {
			server.prepare('GET', [entryOf(id), finishedTask()]);
			const rows = await run({ operation: 'waitForResult', taskId: TASK_ID });

			expect(rows).toMatchObject([{ json: { status: 'succeeded', taskId: TASK_ID } }]);
			expect(server.calls('GET')).toHaveLength(2);
			expect(server.calls('POST')).toEqual([]);
		},
	);

	it.each(named('error').filter(isClear))(
		'%s ends the polling at once, and the error includes the task ID',
		async (id) => {
			const entry = entryOf(id);
			server.prepare('GET', [entry, finishedTask()]);
			const rows = await run({ operation: 'waitForResult', taskId: TASK_ID });

			expectFailure(rows, entry, FAILURES[id]);
			expect(rows[0].json).toMatchObject({ details: { taskId: TASK_ID } });
			expect(server.calls('GET')).toHaveLength(1);
		},
	);
});

describe.each([
	['openai', 'openAi', 'POST /v1/images/generations'],
	['gemini', 'gemini', 'POST /v1beta/models/gemini-3.1-flash-image-preview-1k:generateContent'],
])('the %s endpoint', (kind, apiFormat, call) => {
	it.each(named(kind))('%s is read', async (id) => {
		const entry = entryOf(id);
		const takesNothing = entry.expect.retryable;
		server.prepare('POST', takesNothing ? [entry, entryOf(`${kind}-image`)] : [entry]);
		const rows = await run({
			apiFormat,
			numberOfImages: apiFormat === 'openAi' ? Math.max(1, entry.expect.images.length) : 1,
		});

		if (FAILURES[id]) expectFailure(rows, entry, FAILURES[id]);
		else await expectImages(rows, takesNothing ? entryOf(`${kind}-image`).expect : entry.expect);
		expect(server.calls('POST')).toEqual(Array.from({ length: takesNothing ? 2 : 1 }, () => call));
	});
});
