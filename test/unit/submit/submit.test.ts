/* eslint-disable */
import { Readable } from 'node:stream';

import type { Failure } from '../../../nodes/NanoBanana/errors/failure';
import { submit } from '../../../nodes/NanoBanana/submit/submit';
import type { SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import { leapingClock } from '../support/fakeClock';
import { broken, BASE_URL, reply, type FakeResponse } from '../support/fakeClient';
import { A, MINUTE_MS, REJECTED, UNCLEAR, decodeAs, imageResponse, submitTo, task } from './submitTo';

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('an accepted request', () => {
	it('is recorded before its permit is counted as accepted, and keeps its permit', async () => {
		const { submitted, journal, requests } = await submitTo([task]);

		expect(submitted).toMatchObject({
			outcome: { kind: 'pending', status: 'queued', taskId: 't-1' },
			firstPollMs: 0,
		});
		expect(journal).toEqual(['accepted pending', 'permit: accepted']);
		expect(requests).toBe(1);
	});

	it('keeps the status and the progress of the response', async () => {
		const { submitted } = await submitTo([
			reply(202, { data: { task_id: 't-1', status: 'processing', progress: '20%' } }),
		]);

		expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'running', progress: 20, taskId: 't-1' });
	});

	it('is first polled after the time in Retry-After', async () => {
		const { submitted } = await submitTo([{ ...task, headers: { 'retry-after': '7' } }]);

		expect(submitted?.firstPollMs).toBe(7_000);
	});

	it('is finished without a poll if the response contains the images', async () => {
		const { submitted, journal } = await submitTo([{ ...imageResponse, headers: { 'retry-after': '7' } }]);

		expect(submitted).toMatchObject({
			outcome: { kind: 'images', images: [{ url: A }] },
			firstPollMs: 0,
		});
		expect(journal).toEqual(['accepted images', 'permit: accepted']);
	});

	it('is finished without an image if the response contains neither an image nor a task ID', async () => {
		const { submitted } = await submitTo([reply(200, { created: 1, data: [] })], { decode: decodeAs('openAi') });

		expect(submitted?.outcome).toEqual({
			kind: 'images',
			images: [],
			response: '{"created":1,"data":[]}',
		});
	});

	it('is polled if its task succeeded without an image', async () => {
		const { submitted } = await submitTo([reply(200, { data: { task_id: 't-1', status: 'success', data: [] } })]);

		expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'queued', taskId: 't-1' });
	});

	it('keeps both the images and the task ID of a response', async () => {
		const { submitted } = await submitTo([
			reply(200, { data: { task_id: 't-1', status: 'succeeded', result_url: A } }),
		]);

		expect(submitted?.outcome).toEqual({ kind: 'images', images: [{ kind: 'url', url: A }], taskId: 't-1' });
	});

	it.each([
		[{ location: '/v1/images/tasks/t-9' }, 't-9'],
		[{ 'operation-location': `${BASE_URL}/v1/images/tasks/t-9?api=1` }, 't-9'],
		[{ 'x-new-api-task-id': 't-9' }, 't-9'],
		[{ location: '/elsewhere', 'x-new-api-task-id': 't-8' }, 't-8'],
	])('gets its task ID from the headers %j if the body contains none', async (headers, taskId) => {
		for (const body of ['', { message: 'ok' }]) {
			const { submitted, journal } = await submitTo([reply(202, body, headers)]);

			expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'queued', taskId });
			expect(journal).toEqual(['accepted pending', 'permit: accepted']);
		}
	});

	it('is finished if the response contains only text, which is charged', async () => {
		const textOnly = reply(200, {
			candidates: [{ content: { parts: [{ text: 'I would rather not.' }] }, finishReason: 'STOP' }],
		});
		const { submitted, journal, requests } = await submitTo([textOnly], { decode: decodeAs('gemini') });

		expect(submitted?.outcome).toEqual({
			kind: 'images',
			images: [],
			text: 'I would rather not.',
			code: 'text_only',
			response: expect.stringContaining('I would rather not.') as string,
		});
		expect([journal, requests]).toEqual([['accepted images', 'permit: accepted'], 1]);
	});

	it.each<[string, FakeResponse]>([
		[
			'a 429 with a queued task',
			reply(429, { message: 'Too many requests, your task is queued', data: { task_id: 't-1', status: 'queued' } }),
		],
		['a busy 503 with a task', reply(503, { error: { message: 'server is busy, task was queued' }, task_id: 't-1' })],
		['a 500 with a task', reply(500, { error: { message: 'internal error' }, task_id: 't-1' })],
		['a 409 with an existing task', reply(409, { error: { message: 'duplicate request' }, task_id: 't-1' })],
		['a 504 with the URL of a task', reply(504, '', { location: '/v1/images/tasks/t-1' })],
		['a 303 to the task', reply(303, '', { location: '/v1/images/tasks/t-1' })],
		[
			'a notice next to the task',
			reply(200, { task_id: 't-1', error: { message: 'notice: this model will be retired' } }),
		],
	])('is polled and never sent again after %s', async (_fact, response) => {
		const { submitted, journal, requests } = await submitTo([response, imageResponse]);

		expect(submitted?.outcome).toMatchObject({ kind: 'pending', taskId: 't-1' });
		expect([journal, requests]).toEqual([['accepted pending', 'permit: accepted'], 1]);
	});

	it('was sent again after a 429 that contained a rejected task', async () => {
		const { submitted, requests } = await submitTo([
			reply(429, { message: 'too many requests', data: { task_id: 't-0', status: 'rejected' } }),
			task,
		]);

		expect(submitted?.outcome.taskId).toBe('t-1');
		expect(requests).toBe(2);
	});

	it('gets its task ID from the body, even if the headers contain another one', async () => {
		const { submitted } = await submitTo([{ ...task, headers: { location: '/v1/images/tasks/other' } }]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
	});
});

