import { FailureError, SHOWN_IN_DETAILS, toFailure, type Failure, type FailureKind } from '../errors/failure';
import { UNCLEAR_KINDS } from '../errors/failureKinds';
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
import { maxResponseBytes, requestTimeoutMs, type ItemContext } from '../run/runItem';
import type { Reservation } from '../run/memoryBudget';
import type { Permit } from '../submit/concurrencyLimiter';
import { submit } from '../submit/submit';
import { readSubmitResult, type Accepted, type SubmitResult } from '../submit/submitResult';
import { storeInlineImages } from './collectImages';
import { acquireToPoll, type CallResult } from './pollTask';
import { encodeCall, type PreparedRequest } from './prepareRequest';

/** One paid call of an item. */
export interface PaidCall {
	item: ItemContext;
	prepared: PreparedRequest;
	/** Its place among the calls of the item. */
	index: number;
	/** What this try or an earlier one has recorded of it. */
	record: SubmissionRecord;
	/** Memory that its request and its response take. */
	reservation: Reservation;
	/** Held from the request until its images are there. */
	permit?: Permit;
}

/**
 * Sends a paid call once, or finds what an earlier try has sent.
 *
 * @throws a failure; kind `unclear_submission` where a task may exist and may have been charged
 */
export async function createTask(call: PaidCall): Promise<CallResult> {
	const { item, record } = call;
	const { executionId, settings, run, itemIndex } = item;
	if (record.taskId !== undefined) return await resumeTask(call, record.taskId);
	if (record.response && isAnswered(record, executionId)) {
		(record.emptyIn === undefined ? run.keptItems : run.emptyItems).add(itemIndex);
		const unstored = unstoredResponse(record);
		if (unstored) return await storeResponse(call, resultOf(call, unstored));
		return { ...resultOf(call, record.response), stored: storedImages(record) };
	}
	if (isUnclear(record, executionId) && !settings.retryUnclear) {
		run.unclearItems.add(itemIndex);
		throw new FailureError(unclearFailure(record));
	}
	return await submitCall(call);
}

/** A task that is paid already takes a permit like a new one, but sends nothing. */
async function resumeTask(call: PaidCall, taskId: string): Promise<CallResult> {
	noteTask(call.item, taskId);
	if (call.item.settings.wait) call.permit = await acquireToPoll(call.item, taskId);
	return { ...resultOf(call, { kind: 'pending', status: 'queued', taskId }), origin: 'resumed' };
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
			resendUnclear: settings.retryUnclear,
			onFailed: () => abortItem(call),
		});
		call.permit = permit;
		const result = resultOf(call, outcome);
		return outcome.taskId === undefined ? await storeResponse(call, result) : { ...result, firstPollMs };
	} catch (thrown) {
		throw isUnclear(record, item.executionId) ? unclearError(call, toFailure(thrown)) : FailureError.from(thrown);
	}
}

async function sendOnce(call: PaidCall, signal?: AbortSignal): Promise<SubmitResult> {
	const { item, prepared, index, record, reservation } = call;
	const { ctx, settings, base } = item;
	const encoded = await encodeCall({ ...item, readClient: { ...item.readClient, signal } }, prepared, reservation);
	throwIfCanceled(signal);
	record.submittedAt = new Date(systemClock.now()).toISOString();
	// Nothing that changes when n8n starts an execution again whose worker was killed. A call without an execution
	// (MCP trigger) has the time only.
	record.idempotencyKey ??= hashOf([
		item.executionId || record.submittedAt,
		ctx.getNode().id,
		prepared.key,
		prepared.record.requestHash,
		index,
		record.failedTasks ?? 0,
	]);
	saveRecord(ctx, prepared.key, prepared.record);
	let result: SubmitResult;
	try {
		const response = await sendCall(item.submitClient, encoded, record.idempotencyKey, {
			timeoutMs: requestTimeoutMs(item),
			maxBytes: maxResponseBytes(item, prepared.request.n),
			reserveMemory: reservation.acquire,
			isWhole: (bytes) => isWholeImage(readImageFormat(bytes), true),
		});
		const asked = { references: prepared.referenceUrls };
		result = readSubmitResult(response, {
			decode: (body) => FORMATS[settings.apiFormat].decode(body, base.baseURL ?? '', asked),
			now: systemClock.now(),
		});
	} catch (thrown) {
		result = { kind: 'failed', failure: toFailure(thrown) };
	}
	// Synchronous from the response to here: whatever comes later, another try finds the task.
	if (result.kind === 'accepted') recordAccepted(item, record, result.outcome);
	else if (UNCLEAR.includes(result.failure.kind)) recordUnclear(item, record, result.failure);
	if (needsNewKey(result, record)) delete record.idempotencyKey;
	if (result.kind !== 'accepted') reservation.release();
	return result;
}

/** Whoever asks again in another execution wants another response: an API that honors the key would repeat this one. */
function needsNewKey(result: SubmitResult, record: SubmissionRecord): boolean {
	if (record.unclear) return false;
	if (result.kind !== 'accepted') return result.kind === 'failed';
	const { outcome } = result;
	return outcome.taskId === undefined && outcome.kind === 'images' && outcome.images.length === 0;
}

