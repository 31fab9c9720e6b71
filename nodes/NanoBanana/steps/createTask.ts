import { systemClock } from '../lib/clock';
import { storeInlineImages, type Result } from './collectImages';
import { failureError, toFailure } from '../errors/failure';
import { pollTask } from './pollTask';
import { FORMATS } from '../formats';
import type { ItemContext } from '../run/itemContext';
import {
	forget,
	isAnswered,
	isUnclear,
	recall,
	remember,
	rememberFinished,
	type SubmissionRecord,
} from '../run/idempotencyStore';
import { referenceUrls, encodeCall, type PreparedRequest } from './prepareRequest';
import type { Reservation } from '../run/memoryBudget';
import { submit } from '../submit/submit';
import type { Accepted } from '../submit/submitResult';

/** One paid call of an order, or the task that an earlier try of this item already paid for. */
export async function createTask(item: ItemContext, prepared: PreparedRequest, call: number): Promise<Result> {
	const { ctx, run } = item;
	const earlier = recall(ctx, prepared.keys[call]);
	const reservation = run.memoryBudget.reservation();
	try {
		if (earlier?.taskId) return await resume(item, prepared, call, { ...earlier, taskId: earlier.taskId }, reservation);
		if (isAnswered(earlier, item.executionId)) {
			if (earlier.emptyIn === undefined) run.kept.add(item.itemIndex);
			return { outcome: earlier.answer, kept: earlier.kept, submittedAt: earlier.submittedAt, reads: 0, reservation };
		}
		if (isUnclear(earlier, item.executionId)) {
			throw failureError({
				kind: 'unclear_submission',
				gatewayMessage: 'An earlier try in this execution had no clear end',
			});
		}
		return await submitAndFollow(item, prepared, call, reservation);
	} catch (thrown) {
		reservation.release();
		throw failureError(toFailure(thrown));
	}
}

async function submitAndFollow(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	reservation: Reservation,
): Promise<Result> {
	const { ctx, run, settings } = item;
	const key = prepared.keys[call];
	const submittedAt = new Date(systemClock.now()).toISOString();
	const references = referenceUrls(prepared);
	const { accepted, permit, firstLookMs } = await submit({
		client: item.submitClient,
		decode: (body) => FORMATS[settings.apiFormat].decode(body, item.base.baseURL ?? '', { references }),
		encode: async () => await encodeCall(item, prepared, call, reservation),
		limiter: run.limiter,
		clock: systemClock,
		limits: {
			timeoutMs: item.requestTimeoutMs,
			maxBytes: item.maxAnswerBytes(prepared.request.n),
			reserveMemory: reservation.before,
		},
		patienceMs: settings.timeoutMs,
		signal: run.signal,
		onUnclear: () => noteUnclear(item, key, submittedAt),
		onRefused: () => reservation.release(),
		onFailed: () => giveUp(item, prepared),
		onAccepted: (news) => noteAccepted(item, key, news, submittedAt),
	});
	const { taskId, outcome } = accepted;
	try {
		if (taskId === undefined)
			return await putAway(item, prepared, call, { outcome, submittedAt, reads: 0, reservation });
		const furtherTaskIds = outcome.kind === 'pending' ? outcome.furtherTaskIds : undefined;
		const bought = { taskId, furtherTaskIds, submittedAt, references, reservation };
		if (outcome.kind === 'images' || !settings.wait) return { ...bought, outcome, reads: 0 };
		reservation.release();
		// Nothing is paid for a task that failed, so the next try may create a new one.
		const followed = await pollTask(item, {
			taskId,
			origin: 'fresh',
			images: prepared.request.n,
			references,
			firstLookMs,
			reservation,
			onFailed: () => forget(ctx, key),
		});
		return { ...bought, ...followed };
	} catch (thrown) {
		giveUp(item, prepared);
		throw failureError(toFailure(thrown));
	} finally {
		permit.release();
	}
}

