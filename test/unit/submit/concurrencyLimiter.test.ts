/* eslint-disable */
import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import {
	createConcurrencyLimiter,
	SYNC_SLOW_START,
	TASK_SLOW_START,
	type LimiterOptions,
	type ConcurrencyLimiter,
	type SlowStart,
} from '../../../nodes/NanoBanana/submit/concurrencyLimiter';
import { playLimiter, type ApiLoad } from '../../bench/simulation/simulatedApi';
import { createRandom } from '../../mock-api/random';
import { settled, stoppedClock, type FakeClock } from '../support/fakeClock';

function limiterOf(maxConcurrency: number, clock: FakeClock, more: Partial<LimiterOptions> = {}): ConcurrencyLimiter {
	const { signal } = new AbortController();
	return createConcurrencyLimiter({ maxConcurrency, slowStart: TASK_SLOW_START, signal, clock, ...more });
}

const TASK_MS = 10_000;
const RESPONSE_MS = 50;
const HOUR_MS = 3_600_000;

interface PlayResult {
	done: number;
	rejected: number;
	mostOpen: number;
	mostWithoutResponse: number;
	requests: number[];
	tookMs: number;
}

/** Runs this number of items against an API that accepts `limit` tasks at a time and rejects the others. */
async function play(
	items: number,
	limit: number,
	more: { maxConcurrency?: number; slowStart?: SlowStart; retryAfterMs?: number } = {},
): Promise<PlayResult> {
	const clock = stoppedClock();
	const limiter = limiterOf(more.maxConcurrency ?? 64, clock, { slowStart: more.slowStart ?? TASK_SLOW_START });
	const startedAt = clock.now();
	const seen: PlayResult = { done: 0, rejected: 0, mostOpen: 0, mostWithoutResponse: 0, requests: [], tookMs: 0 };
	let open = 0;
	let withoutResponse = 0;

	const item = async (): Promise<void> => {
		for (;;) {
			const permit = await limiter.acquire();
			if (!permit) return;
			seen.requests.push(clock.now() - startedAt);
			withoutResponse += 1;
			seen.mostWithoutResponse = Math.max(seen.mostWithoutResponse, withoutResponse);
			await clock.pause(RESPONSE_MS);
			withoutResponse -= 1;
			if (open >= limit) {
				seen.rejected += 1;
				permit.rejected(more.retryAfterMs ?? 0);
				continue;
			}
			open += 1;
			seen.mostOpen = Math.max(seen.mostOpen, open);
			permit.accepted();
			await clock.pause(TASK_MS);
			open -= 1;
			permit.release();
			seen.done += 1;
			seen.tookMs = clock.now() - startedAt;
			return;
		}
	};
	const all = Promise.all(Array.from({ length: items }, item));
	await clock.advance(HOUR_MS);
	await all;
	return seen;
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

it.each([1, 2, 4, 64])('finds a limit of %i with few rejections and uses all of it', async (limit) => {
	const items = Math.max(12, limit * 3);
	const seen = await play(items, limit);

	expect(seen.done).toBe(items);
	expect(seen.mostOpen).toBe(limit);
	expect(seen.rejected).toBeLessThanOrEqual(8);
	// At most a fifth longer than a client that knows the limit, plus the first responses.
	expect(seen.tookMs).toBeLessThan(Math.ceil(items / limit) * TASK_MS * 1.2 + 5_000);
});

it('stays within a lower Max Concurrency without a rejection', async () => {
	const seen = await play(10, 64, { maxConcurrency: 2 });

	expect(seen).toMatchObject({ done: 10, rejected: 0, mostOpen: 2 });
});

it('sends few requests before the first responses, so that a wrong guess costs few rejections', async () => {
	expect((await play(40, 64)).mostWithoutResponse).toBe(TASK_SLOW_START.initial);
});

it.each([
	[1, 'sends others after ten seconds'],
	[0, 'sends no others, because the API may answer none'],
])('while requests hang, with %i accepted before, it %s', async (accepted) => {
	const clock = stoppedClock();
	const limiter = limiterOf(64, clock);
	for (let item = 0; item < accepted; item += 1) (await limiter.acquire())?.accepted();
	let sent = 0;
	for (let item = 0; item < 8; item += 1) void limiter.acquire().then(() => (sent += 1));
	await clock.advance(9_000);
	expect(sent).toBe(TASK_SLOW_START.initial);

	await clock.advance(2_000);
	expect(sent).toBe((accepted + 1) * TASK_SLOW_START.initial);
});

it('runs more and more synchronous calls at the same time while they succeed', async () => {
	const seen = await play(60, 64, { slowStart: SYNC_SLOW_START });

	expect(seen.requests.filter((at) => at === 0)).toHaveLength(SYNC_SLOW_START.initial);
	expect(seen.mostWithoutResponse).toBeGreaterThan(SYNC_SLOW_START.initial);
	expect(seen.rejected).toBe(0);
});

it('does not send again before Retry-After ends', async () => {
	const seen = await play(4, 1, { retryAfterMs: 30_000 });
	const gaps = seen.requests.slice(1).map((at, index) => at - seen.requests[index]);

	expect(seen.done).toBe(4);
	// After the first rejections nothing is sent for 30 seconds.
	expect(gaps.filter((gap) => gap >= 30_000).length).toBeGreaterThan(0);
	expect(seen.requests.filter((at) => at > RESPONSE_MS && at < 30_000 + RESPONSE_MS)).toEqual([]);
});

describe('an API that rejects every request', () => {
	/** The pauses between the requests of one item that is always rejected. */
	async function pausesOf(retryAfterMs: number, tries: number): Promise<number[]> {
		const clock = stoppedClock();
		const limiter = limiterOf(64, clock);
		const times: number[] = [];
		const run = (async () => {
			for (let turn = 0; turn < tries; turn += 1) {
				const permit = await limiter.acquire();
				times.push(clock.now());
				permit?.rejected(retryAfterMs);
			}
		})();
		await clock.advance(HOUR_MS);
		await run;
		return times.slice(1).map((at, index) => at - times[index]);
	}

	it('gets requests at growing intervals of up to 30 seconds', async () => {
		expect(await pausesOf(0, 9)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
	});

	it('gets the next request after Retry-After if that is later', async () => {
		expect(await pausesOf(5_000, 5)).toEqual([5000, 5000, 5000, 5000]);
	});
});

describe('the give-up time', () => {
	interface Load {
		items: number;
		giveUpAfterMs: number;
		/** The response to the n-th request: undefined accepts it, a number is the Retry-After of a rejection. */
		retryAfterOf: (request: number) => number | undefined;
	}

	/** Items that send again until their give-up time, as submit.ts does. Returns how and when each ended. */
	async function runItems({
		items,
		giveUpAfterMs,
		retryAfterOf: retryAfterOf,
	}: Load): Promise<Array<{ end: string; at: number; sent: number }>> {
		const clock = stoppedClock();
		const limiter = limiterOf(64, clock);
		const startedAt = clock.now();
		let requests = 0;
		const item = async (): Promise<{ end: string; at: number; sent: number }> => {
			const ended = (end: string): { end: string; at: number; sent: number } => ({
				end,
				at: clock.now() - startedAt,
				sent,
			});
			let sent = 0;
			for (;;) {
				const permit = await limiter
					.acquire({ giveUpAfterMs })
					.catch((thrown: unknown) => toFailure(thrown).gatewayMessage ?? 'no message');
				if (typeof permit === 'string') return ended(permit);
				if (!permit) return ended('aborted');
				sent += 1;
				const retryAfterMs = retryAfterOf((requests += 1));
				await clock.pause(RESPONSE_MS);
				if (retryAfterMs === undefined) {
					permit.accepted();
					await clock.pause(TASK_MS);
					permit.release();
					return ended('done');
				}
				const since = permit.rejected(retryAfterMs, { kind: 'rate_limited', gatewayMessage: 'later' });
				if (clock.now() + retryAfterMs - since >= giveUpAfterMs) return ended('rejected');
			}
		};
		const all = Promise.all(Array.from({ length: items }, item));
		await clock.advance(100 * HOUR_MS);
		return await all;
	}

	const ends = (seen: Array<{ end: string }>): string[] => seen.map(({ end }) => end);
	const last = (seen: Array<{ at: number }>): number => Math.max(...seen.map(({ at }) => at));

	it('ends for waiting items at once if Retry-After is longer, with the message of the API', async () => {
		const seen = await runItems({
			items: 6,
			giveUpAfterMs: 3_000,
			retryAfterOf: (request) => (request === 2 ? HOUR_MS : undefined),
		});

		expect(ends(seen)).toEqual(['done', 'rejected', 'done', 'done', 'later', 'later']);
		expect(seen.slice(4)).toEqual([
			{ end: 'later', at: RESPONSE_MS, sent: 0 },
			{ end: 'later', at: RESPONSE_MS, sent: 0 },
		]);
	});

	it('does not start again for each item when the API rejects every request', async () => {
		const short = await runItems({ items: 8, giveUpAfterMs: 1_000, retryAfterOf: () => 4_000 });
		const many = await runItems({ items: 300, giveUpAfterMs: 600_000, retryAfterOf: () => 700_000 });

		expect([last(short), last(many)]).toEqual([RESPONSE_MS, RESPONSE_MS]);
	});

	it.each([0, 4_000])('ends for all items at the same time, with a Retry-After of %i ms', async (retryAfterMs) => {
		const seen = await runItems({ items: 300, giveUpAfterMs: 30_000, retryAfterOf: () => retryAfterMs });

		expect(new Set(ends(seen))).toEqual(new Set(['rejected', 'later']));
		expect(last(seen)).toBeLessThanOrEqual(30_000 + 3 * RESPONSE_MS);
	});

	it('ends with a last request if there is no Retry-After', async () => {
		const seen = await runItems({ items: 1, giveUpAfterMs: 10_000, retryAfterOf: () => 0 });

		expect(seen).toEqual([{ end: 'rejected', at: 10_000 + 2 * RESPONSE_MS, sent: 6 }]);
	});

	it('is not affected by a shorter pause, and starts again after an accepted request', async () => {
		const seen = await runItems({
			items: 40,
			giveUpAfterMs: 10_000,
			retryAfterOf: (request) => (request % 4 === 0 ? undefined : 3_000),
		});

		expect(new Set(ends(seen))).toEqual(new Set(['done']));
	});

	it('does not end while all permits are in use, however long that takes', async () => {
		const clock = stoppedClock();
		const limiter = limiterOf(2, clock);
		const first = await limiter.acquire({ giveUpAfterMs: 5_000 });
		const second = await limiter.acquire({ giveUpAfterMs: 5_000 });
		const third = limiter.acquire({ giveUpAfterMs: 5_000 });
		first?.accepted();
		second?.accepted();
		await clock.advance(HOUR_MS);
		first?.release();

		expect(await third).toMatchObject({ release: expect.any(Function) });
	});

	it('ends at once for items that arrive during a longer Retry-After, but not for later ones', async () => {
		const clock = stoppedClock();
		const limiter = limiterOf(64, clock);
		(await limiter.acquire())?.rejected(60_000);

		await expect(limiter.acquire({ giveUpAfterMs: 10_000 })).rejects.toMatchObject({
			failure: { kind: 'rate_limited' },
		});
		await clock.advance(60_000);
		expect(await limiter.acquire({ giveUpAfterMs: 10_000 })).toMatchObject({ release: expect.any(Function) });
	});

	it('does not apply to a resumed task, which gets its permit at once', async () => {
		const clock = stoppedClock();
		const run = new AbortController();
		const limiter = limiterOf(2, clock, { signal: run.signal });
		(await limiter.acquire())?.rejected(HOUR_MS);
		const submitClient = limiter.acquire();
		const resumed = [await limiter.acquire({ isResumed: true }), await limiter.acquire({ isResumed: true })];
		let hasPermit = false;
		void limiter.acquire({ isResumed: true }).then(() => (hasPermit = true));
		await settled();

		expect(resumed).toEqual(Array(2).fill(expect.objectContaining({ release: expect.any(Function) as unknown })));
		expect(hasPermit).toBe(false);
		resumed[0]?.release();
		await settled();
		expect(hasPermit).toBe(true);
		run.abort();
		expect(await submitClient).toBeUndefined();
	});

	it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
		'lets every item end, whatever happens (seed %i)',
		async (seed) => {
			const random = createRandom(seed);
			const pick = (most: number): number => Math.floor(random.next() * most);
			const clock = stoppedClock();
			const maxConcurrency = 1 + pick(8);
			const run = new AbortController();
			const slowStart = random.next() < 0.5 ? TASK_SLOW_START : SYNC_SLOW_START;
			const limiter = limiterOf(maxConcurrency, clock, { slowStart, signal: run.signal });
			const abortAt = clock.now() + (random.next() < 0.5 ? pick(60_000) : Infinity);
			let open = 0;
			let mostOpen = 0;
			let sentAfterAbort = 0;
			const item = async (): Promise<void> => {
				await clock.pause(pick(30_000));
				for (;;) {
					const permit = await limiter
						.acquire({ giveUpAfterMs: 1_000 + pick(20_000), isResumed: random.next() < 0.2 })
						.catch(() => undefined);
					if (!permit) return;
					if (clock.now() > abortAt) sentAfterAbort += 1;
					open += 1;
					mostOpen = Math.max(mostOpen, open);
					await clock.pause(pick(500));
					const luck = random.next();
					if (luck < 0.5) permit.rejected(random.next() < 0.3 ? pick(40_000) : 0, { kind: 'rate_limited' });
					else if (luck < 0.9) permit.accepted();
					if (luck >= 0.5) await clock.pause(pick(5_000));
					open -= 1;
					permit.release();
					if (luck >= 0.5) return;
				}
			};
			if (abortAt < Infinity) void clock.pause(abortAt - clock.now()).then(() => run.abort());
			let ended = 0;
			const all = Promise.all(Array.from({ length: 60 }, async () => await item().then(() => (ended += 1))));
			await clock.advance(HOUR_MS);

			expect([ended, sentAfterAbort]).toEqual([60, 0]);
			expect(mostOpen).toBeLessThanOrEqual(maxConcurrency);
			await all;
		},
	);

	it('is not the reason if the run is aborted at the same time', async () => {
		const run = new AbortController();
		const limiter = limiterOf(1, stoppedClock(), { signal: run.signal });
		const first = await limiter.acquire({ giveUpAfterMs: 1_000 });
		const second = limiter.acquire({ giveUpAfterMs: 1_000 });
		first?.rejected(HOUR_MS);
		run.abort();

		expect(await second).toBeUndefined();
	});
});

describe('a limit that was reached', () => {
	it('is probed again later, and a higher limit is used', async () => {
		const clock = stoppedClock();
		const limiter = limiterOf(64, clock);
		let limit = 2;
		let open = 0;
		let mostOpen = 0;
		const item = async (): Promise<void> => {
			for (;;) {
				const permit = await limiter.acquire();
				if (open >= limit) {
					permit?.rejected(0);
					continue;
				}
				open += 1;
				mostOpen = Math.max(mostOpen, open);
				permit?.accepted();
				await clock.pause(1000);
				open -= 1;
				permit?.release();
				return;
			}
		};
		const all = Promise.all(Array.from({ length: 200 }, item));
		await clock.advance(5_000);
		expect(mostOpen).toBe(2);
		limit = 6;
		await clock.advance(HOUR_MS);
		await all;

		expect(mostOpen).toBeGreaterThanOrEqual(4);
	});
});

describe('a permit', () => {
	it('goes to the next waiting item when it is released, in the order of arrival', async () => {
		const limiter = limiterOf(1, stoppedClock());
		const order: number[] = [];
		const first = await limiter.acquire();
		const others = [1, 2].map(async (number) => {
			const permit = await limiter.acquire();
			order.push(number);
			permit?.release();
		});
		await settled();
		expect(order).toEqual([]);
		first?.release();
		await Promise.all(others);

		expect(order).toEqual([1, 2]);
	});

	it('counts as released once, however often it is released', async () => {
		const limiter = limiterOf(1, stoppedClock());
		const first = await limiter.acquire();
		first?.accepted();
		first?.release();
		first?.release();
		await limiter.acquire();
		let hasPermit = false;
		void limiter.acquire().then(() => (hasPermit = true));
		await settled();

		expect(hasPermit).toBe(false);
	});

	it('is not given to waiting or later items after the run is aborted', async () => {
		const run = new AbortController();
		const limiter = limiterOf(1, stoppedClock(), { signal: run.signal });
		const first = await limiter.acquire();
		const waiting = limiter.acquire();
		run.abort();

		expect([first === undefined, await waiting, await limiter.acquire()]).toEqual([false, undefined, undefined]);
	});
});

describe('an API that does not state its limit', () => {
	const TASKS: ApiLoad = { items: 64, limit: () => 64, shortestMs: 4_000, longestMs: 12_000, lagMs: 300 };
	const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

	beforeEach(() => {
		const random = createRandom(1);
		jest.spyOn(Math, 'random').mockImplementation(() => random.next());
	});

	it.each(
		[2, 4, 16, 64].flatMap((limit) => [
			[limit, 0],
			[limit, 1000],
		]),
	)(
		'with a limit of %i and a Retry-After of %i ms finishes 64 tasks in less than 8% over the best time (median)',
		async (limit, retryAfterMs) => {
			const runs = await Promise.all(
				Array.from(
					{ length: 11 },
					async (_, seed) => await playLimiter({ ...TASKS, limit: () => limit, retryAfterMs }, seed + 1),
				),
			);

			expect(median(runs.map(({ tookMs, bestMs }) => tookMs / bestMs))).toBeLessThan(1.08);
			expect(Math.max(...runs.map(({ rejected }) => rejected))).toBeLessThan(0.08);
		},
	);

	it('that lowers its limit rejects few requests', async () => {
		const run = await playLimiter({ ...TASKS, items: 96, limit: (now) => (now < 15_000 ? 16 : 4) }, 3);

		expect(run.rejected).toBeLessThan(0.13);
	});

	it('that raises its limit is used beyond the old limit', async () => {
		const run = await playLimiter({ ...TASKS, items: 256, limit: (now) => (now < 15_000 ? 4 : 64) }, 3);

		// With the first limit it would take more than eight minutes.
		expect(run.tookMs).toBeLessThan(150_000);
		expect(run.rejected).toBeLessThan(0.05);
	});

	it('with a limit per minute keeps getting requests', async () => {
		const run = await playLimiter({ ...TASKS, perMinute: 20 }, 3);

		// 20 at once, 20 after one minute, 20 after two, and 4 after three.
		expect(run.tookMs).toBeLessThan(192_000 * 1.2);
		expect(run.rejected).toBeLessThan(0.4);
	});

	it('gets nearly all synchronous calls at once if it rejects none', async () => {
		const calls = { shortestMs: 1000, longestMs: 1000, slowStart: SYNC_SLOW_START, isSynchronous: true };

		expect((await playLimiter({ ...TASKS, ...calls, items: 20 }, 1)).tookMs).toBeLessThan(1_500);
		expect((await playLimiter({ ...TASKS, ...calls, items: 64 }, 1)).tookMs).toBeLessThan(2_500);
		expect((await playLimiter({ ...TASKS, ...calls, items: 64, limit: () => 4 }, 1)).tookMs).toBeLessThan(17_000);
	});
});
