/* eslint-disable */
// The node's concurrency limiter with an API that does not report its limit. Time jumps from one event to the next
// after all promise callbacks have run.
import {
	createConcurrencyLimiter,
	TASK_SLOW_START,
	type SlowStart,
} from '../../../nodes/NanoBanana/submit/concurrencyLimiter';
import type { Clock } from '../../../nodes/NanoBanana/lib/clock';
import { createRandom } from '../../mock-api/random';

export interface ApiLoad {
	items: number;
	/** How many tasks the API accepts in parallel at this time. */
	limit: (nowMs: number) => number;
	shortestMs: number;
	longestMs: number;
	retryAfterMs?: number;
	/** The maximum number of create requests within one minute. */
	perMinute?: number;
	slowStart?: SlowStart;
	/** The response to the create request contains the image. */
	isSynchronous?: boolean;
	/** Mean time until the node notices that a task has ended. */
	lagMs?: number;
}

export interface LimiterFigures {
	tookMs: number;
	/** Create requests that get a 429, as a share of all. */
	rejected: number;
	creates: number;
	/** The time that a client that knows the limit (if it is constant) needs for the same tasks in the same order. */
	bestMs: number;
}

const RESPONSE_MS = 30;
const MINUTE_MS = 60_000;

export async function playLimiter(load: ApiLoad, seed: number): Promise<LimiterFigures> {
	const clock = eventClock();
	const random = createRandom(seed);
	const limiter = createConcurrencyLimiter({
		maxConcurrency: 64,
		slowStart: load.slowStart ?? TASK_SLOW_START,
		signal: new AbortController().signal,
		clock,
	});
	const durations = Array.from(
		{ length: load.items },
		() => load.shortestMs + random.next() * (load.longestMs - load.shortestMs),
	);
	let taken: number[] = [];
	let open = 0;
	let creates = 0;
	let rejected = 0;

	const item = async (durationMs: number): Promise<void> => {
		for (;;) {
			const permit = await limiter.acquire();
			if (!permit) throw new Error('The run was aborted');
			creates += 1;
			await clock.pause(RESPONSE_MS);
			taken = taken.filter((at) => at > clock.now() - MINUTE_MS);
			if (open >= load.limit(clock.now()) || taken.length >= (load.perMinute ?? Infinity)) {
				rejected += 1;
				permit.rejected(load.retryAfterMs ?? 0);
				continue;
			}
			open += 1;
			taken.push(clock.now());
			if (!load.isSynchronous) permit.accepted();
			await clock.pause(durationMs);
			open -= 1;
			if (load.isSynchronous) permit.accepted();
			else await clock.pause(random.next() * 2 * (load.lagMs ?? 0));
			permit.release();
			return;
		}
	};
	await clock.until(Promise.all(durations.map(item)));
	return { tookMs: clock.now(), rejected: rejected / creates, creates, bestMs: bestMs(durations, load.limit(0)) };
}

/** The earliest end of these tasks, in order, with `places` of them in parallel. */
function bestMs(durations: number[], places: number): number {
	const freeAt = Array<number>(places).fill(0);
	for (const duration of durations) {
		freeAt.sort((a, b) => a - b);
		freeAt[0] += duration;
	}
	return Math.max(...freeAt);
}

function eventClock(): Clock & { until(end: Promise<unknown>): Promise<void> } {
	let now = 0;
	let sleepers: Array<{ at: number; wake: () => void }> = [];
	return {
		now: () => now,
		async pause(ms, signal) {
			if (ms <= 0 || signal?.aborted) return;
			await new Promise<void>((wake) => {
				const sleeper = { at: now + ms, wake };
				sleepers.push(sleeper);
				signal?.addEventListener('abort', () => {
					sleepers = sleepers.filter((other) => other !== sleeper);
					wake();
				});
			});
		},
		async until(end) {
			let isOver = false;
			void end.then(() => (isOver = true));
			for (;;) {
				await new Promise(setImmediate);
				if (isOver) return;
				if (sleepers.length === 0) throw new Error(`The simulation stopped at ${now} ms`);
				const next = sleepers.reduce((first, other) => (other.at < first.at ? other : first));
				sleepers = sleepers.filter((other) => other !== next);
				now = next.at;
				next.wake();
			}
		},
	};
}
