import type { Limits } from '../gateway/httpRequest';
import { classify, failureOf, isPassing } from '../errors/classify';
import { retryAfterMs } from '../lib/clock';
import type { Failure } from '../errors/failure';
import type { FailureKind } from '../errors/failureKinds';
import { statusWord, tasksIn } from '../formats/decode/decodeTask';
import { asyncTask, TASKS_PATH } from '../formats/asyncTask';
import { embeddedStatus, isWebPage } from '../errors/errorBody';
import { megabytes } from '../lib/bytes';
import { bodyText, parseBody } from '../lib/json';
import { readApi, type GatewayClient } from '../gateway/gatewayClient';
import type { Asked, DecodedResponse } from '../types';

/** The result of one poll. Polls are free, so every error that may be temporary is polled again. */
export type TaskStatusResult = { retryAfterMs?: number } & (
	| { kind: 'outcome'; outcome: DecodedResponse }
	/**
	 * `notFound`: the API does not find the ID, which is temporary right after creation and final later.
	 * `notJson`: a proxy's error page or a truncated response, usually gone at the next poll.
	 * `doubtful`: a rejection that may be temporary or only about this poll. It counts if it is repeated.
	 */
	| { kind: 'passing' | 'notFound' | 'notJson' | 'doubtful' | 'final'; failure: Failure; outcome?: undefined }
	/** An error next to an open task. */
	| { kind: 'doubtful'; failure: Failure; outcome: DecodedResponse }
);

/** Errors about a task that is still running, e.g. on HTTP 400, or on HTTP 200 (API page: poll before creation). */
const NOT_YET =
	/not (yet )?(ready|finished|completed?|created|started)\b|has not been (created|finished|completed)|\bnot\b.{0,20}\byet\b|\b(is )?still (being )?(process|generat|running|pending|queued)|^(the )?(task |image )?(is )?(currently )?(processing|generating|in progress|in (the )?queue|queued|pending|running)[\s.…!]*$|处理中|生成中|排队中|进行中/i;

/** Rejections that are not temporary. */
const FINAL_REJECTIONS: FailureKind[] = ['invalid_key', 'key_expired', 'insufficient_balance'];
/** Final after a few polls that agree. */
export const CLEAR_REJECTIONS: FailureKind[] = [
	...FINAL_REJECTIONS,
	'access_denied',
	'prompt_refused',
	'model_not_available',
];
/** Temporary, whatever the status. */
const PASSING: FailureKind[] = ['rate_limited', 'upstream_down'];
/** Kinds of errors that may be about a failed task. All others, such as a rate limit, are about the poll. */
const OF_TASK: FailureKind[] = ['invalid_request', 'prompt_refused', 'upstream_down'];
const TEMPORARY = /unavailable|time(d)?[ -]?out|temporar|try again|internal (server )?error|稍后/i;

/** A poll without a byte for this long is repeated. A complete response with images inside may take longer. */
const IDLE_MS = 30_000;
/** After each failed poll, the API gets more time for its first byte, but at most this many times as much. */
const MOST_PATIENCE = 4;

/** GET /v1/images/tasks/{id}, once (API page). */
export async function fetchTaskStatus(
	client: GatewayClient,
	asked: Asked & { taskId: string },
	limits: { remainingMs: number; failures?: number; maxBytes: number; reserveMemory?: Limits['reserveMemory'] },
): Promise<TaskStatusResult> {
	const { taskId } = asked;
	// In a path, the dots would change the route, even encoded. Half of a surrogate pair cannot be encoded.
	if (/^\.\.?$|\p{Cs}/u.test(taskId)) return { kind: 'final', failure: { kind: 'unknown_task', taskId } };
	const timeoutMs = Math.max(1000, limits.remainingMs);
	const path = `${TASKS_PATH}/${encodeURIComponent(taskId)}`;
	const idleMs = IDLE_MS * Math.min(MOST_PATIENCE, 1 + (limits.failures ?? 0));
	const reply = await readApi(client, path, { ...limits, timeoutMs, idleMs });
	if (reply.kind === 'tooLarge') {
		return {
			kind: 'final',
			failure: {
				kind: 'unreadable_answer',
				taskId,
				message: `The API response is larger than ${megabytes(reply.limit)} and was not read`,
				nextStep: "Raise 'Max Download Size (MB)' under Options.",
			},
		};
	}
	if (reply.kind !== 'reply') {
		const kind = reply.kind === 'unsent' ? 'unreachable' : 'upstream_down';
		const failure: Failure = { kind, taskId, gatewayMessage: reply.reason };
		return reply.kind === 'unsent' && reply.isPermanent
			? { kind: 'final', failure }
			: { kind: 'passing', failure, retryAfterMs: 0 };
	}
	const body = parseBody(reply.bytes);
	const outcome = asyncTask.decode(body, client.base.baseURL ?? '', asked);
	const wait = retryAfterMs(reply.headers['retry-after']);
	const response = bodyText(reply.bytes);
	if (reply.status < 200 || reply.status >= 300) {
		const classified = classify(reply.status, body, reply.headers);
		const failure = { ...classified, taskId, ...(!classified.gatewayMessage && response && { response }) };
		return readTask(outcome, failure, { body, response, wait }) ?? readFailedPoll(failure, reply.status, body, wait);
	}
	return readSuccessfulPoll(outcome, { taskId, body, response, wait });
}

