import { FailureError, toFailure, type Failure } from '../errors/failure';
import { redact, redactResponse } from '../errors/redact';
import { FORMATS } from '../formats';
import { sendCall } from '../gateway/gatewayClient';
import { throwIfCanceled } from '../gateway/httpRequest';
import { isWholeImage, readImageFormat } from '../images/imageFormat';
import { systemClock } from '../lib/clock';
import { abortRun } from '../run/errorOutput';
import {
	hashOf,
	isAnswered,
	isUnclear,
	keepStored,
	keepUnstored,
	saveRecord,
	storedImages,
	unstoredResponse,
	type SubmissionRecord,
} from '../run/idempotencyStore';
import { maxResponseBytes, requestTimeoutMs, type ItemContext } from '../run/itemContext';
import type { Reservation } from '../run/memoryBudget';
import type { Permit } from '../submit/concurrencyLimiter';
import { submit, type AcceptedSubmission } from '../submit/submit';
import { readSubmitResult, type Accepted, type SubmitResult } from '../submit/submitResult';
import { storeInlineImages, type CallResult } from './collectImages';
import { pollTask } from './pollTask';
import { encodeCall, referenceUrls, type PreparedRequest } from './prepareRequest';

/** One paid call of an item: sent once, or resumed where an earlier try has sent it. */
export async function createTask(item: ItemContext, prepared: PreparedRequest, call: number): Promise<CallResult> {
	const { run, executionId, settings } = item;
	const record = prepared.record.calls[call];
	const reservation = run.memoryBudget.reservation();
	try {
		if (record.taskId !== undefined) return await resumeTask(item, prepared, call, reservation);
		if (record.response && isAnswered(record, executionId)) {
			if (record.emptyIn === undefined) run.keptItems.add(item.itemIndex);
			const { response, submittedAt } = record;
			const unstored = unstoredResponse(record);
			if (unstored)
				return await storeResponse(item, prepared, call, { outcome: unstored, submittedAt, reads: 0, reservation });
			return { outcome: response, stored: storedImages(record), submittedAt, reads: 0, reservation };
		}
		if (isUnclear(record, executionId) && !settings.retryUnclear) throw new FailureError(unclearFailure(record));
		return await submitCall(item, prepared, call, reservation);
	} catch (thrown) {
		reservation.release();
		const failure = toFailure(thrown);
		const isHidden = isUnclear(record, executionId) && !ENDS_OF_UNCLEAR.includes(failure.kind);
		if (isUnclear(record, executionId)) run.unclearItems.add(item.itemIndex);
		const { otherTaskIds } = record;
		const seen = isHidden ? unclearFailure(record) : failure;
		throw isHidden || otherTaskIds ? new FailureError({ ...seen, otherTaskIds }) : thrown;
	}
}

/** Any other failure of a request that ended unclear before says nothing about that first one. */
const ENDS_OF_UNCLEAR: Array<Failure['kind']> = ['unclear_submission', 'idempotency_conflict', 'canceled'];

