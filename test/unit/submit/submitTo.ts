/* eslint-disable */
// Shared by the tests of submit.ts: sends a request to an API with prepared responses.
import { throwIfCanceled, toFailure, type Failure } from '../../../nodes/NanoBanana/errors/failure';
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import {
	createConcurrencyLimiter,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../../../nodes/NanoBanana/submit/concurrencyLimiter';
import { sendCall } from '../../../nodes/NanoBanana/gateway/gatewayClient';
import type { Clock } from '../../../nodes/NanoBanana/lib/clock';
import { readSubmitResult, type SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import type { ApiFormat, DecodedResponse, EncodedCall } from '../../../nodes/NanoBanana/types';
import { submit, type SubmitOptions, type AcceptedSubmission } from '../../../nodes/NanoBanana/submit/submit';
import { leapingClock } from '../support/fakeClock';
import { broken, BASE_URL, fakeClient, reply, type FakeResponse } from '../support/fakeClient';

export const MINUTE_MS = 60_000;
export const A = 'https://cdn.example/a.png';
export const task = reply(200, { code: 'success', data: { task_id: 't-1', status: 'queued' } });
export const imageResponse = reply(200, { created: 1, data: [{ url: A }] });
export const rateLimit = (headers = {}) => reply(429, { code: '', message: 'too many requests' }, headers);
export const overloaded = reply(503, {
	error: { message: 'The model is overloaded, please try again later', code: 'system_overloaded' },
});
export const neverOpened = broken('ECONNREFUSED', 'connect');

export const decodeAs = (format: ApiFormat) => (body: unknown) => FORMATS[format].decode(body, BASE_URL);

interface Attempt {
	submitted?: AcceptedSubmission;
	failure?: Failure;
	/** What happened to the request and its permit, in order. */
	journal: string[];
	requests: number;
	pauses: number[];
	tookMs: number;
}

/** Without `acceptedAfterMs`, because each pause of this clock ends at once. */
const SLOW_START = { initial: TASK_SLOW_START.initial, growBy: TASK_SLOW_START.growBy };

export function limiterOf(
	maxConcurrency: number,
	clock: Clock,
	signal = new AbortController().signal,
	cancel = signal,
): ConcurrencyLimiter {
	return createConcurrencyLimiter({ maxConcurrency, slowStart: SLOW_START, signal, cancel, clock });
}

/** A real limiter that records what happens to its permits. */
function recorded(limiter: ConcurrencyLimiter, journal: string[]): ConcurrencyLimiter {
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

export interface Setup extends Partial<SubmitOptions> {
	encode: () => Promise<EncodedCall>;
	decode: (body: unknown) => DecodedResponse;
	limiter: ConcurrencyLimiter;
}

/** Submits one request to an API with these responses. */
export async function submitTo(responses: FakeResponse[], more: Partial<Setup> = {}): Promise<Attempt> {
	const clock = leapingClock();
	const startedAt = clock.now();
	const journal: string[] = [];
	const signal = more.signal ?? new AbortController().signal;
	// Unless a test sets both signals, the execution is canceled when the run is aborted.
	const { cancel = signal } = more;
	const { client, sent } = fakeClient(responses, cancel);
	const { encode, decode, limiter, ...options }: Setup & SubmitOptions = {
		encode: async () => await Promise.resolve({ path: '/v1/images/tasks', json: { prompt: 'a cube' } }),
		decode: decodeAs('asyncTask'),
		limiter: limiterOf(4, clock, signal, cancel),
		clock,
		signal,
		giveUpAfterMs: MINUTE_MS,
		cancel,
		retryUnclear: false,
		onFailed: () => journal.push('failed'),
		...more,
	};
	const attempt = async (): Promise<SubmitResult> => {
		const call = await encode();
		throwIfCanceled(cancel);
		let result: SubmitResult;
		try {
			const response = await sendCall(client, call, 'key-1', { timeoutMs: MINUTE_MS, maxBytes: 1_048_576 });
			result = readSubmitResult(response, { decode, prompt: 'a cube' });
		} catch (thrown) {
			journal.push('unclear');
			throw thrown;
		}
		if (result.kind === 'accepted') journal.push(`accepted ${result.outcome.kind}`);
		else if (result.kind !== 'failed') journal.push('not accepted');
		else if (result.failure.kind === 'unclear_submission') journal.push('unclear');
		return result;
	};
	const ended = await submit(recorded(limiter, journal), attempt, options).then(
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

/** The end of the journal of a rejected request, and of an unclear one. */
export const REJECTED = ['failed', 'permit: released'];
export const UNCLEAR = ['unclear', 'failed', 'permit: released'];
