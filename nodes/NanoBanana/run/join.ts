import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { toFailure, type Failure } from '../errors/failure';
import { own, record } from '../lib/json';
import { contextOf, runIndexOf } from './idempotencyStore';
import { joinRun, type NodeRun } from './nodeRun';
import { DEFAULT_CONCURRENCY, readSettings, type Settings } from '../parameters/settings';

/** The settings of an item, or why they cannot be read. Reading never throws, as every item has to join its run. */
export type Attempt = { settings: Settings } | { settings?: undefined; failure: Failure };

export function attemptSettings(ctx: IExecutePaginationFunctions): Attempt {
	try {
		return { settings: readSettings(ctx) };
	} catch (thrown) {
		return { failure: toFailure(thrown) };
	}
}

/** Brings an item into the run of its node. Synchronous: n8n starts all items in one sweep, and the run counts them there. */
export function join(ctx: IExecutePaginationFunctions, attempt: Attempt, isTool: boolean): NodeRun {
	const itemIndex = ctx.getItemIndex();
	const { settings } = attempt;
	return joinRun(ctx.getExecutionCancelSignal(), contextOf(ctx), {
		maxConcurrency: settings?.maxConcurrency ?? DEFAULT_CONCURRENCY,
		maxImages: settings?.maxImages ?? Number.MAX_SAFE_INTEGER,
		itemCount: () => itemCountOf(ctx, isTool),
		itemIndex,
		runIndex: runIndexOf(ctx),
		startsLate: hasBatching(ctx),
		stopsOnFailure: !ctx.continueOnFail(),
		isTaskFormat: (settings?.apiFormat ?? 'asyncTask') === 'asyncTask',
		isTool,
	});
}

/**
 * How many items n8n runs. `$input` counts those of the whole input, also where n8n runs fewer, so
 * the smaller of it and the node's own input counts: too few only makes the run a little less
 * careful, too many would make it wait for items that never come.
 */
function itemCountOf(ctx: IExecutePaginationFunctions, isTool: boolean): number {
	if (isTool || ctx.getNode().executeOnce) return 1;
	const inputs = Object.values(record(own(ctx, 'inputData')));
	const counted = Array.isArray(inputs[0]) && Array.isArray(inputs[0][0]) ? inputs[0][0].length : Infinity;
	const proxy = ctx.getWorkflowDataProxy(ctx.getItemIndex()).$input as { all(): unknown[] };
	return Math.min(counted, proxy.all().length);
}

function hasBatching(ctx: IExecutePaginationFunctions): boolean {
	const options = ctx.getNodeParameter('requestOptions', {}) as { batching?: { batch?: { batchInterval?: number } } };
	return (options.batching?.batch?.batchInterval ?? 0) > 0;
}
