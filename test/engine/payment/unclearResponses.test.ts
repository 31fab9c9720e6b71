/* eslint-disable */
// Responses that contradict what the API did: a task ID is polled, and nothing is charged twice.
import type { ServerResponse } from 'node:http';

import { item, plainImage, useEngine, type Ran } from '../support/useEngine';
import { sendJson, useRawServer } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
const QUICK = { pollInterval: 0.02, timeout: 20 };
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

type Respond = (response: ServerResponse) => unknown;

const json =
	(status: number, body: unknown, headers: Record<string, string> = {}): Respond =>
	(response) =>
		response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const page =
	(status: number, headers: Record<string, string> = {}): Respond =>
	(response) =>
		response
			.writeHead(status, { 'content-type': 'text/html', ...headers })
			.end('<html><title>Just a moment</title></html>');

/** The first requests get these responses; later ones get `then`. */
function first(method: string, path: string, responses: Respond[], then: Respond): void {
	raw.on(method, path, (response) => void (responses.shift() ?? then)(response));
}

const done: Respond = (response) =>
	sendJson(response, {
		code: 'success',
		data: { task_id: 'task_raw_1', status: 'succeeded', result_url: `${raw.url}/file` },
	});
const created: Respond = (response) =>
	sendJson(response, { code: 'success', data: { task_id: 'task_raw_1', status: 'queued' } });

async function run(parameters = {}, settings = {}): Promise<Ran> {
	const { options, ...fields } = { options: {}, ...parameters };
	return await engine.run(
		{ prompt: 'a cube', ...fields, options: { ...QUICK, ...options } },
		{ credential: { baseUrl: raw.url }, settings },
	);
}

const count = (method: string): number =>
	raw.requests.filter((request) => request.method === method && request.path.startsWith('/v1/')).length;

beforeEach(async () => {
	const bytes = await plainImage('red');
	raw.serveTask(`${raw.url}/file`);
	raw.on('GET', '/file', (response) => void response.end(bytes));
});

it('does not send a request again because of words from the prompt in the API response', async () => {
	const prompt = 'a stadium filled to capacity';
	const repeated = json(503, { error: { message: `Generation failed for: ${prompt}` } });
	first('POST', '/v1/images/tasks', [repeated], created);
	const { data } = await run({ prompt, options: { timeout: 3 } });

	expect(count('POST')).toBe(1);
	expect(data.resultData.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
});

describe('a task ID in the response to the paid request', () => {
	it.each<[string, Respond]>([
		[
			'a 429 that queued the task',
			json(429, {
				message: 'Too many requests, your task is queued',
				data: { task_id: 'task_raw_1', status: 'queued' },
			}),
		],
		[
			'a 503 of a busy server',
			json(503, { error: { message: 'server is busy, task was queued' }, task_id: 'task_raw_1' }),
		],
		['a 500', json(500, { error: { message: 'could not write the log' }, task_id: 'task_raw_1' })],
		['a 409', json(409, { error: { message: 'duplicate request' }, task_id: 'task_raw_1' })],
		['a 303 to the task', json(303, {}, { location: '/v1/images/tasks/task_raw_1' })],
		[
			'a 200 with the task and a notice',
			json(200, { task_id: 'task_raw_1', error: { message: 'notice: this model will be retired' } }),
		],
		[
			'a 201 with an incomplete body',
			(response) =>
				response
					.writeHead(201, { location: '/v1/images/tasks/task_raw_1', 'content-length': '100' })
					.write('{"code"', () => response.destroy()),
		],
	])('is polled after %s, and no second request is sent', async (_fact, response) => {
		first('POST', '/v1/images/tasks', [response], json(200, { data: { task_id: 'task_second', status: 'queued' } }));
		const ran = await run({}, RETRIES);

		expect(ran.json).toMatchObject([{ taskId: 'task_raw_1', status: 'succeeded' }]);
		expect(ran.rows[0].binary?.data).toMatchObject({ mimeType: 'image/png' });
		expect(count('POST')).toBe(1);
	});
});

it('reports a possible charge if the response is a 303 to a result', async () => {
	raw.on('POST', '/v1/images/tasks', (response) => void page(303, { location: '/v1/results/7' })(response));
	const ran = await run({}, RETRIES);

	expect(ran.error?.description).toContain('You may have been charged.');
	expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
		errorCode: 'unclear_submission',
		httpStatus: 303,
	});
	expect(raw.requests).toHaveLength(1);
});

describe('a rejected poll', () => {
	it.each<[string, Respond[]]>([
		['a 400 before the task is visible', [json(400, { error: { message: 'Task has not been created yet' } })]],
		[
			'a 422 while the task runs',
			[json(422, { detail: 'The image is not ready yet' }), json(422, { detail: 'The image is not ready yet' })],
		],
		['an error with HTTP 200', [json(200, { success: false, message: 'database is locked' })]],
		['a redirect to a login page', [page(302, { location: '/login' })]],
		['a web page that blocks the API', [page(403), page(403)]],
		['a 401 because the sign-in service is down', [json(401, { error: { message: 'auth service unavailable' } })]],
		[
			'a restart of a router',
			[json(200, { data: { task_id: 'task_raw_1', status: 'processing' } }), page(404), page(404), page(405)],
		],
		['an error next to the task', [json(200, { data: { task_id: 'task_raw_1', error: { message: 'slow queue' } } })]],
		[
			'an incomplete response',
			[
				(response) =>
					response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"task_id":"task_raw'),
			],
		],
	])('is repeated after %s, and the task succeeds', async (_fact, responses) => {
		first('GET', '/v1/images/tasks/', responses, done);
		const ran = await run();

		expect(ran.json).toMatchObject([{ taskId: 'task_raw_1', status: 'succeeded' }]);
		expect(count('POST')).toBe(1);
	});

	it.each<[string, Respond, string, number]>([
		['an invalid key', json(401, { error: { message: 'Invalid token' } }), 'invalid_key', 1],
		['a web page that blocks the API', page(403), 'access_denied', 3],
		['another rejection', json(400, { error: { message: 'Unknown field' } }), 'invalid_request', 5],
	])('is final if %s persists, and the error includes the task ID', async (_fact, response, errorCode, polls) => {
		first('GET', '/v1/images/tasks/', [], response);
		const ran = await run();

		expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
			errorCode,
			taskId: 'task_raw_1',
		});
		expect([count('POST'), count('GET')]).toEqual([1, polls]);
	});
});

