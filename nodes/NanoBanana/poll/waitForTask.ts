import { FailureError, type Failure } from '../errors/failure';
import type { FailureKind } from '../errors/failureKinds';
import { jitter, onAbort, secondsText, type Clock } from '../lib/clock';
import type { DecodedResponse, KnownResponse, PendingResponse } from '../types';
import type { PollSchedule, PollTicket } from './pollSchedule';
import { CLEAR_REJECTIONS, type TaskStatusResult } from './taskStatus';

export interface PollOptions {
	taskId: string;
	/** Created in this try, created by an earlier try, or entered by the user and so perhaps never accepted. */
	origin: 'fresh' | 'resumed' | 'entered';
	/** One poll. Polls are free, so it may fail any number of times. `failures`: how many failed right before it. */
	poll: (remainingMs: number, failures: number) => Promise<TaskStatusResult>;
	/** Whether to wait until the task has ended, or until its status is known. */
	until: 'ended' | 'known';
	/** Shared by the tasks of a run, so that it learns from all of them. */
	schedule: PollSchedule;
	clock: Clock;
	signal: AbortSignal;
	/** When the task was created, by this clock. */
	startedAt: number;
	timeoutMs: number;
	/** True if a task that takes longer is returned instead of an error. */
	continuesOnTimeout: boolean;
	pollIntervalMs: number;
	/** When the API wants the first poll (`Retry-After`), in ms. */
	firstPollMs?: number;
}

export interface PollResult {
	/** How the task ended, or its last known state. */
	outcome: KnownResponse;
	polls: number;
}

/** How long the API may not find an accepted task, after creation or later. An ID that the user entered gets less. */
const OWN_GRACE_MS = 60_000;
const ENTERED_GRACE_MS = 5_000;
/**
 * Consecutive polls that must agree before an error, or a finished task without an image, counts as final: about ten
 * seconds. Some APIs write the URL after the status, and an API that restarts may return anything.
 */
const MANY_POLLS = 5;
/** Fewer are enough for errors about the key or the request, and for a task ID that the user entered. */
const FEW_POLLS = 3;

const CHECK_AGAIN_ADVICE =
	"The API accepted this task, so you may have been charged. Before you run the node again, check it with 'Wait for Task Result' and the same API key, at no extra cost.";

const KEY_ADVICE =
	"The API accepted this key when it created the task, so the key may have been used up or disabled since. Check it on your provider's dashboard.";

const UNRECOGNIZED_ADVICE =
	"The API response was not recognized, so the task may have ended. If the response contains the images, add or correct 'Image Path in Response' in 'Wait for Task Result' to get them at no extra cost. If you create the task again, you will be charged again.";

/** These are not about the task. */
const OVERLOADED: FailureKind[] = ['upstream_down', 'unreachable', 'rate_limited'];

/**
 * Polls a task until it has ended, or until its status is known (`until`).
 *
 * @throws a failure with the task ID: the task cannot be read, `timed_out`, or `canceled` once the signal has fired
 */
export async function waitForTask(options: PollOptions): Promise<PollResult> {
	const { taskId, origin, clock, signal, timeoutMs, pollIntervalMs, firstPollMs = 0 } = options;
	const deadline = clock.now() + timeoutMs;
	// Even with a short timeout, an entered ID that is not found must not end as `timed_out`, which says "charged".
	const graceMs = origin === 'entered' ? Math.min(ENTERED_GRACE_MS, timeoutMs) : OWN_GRACE_MS;
	const ticket = options.schedule.track(options.startedAt, pollIntervalMs, origin === 'fresh');
	let polls = 0;
	let failures = 0;
	let last: DecodedResponse | undefined;
	let lastFailure: Failure | undefined;
	let seenAt = clock.now();
	let emptyPolls = 0;
	let doubts = 0;
	let notBefore = clock.now() + firstPollMs;
	try {
		for (;;) {
			await pauseUntilDue(options, ticket, notBefore, deadline);
			if (signal.aborted) throw new FailureError({ kind: 'canceled', taskId });
			const poll = await options.poll(deadline - clock.now(), failures);
			const now = clock.now();
			polls += 1;
			failures = poll.kind === 'outcome' ? 0 : failures + 1;
			last = poll.outcome ?? last;
			if (options.until === 'known' && poll.outcome) return { outcome: knownFrom(poll.outcome, taskId), polls };
			// For an ID that the user entered, the base URL may be wrong and only return web pages.
			const isDoubt = poll.kind === 'doubtful' || (poll.kind === 'notJson' && origin === 'entered');
			doubts = isDoubt ? doubts + 1 : 0;
			if (poll.kind === 'outcome') {
				const { outcome } = poll;
				seenAt = now;
				if (outcome.kind === 'failed') return { outcome, polls };
				emptyPolls = outcome.kind === 'images' ? emptyPolls + 1 : 0;
				if (outcome.kind === 'images' && (outcome.images.length > 0 || emptyPolls >= MANY_POLLS)) {
					ticket.succeeded(now);
					return { outcome, polls };
				}
			} else {
				lastFailure = withAdvice({ ...poll.failure, taskId }, origin);
				const isUnknown = poll.kind === 'notFound' && now >= seenAt + graceMs;
				if (poll.kind === 'final' || isUnknown || doubts >= pollsToBelieve(lastFailure, origin))
					throw new FailureError(lastFailure);
			}
			const { retryAfterMs = 0 } = poll;
			notBefore = now + Math.max(retryAfterMs, jitter(retryAfterMs));
			const isTooLate = now >= deadline || (options.until === 'known' && notBefore > deadline);
			if (isTooLate) return { outcome: openTask(options, last, lastFailure), polls };
			if (poll.kind === 'outcome' && poll.outcome.kind === 'pending') ticket.pending(now, poll.outcome.progress);
			else ticket.failed(now);
		}
	} finally {
		ticket.close();
	}
}

