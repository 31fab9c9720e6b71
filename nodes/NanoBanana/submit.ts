import { throwIfCanceled, type Answer, type Limits } from './answer';
import { classify, declinedAnswer, leavesItUnclear, provesNothingAccepted } from './classify';
import { jitter, retryAfterMs } from './clock';
import { failureError, type Failure } from './errors';
import type { Gate, Slot } from './gate';
import { firstText } from './json';
import { megabytes } from './sizes';
import { bodyOf, sendCall, type Exchange } from './transport';
import type { Clock, EncodedCall, ImageFormat, Outcome } from './types';

/** A paid request on its way. Whatever it throws, `onUnclear` was called first when the job may exist. */
export interface Submission {
	exchange: Exchange;
	format: ImageFormat;
	/** Made when the request is sent, so that references are in memory only then. */
	encode: () => Promise<EncodedCall>;
	gate: Gate;
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
	onAccepted: (outcome: Accepted) => void;
}

export type Accepted = Extract<Outcome, { kind: 'images' | 'pending' }>;
export interface Submitted {
	outcome: Accepted;
	slot: Slot;
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
	const { gate, clock, signal } = submission;
	let unsent = 0;
	for (;;) {
		const slot = await gate.enter(signal);
		if (!slot) throw failureError({ kind: 'canceled' });
		let verdict: Verdict;
		let isUnderWay = false;
		try {
			const call = await submission.encode();
			throwIfCanceled(signal);
			isUnderWay = true;
			verdict = judge(submission, await sendCall(submission.exchange, call, submission.limits));
		} catch (thrown) {
			if (isUnderWay) submission.onUnclear();
			submission.onFailed();
			slot.leave();
			throw thrown instanceof Error ? thrown : new Error(String(thrown));
		}
		if (verdict.kind === 'accepted') {
			submission.onAccepted(verdict.outcome);
			slot.accepted();
			return { outcome: verdict.outcome, slot, firstLookMs: verdict.firstLookMs };
		}
		if (verdict.kind === 'failed') {
			if (verdict.failure.kind === 'unclear_submission') submission.onUnclear();
			submission.onFailed();
			slot.leave();
			throw failureError(verdict.failure);
		}
		submission.onRefused();
		if (verdict.kind === 'unsent') {
			slot.leave();
			unsent += 1;
			if (unsent >= CONNECTION_TRIES) {
				submission.onFailed();
				throw failureError(verdict.failure);
			}
			await clock.pause(jitter(CONNECTION_PAUSE_MS * 2 ** unsent), signal);
		} else {
			// Queueing behind other items is no refusal, so the patience starts with the first one.
			const since = slot.refused(verdict.retryAfterMs);
			if (clock.now() + verdict.retryAfterMs - since >= submission.patienceMs) {
				submission.onFailed();
				throw failureError(verdict.failure);
			}
		}
		throwIfCanceled(signal);
	}
}

type Verdict =
	| { kind: 'accepted'; outcome: Accepted; firstLookMs: number }
	| { kind: 'refused'; failure: Failure; retryAfterMs: number }
	| { kind: 'unsent'; failure: Failure }
	| { kind: 'failed'; failure: Failure };

function judge(submission: Submission, answer: Answer): Verdict {
	if (answer.kind === 'unsent') {
		const failure: Failure = { kind: 'unreachable', gatewayMessage: answer.reason };
		return answer.lasting ? { kind: 'failed', failure } : { kind: 'unsent', failure };
	}
	if (answer.kind === 'unclear') return unclear({ gatewayMessage: answer.reason });
	if (answer.kind === 'tooLarge') {
		return unclear({
			message: `The gateway's answer is larger than ${megabytes(answer.limit)} and was not read`,
			nextStep: "The images are probably paid for. Raise 'Max Image Size' under Options, or set 'Receive Images As' to URL, before you run the node again; a new run is a new purchase.",
		});
	}
	const body = bodyOf(answer.bytes);
	const wait = retryAfterMs(answer.headers['retry-after'], submission.clock.now());
	if (answer.status >= 200 && answer.status < 300) return judgeSuccess(submission, answer.headers, body, wait);
	return judgeError(answer.status, body, wait);
}

function judgeSuccess(submission: Submission, headers: Record<string, unknown>, body: unknown, wait: number): Verdict {
	const outcome = submission.format.decode(body, submission.exchange.base.baseURL ?? '');
	if (outcome.kind === 'failed') return declined(outcome, body, wait);
	const taskId = 'taskId' in outcome ? outcome.taskId : idInHeaders(headers);
	const isDone = outcome.kind === 'images' && (outcome.images.length > 0 || taskId === undefined);
	if (isDone) return { kind: 'accepted', outcome, firstLookMs: 0 };
	// Also where the answer says "success" without a picture: that may be said of the request, and the task knows better.
	if (taskId !== undefined) {
		const pending = outcome.kind === 'pending' ? outcome : { kind: 'pending' as const, status: 'queued' as const };
		return { kind: 'accepted', outcome: { ...pending, taskId }, firstLookMs: wait };
	}
	if (outcome.kind === 'pending') return unclear({ message: 'The gateway accepted the request without naming a task' });
	const page = classify(200, body);
	// A web page is the console's, not the API's: nothing was accepted there. One that is labelled as JSON took the place of an answer.
	const isPage = page.kind === 'wrong_base_url' && !/json/i.test(String(headers['content-type']));
	if (isPage) return { kind: 'failed', failure: page };
	return unclear({ ...page, message: 'The gateway answered with neither a task nor an image' });
}

/** A "no" on HTTP 200: to the request, or the end of the task that it would have been. */
function declined(outcome: Extract<Outcome, { kind: 'failed' }>, body: unknown, wait: number): Verdict {
	const answer = declinedAnswer(body, outcome);
	if (outcome.declined) return judgeError(answer.status, answer.body, wait);
	const told = outcome.taskId ? undefined : classify(400, { code: outcome.code, message: outcome.reason }).kind;
	const ended = told === undefined || told === 'invalid_request' ? 'task_failed' : told;
	const kind = outcome.refused ? 'prompt_refused' : outcome.emptyHanded ? 'no_image' : ended;
	return {
		kind: 'failed',
		failure: { kind, gatewayMessage: outcome.reason, ...(outcome.code && { gatewayCode: outcome.code }), ...(outcome.taskId && { taskId: outcome.taskId }) },
	};
}

function judgeError(status: number, body: unknown, wait: number): Verdict {
	const failure = classify(status, body);
	if (provesNothingAccepted(status, body)) return { kind: 'refused', failure, retryAfterMs: wait };
	return leavesItUnclear(status, body) ? unclear(failure) : { kind: 'failed', failure };
}

function unclear(failure: Partial<Failure>): Verdict {
	return { kind: 'failed', failure: { ...failure, kind: 'unclear_submission' } };
}

/** Some relatives name the task in a header as well. */
function idInHeaders(headers: Record<string, unknown>): string | undefined {
	const location = firstText(headers, 'location', 'operation-location') ?? '';
	return /\/tasks\/([\w.:-]*\w)/.exec(location)?.[1] ?? firstText(headers, 'x-new-api-task-id');
}
