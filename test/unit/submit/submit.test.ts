/* eslint-disable */
import { Readable } from 'node:stream';

import { toFailure, type Failure } from '../../../nodes/NanoBanana/errors/failure';
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import {
	createConcurrencyLimiter,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../../../nodes/NanoBanana/submit/concurrencyLimiter';
import { sendCall } from '../../../nodes/NanoBanana/gateway/gatewayClient';
import { throwIfCanceled } from '../../../nodes/NanoBanana/gateway/httpRequest';
import { readSubmitResult, type SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import type { ApiFormat, Clock, DecodedResponse, EncodedCall } from '../../../nodes/NanoBanana/types';
import { submit, type SubmitOptions, type AcceptedSubmission } from '../../../nodes/NanoBanana/submit/submit';
import { leapingClock } from '../support/fakeClock';
import { broken, BASE_URL, fakeClient, reply, type FakeResponse } from '../support/fakeClient';

const MINUTE_MS = 60_000;
const A = 'https://cdn.example/a.png';
const task = reply(200, { code: 'success', data: { task_id: 't-1', status: 'queued' } });
const picture = reply(200, { created: 1, data: [{ url: A }] });
const rateLimit = (headers = {}) => reply(429, { code: '', message: 'too many requests' }, headers);
const overloaded = reply(503, {
	error: { message: 'The model is overloaded, please try again later', code: 'system_overloaded' },
});
const neverOpened = broken('ECONNREFUSED', 'connect');

const decodeAs = (format: ApiFormat) => (body: unknown) => FORMATS[format].decode(body, BASE_URL);

interface Attempt {
	submitted?: AcceptedSubmission;
	failure?: Failure;
	/** Everything that happened, in its order. */
	journal: string[];
	requests: number;
	pauses: number[];
	tookMs: number;
}

function limiterOf(maxConcurrency: number, clock: Clock, signal = new AbortController().signal): ConcurrencyLimiter {
	return createConcurrencyLimiter({ maxConcurrency, slowStart: TASK_SLOW_START, signal, clock });
}

/** A real limiter that writes down what happens to its permits. */
function watched(limiter: ConcurrencyLimiter, journal: string[]): ConcurrencyLimiter {
	return {
		async acquire(options) {
			const permit = await limiter.acquire(options);
			let isRejected = false;
			return (
				permit && {
					accepted: () => (journal.push('permit: accepted'), permit.accepted()),
					rejected: (ms, failure) => (
						journal.push('permit: rejected'),
						(isRejected = true),
						permit.rejected(ms, failure)
					),
					release: () => (isRejected || journal.push('permit: released'), permit.release()),
				}
			);
		},
	};
}

interface Setup extends Partial<SubmitOptions> {
	encode: () => Promise<EncodedCall>;
	decode: (body: unknown) => DecodedResponse;
	limiter: ConcurrencyLimiter;
}

/** Submits one request to an API that answers so, and tells what came of it. */
async function submitTo(answers: FakeResponse[], more: Partial<Setup> = {}): Promise<Attempt> {
	const clock = leapingClock();
	const startedAt = clock.now();
	const journal: string[] = [];
	const signal = more.signal ?? new AbortController().signal;
	const { client, sent } = fakeClient(answers, signal);
	const { encode, decode, limiter, ...options }: Setup & SubmitOptions = {
		encode: async () => await Promise.resolve({ path: '/v1/images/tasks', json: { prompt: 'a cube' } }),
		decode: decodeAs('asyncTask'),
		limiter: limiterOf(4, clock, signal),
		clock,
		signal,
		giveUpAfterMs: MINUTE_MS,
		resendUnclear: false,
		onFailed: () => journal.push('failed'),
		...more,
	};
	const attempt = async (): Promise<SubmitResult> => {
		const call = await encode();
		throwIfCanceled(signal);
		let result: SubmitResult;
		try {
			const response = await sendCall(client, call, 'key-1', { timeoutMs: MINUTE_MS, maxBytes: 1_048_576 });
			result = readSubmitResult(response, { decode, now: options.clock.now() });
		} catch (thrown) {
			journal.push('unclear');
			throw thrown;
		}
		if (result.kind === 'accepted') journal.push(`accepted ${result.outcome.kind}`);
		else if (result.kind !== 'failed') journal.push('refused');
		else if (result.failure.kind === 'unclear_submission') journal.push('unclear');
		return result;
	};
	const ended = await submit(watched(limiter, journal), attempt, options).then(
		(submitted) => ({ submitted }),
		(thrown: unknown) => ({ failure: toFailure(thrown) }),
	);
	expect(
		sent.every(
			({ method, url, withKey, headers }) =>
				method === 'POST' && url === `${BASE_URL}/v1/images/tasks` && withKey && headers['idempotency-key'] === 'key-1',
		),
	).toBe(true);
	return { ...ended, journal, requests: sent.length, pauses: clock.pauses, tookMs: clock.now() - startedAt };
}

/** What happens to a request that was not taken and is never sent again, and to one of which nobody knows. */
const REFUSED_FOR_GOOD = ['failed', 'permit: released'];
const UNCLEAR = ['unclear', 'failed', 'permit: released'];

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('an accepted request', () => {
	it('is told of before its place is counted as taken, and keeps its place', async () => {
		const { submitted, journal, requests } = await submitTo([task]);

		expect(submitted).toMatchObject({
			outcome: { kind: 'pending', status: 'queued', taskId: 't-1' },
			firstPollMs: 0,
		});
		expect(journal).toEqual(['accepted pending', 'permit: accepted']);
		expect(requests).toBe(1);
	});

	it('keeps what the gateway says of the task', async () => {
		const { submitted } = await submitTo([
			reply(202, { data: { task_id: 't-1', status: 'processing', progress: '20%' } }),
		]);

		expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'running', progress: 20, taskId: 't-1' });
	});

	it('is looked at first when Retry-After says', async () => {
		const { submitted } = await submitTo([{ ...task, headers: { 'retry-after': '7' } }]);

		expect(submitted?.firstPollMs).toBe(7_000);
	});

	it('is done when the pictures come at once, and needs no look', async () => {
		const { submitted, journal } = await submitTo([{ ...picture, headers: { 'retry-after': '7' } }]);

		expect(submitted).toMatchObject({
			outcome: { kind: 'images', images: [{ url: A }] },
			firstPollMs: 0,
		});
		expect(journal).toEqual(['accepted images', 'permit: accepted']);
	});

	it('is done without a picture where there is no task to ask', async () => {
		const { submitted } = await submitTo([reply(200, { created: 1, data: [] })], { decode: decodeAs('openAi') });

		expect(submitted?.outcome).toEqual({
			kind: 'images',
			images: [],
			response: '{"created":1,"data":[]}',
		});
	});

	it('is asked again by its task when it succeeded without a picture', async () => {
		const { submitted } = await submitTo([reply(200, { data: { task_id: 't-1', status: 'success', data: [] } })]);

		expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'queued', taskId: 't-1' });
	});

	it('keeps pictures that come with their task', async () => {
		const { submitted } = await submitTo([
			reply(200, { data: { task_id: 't-1', status: 'succeeded', result_url: A } }),
		]);

		expect(submitted?.outcome).toEqual({ kind: 'images', images: [{ kind: 'url', url: A }], taskId: 't-1' });
	});

	it.each([
		[{ location: '/v1/images/tasks/t-9' }, 't-9'],
		[{ 'operation-location': `${BASE_URL}/v1/images/tasks/t-9?api=1` }, 't-9'],
		[{ location: '/v1/images/tasks/t-9' }, 't-9'],
		[{ 'x-new-api-task-id': 't-9' }, 't-9'],
		[{ location: '/elsewhere', 'x-new-api-task-id': 't-8' }, 't-8'],
	])('is found by the headers %j where the body names no task', async (headers, taskId) => {
		for (const body of ['', { message: 'ok' }]) {
			const { submitted, journal } = await submitTo([reply(202, body, headers)]);

			expect(submitted?.outcome).toEqual({ kind: 'pending', status: 'queued', taskId });
			expect(journal).toEqual(['accepted pending', 'permit: accepted']);
		}
	});

	it('is done when the model answers in words only, as that is billed', async () => {
		const answer = reply(200, {
			candidates: [{ content: { parts: [{ text: 'I would rather not.' }] }, finishReason: 'STOP' }],
		});
		const { submitted, journal, requests } = await submitTo([answer], { decode: decodeAs('gemini') });

		expect(submitted?.outcome).toEqual({
			kind: 'images',
			images: [],
			text: 'I would rather not.',
			code: 'text_only',
		});
		expect([journal, requests]).toEqual([['accepted images', 'permit: accepted'], 1]);
	});

	it.each<[string, FakeResponse]>([
		[
			'a 429 that names a queued task',
			reply(429, { message: 'Too many requests, your task is queued', data: { task_id: 't-1', status: 'queued' } }),
		],
		[
			'a 503 that says busy and names a task',
			reply(503, { error: { message: 'server is busy, task was queued' }, task_id: 't-1' }),
		],
		['a 500 with a task', reply(500, { error: { message: 'internal error' }, task_id: 't-1' })],
		[
			'a 409 with the task that is there already',
			reply(409, { error: { message: 'duplicate request' }, task_id: 't-1' }),
		],
		['a 504 with the address of a task', reply(504, '', { location: '/v1/images/tasks/t-1' })],
		['a 303 that leads to the task', reply(303, '', { location: '/v1/images/tasks/t-1' })],
		[
			'a notice beside the task',
			reply(200, { task_id: 't-1', error: { message: 'notice: this model will be retired' } }),
		],
	])('is followed and never sent again after %s', async (_fact, answer) => {
		const { submitted, journal, requests } = await submitTo([answer, picture]);

		expect(submitted?.outcome).toMatchObject({ kind: 'pending', taskId: 't-1' });
		expect([journal, requests]).toEqual([['accepted pending', 'permit: accepted'], 1]);
	});

	it('is sent again where the task that a 429 names was turned away', async () => {
		const { submitted, requests } = await submitTo([
			reply(429, { message: 'too many requests', data: { task_id: 't-0', status: 'rejected' } }),
			task,
		]);

		expect(submitted?.outcome.taskId).toBe('t-1');
		expect(requests).toBe(2);
	});

	it('is the task of the body, whatever the headers name', async () => {
		const { submitted } = await submitTo([{ ...task, headers: { location: '/v1/images/tasks/other' } }]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
	});
});

