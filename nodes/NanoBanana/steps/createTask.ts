import { FailureError, throwIfCanceled, toFailure } from '../errors/failure';
import { FORMATS } from '../formats';
import { sendCall } from '../gateway/gatewayClient';
import { isWholeImage, readImageFormat } from '../images/imageFormat';
import { isoNow, systemClock } from '../lib/clock';
import { hasRunFailed } from '../run/engineState';
import { abortRun } from '../run/errorOutput';
import {
	hasImages,
	hashOf,
	isAnswered,
	isUnclear,
	recordStoredImages,
	rememberUnstored,
	storedImagesOf,
	unstoredResponseOf,
	saveRecord,
	type SubmissionRecord,
} from '../run/idempotencyStore';
import { maxResponseBytes, requestTimeoutMs, timeoutField, type ItemContext } from '../run/runItem';
import type { Reservation } from '../run/memoryBudget';
import type { Permit } from '../submit/concurrencyLimiter';
import { submit } from '../submit/submit';
import { readSubmitResult, type SubmitResult } from '../submit/submitResult';
import type { ImagesResponse } from '../types';
import { storeCallImages } from './collectImages';
import { acquireToPoll, type CallResult } from './pollTask';
import { encodeCall, type PreparedRequest } from './prepareRequest';
import { logUnclear, noteImages, noteTask, recordResult, recordUnclear, unclearError } from './recordResult';

/** One paid call of an item. */
export interface PaidCall {
	item: ItemContext;
	prepared: PreparedRequest;
	/** Position among the calls of the item. */
	index: number;
	/** What this or an earlier try has recorded about the call. */
	record: SubmissionRecord;
	/** Memory for its request and its response. */
	reservation: Reservation;
	/** Released when the task has ended or, without a task, when the images are stored. */
	permit?: Permit;
}

/** Calls in progress. If an expression fails, n8n waits for no item, so it may start the next try before they end. */
const sending = new WeakMap<SubmissionRecord, Promise<CallResult>>();

/**
 * Sends a paid call once, or resumes what an earlier try has sent.
 *
 * @throws a failure; kind `unclear_submission` if a task may exist and may have been charged
 */
export async function createTask(call: PaidCall): Promise<CallResult> {
	const { item, record } = call;
	const { executionId, settings } = item;
	await sending.get(record)?.catch(() => undefined);
	const wasSent = record.isInProgress === true;
	if (wasSent) recordUnclear(item, record, { kind: 'unclear_submission' });
	const isPaid = isAnswered(record, executionId);
	if (isPaid && record.taskId !== undefined) return await resumeTask(call, record.taskId);
	if (isPaid && record.response) {
		const unstored = unstoredResponseOf(record);
		noteImages(item, hasImages(record));
		if (unstored) return await storeResponse(call, unstored);
		return { ...callResult(call, record.response), stored: storedImagesOf(record) };
	}
	if (isUnclear(record, executionId) && !settings.retryUnclear) {
		if (wasSent) logUnclear(item, record);
		throw unclearError(item, record);
	}
	const sent = submitCall(call);
	sending.set(record, sent);
	return await sent.finally(() => {
		if (sending.get(record) === sent) sending.delete(record);
	});
}

/** Resumes a paid task. It takes a permit like a new one, but sends no request. */
async function resumeTask(call: PaidCall, taskId: string): Promise<CallResult> {
	noteTask(call.item, taskId);
	if (call.item.settings.wait) call.permit = await acquireToPoll(call.item, taskId);
	return { ...callResult(call, { kind: 'pending', status: 'queued', taskId }), origin: 'resumed' };
}

async function submitCall(call: PaidCall): Promise<CallResult> {
	const { item, record } = call;
	const { run, settings } = item;
	try {
		const attempt = async (signal?: AbortSignal): Promise<SubmitResult> => await sendOnce(call, signal);
		const { outcome, permit, firstPollMs } = await submit(run.limiter, attempt, {
			clock: systemClock,
			signal: run.signal,
			cancel: item.cancel,
			giveUpAfterMs: settings.timeoutMs,
			retryUnclear: settings.retryUnclear,
			onFailed: () => abortRunOfOnlyCall(call),
		});
		call.permit = permit;
		if (outcome.kind === 'images' && outcome.taskId === undefined) return await storeResponse(call, outcome);
		return { ...callResult(call, outcome), firstPollMs };
	} catch (thrown) {
		if (!isUnclear(record, item.executionId)) throw FailureError.from(thrown);
		logUnclear(item, record);
		throw unclearError(item, record, toFailure(thrown));
	}
}

