import { systemClock } from '../lib/clock';
import { failureError, type FailureKind } from '../errors/failure';
import { maxResponseBytes, type ItemContext } from '../run/itemContext';
import type { Reservation } from '../run/memoryBudget';
import { fetchTaskStatus } from '../poll/taskStatus';
import type { DecodedResponse, KnownResponse } from '../types';
import { waitForTask, type PollResult } from '../poll/waitForTask';

/** An already paid task, watched to its end. Nothing here can cost anything. */
export interface PolledTask {
	outcome: KnownResponse;
	reads: number;
}

/** Own tasks may stay invisible for a while after they were accepted; a pasted id gets a moment only. */
const OWN_GRACE_MS = 60_000;
const FOREIGN_GRACE_MS = 5_000;

/** These say nothing about the task. */
const OVERLOADED: FailureKind[] = ['upstream_down', 'unreachable', 'rate_limited'];

export interface PollTaskOptions {
	taskId: string;
	/** Whose task it is: just created here, remembered from an earlier try, or named by the user. */
	origin: 'fresh' | 'resumed' | 'named';
	submittedAt?: string;
	/** Addresses of references that were sent with it. */
	references?: string[];
	/** How many images its answer may hold as base64. */
	images: number;
	firstLookMs?: number;
	reservation: Reservation;
	/** The gateway says that the task failed: nothing is paid. */
	onFailed?: () => void;
}

/**
 * Waits for the end of a task. With 'On Timeout' set to continue, a task that takes longer comes
 * back as it was seen last.
 *
 * @throws what ended the waiting without a picture, with the task's id
 */
export async function pollTask(item: ItemContext, following: PollTaskOptions): Promise<PolledTask> {
	const { settings, run } = item;
	const { taskId } = following;
	const now = systemClock.now();
	const deadline = now + settings.timeoutMs;
	const isFresh = following.origin === 'fresh';
	const waited = await waitForTask({
		look: async () => await look(item, following, deadline - systemClock.now()),
		schedule: run.schedule,
		clock: systemClock,
		signal: run.signal,
		startedAt: isFresh || !following.submittedAt ? now : Date.parse(following.submittedAt),
		deadline,
		// An id that nobody here has seen accepted is not called paid for, however short the timeout.
		graceMs: following.origin === 'named' ? Math.min(FOREIGN_GRACE_MS, settings.timeoutMs) : OWN_GRACE_MS,
		isOwn: following.origin !== 'named',
		stepMs: settings.pollIntervalMs,
		isFresh,
		firstLookMs: following.firstLookMs,
		onLook: (outcome) => logStatus(item, taskId, outcome),
	});
	if (waited.kind === 'failed' && waited.outcome) {
		run.failedTasks.add(taskId);
		following.onFailed?.();
	}
	return { outcome: outcomeOf(item, waited, following), reads: waited.reads };
}

function outcomeOf(item: ItemContext, waited: PollResult, { taskId, origin }: PollTaskOptions): KnownResponse {
	if (waited.kind === 'images') return waited.outcome;
	if (waited.kind === 'failed') throw failureError({ ...waited.failure, taskId });
	if (waited.kind === 'stopped') throw failureError({ kind: 'canceled', taskId });
	// A task that no look has shown is not said to go on: what was answered instead is the news.
	const isSeen =
		waited.last !== undefined ||
		(origin !== 'named' && OVERLOADED.includes(waited.lastFailure?.kind ?? 'upstream_down'));
	if (!isSeen && waited.lastFailure) throw failureError({ ...waited.lastFailure, taskId });
	const { last: seenLast } = waited;
	const last: Extract<KnownResponse, { kind: 'pending' }> =
		seenLast?.kind === 'pending'
			? seenLast
			: {
					kind: 'pending',
					status: 'unknown',
					...(seenLast?.kind === 'unknown' && { reason: seenLast.reason, response: seenLast.response }),
				};
	if (item.settings.onTimeout === 'continue') return { ...last, taskId };
	const said = [`Last status: ${last.word ?? last.status}`, last.reason].filter(Boolean).join('. ');
	const seen = waited.last ? said : waited.lastFailure?.gatewayMessage;
	throw failureError({
		kind: 'timed_out',
		taskId,
		message: `The task did not finish within ${item.settings.timeoutMs / 1000} seconds`,
		...(seen && { gatewayMessage: seen }),
		...(last.response && { response: last.response }),
	});
}

/**
 * Looks once, for Get Task Status. A failed task is an answer.
 *
 * @throws when the gateway does not know the id or does not answer
 */
export async function pollOnce(item: ItemContext, taskId: string, reservation: Reservation): Promise<PolledTask> {
	const found = await look(item, { taskId, images: 1, reservation }, item.settings.timeoutMs);
	const seen = 'outcome' in found ? found.outcome : undefined;
	if (seen === undefined)
		throw failureError({ ...('failure' in found ? found.failure : { kind: 'unreadable_answer' }), taskId });
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

async function look(
	item: ItemContext,
	task: Pick<PollTaskOptions, 'taskId' | 'images' | 'references' | 'reservation'>,
	remainingMs: number,
): ReturnType<typeof fetchTaskStatus> {
	return await fetchTaskStatus(
		item.readClient,
		{ taskId: task.taskId, references: task.references, imagePath: item.settings.imagePath },
		{ remainingMs, maxBytes: maxResponseBytes(item, task.images), reserveMemory: task.reservation.before },
	);
}