/** The tasks that the gateway made of these calls besides the first one each. Nothing here is paid again. */
export async function followFurther(
	item: ItemContext,
	prepared: PreparedRequest,
	calls: Array<PromiseSettledResult<Result>>,
): Promise<Array<PromiseSettledResult<Result>>> {
	const results = calls.flatMap((call) => (call.status === 'fulfilled' && item.settings.wait ? [call.value] : []));
	const tasks = results.flatMap(({ furtherTaskIds, submittedAt, references }) =>
		(furtherTaskIds ?? []).map((taskId) => ({ taskId, submittedAt, references })),
	);
	return await Promise.allSettled(
		tasks.map(async (task) => {
			const reservation = item.run.memoryBudget.reservation();
			try {
				return {
					...task,
					...(await pollTask(item, { ...task, origin: 'fresh', images: prepared.request.n, reservation })),
					reservation,
				};
			} catch (thrown) {
				reservation.release();
				throw failureError(toFailure(thrown));
			}
		}),
	);
}

/** Before the place of a failed request goes to another item: in stop mode that one would be paid for nothing. With several calls the item may still succeed. */
function giveUp(item: ItemContext, prepared: PreparedRequest): void {
	if (prepared.keys.length === 1) item.giveUp();
}

/** No task stands behind this answer: what is in it is stored before anything else can go wrong, and what it names was remembered on arrival. */
async function putAway(item: ItemContext, prepared: PreparedRequest, call: number, result: Result): Promise<Result> {
	const key = prepared.keys[call];
	const kept = await storeInlineImages(item, result, call, prepared.keys.length);
	if (!rememberFinished(item.ctx, key, { kept })) item.run.isKeptInMemory = true;
	result.reservation.release();
	return { ...result, outcome: recall(item.ctx, key)?.answer ?? result.outcome, kept };
}

/** An already paid task: takes a place like a new one, but sends nothing. */
async function resume(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	task: SubmissionRecord & { taskId: string },
	reservation: Reservation,
): Promise<Result> {
	const { taskId, furtherTaskIds, submittedAt } = task;
	const references = referenceUrls(prepared);
	const bought = { taskId, furtherTaskIds, submittedAt, references, reservation };
	[taskId, ...(furtherTaskIds ?? [])].forEach((id) => item.noteTask(id));
	if (!item.settings.wait) return { ...bought, outcome: { kind: 'pending', status: 'queued', taskId }, reads: 0 };
	const permit = await item.run.limiter.acquire({ isResumed: true });
	if (!permit) throw failureError({ kind: 'canceled', taskId });
	try {
		const onFailed = (): void => forget(item.ctx, prepared.keys[call]);
		const followed = await pollTask(item, {
			taskId,
			origin: 'resumed',
			submittedAt,
			images: prepared.request.n,
			references,
			reservation,
			onFailed,
		});
		return { ...bought, ...followed };
	} catch (thrown) {
		giveUp(item, prepared);
		throw failureError(toFailure(thrown));
	} finally {
		permit.release();
	}
}

/** Remembered before anything else can go wrong, and logged, as n8n keeps nothing of a crashed or canceled execution. */
function noteAccepted(item: ItemContext, key: string, accepted: Accepted, submittedAt: string): void {
	const { taskId, outcome } = accepted;
	if (taskId === undefined) {
		const isEmpty = outcome.images.length === 0;
		if (!isEmpty) item.run.kept.add(item.itemIndex);
		remember(item.ctx, key, {
			answer: { ...item.hideKey(outcome), images: outcome.images.filter((image) => image.kind === 'url') },
			submittedAt,
			...(isEmpty && { emptyIn: item.executionId }),
		});
		return;
	}
	const furtherTaskIds = outcome.kind === 'pending' ? outcome.furtherTaskIds : undefined;
	remember(item.ctx, key, { taskId, submittedAt, ...(furtherTaskIds && { furtherTaskIds }) });
	for (const id of [taskId, ...(furtherTaskIds ?? [])]) {
		item.noteTask(id);
		item.ctx.logger.info(`NanoBanana: the gateway accepted task ${id}`, {
			taskId: id,
			itemIndex: item.itemIndex,
			status: 'queued',
		});
	}
}

/** The node can show one error only, so that of another item may hide this one; the log names it in any case. */
function noteUnclear(item: ItemContext, key: string, submittedAt: string): void {
	remember(item.ctx, key, { unclearIn: item.executionId, submittedAt });
	item.run.unclear.add(item.itemIndex);
	item.ctx.logger.warn(
		`NanoBanana: it is unclear whether the gateway accepted the request of item ${item.itemIndex}, sent ${submittedAt}. A task may exist and may have been billed`,
		{
			itemIndex: item.itemIndex,
			submittedAt,
		},
	);
}
