import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { buy, followFurther } from './steps/createTask';
import { deliver, type Result } from './steps/collectImages';
import { failureError, failureIn, type Failure } from './errors/failure';
import { followTask, lookOnce } from './steps/pollTask';
import { openJob, type Job } from './run/itemContext';
import { recall, rememberFinished } from './run/idempotencyStore';
import { checkBeforePaying, type Order } from './steps/prepareRequest';
import { previewRow } from './steps/previewRequest';
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
	const job = openJob(this, routed.options);
	return await job.settle(async () => {
		const order = await checkBeforePaying(job);
		if (order === undefined) return [];
		if (job.settings.previewRequest) return [previewRow(job, order)];
		const delivered = recall(this, order.keys[0])?.rows;
		if (delivered) {
			job.run.kept.add(job.itemIndex);
			return delivered;
		}
		const calls = await Promise.allSettled(order.keys.map(async (_key, call) => await buy(job, order, call)));
		return await deliverAll(job, order, [...calls, ...(await followFurther(job, order, calls))]);
	});
}

/** Get Task Status, Wait for Task Result: nothing here is paid. */
export async function readTasks(
	this: IExecutePaginationFunctions,
	routed: RoutedRequest,
): Promise<INodeExecutionData[]> {
	const job = openJob(this, routed.options);
	return await job.settle(async () => {
		const taskIds = await job.checkIn(
			() => 0,
			() => readTaskIds(this.getNodeParameter('taskId', '')),
		);
		if (taskIds === undefined) return [];
		return job.eachOrThrow(await Promise.allSettled(taskIds.map(async (taskId) => await collect(job, taskId))));
	});
}

/** One row per picture of everything that this item bought. What could not be had is named, what was had is kept. */
async function deliverAll(
	job: Job,
	order: Order,
	calls: Array<PromiseSettledResult<Result>>,
): Promise<INodeExecutionData[]> {
	const results = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
	const failures = calls.flatMap((call) => (call.status === 'rejected' ? [failureIn(call.reason)] : []));
	try {
		const isCanceled = failures.some((failure) => failure.kind === 'canceled');
		if (results.length === 0 || isCanceled) throw failureError(failures[0]);
		const { n, model } = order.request;
		const warnings = [...order.warnings, ...failures.map((failure) => partWarning(job, failure, calls.length))];
		if (order.keys.length > 1) warnings.push(`${n} images were ${order.keys.length} calls, each billed on its own.`);
		const rows = await deliver(job, results, { requestedImages: n, model, warnings });
		// There is no task to ask again, so the rows themselves are what a retry gets.
		if (results.every((result) => result.taskId === undefined)) rememberFinished(job.ctx, order.keys[0], { rows });
		return rows;
	} finally {
		results.forEach((result) => result.hold.release());
	}
}

function partWarning(job: Job, failure: Failure, count: number): string {
	const said = failure.gatewayMessage ? ` (${job.clean(failure.gatewayMessage)})` : '';
	return `One of ${count} calls brought no image: ${failureError(failure).message}${said}.`;
}

/** Rows for one task that was created earlier. */
async function collect(job: Job, taskId: string): Promise<INodeExecutionData[]> {
	const permit = await job.run.limiter.acquire({ isResumed: true });
	if (!permit) throw failureError({ kind: 'canceled', taskId });
	const hold = job.run.room.hold();
	try {
		const followed = job.settings.wait
			? await followTask(job, { taskId, origin: 'named', images: 1, hold })
			: await lookOnce(job, taskId, hold);
		return await deliver(job, [{ ...followed, taskId, hold }], { warnings: [] });
	} finally {
		permit.release();
		hold.release();
	}
}
