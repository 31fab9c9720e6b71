import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { costText, FailureError, otherTasksText, toFailure, type Failure } from './errors/failure';
import { KINDS, type Cost } from './errors/failureKinds';
import { redact } from './errors/redact';
import { systemClock } from './lib/clock';
import { readTaskIds } from './parameters/settings';
import { abortRun, eachOrThrow } from './run/errorOutput';
import { releaseRecord, type SubmissionRecord } from './run/idempotencyStore';
import { runItem, type ItemContext } from './run/runItem';
import { collectImages, imageCount, openTaskText } from './steps/collectImages';
import { abortRunOfOnlyCall, createTask, type PaidCall } from './steps/createTask';
import { acquireToPoll, pollStatus, pollTask, type CallResult } from './steps/pollTask';
import { prepareRequest, type PreparedRequest } from './steps/prepareRequest';
import { previewItem } from './steps/previewRequest';
import { noteEarlierTries } from './steps/recordResult';

/**
 * What happens to one item. n8n calls `runOperation` for all items at once, as the pagination function: the only
 * declarative hook that wraps the whole request. `runItem` prepares the item, waits at the barrier until all items are
 * prepared, and performs it: `createAndCollect` (one item), `callAndCollect` (all of its paid calls), `createAndPoll`
 * (one call).
 */

type RoutedRequest = DeclarativeRestApiSettings.ResultOptions;

/** Runs the selected operation for one item. `readSettings` rejects an unknown one. */
export async function runOperation(
	this: IExecutePaginationFunctions,
	request: RoutedRequest,
): Promise<INodeExecutionData[]> {
	const { operation } = this.getNode().parameters;
	const isRead = operation === 'getStatus' || operation === 'waitForResult';
	return await (isRead ? readTasks : createImages).call(this, request);
}

/** Text to Image, Image to Image: check, wait until all items are checked, pay once, poll, download. */
export async function createImages(
	this: IExecutePaginationFunctions,
	{ options }: RoutedRequest,
): Promise<INodeExecutionData[]> {
	return await runItem<PreparedRequest>(this, options, {
		prepare: prepareRequest,
		perform: createAndCollect,
		skip: (item, prepared) => noteEarlierTries(item, prepared?.record),
		release: ({ record }) => releaseRecord(record),
	});
}

/** Get Task Status, Wait for Task Result. Both are free. */
export async function readTasks(
	this: IExecutePaginationFunctions,
	{ options }: RoutedRequest,
): Promise<INodeExecutionData[]> {
	return await runItem(this, options, {
		prepare: () => ({ prepared: readTaskIds(this.getNodeParameter('taskId', '')), imagesToPay: 0 }),
		perform: async (item, taskIds) =>
			eachOrThrow(item, await Promise.allSettled(taskIds.map(async (taskId) => await readTask(item, taskId)))),
	});
}

async function createAndCollect(item: ItemContext, prepared: PreparedRequest): Promise<INodeExecutionData[]> {
	if (item.settings.previewRequest) return [previewItem(item, prepared)];
	const rows = await callAndCollect(item, prepared);
	// An agent that waited in vain ('On Timeout') asks again to get the images of the same task.
	const isDelivered = !item.settings.wait || rows.every(({ json }) => json.status === 'succeeded');
	if (item.isTool && isDelivered) prepared.record.deliveredIn = item.executionId;
	return rows;
}

/** Runs all paid calls of the item and returns their images. If only some calls fail, the failures become warnings. */
async function callAndCollect(item: ItemContext, prepared: PreparedRequest): Promise<INodeExecutionData[]> {
	const { record, request } = prepared;
	const settled = await Promise.allSettled(
		record.calls.map(async (_, index) => await createAndPoll(item, prepared, index)),
	);
	const results = settled.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
	const failures = settled.flatMap((call) => (call.status === 'rejected' ? [toFailure(call.reason)] : []));
	try {
		const isCanceled = failures.some((failure) => failure.kind === 'canceled');
		if (results.length === 0 || isCanceled) throw new FailureError(costliest(failures));
		const isEachCharged =
			failures.length === 0 && results.every((result) => result.outcome.kind === 'pending' || imageCount(result) > 0);
		const warnings = [
			...prepared.warnings,
			...record.calls.flatMap(({ otherTaskIds }) => (otherTaskIds ? [otherTasksText(otherTaskIds)] : [])),
			...failures.map((failure) => partWarning(item, failure, settled.length)),
			...(settled.length > 1 && isEachCharged
				? [`${settled.length} requests were sent, one per image. You are charged for each.`]
				: []),
		];
		return await collectImages(item, results, {
			requestedImages: request.n,
			model: request.model,
			requestHash: record.requestHash,
			warnings,
		});
	} finally {
		results.forEach((result) => result.reservation.release());
	}
}

