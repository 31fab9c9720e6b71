import { throwIfCanceled, type Limits } from '../gateway/httpRequest';
import { jitter } from '../lib/clock';
import { failureError } from '../errors/failure';
import type { ConcurrencyLimiter, Permit } from './concurrencyLimiter';
import { sendCall, type Exchange } from '../gateway/gatewayClient';
import type { Clock, EncodedCall, Outcome } from '../types';
import { judge, type Accepted, type Verdict } from './submitResult';

/** A paid request on its way. Whatever it throws, `onUnclear` was called first when the job may exist. */
export interface Submission {
	exchange: Exchange;
	/** What the body of an answer says, in the format of the request. */
	decode: (body: unknown) => Outcome;
	/** Made when the request is sent, so that references are in memory only then. */
	encode: () => Promise<EncodedCall>;
	limiter: ConcurrencyLimiter;
	clock: Clock;
	limits: Limits;
	/** How long a gateway that takes nothing is asked again. */
	patienceMs: number;
	/** No further request starts once this fires. */
	signal: AbortSignal;
	onUnclear: () => void;
	/** It will not be sent again. Called before its place goes to another request. */
	onFailed: () => void;
	/** The request was not taken and waits for its turn again: gives back the memory that its encoded form took. */
	onRefused: () => void;
	/** Called in the same breath as the answer arrives: from here on the job can be found again. */
	onAccepted: (accepted: Accepted) => void;
}

export interface Submitted {
	accepted: Accepted;
	permit: Permit;
	/** When the gateway wants to be asked first (`Retry-After` of the answer), in ms; 0 where it said nothing. */
	firstLookMs: number;
}

/** Tries for a connection that never opened. More would only delay the news. */
const CONNECTION_TRIES = 3;
const CONNECTION_PAUSE_MS = 500;

/**
 * Sends one paid request and reads what became of it. It is sent again only where the gateway
 * provably took nothing: the connection never opened, a 429 that is a rate limit, a 503 that says so.
 *
 * @throws a failure; kind `unclear_submission` when the job may exist and may have been billed
 */
export async function submit(submission: Submission): Promise<Submitted> {
	const { limiter, clock, signal } = submission;
	let unsent = 0;
	for (;;) {
		const permit = await limiter.acquire({ giveUpAfterMs: submission.patienceMs });
		if (!permit) throw failureError({ kind: 'canceled' });
		let verdict: Verdict;
		let isUnderWay = false;
		try {
			const call = await submission.encode();
			throwIfCanceled(signal);
			isUnderWay = true;
			verdict = judge(await sendCall(submission.exchange, call, submission.limits), {
				decode: submission.decode,
				now: clock.now(),
			});
		} catch (thrown) {
			if (isUnderWay) submission.onUnclear();
			submission.onFailed();
			permit.release();
			throw thrown instanceof Error ? thrown : new Error(String(thrown));
		}
		switch (verdict.kind) {
			case 'accepted':
				submission.onAccepted(verdict.accepted);
				permit.accepted();
				return { accepted: verdict.accepted, permit, firstLookMs: verdict.firstLookMs };
			case 'failed':
				if (verdict.failure.kind === 'unclear_submission') submission.onUnclear();
				submission.onFailed();
				permit.release();
				throw failureError(verdict.failure);
			case 'unsent':
				submission.onRefused();
				permit.release();
				unsent += 1;
				if (unsent >= CONNECTION_TRIES) {
					submission.onFailed();
					throw failureError(verdict.failure);
				}
				await clock.pause(jitter(CONNECTION_PAUSE_MS * 2 ** unsent), signal);
				break;
			case 'refused': {
				submission.onRefused();
				// Queueing behind other items is no refusal, so the patience starts with the first one.
				const since = permit.rejected(verdict.retryAfterMs, verdict.failure);
				if (clock.now() + verdict.retryAfterMs - since >= submission.patienceMs) {
					submission.onFailed();
					throw failureError(verdict.failure);
				}
				break;
			}
			default:
				throw new Error(`A verdict without a rule: ${String(verdict satisfies never)}`);
		}
		throwIfCanceled(signal);
	}
}
