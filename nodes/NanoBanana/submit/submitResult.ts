import type { HttpResult } from '../gateway/httpRequest';
import { classify, declinedAnswer, leavesItUnclear, mayHaveTaken, provesNothingAccepted } from '../errors/classify';
import { retryAfterMs } from '../lib/clock';
import type { Failure } from '../errors/failure';
import { readErrorBody } from '../errors/errorBody';
import { own } from '../lib/json';
import { idInHeaders, taskNamedIn } from './namedTask';
import { megabytes } from '../lib/bytes';
import { bodyOf } from '../gateway/gatewayClient';
import type { DecodedResponse } from '../types';

type Images = Extract<DecodedResponse, { kind: 'images' }>;
type Pending = Extract<DecodedResponse, { kind: 'pending' }>;

/** What the gateway took: a task that can be asked again, or pictures that came at once with no task behind them. */
export type Accepted = { taskId: string; outcome: Images | Pending } | { taskId?: undefined; outcome: Images };

/** What the answer to a paid request means for the request. */
export type SubmitResult =
	/** `firstLookMs`: when the gateway wants to be asked first (`Retry-After`), 0 where it said nothing. */
	| { kind: 'accepted'; accepted: Accepted; firstLookMs: number }
	/** The gateway provably took nothing. */
	| { kind: 'refused'; failure: Failure; retryAfterMs: number }
	/** The connection never opened. */
	| { kind: 'unsent'; failure: Failure }
	| { kind: 'failed'; failure: Failure };

export interface ReadOptions {
	/** What the body of an answer says, in the format of the request. */
	decode: (body: unknown) => DecodedResponse;
	now: number;
}

/** Total. In doubt a request was taken: whatever names a task is looked at, and nothing of it is sent again. */
export function readSubmitResult(answer: HttpResult, judging: ReadOptions): SubmitResult {
	if (answer.kind === 'unsent') {
		const failure: Failure = { kind: 'unreachable', gatewayMessage: answer.reason };
		return answer.lasting ? { kind: 'failed', failure } : { kind: 'unsent', failure };
	}
	if (answer.kind === 'unclear') {
		const taskId = idInHeaders(answer.headers ?? {});
		return taskId === undefined ? unclear({ gatewayMessage: answer.reason }) : taken(taskId, 0);
	}
	if (answer.kind === 'tooLarge') {
		return unclear({
			message: `The gateway's answer is larger than ${megabytes(answer.limit)} and was not read`,
			nextStep:
				"The images are probably paid for. Raise 'Max Download Size' under Options, or set 'Response Format' to URL, before you run the node again; a new run is a new purchase.",
		});
	}
	const body = bodyOf(answer.bytes);
	const wait = retryAfterMs(answer.headers['retry-after'], judging.now);
	const outcome = judging.decode(body);
	if (answer.status >= 200 && answer.status < 300) return judgeSuccess(outcome, answer.headers, body, wait);
	return takenDespite(answer.status, body, outcome, answer.headers, wait) ?? judgeError(answer.status, body, wait);
}

function judgeSuccess(
	outcome: DecodedResponse,
	headers: Record<string, unknown>,
	body: unknown,
	wait: number,
): SubmitResult {
	if (outcome.kind === 'failed') return declined(outcome, body, wait);
	const taskId = 'taskId' in outcome ? outcome.taskId : idInHeaders(headers);
	if (outcome.kind === 'images' && outcome.images.length > 0) return arrived(outcome);
	// Also where the answer says "success" without a picture: that may be said of the request, and the task knows better.
	if (taskId !== undefined) return taken(taskId, wait, outcome);
	if (outcome.kind === 'images') return arrived(outcome);
	if (outcome.kind === 'pending') return unclear({ message: 'The gateway accepted the request without naming a task' });
	const page = classify(200, body);
	// A web page is the console's, not the API's: nothing was accepted there. One that is labelled as JSON took the place of an answer.
	const isPage = page.kind === 'wrong_base_url' && !/json/i.test(String(headers['content-type']));
	if (isPage) return { kind: 'failed', failure: page };
	return unclear({
		...page,
		message: 'The gateway answered with neither a task nor an image',
		gatewayMessage: page.gatewayMessage ?? JSON.stringify(body),
	});
}

/** Some gateways say "busy" or "conflict" and name the task that they made all the same: looking at it is free, a second one is not. */
function takenDespite(
	status: number,
	body: unknown,
	outcome: DecodedResponse,
	headers: Record<string, unknown>,
	wait: number,
): SubmitResult | undefined {
	// Beside words of complaint an address is as likely one of the documentation, or a reference.
	const isAnswer =
		(own(body, 'created') !== undefined && Array.isArray(own(body, 'data'))) || readErrorBody(body).message === '';
	if (status >= 500 && isAnswer && outcome.kind === 'images' && outcome.images.length > 0) return arrived(outcome);
	const named = taskNamedIn(body);
	const isTaken = named !== undefined && (named.isOpen || (!named.isTurnedAway && mayHaveTaken(status)));
	const isAddress = status < 400 || mayHaveTaken(status);
	const taskId = isTaken ? named.taskId : isAddress ? idInHeaders(headers) : undefined;
	return taskId === undefined ? undefined : taken(taskId, wait);
}

function arrived(outcome: Images): SubmitResult {
	return {
		kind: 'accepted',
		accepted: outcome.taskId === undefined ? { outcome } : { taskId: outcome.taskId, outcome },
		firstLookMs: 0,
	};
}

function taken(taskId: string, wait: number, outcome?: DecodedResponse): SubmitResult {
	const pending = outcome?.kind === 'pending' ? outcome : { kind: 'pending' as const, status: 'queued' as const };
	return { kind: 'accepted', accepted: { taskId, outcome: { ...pending, taskId } }, firstLookMs: wait };
}

/** A "no" on HTTP 200: to the request, or the end of the task that it would have been. */
function declined(outcome: Extract<DecodedResponse, { kind: 'failed' }>, body: unknown, wait: number): SubmitResult {
	// A complaint beside a task, without a status, may be a notice: the task itself knows.
	const named = outcome.isEnd ? undefined : taskNamedIn(body);
	if (named) return taken(named.taskId, wait);
	const answer = declinedAnswer(body, outcome);
	if (outcome.declined) return judgeError(answer.status, answer.body, wait);
	if (outcome.emptyHanded && outcome.taskId === undefined) {
		// The model has answered, which is billed as a rule: an answer without pictures, not a request to be sent again.
		return arrived({ kind: 'images', images: [], text: outcome.reason, ...(outcome.code && { code: outcome.code }) });
	}
	const told = outcome.taskId ? undefined : classify(400, { code: outcome.code, message: outcome.reason }).kind;
	const ended = told === undefined || told === 'invalid_request' ? 'task_failed' : told;
	const kind = outcome.refused ? 'prompt_refused' : outcome.emptyHanded ? 'no_image' : ended;
	return {
		kind: 'failed',
		failure: {
			kind,
			gatewayMessage: outcome.reason,
			...(outcome.code && { gatewayCode: outcome.code }),
			...(outcome.taskId && { taskId: outcome.taskId }),
		},
	};
}

function judgeError(status: number, body: unknown, wait: number): SubmitResult {
	const failure = classify(status, body);
	if (provesNothingAccepted(status, body)) return { kind: 'refused', failure, retryAfterMs: wait };
	return leavesItUnclear(status, body) ? unclear(failure) : { kind: 'failed', failure };
}

function unclear(failure: Partial<Failure>): SubmitResult {
	return { kind: 'failed', failure: { ...failure, kind: 'unclear_submission' } };
}
