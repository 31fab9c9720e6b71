/* eslint-disable */
import { createServer, type AddressInfo } from 'node:net';

import type { ScriptedResponse } from '../../mock-api';
import { useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube';
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
/** Requests without a response time out after 300 ms. */
const IMPATIENT = { requestOptions: { timeout: 300 } };

/** The error that n8n stores and shows, which is a copy of the thrown one. */
function shown(run: Ran): { message: string; description: string; errorCode: unknown; text: string } {
	const error = run.data.resultData.error as unknown as {
		message: string;
		description: string;
		context: { data?: { errorCode?: unknown } };
	};
	return {
		message: error.message,
		description: error.description,
		errorCode: error.context.data?.errorCode,
		text: JSON.stringify(error),
	};
}

function posts(): number {
	return engine.mockApi.calls('createTask').length;
}

describe('a request that the API did not accept', () => {
	const rateLimit = { code: 'fail_to_fetch_task', message: '当前分组上游负载已饱和，请稍后再试', data: null };
	const overloaded = {
		error: {
			message: 'The model is overloaded, please try again later',
			type: 'new_api_error',
			code: 'system_overloaded',
		},
	};
	const cases: Array<[string, () => ScriptedResponse]> = [
		['a 429 without Retry-After', () => ({ status: 429, body: rateLimit })],
		['a 429 with Retry-After in seconds', () => ({ status: 429, headers: { 'retry-after': '1' }, body: rateLimit })],
		[
			'a 429 with Retry-After as a date',
			() => ({ status: 429, headers: { 'retry-after': new Date(Date.now() + 1000).toUTCString() }, body: rateLimit }),
		],
		[
			'a 429 with a nonsensical Retry-After',
			() => ({ status: 429, headers: { 'retry-after': 'soon' }, body: rateLimit }),
		],
		['a 503 that says so', () => ({ status: 503, body: overloaded })],
		[
			'an envelope that says 429 on HTTP 200',
			() => ({ status: 200, body: { code: 429, message: 'rate limit reached, try again later', data: null } }),
		],
	];

	it.each(cases)('is sent again after %s, and charged once', async (_name, response) => {
		engine.mockApi.script('createTask', [response()]);
		const run = await engine.run({ prompt: PROMPT });

		expect(run.json).toMatchObject([{ status: 'succeeded' }]);
		expect(engine.mockApi.calls('createTask').map(({ status }) => status)).toEqual([expect.any(Number), 200]);
		expect(engine.mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
	});

	it('is not sent again if Retry-After exceeds the timeout, and fails with a rate limit error', async () => {
		engine.mockApi.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 30 });
		const run = await engine.run({ prompt: PROMPT, options: { timeout: 5 } });

		expect(shown(run)).toMatchObject({
			errorCode: 'rate_limited',
			message: 'Rate limit reached',
		});
		expect(posts()).toBe(1);
		expect(engine.mockApi.ledger).toEqual([]);
	});

	it('is sent two to five times without Retry-After, and fails with a rate limit error', async () => {
		engine.mockApi.set({ tasksAtOnce: 0 });
		const run = await engine.run({ prompt: PROMPT, options: { timeout: 1 } });

		expect(shown(run).errorCode).toBe('rate_limited');
		expect(posts()).toBeGreaterThan(1);
		expect(posts()).toBeLessThan(6);
	});

	it('is reported as not charged if no connection can be opened', async () => {
		const baseUrl = await closedPort();
		const run = await engine.run({ prompt: PROMPT }, { credential: { baseUrl } });

		expect(shown(run)).toMatchObject({ errorCode: 'unreachable', message: 'The API could not be reached' });
		expect(shown(run).description).toContain('You were not charged.');
		expect(shown(run).text).not.toMatch(/retry immediately|try again immediately/i);
	});
});

