/* eslint-disable */
import type { MockApi } from '..';

/** The smallest possible client of the task endpoint, for the mock API's own tests. */

export interface Reply {
	status: number;
	headers: Headers;
	body: unknown;
}

const POLL_LIMIT = 5_000;
const PATIENCE_MS = 30_000;

export const PLAIN_TASK = { model: 'NanoBanana2-0.5K', prompt: 'A small red cube' };

export async function call(mockApi: MockApi, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
	const response = await fetch(mockApi.baseUrl + path, {
		method,
		headers: { authorization: `Bearer ${mockApi.apiKey}`, 'content-type': 'application/json' },
		body: body === undefined ? undefined : JSON.stringify(body),
		redirect: 'manual',
	});
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
	return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export async function create(mockApi: MockApi, body: object = PLAIN_TASK): Promise<Reply> {
	return await call(mockApi, 'POST', '/v1/images/tasks', body);
}

export async function query(mockApi: MockApi, taskId: string): Promise<Reply> {
	return await call(mockApi, 'GET', `/v1/images/tasks/${taskId}`);
}

/** Creates a task and returns its id, which the ledger contains in any dialect. */
export async function createdTask(mockApi: MockApi, body: object = PLAIN_TASK): Promise<string> {
	await create(mockApi, body);
	const taskId = mockApi.ledger.at(-1)?.taskId;
	if (typeof taskId !== 'string') throw new Error('the mock API accepted no task');
	return taskId;
}

/** Polls the task until it has ended, and returns all replies. */
export async function queryUntilDone(mockApi: MockApi, taskId: string): Promise<Reply[]> {
	const replies: Reply[] = [];
	while (replies.length < POLL_LIMIT) {
		const done = ['succeeded', 'failed'].includes(mockApi.task(taskId)?.state ?? 'failed');
		replies.push(await query(mockApi, taskId));
		if (done) return replies;
	}
	throw new Error(`task ${taskId} was not finished after ${POLL_LIMIT} reads`);
}

/** The body of a finished seed-dialect task. */
export async function finishedTask(mockApi: MockApi, body: object = PLAIN_TASK): Promise<SeedTask> {
	const replies = await queryUntilDone(mockApi, await createdTask(mockApi, body));
	return seedTask(replies[replies.length - 1]);
}

export interface SeedTask {
	task_id: string;
	status: string;
	progress: string;
	result_url: string;
	result_urls?: string[];
	metadata: { task_type: string; result_count?: number };
	data?: { url: string; b64_json: string }[];
	error: { code: string; message: string } | null;
}

export function seedTask({ body }: Reply): SeedTask {
	return (body as { data: SeedTask }).data;
}

export async function download(url: string): Promise<Buffer> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`download: status ${response.status}`);
	return Buffer.from(await response.arrayBuffer());
}

/** Lets the event loop run until the condition is true. */
export async function until(happened: () => boolean): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	while (Date.now() < deadline) {
		if (happened()) return;
		await new Promise(setImmediate);
	}
	throw new Error('it never happened');
}
