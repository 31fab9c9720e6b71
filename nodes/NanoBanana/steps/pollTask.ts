/** Reads existing tasks. These requests are free. */
import { failureOf } from '../errors/classify';
import { FailureError } from '../errors/failure';
import { systemClock } from '../lib/clock';
import { fetchTaskStatus, type TaskStatusResult } from '../poll/taskStatus';
import { waitForTask, type PollOptions, type PollResult } from '../poll/waitForTask';
import { maxResponseBytes, type ItemContext } from '../run/runItem';
import type { Reservation } from '../run/memoryBudget';
import type { Permit } from '../submit/concurrencyLimiter';
import type { DecodedResponse, OutputImage } from '../types';

/** A paid call or an existing task, as in its last response. */
export interface CallResult extends PollResult, Pick<PollOptions, 'origin' | 'firstPollMs'> {
	/** Absent for a synchronous call. */
	taskId?: string;
	/** Start of the wait for this result (`Clock` time). Waiting behind other items does not count. */
	waitingSince: number;
	/** ISO time; absent for a task ID that the user entered. */
	submittedAt?: string;
	/** URLs of the references that were sent. They are never results. */
	references?: string[];
	/** Images that are already stored. */
	stored?: OutputImage[];
	/** Memory for the response. The caller releases it. */
	reservation: Reservation;
}

type Task = Omit<CallResult, keyof PollResult | 'stored'> & {
	taskId: string;
	/** How many images its response may contain as base64. */
	images: number;
};

/** Waits for a permit without the backoff of create requests, because polling creates no task. */
export async function acquireToPoll({ run }: ItemContext, taskId: string): Promise<Permit> {
	const permit = await run.limiter.acquire({ isResumed: true });
	if (!permit) throw new FailureError({ kind: 'canceled', taskId });
	return permit;
}

/**
 * Polls a task until it ends. If 'On Timeout' is set to continue, returns the last known state of a task that takes
 * longer.
 *
 * @throws a failure with the task ID if the task failed, cannot be read, or timed out
 */
export async function pollTask(item: ItemContext, task: Task): Promise<PollResult> {
	const { settings, run } = item;
	const { taskId } = task;
	const result = await waitForTask({
		...pollOptions(item, task),
		until: 'ended',
		timeoutMs: settings.timeoutMs,
		continuesOnTimeout: settings.onTimeout === 'continue',
	});
	if (result.outcome.kind !== 'failed') return result;
	run.failedTasks.add(taskId);
	throw new FailureError({ ...failureOf(result.outcome), taskId });
}

/** How long Get Task Status repeats a poll that fails, e.g. because the API is busy. */
const STATUS_CHECK_MS = 15_000;

/**
 * Polls until the API returns the status, for Get Task Status: usually once. A failed task is a result.
 *
 * @throws if the API does not find the ID, rejects the poll, or does not respond
 */
export async function pollStatus(item: ItemContext, task: Task): Promise<PollResult> {
	const { timeoutMs } = item.settings;
	return await waitForTask({
		...pollOptions(item, task),
		until: 'known',
		// A response with images may take longer.
		poll: async () => await poll(item, task, { remainingMs: timeoutMs }),
		timeoutMs: Math.min(timeoutMs, STATUS_CHECK_MS),
		continuesOnTimeout: false,
	});
}

function pollOptions(item: ItemContext, task: Task): Omit<PollOptions, 'until' | 'timeoutMs' | 'continuesOnTimeout'> {
	const { settings, run } = item;
	const { taskId, origin, submittedAt, firstPollMs } = task;
	const ageMs = origin === 'resumed' && submittedAt ? Math.max(0, Date.now() - Date.parse(submittedAt)) : 0;
	return {
		taskId,
		origin,
		poll: async (remainingMs, failures) => await poll(item, task, { remainingMs, failures }),
		schedule: run.schedule,
		clock: systemClock,
		signal: run.signal,
		startedAt: systemClock.now() - ageMs,
		pollIntervalMs: settings.pollIntervalMs,
		firstPollMs,
	};
}

/** One status check. */
export async function poll(
	item: ItemContext,
	{ taskId, references, images, reservation }: Pick<Task, 'taskId' | 'references' | 'images'> & Partial<Task>,
	limits: { remainingMs: number; failures?: number },
): Promise<TaskStatusResult> {
	const result = await fetchTaskStatus(
		item.readClient,
		{ taskId, references, imagePath: item.settings.imagePath },
		{ ...limits, maxBytes: maxResponseBytes(item, images), reserveMemory: reservation?.acquire },
	);
	if (result.outcome) logStatus(item, taskId, result.outcome);
	const hasImages = result.outcome?.kind === 'images' && result.outcome.images.length > 0;
	// Other tasks may need the memory until the next poll.
	if (!hasImages) reservation?.release();
	return result;
}

function logStatus({ ctx, itemIndex }: ItemContext, taskId: string, outcome: DecodedResponse): void {
	const pending = outcome.kind === 'pending' ? outcome : undefined;
	const status = pending?.status ?? (outcome.kind === 'images' ? 'succeeded' : outcome.kind);
	const progress = outcome.kind === 'images' ? 100 : pending?.progress;
	ctx.logger.debug(`NanoBanana: task ${taskId} is ${status}`, { taskId, itemIndex, status, progress });
}