async function submitCall(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	reservation: Reservation,
): Promise<CallResult> {
	const { run, settings } = item;
	const record = prepared.record.calls[call];

	const attempt = async (): Promise<SubmitResult> => {
		const encoded = await encodeCall(item, prepared, call, reservation);
		throwIfCanceled(run.signal);
		record.submittedAt = new Date(systemClock.now()).toISOString();
		record.idempotencyKey ??= hashOf([item.executionId, item.ctx.getNode().id, prepared.key, call, record.submittedAt]);
		saveRecord(item.ctx, prepared.key, prepared.record);
		const limits = {
			timeoutMs: requestTimeoutMs(item),
			maxBytes: maxResponseBytes(item, prepared.request.n),
			reserveMemory: reservation.acquire,
			isWhole: (bytes: Buffer) => isWholeImage(readImageFormat(bytes), true),
		};
		let result: SubmitResult;
		try {
			const response = await sendCall(item.submitClient, encoded, record.idempotencyKey, limits);
			result = readSubmitResult(response, { decode, now: systemClock.now() });
		} catch (thrown) {
			recordUnclear(item, record, toFailure(thrown));
			throw FailureError.from(thrown);
		}
		// Synchronous from the response to here: whatever comes later, another try finds the task.
		recordResult(item, record, result);
		if (result.kind !== 'accepted') reservation.release();
		return result;
	};
	const decode = (body: unknown): ReturnType<(typeof FORMATS)['asyncTask']['decode']> =>
		FORMATS[settings.apiFormat].decode(body, item.base.baseURL ?? '', { references: referenceUrls(prepared) });

	try {
		const accepted = await submit(run.limiter, attempt, {
			clock: systemClock,
			signal: run.signal,
			giveUpAfterMs: settings.timeoutMs,
			resendUnclear: settings.retryUnclear,
			onFailed: () => abortItem(item, prepared),
		});
		return await finishCall(item, prepared, call, { ...accepted, reservation });
	} finally {
		if (isUnclear(record, item.executionId)) logUnclear(item, record);
	}
}

/** An accepted call keeps its permit until its images are there. */
async function finishCall(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	{ accepted, permit, firstPollMs, reservation }: AcceptedSubmission & { reservation: Reservation },
): Promise<CallResult> {
	const { taskId, outcome } = accepted;
	const { submittedAt } = prepared.record.calls[call];
	const submission = { taskId, submittedAt, references: referenceUrls(prepared), reservation };
	return await holdPermit(item, prepared, permit, async () => {
		if (taskId === undefined) return await storeResponse(item, prepared, call, { ...submission, outcome, reads: 0 });
		if (outcome.kind === 'images' || !item.settings.wait) return { ...submission, outcome, reads: 0 };
		reservation.release();
		const polled = await pollTask(item, {
			...submission,
			taskId,
			origin: 'fresh',
			images: prepared.request.n,
			firstPollMs,
			onFailed: () => forgetCall(prepared, call),
		});
		return { ...submission, ...polled };
	});
}

/** A task that is paid already: takes a permit like a new one, but sends nothing. */
async function resumeTask(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	reservation: Reservation,
): Promise<CallResult> {
	const { run, settings } = item;
	const { taskId = '', submittedAt } = prepared.record.calls[call];
	const submission = { taskId, submittedAt, references: referenceUrls(prepared), reservation };
	noteTask(item, taskId);
	if (!settings.wait) return { ...submission, outcome: { kind: 'pending', status: 'queued', taskId }, reads: 0 };
	const permit = await run.limiter.acquire({ isResumed: true });
	if (!permit) throw new FailureError({ kind: 'canceled', taskId });
	return await holdPermit(item, prepared, permit, async () => {
		const onFailed = (): void => forgetCall(prepared, call);
		const polled = await pollTask(item, { ...submission, origin: 'resumed', images: prepared.request.n, onFailed });
		return { ...submission, ...polled };
	});
}

/** Releases the permit at the end of the work. */
async function holdPermit(
	item: ItemContext,
	prepared: PreparedRequest,
	permit: Permit,
	work: () => Promise<CallResult>,
): Promise<CallResult> {
	let isDone = false;
	try {
		const result = await work();
		isDone = true;
		return result;
	} finally {
		if (!isDone) abortItem(item, prepared);
		permit.release();
	}
}

/** Before the permit of a failed call goes to another item: in stop mode that one would be charged for nothing. With several calls the item may still succeed. */
function abortItem(item: ItemContext, prepared: PreparedRequest): void {
	if (prepared.record.calls.length === 1) abortRun(item);
}

/** A task that failed is not charged, so the next try may create another one. */
function forgetCall(prepared: PreparedRequest, call: number): void {
	prepared.record.calls[call] = {};
}

