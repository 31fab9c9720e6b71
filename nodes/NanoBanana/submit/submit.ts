import { FailureError, throwIfCanceled, toFailure, type Failure } from '../errors/failure';
import type { FailureKind } from '../errors/failureKinds';
import { jitter, type Clock } from '../lib/clock';
import type { ConcurrencyLimiter, Permit } from './concurrencyLimiter';
import type { SubmitResult } from './submitResult';

export interface SubmitOptions {
	clock: Clock;
	/** Fires when the run fails or is canceled: only unclear requests are sent after that. */
	signal: AbortSignal;
	/** Fires when the execution is canceled: no request is sent after that. */
	cancel?: AbortSignal;
	/** How long to keep trying while the API rejects everything. */
	giveUpAfterMs: number;
	/** True if the API honors idempotency keys: an unclear request is sent again with its key. */
	retryUnclear: boolean;
	/** The request has failed for good. Called before its permit goes to another item. */
	onFailed: () => void;
}

export type AcceptedSubmission = Extract<SubmitResult, { kind: 'accepted' }> & { permit: Permit };

const CONNECTION_TRIES = 3;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** Network failures, and web pages instead of the API. They do not show what happened to an unclear request. */
const LEAVE_IT_UNCLEAR: FailureKind[] = ['unclear_submission', 'wrong_base_url'];

/**
 * Sends one paid request and returns the result. `attempt` sends it once, unless its signal has fired, and records the
 * result. A general retry could charge twice, so it is sent again for three reasons only:
 *
 * 1. An earlier attempt ended unclear, and `retryUnclear` is on. It is sent with the same key until the API responds
 *    clearly or the time is up, even after another item has failed, because only the response has the task ID.
 * 2. `refused`: the API provably did not accept it (see `acceptanceOf`, submitResult.ts). The limiter decides when.
 * 3. `unsent`: the connection never opened (see `readNetworkError`, networkErrors.ts). Three tries in all.
 *
 * @throws a failure; kind `unclear_submission` if a task may exist and may have been charged
 */
export async function submit(
	limiter: ConcurrencyLimiter,
	attempt: (signal?: AbortSignal) => Promise<SubmitResult>,
	{ clock, signal, cancel, giveUpAfterMs, retryUnclear, onFailed }: SubmitOptions,
): Promise<AcceptedSubmission> {
	let unsent = 0;
	let resent = 0;
	/** Set when a request of this try ends unclear. Earlier tries do not count. */
	let unclearSince: number | undefined;
	const endedBy = (): AbortSignal | undefined => (unclearSince === undefined ? signal : cancel);
	for (;;) {
		const permit = await limiter.acquire({ giveUpAfterMs, isUnclear: unclearSince !== undefined });
		if (!permit) throw new FailureError({ kind: 'canceled' });
		const result = await attempt(endedBy()).catch(
			(thrown: unknown): SubmitResult => ({ kind: 'failed', failure: toFailure(thrown) }),
		);
		if (result.kind === 'accepted') {
			permit.accepted();
			return { ...result, permit };
		}

		const now = clock.now();
		if (retryUnclear && result.failure.kind === 'unclear_submission') unclearSince ??= now;
		// Waiting behind other items does not count, so the time starts with the first rejection.
		const refusedSince = result.kind === 'refused' ? permit.rejected(result.retryAfterMs, result.failure) : now;
		/** Undefined if the request is not sent again. */
		let pauseMs: number | undefined;
		if (unclearSince !== undefined && (result.kind !== 'failed' || LEAVE_IT_UNCLEAR.includes(result.failure.kind))) {
			const growing = pauseBefore(++resent);
			if (now + growing - unclearSince < giveUpAfterMs) pauseMs = growing;
		} else if (result.kind === 'refused') {
			if (now + result.retryAfterMs - refusedSince < giveUpAfterMs) pauseMs = 0;
		} else if (result.kind === 'unsent') {
			if (++unsent < CONNECTION_TRIES) pauseMs = pauseBefore(unsent);
		}
		if (pauseMs === undefined) onFailed();
		permit.release();
		if (pauseMs === undefined) throw new FailureError(sentAgain(result.failure, resent));
		if (pauseMs > 0) await clock.pause(pauseMs, endedBy());
		throwIfCanceled(endedBy());
	}
}

function sentAgain(failure: Failure, times: number): Failure {
	if (failure.kind !== 'unclear_submission' || times <= 1) return failure;
	const nextStep = `The request was sent ${times} times with the same Idempotency-Key. Check the usage log on your provider's dashboard before you run the node again.`;
	return { ...failure, nextStep };
}

function pauseBefore(tries: number): number {
	return jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)));
}