describe('a request that was not taken', () => {
	it.each<[string, FakeResponse]>([
		['429 that is a rate limit', rateLimit()],
		['503 that says so', overloaded],
		['429 on HTTP 200', reply(200, { code: 429, message: 'too many requests' })],
	])('is sent again after a %s', async (_fact, answer) => {
		const { submitted, journal, requests } = await submitTo([answer, task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect(journal).toEqual(['refused', 'permit: rejected', 'accepted pending', 'permit: accepted']);
		expect(requests).toBe(2);
	});

	it('waits as long as Retry-After says before it is sent again', async () => {
		const { submitted, tookMs, requests } = await submitTo([rateLimit({ 'retry-after': '20' }), task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect([requests, tookMs]).toEqual([2, 20_000]);
	});

	it('is given up when its patience is over, with the reason of the last answer', async () => {
		const { failure, journal, tookMs, requests } = await submitTo([rateLimit()]);

		expect(failure).toMatchObject({ kind: 'rate_limited', httpStatus: 429, gatewayMessage: 'too many requests' });
		expect(journal.slice(-3)).toEqual(['refused', 'permit: rejected', 'failed']);
		expect(journal.filter((event) => event === 'failed')).toHaveLength(1);
		expect(journal.filter((event) => event === 'refused')).toHaveLength(requests);
		expect(tookMs).toBeGreaterThanOrEqual(MINUTE_MS);
		expect(tookMs).toBeLessThan(MINUTE_MS + 31_000);
	});

	it.each([
		['60', 1],
		['59', 2],
	])(
		'is sent again only when that is allowed before its patience is over (Retry-After %s)',
		async (seconds, requests) => {
			expect(await submitTo([rateLimit({ 'retry-after': seconds })])).toMatchObject({
				failure: { kind: 'rate_limited' },
				requests,
			});
		},
	);

	it('has the same patience however long it waited for its turn', async () => {
		const clock = leapingClock();
		const limiter = limiterOf(1, clock);
		const first = await limiter.acquire();
		first?.accepted();
		const attempt = submitTo([rateLimit({ 'retry-after': '30' }), task], { limiter, clock });
		await clock.pause(10 * MINUTE_MS);
		first?.release();

		expect(await attempt).toMatchObject({ submitted: { outcome: { taskId: 't-1' } }, requests: 2 });
	});

	it('is not sent at all while the gateway wants to be left alone for longer than its patience', async () => {
		const clock = leapingClock();
		const limiter = limiterOf(4, clock);
		expect(await submitTo([rateLimit({ 'retry-after': '3600' })], { limiter, clock })).toMatchObject({
			failure: { kind: 'rate_limited' },
			requests: 1,
		});

		expect(await submitTo([task], { limiter, clock })).toMatchObject({
			failure: { kind: 'rate_limited', gatewayMessage: 'too many requests' },
			requests: 0,
			tookMs: 0,
		});
	});

	it('is sent three times where no connection opens, with growing pauses', async () => {
		const { failure, journal, requests, pauses } = await submitTo([neverOpened]);

		expect(failure).toEqual({ kind: 'unreachable', gatewayMessage: 'The connection was refused' });
		expect(requests).toBe(3);
		expect(pauses).toEqual([1_000, 2_000]);
		expect(journal).toEqual([
			'refused',
			'permit: released',
			'refused',
			'permit: released',
			'refused',
			'failed',
			'permit: released',
		]);
	});

	it('goes through as soon as a connection opens', async () => {
		const { submitted, journal, requests } = await submitTo([neverOpened, neverOpened, task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect(requests).toBe(3);
		expect(journal).toEqual([
			'refused',
			'permit: released',
			'refused',
			'permit: released',
			'accepted pending',
			'permit: accepted',
		]);
	});

	it('is sent once where no connection can ever open', async () => {
		const { failure, journal, requests } = await submitTo([broken('CERT_HAS_EXPIRED', 'read')]);

		expect(failure).toEqual({ kind: 'unreachable', gatewayMessage: "The server's certificate has expired" });
		expect(requests).toBe(1);
		expect(journal).toEqual(REFUSED_FOR_GOOD);
	});
});

describe('a request that was turned down', () => {
	it.each<[string, FakeResponse, Partial<Failure>]>([
		[
			'a wrong field',
			reply(400, { error: { message: 'Bad ratio', code: 'invalid_request' } }),
			{ kind: 'invalid_request', httpStatus: 400, gatewayMessage: 'Bad ratio' },
		],
		['a wrong key', reply(401, { error: { message: 'Invalid token' } }), { kind: 'invalid_key' }],
		[
			'an empty account behind a 429',
			reply(429, { error: { message: 'insufficient balance' } }),
			{ kind: 'insufficient_balance' },
		],
		['a choice of addresses', reply(300), { kind: 'wrong_base_url', httpStatus: 300 }],
		[
			'a redirect',
			reply(302, '', { location: 'https://elsewhere.example' }),
			{ kind: 'wrong_base_url', httpStatus: 302 },
		],
		[
			'a no on HTTP 200',
			reply(200, { code: 400, msg: 'Unsupported aspect ratio', data: null }),
			{ kind: 'invalid_request', httpStatus: 200, gatewayMessage: 'Unsupported aspect ratio' },
		],
		[
			'a web page',
			reply(200, '<!doctype html><html><title>Console</title></html>', { 'content-type': 'text/html' }),
			{ kind: 'wrong_base_url' },
		],
		[
			'a web page of no type',
			reply(200, '<!doctype html><html><title>Console</title></html>'),
			{ kind: 'wrong_base_url' },
		],
	])('is not sent again after %s', async (_fact, answer, failure) => {
		const attempt = await submitTo([answer]);

		expect(attempt).toMatchObject({ failure, requests: 1, journal: REFUSED_FOR_GOOD });
	});

	it('names the task that it was, and why that failed', async () => {
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
		expect(journal).toEqual(REFUSED_FOR_GOOD);
	});

	it.each<[string, object, object]>([
		['the account', { status: 'failed', message: 'insufficient balance' }, { kind: 'insufficient_balance' }],
		[
			'the prompt',
			{ status: 'failed', error: { code: 'moderation_blocked', message: 'rejected' } },
			{ kind: 'prompt_refused', gatewayCode: 'moderation_blocked' },
		],
	])('failed for %s where no task was made', async (_fact, body, failure) => {
		expect(await submitTo([reply(200, body)])).toMatchObject({ failure, requests: 1, journal: REFUSED_FOR_GOOD });
	});

	it('may be charged where an upstream failed for nothing known', async () => {
		expect(await submitTo([reply(200, { status: 'failed', error: 'the upstream broke' })])).toMatchObject({
			failure: { kind: 'unclear_submission', gatewayMessage: 'the upstream broke' },
			requests: 1,
			journal: ['unclear', ...REFUSED_FOR_GOOD],
		});
	});
});

describe('a request that may have been taken', () => {
	it.each<[string, FakeResponse, Partial<Failure>]>([
		['a broken connection', broken('ECONNRESET', 'read'), { gatewayMessage: 'The connection was reset' }],
		['a page of a proxy', reply(502, '<html><title>502 Bad Gateway</title></html>'), { httpStatus: 502 }],
		['a 503 that says nothing', reply(503, { error: { message: 'try later' } }), { httpStatus: 503 }],
		['a timeout of the gateway', reply(408, ''), { httpStatus: 408 }],
		[
			'an error on HTTP 200',
			reply(200, { code: 500, message: 'queue broke' }),
			{ httpStatus: 200, gatewayMessage: 'queue broke' },
		],
		[
			'a task without a name',
			reply(200, { status: 'queued' }),
			{ message: 'The API response contains no task ID and no image' },
		],
		[
			'a yes and nothing else',
			reply(200, { code: 'success', data: null }),
			{ message: 'The API response contains no task ID and no image' },
		],
		['half an answer', reply(200, '{"code":"succ'), { message: 'The API response contains no task ID and no image' }],
		[
			'a web page in the place of an answer',
			reply(200, '<html><title>Oops</title></html>', { 'content-type': 'application/json' }),
			{ message: 'The API response contains no task ID and no image' },
		],
		[
			'an address of no task',
			reply(202, '', { location: '/v1/images/tasks/' }),
			{ message: 'The API response contains no task ID and no image' },
		],
		[
			'an answer that is too large',
			reply(200, Readable.from([Buffer.alloc(2_097_152)])),
			{
				message: 'The API response is larger than 1 MB and was not read',
				nextStep: expect.stringMatching(/Max Download Size/) as string,
			},
		],
	])('is unclear after %s, and never sent again', async (_fact, answer, failure) => {
		const attempt = await submitTo([answer, task]);

		expect(attempt).toMatchObject({
			failure: { kind: 'unclear_submission', ...failure },
			requests: 1,
			journal: UNCLEAR,
		});
	});
});

describe('a request that is not sent', () => {
	it('costs nothing when the execution was stopped before its turn', async () => {
		const encode = jest.fn();

		expect(await submitTo([task], { encode, signal: AbortSignal.abort() })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: [],
		});
		expect(encode).not.toHaveBeenCalled();
	});

	it('costs nothing when the run was aborted before its turn', async () => {
		const limiter = limiterOf(4, leapingClock(), AbortSignal.abort());

		expect(await submitTo([task], { limiter })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: [],
		});
	});

	it('gives its place back when it cannot be encoded', async () => {
		const encode = async (): Promise<never> => await Promise.reject(new Error('the disk is full'));

		expect(await submitTo([task], { encode })).toMatchObject({
			failure: { kind: 'internal', gatewayMessage: 'the disk is full' },
			requests: 0,
			journal: REFUSED_FOR_GOOD,
		});
	});

	it('costs nothing when the execution stops while it is encoded', async () => {
		const stop = new AbortController();
		const encode: Setup['encode'] = async () => {
			stop.abort();
			return await Promise.resolve({ path: '/v1/images/tasks', json: {} });
		};

		expect(await submitTo([task], { encode, signal: stop.signal })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: REFUSED_FOR_GOOD,
		});
	});

	it.each<[string, FakeResponse, string[]]>([
		['for the gateway', rateLimit({ 'retry-after': '1' }), ['refused', 'permit: rejected']],
		['for a connection', neverOpened, ['refused', 'permit: released']],
	])('is not sent again when the execution stops while it waits %s', async (_fact, answer, journal) => {
		const stop = new AbortController();
		const clock = leapingClock();
		const pause = clock.pause.bind(clock);
		clock.pause = async (ms, signal) => {
			stop.abort();
			await pause(ms, signal);
		};

		expect(
			await submitTo([answer, task], { signal: stop.signal, clock, limiter: limiterOf(4, clock, stop.signal) }),
		).toMatchObject({ failure: { kind: 'canceled' }, requests: 1, journal });
	});
});

it('is unclear when the execution stops while the request is under way', async () => {
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

it('sends the request anew encoded each time, so that no copy is kept meanwhile', async () => {
	const encode = jest.fn<ReturnType<Setup['encode']>, []>(
		async () => await Promise.resolve({ path: '/v1/images/tasks', json: {} }),
	);

	expect((await submitTo([overloaded, neverOpened, task], { encode })).requests).toBe(3);
	expect(encode).toHaveBeenCalledTimes(3);
});

describe('a request that ended unclear, where the API honors idempotency keys', () => {
	const page = reply(504, '<html><title>504 Gateway Time-out</title></html>');

	it('is sent again until it is accepted', async () => {
		const { submitted, journal, requests } = await submitTo([page, broken('ECONNRESET', 'read'), task], {
			resendUnclear: true,
		});

		expect([submitted?.outcome.taskId, requests]).toEqual(['t-1', 3]);
		expect(journal).toEqual([
			...['unclear', 'permit: released'],
			...['unclear', 'permit: released'],
			...['accepted pending', 'permit: accepted'],
		]);
	});

	it('is given up when its time is over', async () => {
		const { failure, tookMs, journal } = await submitTo([page], { resendUnclear: true });

		expect(failure).toMatchObject({ kind: 'unclear_submission', httpStatus: 504 });
		expect(tookMs).toBeLessThan(MINUTE_MS);
		expect(journal.slice(-3)).toEqual(UNCLEAR);
	});
});