describe('a rejected request', () => {
	it.each<[string, FakeResponse, Partial<Failure>]>([
		[
			'an invalid field',
			reply(400, { error: { message: 'Bad ratio', code: 'invalid_request' } }),
			{ kind: 'invalid_request', httpStatus: 400, gatewayMessage: 'Bad ratio' },
		],
		['an invalid key', reply(401, { error: { message: 'Invalid token' } }), { kind: 'invalid_key' }],
		[
			'an empty balance with a 429',
			reply(429, { error: { message: 'insufficient balance' } }),
			{ kind: 'insufficient_balance' },
		],
		['a choice of URLs', reply(300), { kind: 'wrong_base_url', httpStatus: 300 }],
		[
			'a redirect',
			reply(302, '', { location: 'https://elsewhere.example' }),
			{ kind: 'wrong_base_url', httpStatus: 302 },
		],
		[
			'a rejection with HTTP 200',
			reply(200, { code: 400, msg: 'Unsupported aspect ratio', data: null }),
			{ kind: 'invalid_request', httpStatus: 200, gatewayMessage: 'Unsupported aspect ratio' },
		],
		[
			'a web page',
			reply(200, '<!doctype html><html><title>Console</title></html>', { 'content-type': 'text/html' }),
			{ kind: 'wrong_base_url' },
		],
		[
			'a web page without a content type',
			reply(200, '<!doctype html><html><title>Console</title></html>'),
			{ kind: 'wrong_base_url' },
		],
	])('is not sent again after %s', async (_fact, response, failure) => {
		const attempt = await submitTo([response]);

		expect(attempt).toMatchObject({ failure, requests: 1, journal: REJECTED });
	});

	it('has the task ID and the reason of its failed task', async () => {
		const { failure, journal } = await submitTo([
			reply(200, {
				data: { task_id: 't-1', status: 'failed', error: { code: 'upstream_error', message: 'insufficient balance' } },
			}),
		]);

		expect(failure).toEqual({
			kind: 'task_failed',
			gatewayMessage: 'insufficient balance',
			gatewayCode: 'upstream_error',
			taskId: 't-1',
		});
		expect(journal).toEqual(REJECTED);
	});

	it.each<[string, object, object]>([
		['the balance', { status: 'failed', message: 'insufficient balance' }, { kind: 'insufficient_balance' }],
		[
			'the prompt',
			{ status: 'failed', error: { code: 'moderation_blocked', message: 'rejected' } },
			{ kind: 'prompt_refused', gatewayCode: 'moderation_blocked' },
		],
	])('fails because of %s if no task was created', async (_fact, body, failure) => {
		expect(await submitTo([reply(200, body)])).toMatchObject({ failure, requests: 1, journal: REJECTED });
	});

	it('may have been charged if an upstream API failed for an unknown reason', async () => {
		expect(await submitTo([reply(200, { status: 'failed', error: 'the upstream broke' })])).toMatchObject({
			failure: { kind: 'unclear_submission', gatewayMessage: 'the upstream broke' },
			requests: 1,
			journal: ['unclear', ...REJECTED],
		});
	});
});