/** Users who did not enter the ID cannot correct it. If the API has just created the task, its base URL is correct. */
function withAdvice(failure: Failure, origin: PollOptions['origin']): Failure {
	const isNotFound =
		(failure.kind === 'unknown_task' && origin !== 'entered') ||
		(failure.kind === 'wrong_base_url' && origin === 'fresh' && failure.httpStatus === 404);
	if (isNotFound) return { ...failure, kind: 'unknown_task', nextStep: CHECK_AGAIN_ADVICE };
	return failure.kind === 'invalid_key' && origin === 'fresh' ? { ...failure, nextStep: KEY_ADVICE } : failure;
}

function pollsToBelieve({ kind }: Failure, origin: PollOptions['origin']): number {
	return origin === 'entered' || CLEAR_REJECTIONS.includes(kind) ? FEW_POLLS : MANY_POLLS;
}

/** The schedule may move the poll forward during the pause, but not before `notBefore`. */
async function pauseUntilDue(
	{ clock, signal }: PollOptions,
	ticket: PollTicket,
	notBefore: number,
	deadline: number,
): Promise<void> {
	while (!signal.aborted) {
		const restMs = Math.min(Math.max(ticket.dueAt, notBefore), deadline) - clock.now();
		if (restMs <= 0) return;
		const earlier = new AbortController();
		const wake = (): void => earlier.abort();
		ticket.onEarlier = wake;
		const forget = onAbort(signal, wake);
		await clock.pause(Math.ceil(restMs), earlier.signal);
		forget();
	}
}

/** The last known state of a task that has not ended in time. */
function openTask(
	{ taskId, origin, timeoutMs, continuesOnTimeout }: PollOptions,
	last?: DecodedResponse,
	lastFailure?: Failure,
): PendingResponse {
	// If no poll has returned the task, do not call it running: report the last error instead.
	const isOwn = origin !== 'entered';
	const isAccepted = isOwn && (continuesOnTimeout || OVERLOADED.includes(lastFailure?.kind ?? 'upstream_down'));
	if (!last && !isAccepted && lastFailure) throw new FailureError(lastFailure);
	const task = pendingFrom(last, lastFailure);
	if (continuesOnTimeout) return { ...task, taskId };
	const said = [`Last status: ${task.word ?? task.status}`, task.reason].filter(Boolean).join('. ');
	throw new FailureError({
		kind: 'timed_out',
		taskId,
		message: `The task did not finish within ${secondsText(timeoutMs / 1000)}`,
		gatewayMessage: last ? said : lastFailure?.gatewayMessage,
		response: task.response,
		...(last && task.response && { nextStep: UNRECOGNIZED_ADVICE }),
	});
}

/** A response that is not recognized is an open task with an unknown status. */
function knownFrom(outcome: DecodedResponse, taskId: string): KnownResponse {
	return outcome.kind === 'unknown' ? { ...pendingFrom(outcome), taskId } : outcome;
}

function pendingFrom(seen?: DecodedResponse, lastFailure?: Failure): PendingResponse {
	if (seen?.kind === 'pending') return seen;
	if (!seen) {
		const reason = lastFailure && (lastFailure.gatewayMessage ?? new FailureError(lastFailure).message);
		return { kind: 'pending', status: 'unknown', reason, response: lastFailure?.response };
	}
	const reason = seen.kind === 'unknown' ? seen.reason : 'The response contains no image';
	const response = 'response' in seen ? seen.response : undefined;
	return { kind: 'pending', status: 'unknown', reason, response };
}