async function sendOnce(call: PaidCall, signal?: AbortSignal): Promise<SubmitResult> {
	const { item, prepared, index, record, reservation } = call;
	const { ctx, settings, base } = item;
	const encoded = await encodeCall({ ...item, readClient: { ...item.readClient, signal } }, prepared, reservation);
	throwIfCanceled(signal);
	if (!item.isTool && hasRunFailed(ctx)) throw new FailureError({ kind: 'canceled' });
	record.submittedAt = isoNow();
	record.isInProgress = true;
	// Use only values that stay the same when n8n restarts an execution after its worker was killed. A call without an
	// execution (MCP trigger) can only use the time.
	record.idempotencyKey ??= hashOf([
		item.executionId || record.submittedAt,
		ctx.getNode().id,
		prepared.key,
		prepared.record.requestHash,
		index,
		record.failureCount ?? 0,
	]);
	saveRecord(ctx, prepared.key, prepared.record);
	const timeoutMs = requestTimeoutMs(item);
	let result: SubmitResult;
	try {
		const response = await sendCall(item.submitClient, encoded, record.idempotencyKey, {
			timeoutMs,
			maxBytes: maxResponseBytes(item, prepared.request.n),
			reserveMemory: reservation.acquireSoon,
			isWhole: (bytes) => isWholeImage(readImageFormat(bytes), true),
		});
		const asked = { references: prepared.referenceUrls };
		result = readSubmitResult(response, {
			decode: (body) => FORMATS[settings.apiFormat].decode(body, base.baseURL ?? '', asked),
			prompt: prepared.request.prompt,
			timeoutField: timeoutField(item, timeoutMs),
		});
	} catch (thrown) {
		result = { kind: 'failed', failure: toFailure(thrown) };
	}
	// Synchronous from the response to here: whatever happens later, the next try finds the task.
	recordResult(item, record, result);
	if (result.kind !== 'accepted') reservation.release();
	return result;
}

function callResult({ prepared, record, reservation }: PaidCall, outcome: CallResult['outcome']): CallResult {
	const { taskId, submittedAt } = record;
	return {
		taskId,
		submittedAt,
		waitingSince: systemClock.now(),
		references: prepared.referenceUrls,
		reservation,
		outcome,
		polls: 0,
		origin: 'fresh',
	};
}

/**
 * In stop mode, a failed call aborts the run before its permit goes to another item, because that item would be charged
 * but its images lost. An item with multiple calls may still succeed.
 */
export function abortRunOfOnlyCall({ item, prepared }: PaidCall): void {
	if (prepared.record.calls.length === 1) abortRun(item);
}

const STORAGE_ADVICE =
	"Check n8n's disk space and binary data storage. 'Retry On Fail' stores the same image. With 'Retry execution' or a new run, you will be charged again.";

/** Stores the images of a response without a task right away, before anything else can fail. */
async function storeResponse(call: PaidCall, response: ImagesResponse): Promise<CallResult> {
	const { item, prepared, index, record } = call;
	const { ctx, run, itemIndex } = item;
	const areUrls = response.images.every(({ kind }) => kind === 'url');
	// Downloads reserve their own memory.
	if (areUrls) call.reservation.release();
	const result = callResult(call, response);
	const stored = await storeCallImages(item, result, index, prepared.record.calls.length).catch((thrown: unknown) => {
		// Image URLs are already recorded, so the next try downloads them.
		if (areUrls) throw FailureError.from(thrown);
		rememberUnstored(record, response, item.executionId);
		run.inMemoryItems.add(itemIndex);
		ctx.logger.error(`NanoBanana: n8n could not store the images of item ${itemIndex}. You were charged`, {
			itemIndex,
		});
		const failure = toFailure(thrown);
		throw new FailureError(failure.kind === 'storage_failed' ? { ...failure, nextStep: STORAGE_ADVICE } : failure);
	});
	if (!recordStoredImages(record, stored, item.executionId)) run.inMemoryItems.add(itemIndex);
	call.reservation.release();
	// The recorded response is redacted.
	return { ...result, outcome: { ...(record.response ?? response), images: [] }, stored };
}
