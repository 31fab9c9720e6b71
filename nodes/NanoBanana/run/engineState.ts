import type { IDataObject, IExecutePaginationFunctions, IExecuteSingleFunctions, IRunData } from 'n8n-workflow';

/**
 * What n8n's engine knows about this run of the node. Nodes get some of it only from fields of the context object that
 * n8n's types do not declare (read in n8n-core 2.40, base-execute-context.ts). If a field is missing, the official but
 * slower way or a harmless value takes its place.
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
 * The node's context, the same object for all items and tries. A call through an MCP trigger does not have one (n8n
 * throws). An object that lives as long as the workflow is enough for n8n's retries of one call.
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

/** How many times the node ran before in this execution. The official way builds everything that expressions can see, for every item. */
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

/** How many items n8n starts at a time: all of them without its batching. Read in n8n's routing-node.ts. */
export function batchSizeOf(ctx: IExecutePaginationFunctions): number {
	const options = ctx.getNodeParameter('requestOptions', {}) as {
		batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	};
	const { batchSize = 1, batchInterval = 0 } = options.batching?.batch ?? {};
	return batchInterval > 0 ? Math.max(1, batchSize) : Infinity;
}

/**
 * True once n8n has recorded this run as failed, although items of it are still in progress. It does that when the
 * expression of an item in a later batch fails. It then saves the execution: nobody would find what is sent from now on.
 */
export function hasRunFailed(ctx: IExecuteSingleFunctions): boolean {
	const runs = fieldsOf(ctx).runExecutionData?.resultData?.runData?.[ctx.getNode().name];
	return runs?.[runIndexOf(ctx)]?.error !== undefined;
}
