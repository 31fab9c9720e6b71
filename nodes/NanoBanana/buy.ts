import { systemClock } from './clock';
import { keepPictures, type Result } from './deliver';
import { failureError, failureIn } from './errors';
import { followTask } from './follow';
import { FORMATS } from './formats';
import type { Job } from './job';
import { forget, isUnclear, recall, remember, rememberFinished, type Remembered } from './memory';
import { encodeCall, type Order } from './order';
import type { Hold } from './room';
import { submit, type Accepted } from './submit';

/** One paid call of an order, or the task that an earlier try of this item already paid for. */
export async function buy(job: Job, order: Order, call: number): Promise<Result> {
	const { ctx, run } = job;
	const key = order.keys[call];
	const earlier = recall(ctx, key);
	const hold = run.room.hold();
	try {
		if (earlier?.taskId) return await resume(job, order, call, { ...earlier, taskId: earlier.taskId }, hold);
		if (earlier?.answer) job.run.kept.add(job.itemIndex);
		if (earlier?.answer) return { outcome: earlier.answer, kept: earlier.kept, submittedAt: earlier.submittedAt, reads: 0, hold };
		if (isUnclear(earlier, job.executionId)) {
			throw failureError({ kind: 'unclear_submission', gatewayMessage: 'An earlier try in this execution had no clear end' });
		}
		return await submitAndFollow(job, order, call, hold);
	} catch (thrown) {
		hold.release();
		throw failureError(failureIn(thrown));
	}
}

async function submitAndFollow(job: Job, order: Order, call: number, hold: Hold): Promise<Result> {
	const { ctx, run, settings } = job;
	const key = order.keys[call];
	const submittedAt = new Date(systemClock.now()).toISOString();
	const { outcome, slot, firstLookMs } = await submit({
		exchange: job.paid,
		format: FORMATS[settings.apiFormat],
		encode: async () => await encodeCall(job, order, call, hold),
		gate: run.gate,
		clock: systemClock,
		limits: { timeoutMs: job.requestTimeoutMs, maxBytes: job.maxAnswerBytes(order.request.n), beforeHeavy: hold.before },
		patienceMs: settings.timeoutMs,
		signal: run.signal,
		onUnclear: () => noteUnclear(job, key, submittedAt),
		onRefused: () => hold.release(),
		onFailed: () => giveUp(job, order),
		onAccepted: (accepted) => noteAccepted(job, key, accepted, submittedAt),
	});
	const { taskId } = outcome;
	try {
		if (taskId === undefined && outcome.kind === 'images') return await putAway(job, order, call, { outcome, submittedAt, reads: 0, hold });
		const isTheEnd = outcome.kind === 'images' || taskId === undefined || !settings.wait;
		if (isTheEnd) return { outcome, taskId, submittedAt, reads: 0, hold };
		hold.release();
		// Nothing is paid for a task that failed, so the next try may create a new one.
		const followed = await followTask(job, { taskId, origin: 'fresh', images: order.request.n, firstLookMs, hold, onFailed: () => forget(ctx, key) });
		return { ...followed, taskId, submittedAt, hold };
	} catch (thrown) {
		giveUp(job, order);
		throw failureError(failureIn(thrown));
	} finally {
		slot.leave();
	}
}

/** Before the place of a failed request goes to another item: in stop mode that one would be paid for nothing. With several calls the item may still succeed. */
function giveUp(job: Job, order: Order): void {
	if (order.keys.length === 1) job.giveUp();
}

/** No task stands behind this answer: what is in it is stored before anything else can go wrong, and what it names was remembered on arrival. */
async function putAway(job: Job, order: Order, call: number, result: Result): Promise<Result> {
	const key = order.keys[call];
	const kept = await keepPictures(job, result, call, order.keys.length);
	if (!rememberFinished(job.ctx, key, { kept })) job.run.isKeptInMemory = true;
	result.hold.release();
	return { ...result, outcome: recall(job.ctx, key)?.answer ?? result.outcome, kept };
}

/** An already paid task: takes a place like a new one, but sends nothing. */
async function resume(job: Job, order: Order, call: number, task: Remembered & { taskId: string }, hold: Hold): Promise<Result> {
	const { taskId, submittedAt } = task;
	job.noteTask(taskId);
	if (!job.settings.wait) return { outcome: { kind: 'pending', status: 'queued', taskId }, taskId, submittedAt, reads: 0, hold };
	const slot = await job.run.gate.enter(job.run.signal);
	if (!slot) throw failureError({ kind: 'canceled', taskId });
	slot.accepted();
	try {
		const onFailed = (): void => forget(job.ctx, order.keys[call]);
		const followed = await followTask(job, { taskId, origin: 'resumed', submittedAt, images: order.request.n, hold, onFailed });
		return { ...followed, taskId, submittedAt, hold };
	} catch (thrown) {
		giveUp(job, order);
		throw failureError(failureIn(thrown));
	} finally {
		slot.leave();
	}
}

/** Remembered before anything else can go wrong, and logged, as n8n keeps nothing of a crashed or canceled execution. */
function noteAccepted(job: Job, key: string, accepted: Accepted, submittedAt: string): void {
	const { taskId } = accepted;
	if (taskId === undefined) {
		if (accepted.kind !== 'images') return;
		if (accepted.images.length > 0) job.run.kept.add(job.itemIndex);
		remember(job.ctx, key, { answer: { ...job.hideKey(accepted), images: accepted.images.filter((image) => image.kind === 'url') }, submittedAt });
		return;
	}
	remember(job.ctx, key, { taskId, submittedAt });
	job.noteTask(taskId);
	job.ctx.logger.info(`NanoBanana: the gateway accepted task ${taskId}`, { taskId, itemIndex: job.itemIndex, status: 'queued' });
}

/** The node can show one error only, so that of another item may hide this one; the log names it in any case. */
function noteUnclear(job: Job, key: string, submittedAt: string): void {
	remember(job.ctx, key, { unclearIn: job.executionId, submittedAt });
	job.run.unclear.add(job.itemIndex);
	job.ctx.logger.warn(`NanoBanana: it is unclear whether the gateway accepted the request of item ${job.itemIndex}, sent ${submittedAt}. A task may exist and may have been billed`, {
		itemIndex: job.itemIndex,
		submittedAt,
	});
}
