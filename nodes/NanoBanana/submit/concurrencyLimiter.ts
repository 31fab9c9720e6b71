import { FailureError, type Failure } from '../errors/failure';
import { jitter, onAbort, type Clock } from '../lib/clock';

/**
 * Adaptive concurrency limiter for paid requests. It learns the API's limit from a few rejections, and
 * backs off while the API rejects everything. A permit is held from the create request until its task
 * has ended.
 */
export interface ConcurrencyLimiter {
	/**
	 * Waits for a permit, first come, first served. Returns undefined once the run's signal has fired.
	 *
	 * @throws the last rejection, once the API has rejected everything for `giveUpAfterMs`
	 */
	acquire(options?: AcquireOptions): Promise<Permit | undefined>;
}

interface AcquireOptions {
	/** How long to keep trying while the API rejects everything. Waiting behind other items does not count. */
	giveUpAfterMs?: number;
	/** The task already exists at the API: it takes a permit but ignores the backoff. */
	isResumed?: boolean;
	/** The request may have been accepted before: it gets a permit even in a failed run. */
	isUnclear?: boolean;
}

export interface Permit {
	accepted(): void;
	/**
	 * The API returned a 429 or 503 that proves that it did not accept the request. Releases the permit. Returns since
	 * when (ms) the API has rejected everything, or now if only its concurrency limit was reached.
	 */
	rejected(retryAfterMs: number, failure?: Failure): number;
	release(): void;
}

export interface LimiterOptions {
	maxConcurrency: number;
	slowStart: SlowStart;
	/** The signal of the run: once it fires, only unclear requests get a permit. */
	signal: AbortSignal;
	/** The signal of the execution: once it fires, no request gets a permit. */
	cancel?: AbortSignal;
	clock: Clock;
}

/** Limits unanswered requests, so that an unknown limit costs a few rejections instead of one per item. */
export interface SlowStart {
	initial: number;
	/** Added with each accepted request. */
	growBy: number;
	/** A request without a response for this long counts as accepted: rejections are quick, images are not. */
	acceptedAfterMs?: number;
	/** Only if the API has accepted another one. Otherwise, all of them may hang. */
	needsProof?: boolean;
}

/** The API answers create requests at once, so a few unanswered ones keep it busy. One that hangs blocks no others. */
export const TASK_SLOW_START: SlowStart = { initial: 3, growBy: 0, acceptedAfterMs: 10_000, needsProof: true };
/** The API answers a synchronous request only when its image is ready, so many have to run in parallel. */
export const SYNC_SLOW_START: SlowStart = { initial: 16, growBy: 1, acceptedAfterMs: 300 };

/** Accepted requests in a row before the limit is raised by one. Doubles if that is rejected, halves if it works. */
const FIRST_PROBE_AFTER = 20;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 30_000;

interface Waiter extends Required<AcquireOptions> {
	resolve(permit: Permit | undefined): void;
	reject(reason: Error): void;
}

