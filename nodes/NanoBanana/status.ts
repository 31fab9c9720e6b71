import type { Limits } from './answer';
import { classify, declinedAnswer, isPassing } from './classify';
import { retryAfterMs, systemClock } from './clock';
import type { Failure } from './errors';
import { asyncTask, TASKS_PATH } from './formats/asyncTask';
import { isWebPage } from './gatewayWords';
import { megabytes } from './sizes';
import { bodyOf, readApi, type Exchange } from './transport';
import type { Outcome } from './types';

/** What one look at a task brought. A look is free, so whatever may pass is looked at again. */
export type Look =
	| { kind: 'outcome'; outcome: Outcome; retryAfterMs: number }
	| { kind: 'passing'; failure: Failure; retryAfterMs: number }
	/** The gateway does not know the id: passing right after creation, final later. */
	| { kind: 'notFound'; failure: Failure }
	| { kind: 'final'; failure: Failure };

/** One status request may take this long; the schedule asks again. */
const READ_TIMEOUT_MS = 30_000;

/** GET /v1/images/tasks/{id}, once (API page). */
export async function lookAtTask(
	exchange: Exchange,
	taskId: string,
	limits: { remainingMs: number; maxBytes: number; beforeHeavy?: Limits['beforeHeavy'] },
): Promise<Look> {
	// As part of a path these would lead elsewhere, encoded too.
	if (taskId === '.' || taskId === '..') return { kind: 'final', failure: { kind: 'unknown_task', taskId } };
	const timeoutMs = Math.max(1000, Math.min(READ_TIMEOUT_MS, limits.remainingMs));
	const answer = await readApi(exchange, `${TASKS_PATH}/${encodeURIComponent(taskId)}`, { ...limits, timeoutMs });
	if (answer.kind === 'tooLarge') {
		return {
			kind: 'final',
			failure: {
				kind: 'unreadable_answer',
				taskId,
				message: `The gateway's answer is larger than ${megabytes(answer.limit)}`,
				nextStep: "Raise 'Max Image Size' under Options when the images are that large, then collect them with 'Wait for Task Result'.",
			},
		};
	}
	if (answer.kind !== 'reply') {
		const kind = answer.kind === 'unsent' ? 'unreachable' : 'upstream_down';
		const failure: Failure = { kind, taskId, gatewayMessage: answer.reason };
		return answer.kind === 'unsent' && answer.lasting ? { kind: 'final', failure } : { kind: 'passing', failure, retryAfterMs: 0 };
	}
	const body = bodyOf(answer.bytes);
	const wait = retryAfterMs(answer.headers['retry-after'], systemClock.now());
	if (answer.status >= 200 && answer.status < 300) return readSuccess(exchange, taskId, body, wait);
	return readError(taskId, answer.status, body, wait);
}

function readError(taskId: string, status: number, body: unknown, wait: number): Look {
	const failure: Failure = { ...classify(status, body), taskId };
	if (failure.kind === 'unknown_task' || (status === 404 && failure.kind !== 'model_not_available' && failure.kind !== 'not_offered')) {
		return { kind: 'notFound', failure: typeof body === 'string' || failure.kind === 'unknown_task' ? failure : { ...failure, kind: notFoundKind(failure) } };
	}
	return isPassing(status) ? { kind: 'passing', failure, retryAfterMs: wait } : { kind: 'final', failure };
}

/** A JSON 404 about the route is a wrong address; any other JSON 404 here is about the task. */
function notFoundKind(failure: Failure): Failure['kind'] {
	return /invalid url|unknown request url|cannot get|(route|endpoint|path|page).{0,20}not (found|exist)/i.test(failure.gatewayMessage ?? '') ? 'wrong_base_url' : 'unknown_task';
}

function readSuccess(exchange: Exchange, taskId: string, body: unknown, retryAfter: number): Look {
	if (typeof body === 'string') {
		// A proxy's page or half an answer, as a rule gone at the next look.
		const failure: Failure = isWebPage(body) ? classify(200, body) : { kind: 'unreadable_answer', httpStatus: 200, gatewayMessage: body };
		return { kind: 'passing', failure: { ...failure, taskId }, retryAfterMs: retryAfter };
	}
	const outcome = asyncTask.decode(body, exchange.base.baseURL ?? '');
	if (outcome.kind === 'failed' && outcome.declined) {
		// A "no" to this look; the task itself goes on.
		const answer = declinedAnswer(body, outcome);
		return readError(taskId, answer.status, answer.body, retryAfter);
	}
	return { kind: 'outcome', outcome, retryAfterMs: retryAfter };
}
