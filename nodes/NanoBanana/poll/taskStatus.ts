import type { Limits } from '../gateway/httpRequest';
import { classify, declinedAnswer, isPassing } from '../errors/classify';
import { retryAfterMs, systemClock } from '../lib/clock';
import type { Failure, FailureKind } from '../errors/failure';
import { asyncTask, TASKS_PATH } from '../formats/asyncTask';
import { isWebPage } from '../errors/errorBody';
import { megabytes } from '../lib/bytes';
import { bodyOf, readApi, type GatewayClient } from '../gateway/gatewayClient';
import type { Asked, DecodedResponse } from '../types';

/** What one look at a task brought. A look is free, so whatever may pass is looked at again. */
export type TaskStatusResult =
	| { kind: 'outcome'; outcome: DecodedResponse; retryAfterMs: number }
	| { kind: 'passing'; failure: Failure; retryAfterMs: number }
	/** The gateway does not know the id: passing right after creation, final later. */
	| { kind: 'notFound'; failure: Failure }
	/** A "no" that may be of the moment, or to this look only: it counts when it is repeated. */
	| { kind: 'doubtful'; failure: Failure; outcome?: DecodedResponse }
	| { kind: 'final'; failure: Failure };

/** Said of a task that goes on, with a status of 400 or as a "no" on 200 (API page: polling before the task has been created). */
const NOT_YET =
	/not (yet )?(ready|finished|completed?|created|started)\b|has not been (created|finished|completed)|\bnot\b.{0,20}\byet\b|\b(is )?still (being )?(process|generat|running|pending|queued)|^(the )?(task |image )?(is )?(currently )?(processing|generating|in progress|in (the )?queue|queued|pending|running)[\s.…!]*$|处理中|生成中|排队中|进行中/i;

/** Said in so many words, these do not pass by themselves. */
export const CLEAR_REFUSALS: FailureKind[] = [
	'invalid_key',
	'key_expired',
	'access_denied',
	'insufficient_balance',
	'prompt_refused',
	'model_not_available',
];
const TEMPORARY = /unavailable|time(d)?[ -]?out|temporar|try again|internal (server )?error|稍后/i;

/** One status request may take this long; the schedule asks again. */
const READ_TIMEOUT_MS = 30_000;

/** GET /v1/images/tasks/{id}, once (API page). */
export async function fetchTaskStatus(
	client: GatewayClient,
	asked: Asked & { taskId: string },
	limits: { remainingMs: number; maxBytes: number; reserveMemory?: Limits['reserveMemory'] },
): Promise<TaskStatusResult> {
	const { taskId } = asked;
	// As part of a path these would lead elsewhere, encoded too.
	if (taskId === '.' || taskId === '..') return { kind: 'final', failure: { kind: 'unknown_task', taskId } };
	const timeoutMs = Math.max(1000, Math.min(READ_TIMEOUT_MS, limits.remainingMs));
	const answer = await readApi(client, `${TASKS_PATH}/${encodeURIComponent(taskId)}`, { ...limits, timeoutMs });
	if (answer.kind === 'tooLarge') {
		return {
			kind: 'final',
			failure: {
				kind: 'unreadable_answer',
				taskId,
				message: `The gateway's answer is larger than ${megabytes(answer.limit)}`,
				nextStep:
					"Raise 'Max Download Size' under Options when the images are that large, then collect them with 'Wait for Task Result'.",
			},
		};
	}
	if (answer.kind !== 'reply') {
		const kind = answer.kind === 'unsent' ? 'unreachable' : 'upstream_down';
		const failure: Failure = { kind, taskId, gatewayMessage: answer.reason };
		return answer.kind === 'unsent' && answer.lasting
			? { kind: 'final', failure }
			: { kind: 'passing', failure, retryAfterMs: 0 };
	}
	const body = bodyOf(answer.bytes);
	const wait = retryAfterMs(answer.headers['retry-after'], systemClock.now());
	if (answer.status >= 200 && answer.status < 300) return readSuccess(client, asked, body, wait);
	return readError(taskId, answer.status, body, wait);
}

function readError(taskId: string, status: number, body: unknown, wait: number): TaskStatusResult {
	const failure: Failure = { ...classify(status, body), taskId };
	if (
		failure.kind === 'unknown_task' ||
		(status === 404 && failure.kind !== 'model_not_available' && failure.kind !== 'not_offered')
	) {
		return {
			kind: 'notFound',
			failure:
				typeof body === 'string' || failure.kind === 'unknown_task'
					? failure
					: { ...failure, kind: notFoundKind(failure) },
		};
	}
	if (isPassing(status)) return { kind: 'passing', failure, retryAfterMs: wait };
	const words = (failure.gatewayMessage ?? '').slice(0, 200);
	if (CLEAR_REFUSALS.includes(failure.kind) && !isWebPage(body) && !TEMPORARY.test(words))
		return { kind: 'final', failure };
	return NOT_YET.test(words)
		? { kind: 'outcome', outcome: { kind: 'pending', status: 'running', taskId }, retryAfterMs: wait }
		: { kind: 'doubtful', failure };
}

/** A JSON 404 about the route is a wrong address; any other JSON 404 here is about the task. */
function notFoundKind(failure: Failure): Failure['kind'] {
	return /invalid url|unknown request url|cannot get|(route|endpoint|path|page).{0,20}not (found|exist)/i.test(
		failure.gatewayMessage ?? '',
	)
		? 'wrong_base_url'
		: 'unknown_task';
}

function readSuccess(
	client: GatewayClient,
	asked: Asked & { taskId: string },
	body: unknown,
	retryAfter: number,
): TaskStatusResult {
	const { taskId } = asked;
	if (typeof body === 'string') {
		// A proxy's page or half an answer, as a rule gone at the next look.
		const failure: Failure = isWebPage(body)
			? classify(200, body)
			: { kind: 'unreadable_answer', httpStatus: 200, gatewayMessage: body };
		return { kind: 'passing', failure: { ...failure, taskId }, retryAfterMs: retryAfter };
	}
	const outcome = asyncTask.decode(body, client.base.baseURL ?? '', asked);
	if (outcome.kind === 'failed' && outcome.declined) {
		// A "no" to this look; the task itself goes on.
		const answer = declinedAnswer(body, outcome);
		return readError(taskId, answer.status, answer.body, retryAfter);
	}
	// A complaint beside a task whose status is no end, or unknown, or not there.
	if (outcome.kind === 'failed' && !outcome.isEnd)
		return { kind: 'doubtful', failure: { ...failureOf(outcome), taskId }, outcome };
	if (outcome.kind === 'pending' && outcome.status === 'unknown' && outcome.reason !== undefined) {
		return {
			kind: 'doubtful',
			failure: { kind: 'task_failed', taskId, gatewayMessage: outcome.reason, gatewayCode: outcome.word },
			outcome,
		};
	}
	return { kind: 'outcome', outcome, retryAfterMs: retryAfter };
}

/** The failure that a task's own end stands for. */
export function failureOf(outcome: Extract<DecodedResponse, { kind: 'failed' }>): Failure {
	const expired = outcome.code === 'result_expired' || outcome.code === 'expired';
	return {
		kind: outcome.refused
			? 'prompt_refused'
			: expired
				? 'result_expired'
				: outcome.emptyHanded
					? 'no_image'
					: 'task_failed',
		gatewayMessage: outcome.reason,
		...(outcome.code && { gatewayCode: outcome.code }),
		...(outcome.taskId && { taskId: outcome.taskId }),
	};
}
