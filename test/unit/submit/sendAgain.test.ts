/* eslint-disable */
import { leapingClock } from '../support/fakeClock';
import { broken, reply, type FakeResponse } from '../support/fakeClient';
import {
	MINUTE_MS,
	REJECTED,
	UNCLEAR,
	limiterOf,
	neverOpened,
	overloaded,
	rateLimit,
	submitTo,
	task,
	type Setup,
} from './submitTo';

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('a request that was not accepted', () => {
	it.each<[string, FakeResponse]>([
		['rate limit with HTTP 429', rateLimit()],
		['503 of an overloaded API', overloaded],
		['503 without an account (sub2api)', reply(503, { error: { message: 'No available accounts: all are busy' } })],
		['503 without an account for images', reply(503, { error: { message: 'No available compatible accounts' } })],
		['rate limit with HTTP 200', reply(200, { code: 429, message: 'too many requests' })],
	])('is sent again after a %s', async (_fact, response) => {
		const { submitted, journal, requests } = await submitTo([response, task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect(journal).toEqual(['not accepted', 'permit: rejected', 'accepted pending', 'permit: accepted']);
		expect(requests).toBe(2);
	});

	it('is sent again after the time in Retry-After', async () => {
		const { submitted, tookMs, requests } = await submitTo([rateLimit({ 'retry-after': '20' }), task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect([requests, tookMs]).toEqual([2, 20_000]);
	});

	it('fails when its give-up time is over, with the reason of the last response', async () => {
		const { failure, journal, tookMs, requests } = await submitTo([rateLimit()]);

		expect(failure).toMatchObject({ kind: 'rate_limited', httpStatus: 429, gatewayMessage: 'too many requests' });
		expect(journal.slice(-3)).toEqual(['not accepted', 'permit: rejected', 'failed']);
		expect(journal.filter((event) => event === 'failed')).toHaveLength(1);
		expect(journal.filter((event) => event === 'not accepted')).toHaveLength(requests);
		expect(tookMs).toBeGreaterThanOrEqual(MINUTE_MS);
		expect(tookMs).toBeLessThan(MINUTE_MS + 31_000);
	});

	it.each([
		['60', 1],
		['59', 2],
	])('is sent again only if Retry-After (%s s) ends before its give-up time', async (seconds, requests) => {
		expect(await submitTo([rateLimit({ 'retry-after': seconds })])).toMatchObject({
			failure: { kind: 'rate_limited' },
			requests,
		});
	});

	it('has the same give-up time however long it waited for its permit', async () => {
		const clock = leapingClock();
		const limiter = limiterOf(1, clock);
		const first = await limiter.acquire();
		first?.accepted();
		const attempt = submitTo([rateLimit({ 'retry-after': '30' }), task], { limiter, clock });
		await clock.pause(10 * MINUTE_MS);
		first?.release();

		expect(await attempt).toMatchObject({ submitted: { outcome: { taskId: 't-1' } }, requests: 2 });
	});

	it('is not sent if an earlier Retry-After is longer than its give-up time', async () => {
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

	it('is sent three times with growing pauses if the connection does not open', async () => {
		const { failure, journal, requests, pauses } = await submitTo([neverOpened]);

		expect(failure).toEqual({ kind: 'unreachable', gatewayMessage: 'The connection was refused' });
		expect(requests).toBe(3);
		expect(pauses).toEqual([1_000, 2_000]);
		expect(journal).toEqual([
			'not accepted',
			'permit: released',
			'not accepted',
			'permit: released',
			'not accepted',
			'failed',
			'permit: released',
		]);
	});

	it('is accepted as soon as the connection opens', async () => {
		const { submitted, journal, requests } = await submitTo([neverOpened, neverOpened, task]);

		expect(submitted?.outcome).toMatchObject({ taskId: 't-1' });
		expect(requests).toBe(3);
		expect(journal).toEqual([
			'not accepted',
			'permit: released',
			'not accepted',
			'permit: released',
			'accepted pending',
			'permit: accepted',
		]);
	});

	it('is sent once if the certificate of the API has expired', async () => {
		const { failure, journal, requests } = await submitTo([broken('CERT_HAS_EXPIRED', 'read')]);

		expect(failure).toEqual({ kind: 'unreachable', gatewayMessage: "The server's certificate has expired" });
		expect(requests).toBe(1);
		expect(journal).toEqual(REJECTED);
	});
});

describe('a request that is not sent', () => {
	it('costs nothing if the execution was canceled before it got a permit', async () => {
		const encode = jest.fn();

		expect(await submitTo([task], { encode, signal: AbortSignal.abort() })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: [],
		});
		expect(encode).not.toHaveBeenCalled();
	});

	it('costs nothing if the run was aborted before it got a permit', async () => {
		const limiter = limiterOf(4, leapingClock(), AbortSignal.abort());

		expect(await submitTo([task], { limiter })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: [],
		});
	});

	it('releases its permit if it cannot be encoded', async () => {
		const encode = async (): Promise<never> => await Promise.reject(new Error('the disk is full'));

		expect(await submitTo([task], { encode })).toMatchObject({
			failure: { kind: 'internal', gatewayMessage: 'the disk is full' },
			requests: 0,
			journal: REJECTED,
		});
	});

	it('costs nothing if the execution is canceled while it is encoded', async () => {
		const stop = new AbortController();
		const encode: Setup['encode'] = async () => {
			stop.abort();
			return await Promise.resolve({ path: '/v1/images/tasks', json: {} });
		};

		expect(await submitTo([task], { encode, signal: stop.signal })).toMatchObject({
			failure: { kind: 'canceled' },
			requests: 0,
			journal: REJECTED,
		});
	});

	it.each<[string, FakeResponse, string[]]>([
		['for Retry-After', rateLimit({ 'retry-after': '1' }), ['not accepted', 'permit: rejected']],
		['for a connection', neverOpened, ['not accepted', 'permit: released']],
	])('is not sent again if the execution is canceled while it waits %s', async (_fact, response, journal) => {
		const stop = new AbortController();
		const clock = leapingClock();
		const pause = clock.pause.bind(clock);
		clock.pause = async (ms, signal) => {
			stop.abort();
			await pause(ms, signal);
		};

		expect(
			await submitTo([response, task], { signal: stop.signal, clock, limiter: limiterOf(4, clock, stop.signal) }),
		).toMatchObject({ failure: { kind: 'canceled' }, requests: 1, journal });
	});
});

it('encodes a request each time it is sent, so that no copy is kept in memory', async () => {
	const encode = jest.fn<ReturnType<Setup['encode']>, []>(
		async () => await Promise.resolve({ path: '/v1/images/tasks', json: {} }),
	);

	expect((await submitTo([overloaded, neverOpened, task], { encode })).requests).toBe(3);
	expect(encode).toHaveBeenCalledTimes(3);
});

describe("an unclear request with 'Retry Unclear Requests'", () => {
	const timeoutPage = reply(504, '<html><title>504 Gateway Time-out</title></html>');
	/** From a proxy in front of the API. */
	const tooEarly = reply(425, '<html><title>425 Too Early</title></html>', { 'content-type': 'text/html' });

	it('is sent again until it is accepted', async () => {
		const { submitted, journal, requests } = await submitTo(
			[timeoutPage, broken('ECONNRESET', 'read'), tooEarly, task],
			{
				retryUnclear: true,
			},
		);

		expect([submitted?.outcome.taskId, requests]).toEqual(['t-1', 4]);
		expect(journal).toEqual([
			...['unclear', 'permit: released'],
			...['unclear', 'permit: released'],
			'permit: released',
			...['accepted pending', 'permit: accepted'],
		]);
	});

	/** The run fails before the first response arrives: no other item sends anything after that. */
	function failRun(run: AbortController): FakeResponse {
		return () => {
			run.abort();
			return timeoutPage;
		};
	}

	it('is also sent again after the run has failed, because the response contains the task ID', async () => {
		const [run, execution] = [new AbortController(), new AbortController()];
		const { submitted, requests } = await submitTo([failRun(run), neverOpened, overloaded, timeoutPage, task], {
			retryUnclear: true,
			signal: run.signal,
			cancel: execution.signal,
		});

		expect([submitted?.outcome.taskId, requests]).toEqual(['t-1', 5]);
	});

	it('also fails in a failed run when its give-up time is over', async () => {
		const [run, execution] = [new AbortController(), new AbortController()];
		const { failure, tookMs, pauses } = await submitTo([failRun(run), overloaded], {
			retryUnclear: true,
			signal: run.signal,
			cancel: execution.signal,
		});

		expect(failure?.kind).toBe('upstream_down');
		expect(tookMs).toBeLessThan(MINUTE_MS);
		expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000]);
	});

	it('is not sent again after the execution is canceled', async () => {
		const execution = new AbortController();
		const { failure, requests } = await submitTo([failRun(execution), task], {
			retryUnclear: true,
			signal: execution.signal,
		});

		expect([failure?.kind, requests]).toEqual(['canceled', 1]);
	});

	it('is not sent again after the API has rejected it', async () => {
		const { failure, requests } = await submitTo([timeoutPage, reply(401, { message: 'invalid key' }), task], {
			retryUnclear: true,
		});

		expect([failure?.kind, requests]).toEqual(['invalid_key', 2]);
	});

	it('fails when its give-up time is over', async () => {
		const { failure, requests, tookMs, journal } = await submitTo([timeoutPage], { retryUnclear: true });

		expect(requests).toBeGreaterThan(2);
		expect(failure).toMatchObject({
			kind: 'unclear_submission',
			httpStatus: 504,
			nextStep: expect.stringContaining(`The request was sent ${requests} times`) as string,
		});
		expect(tookMs).toBeLessThan(MINUTE_MS);
		expect(journal.slice(-3)).toEqual(UNCLEAR);
	});
});

it('a rejected request waits only for its permit, also with Retry Unclear Requests', async () => {
	const [usual, retrying] = await Promise.all(
		[false, true].map(async (retryUnclear) => await submitTo([rateLimit(), task], { retryUnclear })),
	);

	expect(retrying.pauses).toEqual(usual.pauses);
});

it('an unclear request that was sent once does not say that it was sent again', async () => {
	const { failure, requests } = await submitTo([reply(504, '')], { retryUnclear: true, giveUpAfterMs: 1 });

	expect(failure).toMatchObject({ kind: 'unclear_submission' });
	expect(failure).not.toHaveProperty('nextStep');
	expect(requests).toBe(1);
});