/** Runs one paid call until its task ends. The caller releases the memory reserved for the response. */
async function createAndPoll(item: ItemContext, prepared: PreparedRequest, index: number): Promise<CallResult> {
	const { calls } = prepared.record;
	const reservation = item.run.memoryBudget.reservation();
	const call: PaidCall = { item, prepared, index, record: calls[index], reservation };
	try {
		const created = await createTask(call);
		const { taskId, outcome } = created;
		if (taskId === undefined || outcome.kind !== 'pending' || !item.settings.wait) return created;
		reservation.release();
		return { ...created, ...(await pollTask(item, { ...created, taskId, images: prepared.request.n })) };
	} catch (thrown) {
		reservation.release();
		abortRunOfOnlyCall(call);
		const failure = toFailure(thrown);
		if (item.run.failedTasks.has(call.record.taskId ?? '')) calls[index] = withoutImages(call, failure);
		throw callError(call, failure);
	} finally {
		call.permit?.release();
	}
}

function callError({ item, record: { otherTaskIds } }: PaidCall, failure: Failure): FailureError {
	// A call through an MCP trigger has no execution in which the next call could find the task.
	const toolStep = item.isTool && item.executionId ? KINDS[failure.kind].toolNextStep : undefined;
	return new FailureError({
		...failure,
		nextStep: failure.nextStep ?? toolStep,
		...(otherTaskIds && { otherTaskIds }),
	});
}

/**
 * The new record of a call whose task ended without images. A failed task is usually not charged, so the next try
 * creates another one. A task whose images have expired was charged, so only 'Retry execution' creates another one.
 */
function withoutImages({ item, record }: PaidCall, { kind }: Failure): SubmissionRecord {
	const failureCount = (record.failureCount ?? 0) + 1;
	if (kind !== 'result_expired') return { failureCount };
	return { taskId: record.taskId, failureCount, countsOnlyIn: item.executionId };
}

function partWarning({ run, apiKey }: ItemContext, failure: Failure, count: number): string {
	const { taskId, gatewayMessage, response } = failure;
	const said = gatewayMessage ?? response;
	const details = said ? ` (${redact(said, apiKey)})` : '';
	const text = `One of ${count} requests returned no image: ${new FailureError(failure).message}${details}.`;
	// Do not say that this call was free: users would think that the whole item was.
	const cost = KINDS[failure.kind].cost === 'notCharged' ? '' : costText(failure);
	if (taskId === undefined) return [text, cost].filter(Boolean).join(' ');
	return run.failedTasks.has(taskId) ? `${text} Task ID: ${taskId}.` : `${text} ${openTaskText(taskId)}`;
}

/** The failure to report: charged or maybe charged first, then unknown cost (such as canceled), then not charged. */
function costliest(failures: Failure[]): Failure {
	const find = (cost?: Cost): Failure | undefined => failures.find(({ kind }) => KINDS[kind].cost === cost);
	return find('charged') ?? find('maybeCharged') ?? find(undefined) ?? failures[0];
}

/** Reads one existing task. Errors include its ID. In stop mode, the first error aborts the other tasks. */
async function readTask(item: ItemContext, taskId: string): Promise<INodeExecutionData[]> {
	const { run, settings } = item;
	const permit = await acquireToPoll(item, taskId);
	const reservation = run.memoryBudget.reservation();
	const waitingSince = systemClock.now();
	const task = { taskId, origin: 'entered' as const, waitingSince, images: 1, reservation };
	try {
		const polled = settings.wait ? await pollTask(item, task) : await pollStatus(item, task);
		return await collectImages(item, [{ ...task, ...polled }], { warnings: [] });
	} catch (thrown) {
		abortRun(item);
		throw readError(taskId, toFailure(thrown));
	} finally {
		permit.release();
		reservation.release();
	}
}

function readError(taskId: string, failure: Failure): FailureError {
	return new FailureError({ ...failure, taskId, isRead: true });
}