describe('a request that may have been accepted', () => {
	it.each<[string, FakeResponse, Partial<Failure>]>([
		['a broken connection', broken('ECONNRESET', 'read'), { gatewayMessage: 'The connection was reset' }],
		['an error page of a proxy', reply(502, '<html><title>502 Bad Gateway</title></html>'), { httpStatus: 502 }],
		['a 503 without a reason', reply(503, { error: { message: 'try later' } }), { httpStatus: 503 }],
		['a timeout of the API', reply(408, ''), { httpStatus: 408 }],
		[
			'an error with HTTP 200',
			reply(200, { code: 500, message: 'queue broke' }),
			{ httpStatus: 200, gatewayMessage: 'queue broke' },
		],
		[
			'a task without an ID',
			reply(200, { status: 'queued' }),
			{ message: 'No task ID or image was found in the API response' },
		],
		[
			'a success without a task or an image',
			reply(200, { code: 'success', data: null }),
			{ message: 'No task ID or image was found in the API response' },
		],
		['half a response', reply(200, '{"code":"succ'), { message: 'No task ID or image was found in the API response' }],
		[
			'a web page that is labeled as JSON',
			reply(200, '<html><title>Oops</title></html>', { 'content-type': 'application/json' }),
			{ message: 'No task ID or image was found in the API response' },
		],
		[
			'a URL without a task ID',
			reply(202, '', { location: '/v1/images/tasks/' }),
			{ message: 'No task ID or image was found in the API response' },
		],
		[
			'a response that is too large',
			reply(200, Readable.from([Buffer.alloc(2_097_152)])),
			{
				message: 'The API response is larger than 1 MB and was not read',
				nextStep: expect.stringMatching(/Max Download Size/) as string,
			},
		],
	])('is unclear and never sent again after %s', async (_fact, response, failure) => {
		const attempt = await submitTo([response, task]);

		expect(attempt).toMatchObject({
			failure: { kind: 'unclear_submission', ...failure },
			requests: 1,
			journal: UNCLEAR,
		});
	});
});

it('a request is unclear if the execution is canceled after it was sent', async () => {
	const stop = new AbortController();
	const cut = async (): Promise<never> => {
		stop.abort();
		return await Promise.reject(new Error('canceled'));
	};

	expect(await submitTo([cut, task], { signal: stop.signal })).toMatchObject({
		failure: { kind: 'canceled' },
		requests: 1,
		journal: UNCLEAR,
	});
});

it('ends with the signal of the run, but an unclear request only with the signal of the execution', async () => {
	const run = new AbortController().signal;
	const cancel = new AbortController().signal;
	const results: SubmitResult[] = [
		{ kind: 'unsent', failure: { kind: 'unreachable' } },
		{ kind: 'failed', failure: { kind: 'unclear_submission' } },
		{ kind: 'accepted', outcome: { kind: 'images', images: [] }, firstPollMs: 0 },
	];
	const permit = { accepted: () => undefined, rejected: () => 0, release: () => undefined };
	const unclearPermits: unknown[] = [];
	const endedByRun: boolean[] = [];
	await submit(
		{ acquire: async (options) => (unclearPermits.push(options?.isUnclear), await Promise.resolve(permit)) },
		async (signal) => {
			endedByRun.push(signal === run);
			return await Promise.resolve(results.splice(0, 1)[0]);
		},
		{
			clock: leapingClock(),
			signal: run,
			cancel,
			giveUpAfterMs: MINUTE_MS,
			retryUnclear: true,
			onFailed: () => undefined,
		},
	);

	expect(endedByRun).toEqual([true, true, false]);
	expect(unclearPermits).toEqual([false, false, true]);
});