/**
 * An error status with the state of this task in its body. An open task and images count at once, a failure only if it
 * is repeated.
 */
function readTask(
	outcome: DecodedResponse,
	failure: Failure,
	{ body, response, wait }: { body: unknown; response: string; wait: number },
): TaskStatusResult | undefined {
	const { taskId, kind, httpStatus = 0, gatewayMessage } = failure;
	if (!('taskId' in outcome) || outcome.taskId !== taskId) return undefined;
	if (outcome.kind === 'images' && outcome.images.length > 0) return { kind: 'outcome', outcome };
	if (outcome.kind === 'pending' && outcome.status !== 'unknown')
		return { kind: 'outcome', outcome, retryAfterMs: wait };
	// The status "error" is about the poll.
	const isOfPoll = tasksIn(body).some((task) => /^error$/i.test(statusWord(task) ?? ''));
	const mayBeOfTask = [400, 422, 500].includes(httpStatus) && OF_TASK.includes(kind);
	if (outcome.kind !== 'failed' || isOfPoll || !mayBeOfTask) return undefined;
	const said = outcome.reason !== undefined ? {} : gatewayMessage ? { gatewayMessage } : { response };
	return { kind: 'doubtful', failure: { ...failureOf(outcome), ...said, taskId } };
}

function readFailedPoll(failure: Failure, status: number, body: unknown, wait: number): TaskStatusResult {
	if (
		failure.kind === 'unknown_task' ||
		(status === 404 && failure.kind !== 'model_not_available' && failure.kind !== 'not_offered')
	) {
		const kind = typeof body === 'string' || failure.kind === 'unknown_task' ? failure.kind : notFoundKind(failure);
		return { kind: 'notFound', failure: { ...failure, kind } };
	}
	if (isPassing(status) || PASSING.includes(failure.kind)) return { kind: 'passing', failure, retryAfterMs: wait };
	const words = (failure.gatewayMessage ?? '').slice(0, 200);
	if (FINAL_REJECTIONS.includes(failure.kind) && !isWebPage(body) && !TEMPORARY.test(words))
		return { kind: 'final', failure };
	const { taskId } = failure;
	return NOT_YET.test(words)
		? {
				kind: 'outcome',
				outcome: { kind: 'pending', status: 'running', ...(taskId && { taskId }) },
				retryAfterMs: wait,
			}
		: { kind: 'doubtful', failure };
}

/** A JSON 404 about the route means a wrong base URL. Any other JSON 404 is about the task. */
function notFoundKind(failure: Failure): FailureKind {
	return /invalid url|unknown request url|cannot get|(route|endpoint|path|page).{0,20}not (found|exist)/i.test(
		failure.gatewayMessage ?? '',
	)
		? 'wrong_base_url'
		: 'unknown_task';
}

function readSuccessfulPoll(
	outcome: DecodedResponse,
	{ taskId, body, response, wait }: { taskId: string; body: unknown; response: string; wait: number },
): TaskStatusResult {
	if (typeof body === 'string') {
		const failure: Failure = isWebPage(body)
			? classify(200, body)
			: { kind: 'unreadable_answer', httpStatus: 200, response };
		return { kind: 'notJson', failure: { ...failure, taskId }, retryAfterMs: wait };
	}
	const { status, word, reason } = outcome.kind === 'pending' ? outcome : {};
	const isErrorNextToId = status === 'unknown' && word === undefined && reason !== undefined;
	if ((outcome.kind === 'failed' && outcome.cause === 'rejected') || isErrorNextToId) {
		// About this poll: the task itself keeps running.
		const said = embeddedStatus(body);
		const failure = { ...classify(said ?? 400, body), httpStatus: 200, taskId };
		const read = readFailedPoll(failure, said ?? 400, body, wait);
		if (!isErrorNextToId || read.kind !== 'doubtful') return read;
		return { kind: 'doubtful', failure: { ...failure, response }, outcome: { ...outcome, response } };
	}
	const isUsed =
		(outcome.kind === 'failed' && outcome.reason !== undefined) ||
		(outcome.kind === 'images'
			? outcome.images.length > 0
			: outcome.kind === 'pending' && outcome.status !== 'unknown');
	return { kind: 'outcome', outcome: isUsed ? outcome : { ...outcome, response }, retryAfterMs: wait };
}