describe('a request with an unclear outcome', () => {
	const page = '<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>';
	const json = { 'content-type': 'application/json' };
	const broken = {
		error: { message: 'bad response status code 500', type: 'upstream_error', code: 'bad_response_status_code' },
	};
	const responses: Array<[string, ScriptedResponse]> = [
		['a reset before acceptance', { reset: true }],
		['a reset after acceptance', { reset: true, accept: true }],
		['no response in time', { delayMs: 1500, accept: true }],
		['a 408', { status: 408, body: page }],
		['a 500', { status: 500, body: broken, accept: true }],
		['a 502 page', { status: 502, body: page, accept: true }],
		['a 503 page', { status: 503, body: page, accept: true }],
		['a 504 page', { status: 504, body: page, accept: true }],
		['a 524 page', { status: 524, body: page, accept: true }],
		[
			'a cut-off response',
			{ body: { code: 'success', message: '', data: { task_id: 'task_1234' } }, truncateAfter: 20, accept: true },
		],
		['half a response with the full length', { headers: json, body: '{"code":"success","data":{"task_', accept: true }],
		['an empty response', { headers: json, body: '', accept: true }],
		['a page where JSON is announced', { headers: json, body: page, accept: true }],
		['a success without a task', { body: { code: 'success', message: '', data: {} }, accept: true }],
		['a 202 without a task', { status: 202, body: { status: 'queued' }, accept: true }],
		['JSON that is no object', { headers: json, body: 'null', accept: true }],
		[
			'an envelope that says 500 on HTTP 200',
			{ body: { code: 500, message: 'upstream error', data: null }, accept: true },
		],
	];

	it.each(responses)('is not sent again after %s', async (_name, response) => {
		engine.mockApi.script('createTask', [response]);
		const run = await engine.run({ prompt: PROMPT, ...IMPATIENT }, { settings: RETRIES });

		expect(run.status).toBe('error');
		expect(posts()).toBe(1);
		expect(engine.mockApi.created()).toBe(response.accept ? 1 : 0);
		expect(shown(run).errorCode).toBe('unclear_submission');
		expect(shown(run).description).toContain('You may have been charged.');
		expect(shown(run).text).not.toMatch(/retry immediately|try again|retrying/i);
	});

	it('names the field that ended the request in the error of each try', async () => {
		engine.mockApi.script('createTask', [{ delayMs: 1500, accept: true }]);
		const run = await engine.run({ prompt: PROMPT, ...IMPATIENT }, { settings: RETRIES });

		expect(shown(run).description).toContain("raise 'Timeout' under Request Options before you run the node again");
		expect(posts()).toBe(1);
	});

	it('is reported in the log and in a row of the error output', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const run = await engine.run({ prompt: PROMPT }, { settings: { onError: 'continueErrorOutput' } });

		expect(run.errorRows).toMatchObject([
			{ json: { details: { errorCode: 'unclear_submission' } }, pairedItem: { item: 0 } },
		]);
		expect(run.logs.filter(({ level, message }) => level === 'warn' && /unclear/.test(message))).toHaveLength(1);
		expect(posts()).toBe(1);
	});

	it.each(['openAi', 'gemini'])('is not sent again on the %s endpoint', async (apiFormat) => {
		const route = apiFormat === 'openAi' ? 'generations' : 'generateContent';
		engine.mockApi.script(route, [{ status: 524, body: page, accept: true }]);
		const run = await engine.run({ prompt: PROMPT, options: { apiFormat } }, { settings: RETRIES });

		expect(shown(run).errorCode).toBe('unclear_submission');
		expect(engine.mockApi.calls(route)).toHaveLength(1);
	});

	it('gets its task from the Location header if only that contains the task ID', async () => {
		const [first] = [await engine.run({ prompt: PROMPT, wait: false })];
		const taskId = String(first.json[0].taskId);
		engine.mockApi.script('createTask', [
			{ status: 202, headers: { location: `/v1/images/tasks/${taskId}` }, body: { status: 'queued' } },
		]);
		const run = await engine.run({ prompt: PROMPT });

		expect(run.json).toMatchObject([{ taskId, status: 'succeeded' }]);
		expect(engine.mockApi.created()).toBe(1);
	});
});

describe('a rejected request', () => {
	it('is not sent again if a 429 means that the account has no credit', async () => {
		const body = {
			error: { message: '当前分组上游负载已饱和', type: 'insufficient_quota', code: 'insufficient_user_quota' },
		};
		engine.mockApi.script('createTask', [{ status: 429, headers: { 'retry-after': '1' }, body }]);
		const run = await engine.run({ prompt: PROMPT });

		expect(shown(run).errorCode).toBe('insufficient_balance');
		expect(posts()).toBe(1);
	});

	it.each([
		[400, 'invalid_request'],
		[401, 'invalid_key'],
		[403, 'access_denied'],
		[404, 'wrong_base_url'],
		[413, 'body_too_large'],
	])('is not sent again after a %i', async (status, errorCode) => {
		engine.mockApi.script('createTask', [{ status, body: { error: { message: 'no', type: 'x', code: 'x' } } }]);
		const run = await engine.run({ prompt: PROMPT });

		expect(shown(run).errorCode).toBe(errorCode);
		expect(posts()).toBe(1);
		expect(engine.mockApi.created()).toBe(0);
	});

	it('is not sent to the target of a redirect', async () => {
		engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'redirectForeign' }] });
		const run = await engine.run({ prompt: PROMPT });

		expect(shown(run).errorCode).toBe('wrong_base_url');
		expect(engine.mockApi.journal.map(({ origin }) => origin)).toEqual(['api']);
	});
});

async function closedPort(): Promise<string> {
	const server = createServer();
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const { port } = server.address() as AddressInfo;
	await new Promise((closed) => server.close(closed));
	return `http://127.0.0.1:${port}`;
}
