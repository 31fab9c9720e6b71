import { throwIfCanceled } from '../gateway/httpRequest';
import { jitter } from '../lib/clock';
import { FailureError, toFailure } from '../errors/failure';
import type { ConcurrencyLimiter, Permit } from './concurrencyLimiter';
import type { Clock } from '../types';
import type { SubmitResult } from './submitResult';

export interface SubmitOptions {
	clock: Clock;
	/** No further attempt starts once this fires. */
	signal: AbortSignal;
	/** How long to keep trying while the API rejects everything. */
	giveUpAfterMs: number;
	/** True where the API honors idempotency keys: a request that ended unclear is sent again with its key. */
	resendUnclear: boolean;
	/** The request is not sent again. Called before its permit goes to another item. */
	onFailed: () => void;
}

export type AcceptedSubmission = Extract<SubmitResult, { kind: 'accepted' }> & { permit: Permit };

const CONNECTION_TRIES = 3;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Sends one paid request and returns what became of it. `attempt` sends it once and records the result.
 * It is sent again only where the API provably did not accept it (the connection never opened, a 429 that
 * is a rate limit, a 503 that says so), or with `resendUnclear`. There is no general retry on purpose.
 *
 * @throws a failure; kind `unclear_submission` when a task may exist and may have been charged
 */
export async function submit(
	limiter: ConcurrencyLimiter,
	attempt: () => Promise<SubmitResult>,
	{ clock, signal, giveUpAfterMs, resendUnclear, onFailed }: SubmitOptions,
): Promise<AcceptedSubmission> {
	let unsent = 0;
	let unclear = 0;
	let unclearSince: number | undefined;
	for (;;) {
		const permit = await limiter.acquire({ giveUpAfterMs });
		if (!permit) throw new FailureError({ kind: 'canceled' });
		const result = await attempt().catch(
			(thrown: unknown): SubmitResult => ({ kind: 'failed', failure: toFailure(thrown) }),
		);
		if (result.kind === 'accepted') {
			permit.accepted();
			return { ...result, permit };
		}

		/** Undefined where the request is not sent again. */
		let pauseMs: number | undefined;
		const now = clock.now();
		if (result.kind === 'refused') {
			// The limiter delays it. Waiting behind other items is no rejection, so the time starts with the first one.
			const since = permit.rejected(result.retryAfterMs, result.failure);
			if (now + result.retryAfterMs - since < giveUpAfterMs) pauseMs = 0;
		} else if (result.kind === 'unsent') {
			if (++unsent < CONNECTION_TRIES) pauseMs = pauseBefore(unsent);
		} else if (resendUnclear && result.failure.kind === 'unclear_submission') {
			unclearSince ??= now;
			const growing = pauseBefore(++unclear);
			if (now + growing - unclearSince < giveUpAfterMs) pauseMs = growing;
		}
		if (pauseMs === undefined) onFailed();
		permit.release();
		if (pauseMs === undefined) throw new FailureError(result.failure);
		if (pauseMs > 0) await clock.pause(pauseMs, signal);
		throwIfCanceled(signal);
	}
}

function pauseBefore(tries: number): number {
	return jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)));
}