export function createConcurrencyLimiter(options: LimiterOptions): ConcurrencyLimiter {
	const { maxConcurrency, slowStart, signal, cancel, clock } = options;
	const waiters = new Set<Waiter>();
	let backoffTimer: AbortController | undefined;
	/** Requests without a response, and tasks that have not ended. */
	let unanswered = 0;
	let open = 0;

	/** The API's limit as far as it is known, and the maximum that it has accepted at a time. */
	let limit = maxConcurrency;
	let proven = 0;
	/** The limit being probed. A task that ended unnoticed may have made room for it, so one rejection reverts it. */
	let probe = 0;
	let probeAfter = FIRST_PROBE_AFTER;
	let maxUnanswered = slowStart.initial;
	let acceptedInARow = 0;
	/** Rejections in a row that were not about the limit. */
	let rejectedInARow = 0;
	/** Congestion epoch: if a request was sent before the previous rejection, its own rejection adds no information. */
	let epoch = 0;

	let lastRejection: Failure = { kind: 'rate_limited' };
	/** Since when the API has rejected everything. */
	let rejectingSince: number | undefined;
	let resumeAt = 0;
	/** End of the pause that the API asked for (`Retry-After`). */
	let retryAfterUntil = 0;

	const isBackingOff = (): boolean => clock.now() < resumeAt;
	const isFull = (): boolean => open + unanswered >= limit;
	const maySend = (): boolean => !isBackingOff() && unanswered < (rejectedInARow > 0 ? 1 : maxUnanswered);
	const rejectedForMs = (until: number): number => until - (rejectingSince ?? clock.now());

	function dispatch(): void {
		for (const waiter of waiters) {
			if (isFull()) break;
			if (!waiter.isResumed && !maySend()) continue;
			waiters.delete(waiter);
			waiter.resolve(createPermit(waiter));
		}
		if (!isBackingOff()) return;
		giveUp();
		if (waiters.size === 0 || backoffTimer) return;
		const timer = (backoffTimer = new AbortController());
		void clock.pause(resumeAt - clock.now(), timer.signal).then(() => {
			backoffTimer = undefined;
			dispatch();
		});
	}

	/** Rejects the waiters that would wait too long for an API that rejects everything. */
	function giveUp(): void {
		const knownRejectedMs = rejectedForMs(Math.max(clock.now(), retryAfterUntil));
		for (const waiter of waiters) {
			if (waiter.isResumed || knownRejectedMs < waiter.giveUpAfterMs) continue;
			waiters.delete(waiter);
			// One microtask later, so that the rejected item fails first and, in stop mode, aborts the run.
			void Promise.resolve().then(() => {
				if (isOver(waiter)) waiter.resolve(undefined);
				else waiter.reject(new FailureError(lastRejection));
			});
		}
	}

	function isOver({ isUnclear }: Pick<Waiter, 'isUnclear'>): boolean {
		return isUnclear ? cancel?.aborted === true : signal.aborted;
	}

	function endWaiting(): void {
		backoffTimer?.abort();
		for (const waiter of waiters) {
			if (!isOver(waiter)) continue;
			waiters.delete(waiter);
			waiter.resolve(undefined);
		}
	}

	function createPermit({ giveUpAfterMs, isResumed }: Waiter): Permit {
		let state: 'unanswered' | 'assumed' | 'accepted' | 'released' = 'unanswered';
		const sentInEpoch = epoch;
		const answered = new AbortController();
		const moveTo = (next: typeof state): void => {
			if (state === 'unanswered') unanswered -= 1;
			else open -= 1;
			answered.abort();
			if (next !== 'released') open += 1;
			state = next;
		};
		const isAnswered = (): boolean => state === 'accepted' || state === 'released';

		unanswered += 1;
		if (isResumed) {
			moveTo('accepted');
		} else if (slowStart.acceptedAfterMs !== undefined) {
			void clock.pause(slowStart.acceptedAfterMs, answered.signal).then(() => {
				if (state !== 'unanswered' || (slowStart.needsProof && proven === 0)) return;
				moveTo('assumed');
				dispatch();
			});
		}
		return {
			accepted() {
				if (isAnswered()) return;
				moveTo('accepted');
				raiseLimit();
				rejectingSince = undefined;
				dispatch();
			},
			rejected(retryAfterMs, failure = lastRejection) {
				if (isAnswered()) return clock.now();
				moveTo('released');
				lastRejection = failure;
				const isFirstInEpoch = sentInEpoch === epoch;
				if (isFirstInEpoch) epoch += 1;
				const isLimit = lowerLimit(open + unanswered, isFirstInEpoch);
				backOff(retryAfterMs, isLimit, giveUpAfterMs);
				dispatch();
				return rejectingSince ?? clock.now();
			},
			release() {
				if (state === 'released') return;
				moveTo('released');
				dispatch();
			},
		};
	}

	function raiseLimit(): void {
		if (open > proven && open === probe) probeAfter = Math.ceil(probeAfter / 2);
		proven = Math.max(proven, open);
		limit = Math.max(limit, open);
		maxUnanswered += slowStart.growBy;
		rejectedInARow = 0;
		acceptedInARow += 1;
		if (limit >= maxConcurrency || acceptedInARow < probeAfter) return;
		limit += 1;
		probe = limit;
		acceptedInARow = 0;
	}

	/**
	 * Returns true if the rejection means that the API's limit is reached, because the API never accepted this count. If
	 * it did, this may be a rate limit, which only costs time. A second one in a row means that the limit has dropped.
	 */
	function lowerLimit(others: number, isFirstInEpoch: boolean): boolean {
		const isLimit = others > 0 && (others + 1 > proven || others + 1 === probe);
		const hasDropped = others > 0 && !isLimit && isFirstInEpoch && rejectedInARow > 0;
		if (isLimit && isFirstInEpoch && limit < maxConcurrency) probeAfter *= 2;
		// A drop by more than half may have been a rate limit, so the next accepted request probes at once.
		if (hasDropped) probeAfter = others < proven / 2 ? 1 : probeAfter * 2;
		if (isLimit || hasDropped) {
			limit = others;
			proven = Math.min(proven, others);
		}
		acceptedInARow = 0;
		if (isFirstInEpoch) rejectedInARow = isLimit ? 0 : rejectedInARow + 1;
		return isLimit;
	}

	/** No pause at the limit, because the end of any task frees a permit. Otherwise, the last try is when the time is up. */
	function backOff(retryAfterMs: number, isLimit: boolean, giveUpAfterMs: number): void {
		const now = clock.now();
		rejectingSince = isLimit ? undefined : (rejectingSince ?? now);
		const exponentialMs = jitter(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, rejectedInARow - 1)));
		const leftMs = giveUpAfterMs - rejectedForMs(now);
		const pauseMs = leftMs > 0 ? Math.min(exponentialMs, leftMs) : exponentialMs;
		retryAfterUntil = Math.max(retryAfterUntil, now + retryAfterMs);
		resumeAt = Math.max(resumeAt, retryAfterUntil, isLimit ? now : now + pauseMs);
	}

	onAbort(signal, () => {
		endWaiting();
		// Unclear requests still wait until the execution is canceled.
		onAbort(cancel, endWaiting);
	});

	return {
		async acquire({ giveUpAfterMs = Infinity, isResumed = false, isUnclear = false } = {}) {
			if (isOver({ isUnclear })) return undefined;
			return await new Promise((resolve, reject) => {
				waiters.add({ giveUpAfterMs, isResumed, isUnclear, resolve, reject });
				dispatch();
			});
		},
	};
}
