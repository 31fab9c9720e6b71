import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { costText, FailureError, otherTasksText, toFailure, type Failure } from './errors/failure';
import { KINDS, type Cost } from './errors/failureKinds';
import { redact } from './errors/redact';
import { readTaskIds } from './parameters/settings';
import { eachOrThrow } from './run/errorOutput';
import { keptRows, keepRows, releaseRecord } from './run/idempotencyStore';
import { runItem, type ItemContext } from './run/runItem';
import { collectImages } from './steps/collectImages';
import { abortItem, createTask, type PaidCall } from './steps/createTask';
import { acquireToPoll, pollOnce, pollTask, type CallResult } from './steps/pollTask';
import { prepareRequest, type PreparedRequest } from './steps/prepareRequest';
import { previewItem } from './steps/previewRequest';

/**
 * The story of one item, top to bottom. n8n calls these two for every item at once, as the pagination
 * function of the operation: the one declarative hook that wraps the whole request.
 */

type RoutedRequest = DeclarativeRestApiSettings.ResultOptions;

/** Text to Image, Image to Image: check, wait until all items are checked, pay once, poll, download. */
export async function createImages(
	this: IExecutePaginationFunctions,
	{ options }: RoutedRequest,
): Promise<INodeExecutionData[]> {
	return await runItem(this, options, { prepare: prepareRequest, perform: createAndCollect });
}

/** Get Task Status, Wait for Task Result: nothing here is charged. */
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
	const { record } = prepared;
	try {
		const rows = keptRows(record) ?? (await callAndCollect(item, prepared));
		if (item.isTool) record.isDelivered = true;
		return rows;
	} finally {
		releaseRecord(record);
	}
}

/** One output item per image of every paid call. What could not be had is named, what was had is kept. */
async function callAndCollect(item: ItemContext, prepared: PreparedRequest): Promise<INodeExecutionData[]> {
	const { record, request } = prepared;
	const calls = await Promise.allSettled(
		record.calls.map(async (_, index) => await createAndPoll(item, prepared, index)),
	);
	const results = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
	const failures = calls.flatMap((call) => (call.status === 'rejected' ? [toFailure(call.reason)] : []));
	try {
		const isCanceled = failures.some((failure) => failure.kind === 'canceled');
		if (results.length === 0 || isCanceled) throw new FailureError(costliest(failures));
		const warnings = [
			...prepared.warnings,
			...record.calls.flatMap(({ otherTaskIds }) => (otherTaskIds ? [otherTasksText(otherTaskIds)] : [])),
			...failures.map((failure) => partWarning(failure, calls.length, item.apiKey)),
			...(calls.length > 1 ? [`${request.n} images were ${calls.length} calls. Each of them is charged.`] : []),
		];
		const rows = await collectImages(item, results, {
			requestedImages: request.n,
			model: request.model,
			requestHash: record.requestHash,
			warnings,
		});
		// No task can be read again, so another try gets the output items themselves.
		if (results.every((result) => result.taskId === undefined)) keepRows(record, rows);
		return rows;
	} finally {
		results.forEach((result) => result.reservation.release());
	}
}

/** One paid call, from its request to the end of its task. The caller releases the memory of its response. */
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
		abortItem(call);
		// A task that failed is not charged, so the next try may create another one.
		const { taskId = '', otherTaskIds } = call.record;
		if (item.run.failedTasks.has(taskId)) calls[index] = { failedTasks: (call.record.failedTasks ?? 0) + 1 };
		throw otherTaskIds ? new FailureError({ ...toFailure(thrown), otherTaskIds }) : FailureError.from(thrown);
	} finally {
		call.permit?.release();
	}
}

function partWarning(failure: Failure, count: number, apiKey?: string): string {
	const details = failure.gatewayMessage ? ` (${redact(failure.gatewayMessage, apiKey)})` : '';
	const text = `One of ${count} calls returned no image: ${new FailureError(failure).message}${details}.`;
	return KINDS[failure.kind].cost === 'charged' ? `${text} ${costText(failure)}` : text;
}

/** A call that was or may have been charged outweighs one whose cost is not known, such as a canceled one, and that outweighs those that cost nothing. */
function costliest(failures: Failure[]): Failure {
	const find = (cost?: Cost): Failure | undefined => failures.find(({ kind }) => KINDS[kind].cost === cost);
	return find('charged') ?? find('maybeCharged') ?? find(undefined) ?? failures[0];
}

/** Output items for one task that was created earlier. */
async function readTask(item: ItemContext, taskId: string): Promise<INodeExecutionData[]> {
	const { run, settings } = item;
	const permit = await acquireToPoll(item, taskId);
	const reservation = run.memoryBudget.reservation();
	const task = { taskId, origin: 'named' as const, images: 1, reservation };
	try {
		const polled = settings.wait ? await pollTask(item, task) : await pollOnce(item, task);
		return await collectImages(item, [{ ...task, ...polled }], { warnings: [] });
	} finally {
		permit.release();
		reservation.release();
	}
}
