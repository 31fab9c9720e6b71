/* eslint-disable */
// A model of the API without sockets or time: it responds as scripted and records what it charges.
import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { createImages } from '../../../nodes/NanoBanana/lifecycle';
import { broken, reply } from '../support/fakeClient';

export type PostResponse =
	| 'accept'
	| 'acceptFinished'
	| 'acceptSilently'
	| 'reset'
	| 'refuse'
	| 'rateLimit'
	| 'overloaded'
	| 'broken'
	| 'decline';
export type GetResponse = 'pending' | 'finish' | 'fail' | 'unavailable' | 'reset' | 'notFound' | 'denied' | 'nonsense';
export type FileResponse = 'serve' | 'unavailable' | 'gone' | 'cutOff';

/** Random responses, used in order. After the last one, every request succeeds. */
export interface Script {
	posts: PostResponse[];
	gets: GetResponse[];
	files: FileResponse[];
	/** The execution is canceled when this request arrives. */
	cancelAt?: number;
	continues: boolean;
}

interface Task {
	id: string;
	item: number;
	state: 'open' | 'finished' | 'failed';
	/** The client received the ID. */
	hasResponse: boolean;
	execution: string;
}

export interface ModelApi {
	tasks: Task[];
	/** The item, the execution and the response of each create request. */
	posts: Array<{ item: number; execution: string; response: PostResponse }>;
	known: Set<string>;
	unclear: Array<{ item: number; execution: string }>;
	requestsAfterCancel: number;
	keysAbroad: number;
}

export const ITEMS = 3;
const KEY = 'sk-model-0123456789';
const BASE_URL = 'http://api.test';
const PNG = Buffer.concat([
	Buffer.from('89504e470d0a1a0a0000000d494844520000000800000008', 'hex'),
	Buffer.alloc(40),
	Buffer.from('IEND\u00aeB`\u0082', 'latin1'),
]);

export function newModelApi(): ModelApi {
	return { tasks: [], posts: [], known: new Set(), unclear: [], requestsAfterCancel: 0, keysAbroad: 0 };
}

export interface TryResult {
	isCanceled: boolean;
	outcomes: Array<PromiseSettledResult<INodeExecutionData[]>>;
}

/** One attempt of the node: all items at once, as the engine starts them. */
export async function tryNode(
	api: ModelApi,
	script: Script,
	execution: string,
	context: IDataObject,
): Promise<TryResult> {
	const cancel = new AbortController();
	let requests = 0;
	const responseTo = async (item: number, options: Sent): Promise<unknown> => {
		if (cancel.signal.aborted) api.requestsAfterCancel += 1;
		requests += 1;
		if (requests === script.cancelAt) cancel.abort();
		await responseTime(options.abortSignal);
		return respond(api, script, { item, execution }, options);
	};
	const running = Promise.allSettled(
		Array.from({ length: ITEMS }, (_, item) => contextFor(item)).map(
			async (ctx, item) => await createImages.call(ctx, routed(item)),
		),
	);
	let isDone = false;
	void running.then(() => (isDone = true));
	for (let turn = 0; turn < 4_000 && !isDone; turn += 1) await jest.advanceTimersByTimeAsync(250);
	if (!isDone) throw new Error('The node did not finish');
	return { isCanceled: cancel.signal.aborted, outcomes: await running };

	function contextFor(item: number): IExecutePaginationFunctions {
		const parameters: IDataObject = {
			operation: 'textToImage',
			wait: true,
			options: { timeout: 40, pollInterval: 1 },
		};
		const log = (_text: string, meta: IDataObject): void => {
			if (typeof meta.taskId === 'string') api.known.add(meta.taskId);
			else if (typeof meta.itemIndex === 'number') api.unclear.push({ item: meta.itemIndex, execution });
		};
		return {
			getNode: () => ({
				id: '1',
				type: 'nanoBanana',
				name: 'NanoBanana',
				typeVersion: 1,
				parameters: { prompt: '={{ $now }}' },
			}),
			getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
			getItemIndex: () => item,
			getInputData: () => ({ json: {} }),
			getContext: () => context,
			getWorkflowDataProxy: () => ({ $runIndex: 0, $input: { all: () => Array(ITEMS) } }),
			getExecutionCancelSignal: () => cancel.signal,
			getExecutionId: () => execution,
			getCredentials: async () => ({ apiKey: KEY, baseUrl: BASE_URL }),
			continueOnFail: () => script.continues,
			logger: { info: log, warn: log, debug: () => undefined },
			helpers: {
				httpRequest: async (options: Sent) => await responseTo(item, options),
				httpRequestWithAuthentication: async (_type: string, options: Sent) => {
					if (!options.url.startsWith(BASE_URL)) api.keysAbroad += 1;
					return await responseTo(item, options);
				},
				prepareBinaryData: async (bytes: Buffer, fileName: string, mimeType: string) => ({
					id: `stored:${fileName}`,
					data: '',
					fileName,
					mimeType,
					bytes: bytes.length,
				}),
			},
		} as unknown as IExecutePaginationFunctions;
	}
}

