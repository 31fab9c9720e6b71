import { systemClock } from '../lib/clock';
import { FailureError, type FailureKind } from '../errors/failure';
import { maxResponseBytes, type ItemContext } from '../run/itemContext';
import type { Reservation } from '../run/memoryBudget';
import { fetchTaskStatus } from '../poll/taskStatus';
import type { DecodedResponse, KnownResponse } from '../types';
import { waitForTask, type PollResult } from '../poll/waitForTask';

/** A task that is paid already, polled until it ends. Nothing here is charged. */
export interface PolledTask {
	outcome: KnownResponse;
	reads: number;
}

/** An accepted task may stay invisible for a while; an ID that the user entered gets a moment only. */
const OWN_GRACE_MS = 60_000;
const FOREIGN_GRACE_MS = 5_000;

/** These say nothing about the task. */
const OVERLOADED: FailureKind[] = ['upstream_down', 'unreachable', 'rate_limited'];

export interface PollTaskOptions {
	taskId: string;
	/** Whose task it is: just created here, recorded by an earlier try, or entered by the user. */
	origin: 'fresh' | 'resumed' | 'named';
	submittedAt?: string;
	/** URLs of references that were sent with it. */
	references?: string[];
	/** How many images its response may contain as base64. */
	images: number;
	firstPollMs?: number;
	reservation: Reservation;
	/** The task failed: nothing is charged. */
	onFailed?: () => void;
}

/**
 * Waits for the end of a task. With 'On Timeout' set to continue, a task that takes longer comes
 * back as it was seen last.
 *
 * @throws what ended the polling without an image, with the task ID
 */
export async function pollTask(item: ItemContext, options: PollTaskOptions): Promise<PolledTask> {
	const { settings, run } = item;
	const { taskId } = options;
	const now = systemClock.now();
	const deadline = now + settings.timeoutMs;
	const isFresh = options.origin === 'fresh';
	const result = await waitForTask({
		poll: async () => await poll(item, options, deadline - systemClock.now()),
		schedule: run.schedule,
		clock: systemClock,
		signal: run.signal,
		startedAt: isFresh || !options.submittedAt ? now : Date.parse(options.submittedAt),
		deadline,
		// An ID that was never seen accepted is not called charged, however short the timeout.
		graceMs: options.origin === 'named' ? Math.min(FOREIGN_GRACE_MS, settings.timeoutMs) : OWN_GRACE_MS,
		isOwn: options.origin !== 'named',
		stepMs: settings.pollIntervalMs,
		isFresh,
		firstPollMs: options.firstPollMs,
		onPoll: (outcome) => logStatus(item, taskId, outcome),
	});
	if (result.kind === 'failed' && result.outcome) {
		run.failedTasks.add(taskId);
		options.onFailed?.();
	}
	return { outcome: outcomeOf(item, result, options), reads: result.reads };
}

function outcomeOf(item: ItemContext, result: PollResult, { taskId, origin }: PollTaskOptions): KnownResponse {
	if (result.kind === 'images') return result.outcome;
	if (result.kind === 'failed') throw new FailureError({ ...result.failure, taskId });
	if (result.kind === 'stopped') throw new FailureError({ kind: 'canceled', taskId });
	// A task that no poll has shown is not called running: report the last error instead.
	const isSeen =
		result.last !== undefined ||
		(origin !== 'named' && OVERLOADED.includes(result.lastFailure?.kind ?? 'upstream_down'));
	if (!isSeen && result.lastFailure) throw new FailureError({ ...result.lastFailure, taskId });
	const last = openTask(result.last);
	if (item.settings.onTimeout === 'continue') return { ...last, taskId };
	const said = [`Last status: ${last.word ?? last.status}`, last.reason].filter(Boolean).join('. ');
	const seen = result.last ? said : result.lastFailure?.gatewayMessage;
	throw new FailureError({
		kind: 'timed_out',
		taskId,
		message: `The task did not finish within ${item.settings.timeoutMs / 1000} seconds`,
		...(seen && { gatewayMessage: seen }),
		...(last.response && { response: last.response }),
	});
}

/** A task that has not ended, as the last poll showed it. */
function openTask(seen: DecodedResponse | undefined): Extract<KnownResponse, { kind: 'pending' }> {
	if (seen?.kind === 'pending') return seen;
	const reason = seen?.kind === 'unknown' ? seen.reason : seen && 'The response contains no image';
	const response = seen && 'response' in seen ? seen.response : undefined;
	return { kind: 'pending', status: 'unknown', ...(reason && { reason }), ...(response && { response }) };
}

/**
 * Polls once, for Get Task Status. A failed task is a result.
 *
 * @throws when the API does not know the ID or does not respond
 */
export async function pollOnce(item: ItemContext, taskId: string, reservation: Reservation): Promise<PolledTask> {
	const found = await poll(item, { taskId, images: 1, reservation }, item.settings.timeoutMs);
	const seen = 'outcome' in found ? found.outcome : undefined;
	if (seen === undefined)
		throw new FailureError({ ...('failure' in found ? found.failure : { kind: 'unreadable_answer' }), taskId });
	logStatus(item, taskId, seen);
	const outcome: KnownResponse =
		seen.kind === 'unknown' ? { ...seen, kind: 'pending', status: 'unknown', taskId } : seen;
	return { outcome, reads: 1 };
}

function logStatus({ ctx, itemIndex }: ItemContext, taskId: string, outcome: DecodedResponse): void {
	const pending = outcome.kind === 'pending' ? outcome : undefined;
	const status = pending?.status ?? (outcome.kind === 'images' ? 'succeeded' : outcome.kind);
	const progress = outcome.kind === 'images' ? 100 : pending?.progress;
	ctx.logger.debug(`NanoBanana: task ${taskId} is ${status}`, { taskId, itemIndex, status, progress });
}

async function poll(
	item: ItemContext,
	task: Pick<PollTaskOptions, 'taskId' | 'images' | 'references' | 'reservation'>,
	remainingMs: number,
): ReturnType<typeof fetchTaskStatus> {
	return await fetchTaskStatus(
		item.readClient,
		{ taskId: task.taskId, references: task.references, imagePath: item.settings.imagePath },
		{ remainingMs, maxBytes: maxResponseBytes(item, task.images), reserveMemory: task.reservation.acquire },
	);
}
