import { throwIfCanceled, type Limits } from '../gateway/httpRequest';
import { jitter } from '../lib/clock';
import { failureError } from '../errors/failure';
import type { ConcurrencyLimiter, Permit } from './concurrencyLimiter';
import { sendCall, type GatewayClient } from '../gateway/gatewayClient';
import type { Clock, EncodedCall, DecodedResponse } from '../types';
import { readSubmitResult, type Accepted, type SubmitResult } from './submitResult';

/** A paid request on its way. Whatever it throws, `onUnclear` was called first when the job may exist. */
export interface SubmitOptions {
	client: GatewayClient;
	/** What the body of an answer says, in the format of the request. */
	decode: (body: unknown) => DecodedResponse;
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

export interface AcceptedSubmission {
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
export async function submit(options: SubmitOptions): Promise<AcceptedSubmission> {
	const { limiter, clock, signal } = options;
	let unsent = 0;
	for (;;) {
		const permit = await limiter.acquire({ giveUpAfterMs: options.patienceMs });
		if (!permit) throw failureError({ kind: 'canceled' });
		let result: SubmitResult;
		let isUnderWay = false;
		try {
			const call = await options.encode();
			throwIfCanceled(signal);
			isUnderWay = true;
			result = readSubmitResult(await sendCall(options.client, call, options.limits), {
				decode: options.decode,
				now: clock.now(),
			});
		} catch (thrown) {
			if (isUnderWay) options.onUnclear();
			options.onFailed();
			permit.release();
			throw thrown instanceof Error ? thrown : new Error(String(thrown));
		}
		switch (result.kind) {
			case 'accepted':
				options.onAccepted(result.accepted);
				permit.accepted();
				return { accepted: result.accepted, permit, firstLookMs: result.firstLookMs };
			case 'failed':
				if (result.failure.kind === 'unclear_submission') options.onUnclear();
				options.onFailed();
				permit.release();
				throw failureError(result.failure);
			case 'unsent':
				options.onRefused();
				permit.release();
				unsent += 1;
				if (unsent >= CONNECTION_TRIES) {
					options.onFailed();
					throw failureError(result.failure);
				}
				await clock.pause(jitter(CONNECTION_PAUSE_MS * 2 ** unsent), signal);
				break;
			case 'refused': {
				options.onRefused();
				// Queueing behind other items is no refusal, so the patience starts with the first one.
				const since = permit.rejected(result.retryAfterMs, result.failure);
				if (clock.now() + result.retryAfterMs - since >= options.patienceMs) {
					options.onFailed();
					throw failureError(result.failure);
				}
				break;
			}
			default:
				throw new Error(`A verdict without a rule: ${String(result satisfies never)}`);
		}
		throwIfCanceled(signal);
	}
}