interface Sent {
	method: string;
	url: string;
	abortSignal: AbortSignal;
}

type Routed = Parameters<typeof createImages>[0];

function routed(item: number): Routed {
	return {
		options: { baseURL: BASE_URL, body: { model: 'NanoBanana2-1K', prompt: `item ${item}`, n: 1 } },
	} as unknown as Routed;
}

async function responseTime(signal: AbortSignal): Promise<void> {
	const aborted = (): Error => Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
	if (signal.aborted) throw aborted();
	await new Promise<void>((resolve, reject) => {
		setTimeout(resolve, 20);
		signal.addEventListener('abort', () => reject(aborted()), { once: true });
	});
}

function respond(
	api: ModelApi,
	script: Script,
	from: { item: number; execution: string },
	{ method, url }: Sent,
): unknown {
	if (method === 'POST') return create(api, script.posts.shift() ?? 'accept', from);
	if (url.startsWith(BASE_URL))
		return read(api, script.gets.shift() ?? 'finish', decodeURIComponent(url.split('/').at(-1) ?? ''));
	switch (script.files.shift() ?? 'serve') {
		case 'serve':
			return reply(200, PNG);
		case 'cutOff':
			return reply(200, PNG.subarray(0, 30));
		case 'gone':
			return reply(404, 'gone');
		case 'unavailable':
			return reply(503, 'later');
	}
}

function create(api: ModelApi, response: PostResponse, from: { item: number; execution: string }): unknown {
	api.posts.push({ ...from, response: response });
	const accept = (hasResponse: boolean, state: Task['state']): Task => {
		const task = {
			id: `task_${api.tasks.length + 1}`,
			item: from.item,
			state,
			hasResponse: hasResponse,
			execution: from.execution,
		};
		api.tasks.push(task);
		return task;
	};
	switch (response) {
		case 'accept':
			return reply(200, { code: 'success', data: { task_id: accept(true, 'open').id, status: 'queued' } });
		case 'acceptFinished': {
			const { id } = accept(true, 'finished');
			return reply(200, {
				code: 'success',
				data: { task_id: id, status: 'succeeded', result_url: `http://files.test/${id}` },
			});
		}
		case 'acceptSilently':
			accept(false, 'open');
			throw broken('ECONNRESET', 'read');
		case 'reset':
			throw broken('ECONNRESET', 'read');
		case 'refuse':
			throw broken('ECONNREFUSED', 'connect');
		case 'rateLimit':
			return reply(429, { code: '', message: 'too many requests' });
		case 'overloaded':
			return reply(503, {
				error: { message: 'The model is overloaded, please try again later', code: 'system_overloaded' },
			});
		case 'broken':
			accept(false, 'open');
			return reply(502, '<html><title>502 Bad Gateway</title></html>');
		case 'decline':
			return reply(400, { code: 'invalid_request', message: 'no', data: null });
	}
}

function read(api: ModelApi, response: GetResponse, id: string): unknown {
	const task = api.tasks.find((candidate) => candidate.id === id);
	if (!task || response === 'notFound')
		return reply(400, { code: 'task_not_exist', message: 'task_not_exist', data: null });
	if (response === 'reset') throw broken('ECONNRESET', 'read');
	if (response === 'unavailable') return reply(503, 'later');
	if (response === 'denied') return reply(401, { error: { message: 'Invalid token', code: '' } });
	if (response === 'nonsense') return reply(200, '{"code":"succ');
	if (task.state === 'open' && response !== 'pending') task.state = response === 'fail' ? 'failed' : 'finished';
	if (task.state === 'failed')
		return reply(200, {
			code: 'success',
			data: { task_id: id, status: 'failed', error: { code: 'upstream_error', message: 'no' } },
		});
	if (response === 'pending' || task.state === 'open')
		return reply(200, { code: 'success', data: { task_id: id, status: 'processing', progress: '50%' } });
	return reply(200, {
		code: 'success',
		data: { task_id: id, status: 'succeeded', progress: '100%', result_url: `http://files.test/${id}` },
	});
}
