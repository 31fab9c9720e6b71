import { systemClock } from '../lib/clock';
import { keepPictures, type Result } from './collectImages';
import { failureError, failureIn } from '../errors/failure';
import { followTask } from './pollTask';
import { FORMATS } from '../formats';
import type { Job } from '../run/itemContext';
import {
	forget,
	isAnswered,
	isUnclear,
	recall,
	remember,
	rememberFinished,
	type Remembered,
} from '../run/idempotencyStore';
import { addressesOf, encodeCall, type Order } from './prepareRequest';
import type { Hold } from '../run/memoryBudget';
import { submit } from '../submit/submit';
import type { Accepted } from '../submit/submitResult';

/** One paid call of an order, or the task that an earlier try of this item already paid for. */
export async function buy(job: Job, order: Order, call: number): Promise<Result> {
	const { ctx, run } = job;
	const earlier = recall(ctx, order.keys[call]);
	const hold = run.room.hold();
	try {
		if (earlier?.taskId) return await resume(job, order, call, { ...earlier, taskId: earlier.taskId }, hold);
		if (isAnswered(earlier, job.executionId)) {
			if (earlier.emptyIn === undefined) run.kept.add(job.itemIndex);
			return { outcome: earlier.answer, kept: earlier.kept, submittedAt: earlier.submittedAt, reads: 0, hold };
		}
		if (isUnclear(earlier, job.executionId)) {
			throw failureError({
				kind: 'unclear_submission',
				gatewayMessage: 'An earlier try in this execution had no clear end',
			});
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
	const references = addressesOf(order);
	const { accepted, permit, firstLookMs } = await submit({
		exchange: job.paid,
		decode: (body) => FORMATS[settings.apiFormat].decode(body, job.base.baseURL ?? '', { references }),
		encode: async () => await encodeCall(job, order, call, hold),
		limiter: run.limiter,
		clock: systemClock,
		limits: {
			timeoutMs: job.requestTimeoutMs,
			maxBytes: job.maxAnswerBytes(order.request.n),
			beforeHeavy: hold.before,
		},
		patienceMs: settings.timeoutMs,
		signal: run.signal,
		onUnclear: () => noteUnclear(job, key, submittedAt),
		onRefused: () => hold.release(),
		onFailed: () => giveUp(job, order),
		onAccepted: (news) => noteAccepted(job, key, news, submittedAt),
	});
	const { taskId, outcome } = accepted;
	try {
		if (taskId === undefined) return await putAway(job, order, call, { outcome, submittedAt, reads: 0, hold });
		const furtherTaskIds = outcome.kind === 'pending' ? outcome.furtherTaskIds : undefined;
		const bought = { taskId, furtherTaskIds, submittedAt, references, hold };
		if (outcome.kind === 'images' || !settings.wait) return { ...bought, outcome, reads: 0 };
		hold.release();
		// Nothing is paid for a task that failed, so the next try may create a new one.
		const followed = await followTask(job, {
			taskId,
			origin: 'fresh',
			images: order.request.n,
			references,
			firstLookMs,
			hold,
			onFailed: () => forget(ctx, key),
		});
		return { ...bought, ...followed };
	} catch (thrown) {
		giveUp(job, order);
		throw failureError(failureIn(thrown));
	} finally {
		permit.release();
	}
}

/** The tasks that the gateway made of these calls besides the first one each. Nothing here is paid again. */
export async function followFurther(
	job: Job,
	order: Order,
	calls: Array<PromiseSettledResult<Result>>,
): Promise<Array<PromiseSettledResult<Result>>> {
	const results = calls.flatMap((call) => (call.status === 'fulfilled' && job.settings.wait ? [call.value] : []));
	const tasks = results.flatMap(({ furtherTaskIds, submittedAt, references }) =>
		(furtherTaskIds ?? []).map((taskId) => ({ taskId, submittedAt, references })),
	);
	return await Promise.allSettled(
		tasks.map(async (task) => {
			const hold = job.run.room.hold();
			try {
				return {
					...task,
					...(await followTask(job, { ...task, origin: 'fresh', images: order.request.n, hold })),
					hold,
				};
			} catch (thrown) {
				hold.release();
				throw failureError(failureIn(thrown));
			}
		}),
	);
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
async function resume(
	job: Job,
	order: Order,
	call: number,
	task: Remembered & { taskId: string },
	hold: Hold,
): Promise<Result> {
	const { taskId, furtherTaskIds, submittedAt } = task;
	const references = addressesOf(order);
	const bought = { taskId, furtherTaskIds, submittedAt, references, hold };
	[taskId, ...(furtherTaskIds ?? [])].forEach((id) => job.noteTask(id));
	if (!job.settings.wait) return { ...bought, outcome: { kind: 'pending', status: 'queued', taskId }, reads: 0 };
	const permit = await job.run.limiter.acquire({ isResumed: true });
	if (!permit) throw failureError({ kind: 'canceled', taskId });
	try {
		const onFailed = (): void => forget(job.ctx, order.keys[call]);
		const followed = await followTask(job, {
			taskId,
			origin: 'resumed',
			submittedAt,
			images: order.request.n,
			references,
			hold,
			onFailed,
		});
		return { ...bought, ...followed };
	} catch (thrown) {
		giveUp(job, order);
		throw failureError(failureIn(thrown));
	} finally {
		permit.release();
	}
}

/** Remembered before anything else can go wrong, and logged, as n8n keeps nothing of a crashed or canceled execution. */
function noteAccepted(job: Job, key: string, accepted: Accepted, submittedAt: string): void {
	const { taskId, outcome } = accepted;
	if (taskId === undefined) {
		const isEmpty = outcome.images.length === 0;
		if (!isEmpty) job.run.kept.add(job.itemIndex);
		remember(job.ctx, key, {
			answer: { ...job.hideKey(outcome), images: outcome.images.filter((image) => image.kind === 'url') },
			submittedAt,
			...(isEmpty && { emptyIn: job.executionId }),
		});
		return;
	}
	const furtherTaskIds = outcome.kind === 'pending' ? outcome.furtherTaskIds : undefined;
	remember(job.ctx, key, { taskId, submittedAt, ...(furtherTaskIds && { furtherTaskIds }) });
	for (const id of [taskId, ...(furtherTaskIds ?? [])]) {
		job.noteTask(id);
		job.ctx.logger.info(`NanoBanana: the gateway accepted task ${id}`, {
			taskId: id,
			itemIndex: job.itemIndex,
			status: 'queued',
		});
	}
}

/** The node can show one error only, so that of another item may hide this one; the log names it in any case. */
function noteUnclear(job: Job, key: string, submittedAt: string): void {
	remember(job.ctx, key, { unclearIn: job.executionId, submittedAt });
	job.run.unclear.add(job.itemIndex);
	job.ctx.logger.warn(
		`NanoBanana: it is unclear whether the gateway accepted the request of item ${job.itemIndex}, sent ${submittedAt}. A task may exist and may have been billed`,
		{
			itemIndex: job.itemIndex,
			submittedAt,
		},
	);
}