const STORAGE_ADVICE =
	"Check n8n's disk space and binary data storage. With 'Retry On Fail', the next try stores the same image. If you run the node again, you will be charged again.";

/** No task stands behind this response: the images inside it are stored before anything else can go wrong. */
async function storeResponse(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	result: CallResult,
): Promise<CallResult> {
	const { calls } = prepared.record;
	const stored = await storeInlineImages(item, result, call, calls.length).catch((thrown: unknown) => {
		if (result.outcome.kind === 'images') keepUnstored(calls[call], result.outcome, item.executionId);
		item.run.isKeptInMemory = true;
		const { ctx, itemIndex } = item;
		ctx.logger.error(`NanoBanana: n8n could not store the images of item ${itemIndex}. You were charged`, {
			itemIndex,
		});
		const failure = toFailure(thrown);
		throw new FailureError(failure.kind === 'storage_failed' ? { ...failure, nextStep: STORAGE_ADVICE } : failure);
	});
	if (!keepStored(calls[call], stored)) item.run.isKeptInMemory = true;
	result.reservation.release();
	return { ...result, outcome: calls[call].response ?? result.outcome, stored };
}

function recordResult(item: ItemContext, record: SubmissionRecord, result: SubmitResult): void {
	if (result.kind === 'accepted') recordAccepted(item, record, result.accepted);
	else if (['unclear_submission', 'idempotency_conflict'].includes(result.failure.kind))
		recordUnclear(item, record, result.failure);
}

/** Logged as well, as n8n keeps nothing of a crashed or canceled execution. */
function recordAccepted(item: ItemContext, record: SubmissionRecord, { taskId, outcome }: Accepted): void {
	const { ctx, run, itemIndex, executionId, apiKey } = item;
	delete record.unclear;
	if (taskId !== undefined) {
		record.taskId = taskId;
		if (outcome.otherTaskIds) record.otherTaskIds = outcome.otherTaskIds;
		noteTask(item, taskId);
		for (const id of [taskId, ...(outcome.otherTaskIds ?? [])])
			ctx.logger.info(`NanoBanana: the API accepted task ${id}`, { taskId: id, itemIndex, status: 'queued' });
		return;
	}
	const response = { ...redactResponse(outcome, apiKey) };
	record.response = { ...response, images: outcome.images.filter((image) => image.kind === 'url') };
	// An earlier execution may have left its own mark.
	delete record.emptyIn;
	if (outcome.images.length === 0) record.emptyIn = executionId;
	else run.keptItems.add(itemIndex);
}

function recordUnclear({ executionId, apiKey }: ItemContext, record: SubmissionRecord, failure: Failure): void {
	const { kind, httpStatus, gatewayMessage } = failure;
	record.unclear ??= {
		executionId,
		...(kind === 'idempotency_conflict' && { kind }),
		submittedAt: record.submittedAt,
		...(httpStatus && { httpStatus }),
		...(gatewayMessage && { cause: redact(gatewayMessage, apiKey) }),
	};
	record.unclear.executionId = executionId;
}

/** What the first unclear end said, also in later tries. */
function unclearFailure({ unclear }: SubmissionRecord): Failure {
	return {
		kind: unclear?.kind ?? 'unclear_submission',
		gatewayMessage: unclear?.cause,
		httpStatus: unclear?.httpStatus,
		submittedAt: unclear?.submittedAt,
	};
}

function noteTask({ run, itemIndex }: ItemContext, taskId: string): void {
	run.tasks.set(itemIndex, [...(run.tasks.get(itemIndex) ?? []), taskId]);
}

/** The node can show one error only, so that of another item may hide this one: the log contains it in any case. */
function logUnclear({ ctx, itemIndex }: ItemContext, { submittedAt }: SubmissionRecord): void {
	ctx.logger.warn(
		`NanoBanana: it is unclear whether the API accepted the request of item ${itemIndex}, sent ${submittedAt}. You may have been charged`,
		{ itemIndex, submittedAt },
	);
}
