import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { createTask, followFurther } from './steps/createTask';
import { collectImages, type Result } from './steps/collectImages';
import { failureError, toFailure, type Failure } from './errors/failure';
import { pollTask, pollOnce } from './steps/pollTask';
import { openItem, type ItemContext } from './run/itemContext';
import { recall, rememberFinished } from './run/idempotencyStore';
import { prepareRequest, type PreparedRequest } from './steps/prepareRequest';
import { previewItem } from './steps/previewRequest';
import { readTaskIds } from './parameters/settings';

/**
 * The story of one item, top to bottom. n8n calls these two for every item at once, as the
 * pagination function of the operation: the one declarative hook that wraps the whole request.
 */

type RoutedRequest = DeclarativeRestApiSettings.ResultOptions;

/** Text to Image, Image to Image: check, pay once, wait, download. */
export async function createImages(
	this: IExecutePaginationFunctions,
	routed: RoutedRequest,
): Promise<INodeExecutionData[]> {
	const item = openItem(this, routed.options);
	return await item.settle(async () => {
		const prepared = await prepareRequest(item);
		if (prepared === undefined) return [];
		if (item.settings.previewRequest) return [previewItem(item, prepared)];
		const delivered = recall(this, prepared.keys[0])?.rows;
		if (delivered) {
			item.run.kept.add(item.itemIndex);
			return delivered;
		}
		const calls = await Promise.allSettled(
			prepared.keys.map(async (_key, call) => await createTask(item, prepared, call)),
		);
		return await deliverAll(item, prepared, [...calls, ...(await followFurther(item, prepared, calls))]);
	});
}

/** Get Task Status, Wait for Task Result: nothing here is paid. */
export async function readTasks(
	this: IExecutePaginationFunctions,
	routed: RoutedRequest,
): Promise<INodeExecutionData[]> {
	const item = openItem(this, routed.options);
	return await item.settle(async () => {
		const taskIds = await item.arrive(
			() => 0,
			() => readTaskIds(this.getNodeParameter('taskId', '')),
		);
		if (taskIds === undefined) return [];
		return item.eachOrThrow(await Promise.allSettled(taskIds.map(async (taskId) => await collect(item, taskId))));
	});
}

/** One row per picture of everything that this item bought. What could not be had is named, what was had is kept. */
async function deliverAll(
	item: ItemContext,
	prepared: PreparedRequest,
	calls: Array<PromiseSettledResult<Result>>,
): Promise<INodeExecutionData[]> {
	const results = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
	const failures = calls.flatMap((call) => (call.status === 'rejected' ? [toFailure(call.reason)] : []));
	try {
		const isCanceled = failures.some((failure) => failure.kind === 'canceled');
		// A call that may have been charged outweighs those that cost nothing.
		const unclear = failures.find((failure) => failure.kind === 'unclear_submission');
		if (results.length === 0 || isCanceled) throw failureError(unclear ?? failures[0]);
		const { n, model } = prepared.request;
		const warnings = [...prepared.warnings, ...failures.map((failure) => partWarning(item, failure, calls.length))];
		if (prepared.keys.length > 1)
			warnings.push(`${n} images were ${prepared.keys.length} calls, each billed on its own.`);
		const rows = await collectImages(item, results, { requestedImages: n, model, warnings });
		// There is no task to ask again, so the rows themselves are what a retry gets.
		if (results.every((result) => result.taskId === undefined)) rememberFinished(item.ctx, prepared.keys[0], { rows });
		return rows;
	} finally {
		results.forEach((result) => result.reservation.release());
	}
}

function partWarning(item: ItemContext, failure: Failure, count: number): string {
	const said = failure.gatewayMessage ? ` (${item.clean(failure.gatewayMessage)})` : '';
	return `One of ${count} calls brought no image: ${failureError(failure).message}${said}.`;
}

/** Rows for one task that was created earlier. */
async function collect(item: ItemContext, taskId: string): Promise<INodeExecutionData[]> {
	const permit = await item.run.limiter.acquire({ isResumed: true });
	if (!permit) throw failureError({ kind: 'canceled', taskId });
	const reservation = item.run.memoryBudget.reservation();
	try {
		const followed = item.settings.wait
			? await pollTask(item, { taskId, origin: 'named', images: 1, reservation })
			: await pollOnce(item, taskId, reservation);
		return await collectImages(item, [{ ...followed, taskId, reservation }], { warnings: [] });
	} finally {
		permit.release();
		reservation.release();
	}
}
