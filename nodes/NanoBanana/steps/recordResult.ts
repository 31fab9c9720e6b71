import { FailureError, type Failure } from '../errors/failure';
import { KINDS } from '../errors/failureKinds';
import { redact, redactResponse, SHOWN_IN_DETAILS } from '../errors/redact';
import type { RunningItem } from '../run/errorOutput';
import {
	hasImages,
	isAnswered,
	isUnclear,
	paidRecord,
	type RequestRecord,
	type SubmissionRecord,
} from '../run/idempotencyStore';
import type { ItemContext } from '../run/runItem';
import type { Accepted, SubmitResult } from '../submit/submitResult';

/**
 * Records the result of a paid call: in its record for the next try, and in the run for the errors of other items.
 * Synchronous, so that it is recorded whatever happens next.
 */
export function recordResult(item: ItemContext, record: SubmissionRecord, result: SubmitResult): void {
	delete record.isInProgress;
	if (result.kind === 'accepted') recordAccepted(item, record, result.outcome);
	else if (mayBeAccepted(result.failure)) recordUnclear(item, record, result.failure);
	else if (!record.unclear) delete record.submittedAt;
	if (needsNewKey(result, record)) {
		delete record.idempotencyKey;
		record.failureCount = (record.failureCount ?? 0) + 1;
	}
}

/** After a cancellation or an unexpected error it is also unclear whether the API accepted the request. */
function mayBeAccepted({ kind }: Failure): boolean {
	return KINDS[kind].isUnclear === true || kind === 'canceled' || kind === 'internal';
}

/** The next try wants a new response, but an API that honors the key would repeat this one. */
function needsNewKey(result: SubmitResult, record: SubmissionRecord): boolean {
	if (record.unclear) return false;
	if (result.kind !== 'accepted') return result.kind === 'failed';
	const { outcome } = result;
	return outcome.taskId === undefined && outcome.kind === 'images' && outcome.images.length === 0;
}

/** Also logs the task IDs, because n8n does not save the data of a crashed or canceled execution. */
function recordAccepted(item: ItemContext, record: SubmissionRecord, outcome: Accepted): void {
	const { ctx, itemIndex, executionId, apiKey } = item;
	// Remove what an earlier execution may have recorded.
	delete record.unclear;
	delete record.countsOnlyIn;
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
		if (outcome.images.length === 0) record.countsOnlyIn = executionId;
		noteImages(item, outcome.images.length > 0);
	}
}

/** Notes what earlier tries of an item have paid for, so that the errors of this try include it. */
export function noteEarlierTries(item: RunningItem, record?: RequestRecord): void {
	const { executionId, run, itemIndex } = item;
	const earlier = record ?? paidRecord(item);
	for (const call of earlier?.calls ?? []) {
		if (isUnclear(call, executionId) || call.isInProgress) run.unclearItems.add(itemIndex);
		if (!isAnswered(call, executionId)) continue;
		if (call.taskId === undefined) noteImages(item, hasImages(call));
		else noteTask(item, call.taskId);
	}
}

export function noteTask({ run, itemIndex }: RunningItem, taskId: string): void {
	run.tasks.set(itemIndex, [...(run.tasks.get(itemIndex) ?? []), taskId]);
}

export function noteImages({ run, itemIndex }: RunningItem, hasImages: boolean): void {
	(hasImages ? run.keptItems : run.emptyItems).add(itemIndex);
}

export function recordUnclear({ executionId, apiKey }: ItemContext, record: SubmissionRecord, failure: Failure): void {
	delete record.isInProgress;
	// The first failure of this execution counts. An earlier execution had its own error.
	if (isUnclear(record, executionId)) return;
	const { message, nextStep, httpStatus, gatewayMessage, response } = failure;
	const first: Failure = {
		kind: failure.kind === 'idempotency_conflict' ? failure.kind : 'unclear_submission',
		submittedAt: record.submittedAt,
		...(message && { message: redact(message, apiKey) }),
		...(nextStep && { nextStep }),
		...(httpStatus && { httpStatus }),
		...(gatewayMessage && { gatewayMessage: redact(gatewayMessage, apiKey) }),
		...(response && { response: redact(response, apiKey, SHOWN_IN_DETAILS) }),
	};
	record.unclear = { executionId, failure: first };
}

/** Logged because the node can show only one error, which may be the one of another item. */
export function logUnclear({ ctx, itemIndex }: ItemContext, { submittedAt }: SubmissionRecord): void {
	ctx.logger.warn(
		`NanoBanana: it is unclear whether the API accepted the request of item ${itemIndex}, sent ${submittedAt}. You may have been charged`,
		{ itemIndex, submittedAt },
	);
}

/** The error of an unclear call: `failure` if it is also unclear or canceled, otherwise the first unclear response. */
export function unclearError({ run, itemIndex }: ItemContext, { unclear }: SubmissionRecord, failure?: Failure): Error {
	run.unclearItems.add(itemIndex);
	const first: Failure = unclear?.failure ?? { kind: 'unclear_submission' };
	const isAlsoUnclear = failure && (KINDS[failure.kind].isUnclear || failure.kind === 'canceled');
	return new FailureError(isAlsoUnclear ? { submittedAt: first.submittedAt, ...failure } : first);
}