/** After these nobody knows whether the request was accepted: it was sent, and then canceled, or something unexpected was thrown. */
const UNCLEAR: FailureKind[] = [...UNCLEAR_KINDS, 'canceled', 'internal'];

function resultOf({ prepared, record, reservation }: PaidCall, outcome: CallResult['outcome']): CallResult {
	const { taskId, submittedAt } = record;
	return { taskId, submittedAt, references: prepared.referenceUrls, reservation, outcome, polls: 0, origin: 'fresh' };
}

/** Before the permit of a failed call goes to another item: in stop mode that one would be charged for nothing. With several calls the item may still succeed. */
export function abortItem({ item, prepared }: PaidCall): void {
	if (prepared.record.calls.length === 1) abortRun(item);
}

const STORAGE_ADVICE =
	"Check n8n's disk space and binary data storage. With 'Retry On Fail', the next try stores the same image. If you run the node again, you will be charged again.";

/** This response has no task: the images inside it are stored before anything else can go wrong. */
async function storeResponse(call: PaidCall, result: CallResult): Promise<CallResult> {
	const { item, prepared, index, record } = call;
	const { ctx, run, itemIndex } = item;
	const stored = await storeInlineImages(item, result, index, prepared.record.calls.length).catch((thrown: unknown) => {
		if (result.outcome.kind === 'images') keepUnstored(record, result.outcome, item.executionId);
		run.isKeptInMemory = true;
		ctx.logger.error(`NanoBanana: n8n could not store the images of item ${itemIndex}. You were charged`, {
			itemIndex,
		});
		const failure = toFailure(thrown);
		throw new FailureError(failure.kind === 'storage_failed' ? { ...failure, nextStep: STORAGE_ADVICE } : failure);
	});
	if (!keepStored(record, stored)) run.isKeptInMemory = true;
	call.reservation.release();
	return { ...result, outcome: record.response ?? result.outcome, stored };
}

/** Logged as well, as n8n keeps nothing of a crashed or canceled execution. */
function recordAccepted(item: ItemContext, record: SubmissionRecord, outcome: Accepted): void {
	const { ctx, run, itemIndex, executionId, apiKey } = item;
	delete record.unclear;
	if (outcome.taskId !== undefined) {
		const { taskId, otherTaskIds } = outcome;
		record.taskId = taskId;
		if (otherTaskIds) record.otherTaskIds = otherTaskIds;
		noteTask(item, taskId);
		for (const id of [taskId, ...(otherTaskIds ?? [])])
			ctx.logger.info(`NanoBanana: the API accepted task ${id}`, { taskId: id, itemIndex, status: 'queued' });
	} else if (outcome.kind === 'images') {
		const images = outcome.images.filter((image) => image.kind === 'url');
		record.response = { ...redactResponse(outcome, apiKey), images };
		// An earlier execution may have left its own mark.
		delete record.emptyIn;
		if (outcome.images.length === 0) record.emptyIn = executionId;
		(outcome.images.length === 0 ? run.emptyItems : run.keptItems).add(itemIndex);
	}
}

function noteTask({ run, itemIndex }: ItemContext, taskId: string): void {
	run.tasks.set(itemIndex, [...(run.tasks.get(itemIndex) ?? []), taskId]);
}

function recordUnclear({ executionId, apiKey }: ItemContext, record: SubmissionRecord, failure: Failure): void {
	const { kind, httpStatus, gatewayMessage, response } = failure;
	const first = {
		...(kind === 'idempotency_conflict' && { kind }),
		submittedAt: record.submittedAt,
		...(httpStatus && { httpStatus }),
		...(gatewayMessage && { cause: redact(gatewayMessage, apiKey) }),
		...(response && { response: redact(response, apiKey, SHOWN_IN_DETAILS) }),
	};
	record.unclear = { ...(record.unclear ?? first), executionId };
}

/** What the first unclear end said, also in later tries. */
function unclearFailure({ unclear }: SubmissionRecord): Failure {
	return {
		kind: unclear?.kind ?? 'unclear_submission',
		gatewayMessage: unclear?.cause,
		httpStatus: unclear?.httpStatus,
		response: unclear?.response,
		submittedAt: unclear?.submittedAt,
	};
}

/** Any other failure of a request that ended unclear before says nothing about that first one. */
const ENDS_OF_UNCLEAR: FailureKind[] = [...UNCLEAR_KINDS, 'canceled'];

/** The node can show one error only, so that of another item may hide this one: the log contains it in any case. */
function unclearError({ item, record }: PaidCall, failure: Failure): FailureError {
	const { ctx, run, itemIndex } = item;
	const { submittedAt } = record;
	run.unclearItems.add(itemIndex);
	ctx.logger.warn(
		`NanoBanana: it is unclear whether the API accepted the request of item ${itemIndex}, sent ${submittedAt}. You may have been charged`,
		{ itemIndex, submittedAt },
	);
	return new FailureError(ENDS_OF_UNCLEAR.includes(failure.kind) ? failure : unclearFailure(record));
}