it('reports an unknown status as written by the API when the timeout is reached', async () => {
	first('GET', '/v1/images/tasks/', [], json(200, { data: { task_id: 'task_raw_1', status: 'HELD' } }));
	const ran = await run({ options: { timeout: 0.2 } });

	expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
		errorCode: 'timed_out',
		taskId: 'task_raw_1',
		gatewayMessage: 'Last status: HELD',
	});
});

it.each([
	['no status', {}],
	['a number as its status', { status: 2 }],
])('shows the response to a poll with %s, and returns the status "unknown"', async (_fact, status) => {
	const body = { data: { task_id: 'task_raw_1', ...status, result_url: `${raw.url}/file` } };
	first('GET', '/v1/images/tasks/', [], json(200, body));
	const ran = await run({ options: { timeout: 0.2 } });
	const known = await run({ operation: 'getStatus', taskId: 'task_raw_1' });

	expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
		errorCode: 'timed_out',
		taskId: 'task_raw_1',
		gatewayMessage: 'Last status: unknown',
		response: JSON.stringify(body),
	});
	expect(known.json).toMatchObject([{ status: 'unknown', warnings: [`API response: ${JSON.stringify(body)}`] }]);
});

it('reports a possible charge for a task that no poll has found', async () => {
	first('GET', '/v1/images/tasks/', [], json(404, { error: { message: 'task_not_exist' } }));
	const ran = await run({ options: { timeout: 0.2 } });

	expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
		errorCode: 'unknown_task',
		taskId: 'task_raw_1',
		description: [
			"The API accepted this task, so you may have been charged. Before you run the node again, check it with 'Wait for Task Result' and the same API key, at no extra cost.",
			'Task ID: task_raw_1.',
			'API response: task_not_exist.',
		].join('\n'),
	});
});

it.each<[string, Respond, string]>([
	['a redirect', page(302, { location: '/login' }), "enter its URL as 'Base URL' in the credential."],
	['a proxy that asks for a password', page(407), "Add them to the proxy URL in n8n's environment variables."],
])('reports how to get the images if polling ends with %s', async (_fact, response, advice) => {
	first('GET', '/v1/images/tasks/', [], response);
	const ran = await run();

	expect(ran.error?.description).toContain(
		`${advice} The task is charged. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'.`,
	);
});

it('sends a request once if the response is only text, also with Retry On Fail, and again in a new execution', async () => {
	const words = json(200, {
		candidates: [{ content: { parts: [{ text: 'I would rather not.' }] }, finishReason: 'STOP' }],
	});
	raw.on('POST', '/v1beta/models/', (response) => void words(response));
	const ran = await run({ options: { apiFormat: 'gemini' } }, RETRIES);

	expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
		errorCode: 'no_image',
		gatewayMessage: 'I would rather not.',
	});
	expect(raw.requests).toHaveLength(1);
	await run({ options: { apiFormat: 'gemini' } });
	expect(raw.requests).toHaveLength(2);
});

it('reports items without an image after another item failed, because they may be charged', async () => {
	let onSecondResponse = (): void => undefined;
	const second = new Promise<void>((resolve) => (onSecondResponse = resolve));
	raw.on('POST', '/v1/images/generations', (response, { body }) => {
		if (body.includes('"first"'))
			return void second.then(() => json(400, { error: { message: 'bad ratio' } })(response));
		response.on('finish', onSecondResponse);
		sendJson(response, { created: 1, data: [] });
	});
	const ran = await engine.run(
		{ prompt: '={{ $json.prompt }}', options: { ...QUICK, apiFormat: 'openAi' } },
		{ credential: { baseUrl: raw.url }, input: ['first', 'second'].map((prompt) => item({ prompt })) },
	);

	expect(ran.error).toMatchObject({
		message: 'The API rejected the request',
		context: { itemIndex: 0, data: { emptyItems: [1] } },
	});
	expect(ran.error?.description).toContain(
		'The API returned no image for these items: 1. You may have been charged for them.',
	);
	expect(raw.requests).toHaveLength(2);
});

it('ends in time if one of six items gets a Retry-After of one hour', async () => {
	let posts = 0;
	raw.on('POST', '/v1/images/tasks', (response) => {
		posts += 1;
		void (posts === 2 ? json(429, { message: 'too many requests' }, { 'retry-after': '3600' }) : created)(response);
	});
	const ran = await engine.run(
		{ prompt: '={{ $json.prompt }}', options: { ...QUICK, timeout: 2 } },
		{
			credential: { baseUrl: raw.url },
			settings: { onError: 'continueRegularOutput' },
			input: Array.from({ length: 6 }, (_, index) => ({ json: { prompt: `item ${index}` } })),
		},
	);
	const ends = ran.json.map((row) =>
		row.error === undefined ? 'image' : (row.details as { errorCode: string }).errorCode,
	);

	expect(ends).toHaveLength(6);
	expect(new Set(ends)).toEqual(new Set(['image', 'rate_limited']));
	expect(ends.filter((end) => end === 'image')).toHaveLength(posts - 1);
});
