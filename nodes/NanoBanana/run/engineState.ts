import type { IDataObject, IExecutePaginationFunctions, IExecuteSingleFunctions, IRunData } from 'n8n-workflow';

/**
 * Reads the engine's state of this node run. Some of it is only in fields of the context that n8n's types do not declare
 * (source: base-execute-context.ts of n8n-core 2.40). If such a field is missing, a slower official way or a safe value
 * is used.
 */
interface EngineFields {
	runIndex?: number;
	inputData?: { main?: unknown[] };
	runExecutionData?: { resultData?: { runData?: IRunData } };
}

function fieldsOf(ctx: IExecuteSingleFunctions): EngineFields {
	return ctx as unknown as EngineFields;
}

const contextsWithoutExecution = new WeakMap<object, IDataObject>();

/**
 * The node's context: the same object for all items and tries. A call through an MCP trigger has no context (n8n
 * throws). There, an object that lives as long as the workflow is enough for n8n's retries of one call.
 */
export function contextOf(ctx: IExecuteSingleFunctions): IDataObject {
	try {
		return ctx.getContext('node') as IDataObject;
	} catch {
		const anchor = ctx.getWorkflowStaticData('node');
		const context = contextsWithoutExecution.get(anchor) ?? {};
		contextsWithoutExecution.set(anchor, context);
		return context;
	}
}

/** Run index of the node. The official way is slow: for every item, it builds all data that expressions can read. */
export function runIndexOf(ctx: IExecuteSingleFunctions): number {
	return fieldsOf(ctx).runIndex ?? (ctx.getWorkflowDataProxy(ctx.getItemIndex()).$runIndex as number);
}

/** How many items n8n runs. */
export function itemCountOf(ctx: IExecutePaginationFunctions, isTool: boolean): number {
	if (isTool || ctx.getNode().executeOnce) return 1;
	const items = fieldsOf(ctx).inputData?.main?.[0];
	if (Array.isArray(items)) return items.length;
	return (ctx.getWorkflowDataProxy(ctx.getItemIndex()).$input as { all(): unknown[] }).all().length;
}

/** How many items n8n starts at a time: all of them if batching is off. Source: n8n's routing-node.ts. */
export function batchSizeOf(ctx: IExecutePaginationFunctions): number {
	const options = ctx.getNodeParameter('requestOptions', {}) as {
		batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	};
	const { batchSize = 1, batchInterval = 0 } = options.batching?.batch ?? {};
	return batchInterval > 0 ? Math.max(1, batchSize) : Infinity;
}

/**
 * True if n8n has recorded this run as failed while some of its items are still in progress. That happens if the
 * expression of an item in a later batch fails. n8n then saves the execution, and 'Retry execution' cannot find requests
 * that are sent afterwards.
 */
export function hasRunFailed(ctx: IExecuteSingleFunctions): boolean {
	const runs = fieldsOf(ctx).runExecutionData?.resultData?.runData?.[ctx.getNode().name];
	return runs?.[runIndexOf(ctx)]?.error !== undefined;
}
