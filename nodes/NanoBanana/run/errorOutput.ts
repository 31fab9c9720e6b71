/** How a failed item ends, depending on the node's error settings and on what the other items have paid for. */
import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { describeFailure, FailureError, nodeError, toFailure, type Failure, type Charges } from '../errors/failure';
import { KINDS } from '../errors/failureKinds';
import { redact } from '../errors/redact';
import type { NodeRun } from './nodeRun';

/** The part of an item that exists even if its settings cannot be read. */
export interface RunningItem {
	ctx: IExecutePaginationFunctions;
	run: NodeRun;
	itemIndex: number;
	isTool: boolean;
	/** Empty for a call through an MCP trigger. */
	executionId: string;
	/** True in n8n's continue modes: a failed item becomes an output item. */
	continues: boolean;
	cancel?: AbortSignal;
	/** As the user entered it, to redact it. */
	apiKey?: string;
}

/** Called when this item has failed. In stop mode, or if the execution was canceled, it aborts the whole run. */
export function abortRun({ run, continues, cancel }: RunningItem): void {
	if (cancel?.aborted || !continues) run.abort();
}

/** The failure to report once all items have ended, or undefined if the failure of another item ended this one. */
export async function endOf(item: RunningItem, thrown: unknown): Promise<Failure | undefined> {
	const { run, cancel } = item;
	const failure = withOwnCharges(item, toFailure(thrown));
	const isCanceled = cancel?.aborted === true;
	abortRun(item);
	run.itemFinished();
	if (!isCanceled && failure.kind === 'canceled') return undefined;
	await run.allFinished;
	if (!isCanceled) return item.continues ? failure : withAllCharges(item, failure);
	logCanceled(item);
	return withAllCharges(item, { kind: 'canceled', ...(failure.taskId && { taskId: failure.taskId }) });
}

/** Adds what this item has paid for, also in earlier tries. Its tasks can still be read. */
function withOwnCharges(item: RunningItem, failure: Failure): Failure {
	const isOwn = (index: number): boolean => index === item.itemIndex;
	const taskId = failure.taskId ?? openTasks(item.run, isOwn)[0];
	return { ...failure, taskId, charges: chargesOf(item, { ...failure, taskId }, isOwn) };
}

/** n8n drops the output of all items, so this one error also lists what the other items have paid for. */
function withAllCharges(item: RunningItem, failure: Failure): Failure {
	return { ...failure, charges: chargesOf(item, failure, () => true) };
}

/** What items have paid for. The failure itself says what its own item was charged, unless it says "nothing". */
function chargesOf({ run, itemIndex }: RunningItem, failure: Failure, isIncluded: (index: number) => boolean): Charges {
	const { cost, isUnclear } = KINDS[failure.kind];
	const listed = (items: Set<number>, isOwnListed: boolean): number[] =>
		[...items].filter((index) => isIncluded(index) && (index !== itemIndex || isOwnListed));
	const unclearItems = listed(run.unclearItems, !isUnclear);
	const keptItems = listed(run.keptItems, cost === 'notCharged');
	const emptyItems = listed(run.emptyItems, cost === 'notCharged');
	return {
		taskIds: openTasks(run, isIncluded).filter((taskId) => taskId !== failure.taskId),
		unclearItems,
		keptItems,
		emptyItems,
		isOwnListed: [...unclearItems, ...keptItems, ...emptyItems].includes(itemIndex),
		isKeptWithExecution: run.inMemoryItems.size === 0,
	};
}

function openTasks(run: NodeRun, isIncluded: (index: number) => boolean): string[] {
	return [...run.tasks].flatMap(([index, taskIds]) =>
		isIncluded(index) ? taskIds.filter((taskId) => !run.failedTasks.has(taskId)) : [],
	);
}

/** @throws in stop mode, and when the execution was canceled */
export function errorItemOrThrow(item: RunningItem, failure: Failure): INodeExecutionData {
	if (item.continues && failure.kind !== 'canceled') return errorItem(item, failure);
	logUnexpected(item, failure);
	throw nodeError(item.ctx.getNode(), failure, item);
}

export function errorItem(item: RunningItem, failure: Failure): INodeExecutionData {
	logUnexpected(item, failure);
	const { message, data } = describeFailure(failure, item.apiKey);
	// n8n moves an item to the error output only if it has exactly these two keys. An agent's tool has no error output.
	const status: IDataObject = item.isTool ? { status: 'failed' } : {};
	return { json: { ...status, error: message, details: data }, pairedItem: { item: item.itemIndex } };
}

/** The items of every part, or throws the first failure. In continue modes, a failed part becomes an item. */
export function eachOrThrow(
	item: RunningItem,
	parts: Array<PromiseSettledResult<INodeExecutionData[]>>,
): INodeExecutionData[] {
	const failures = parts.flatMap((part) => (part.status === 'rejected' ? [toFailure(part.reason)] : []));
	// A part may have been canceled because another one failed, so report that failure.
	const reason = failures.find(({ kind }) => kind !== 'canceled') ?? failures.at(0);
	if (reason && (!item.continues || failures.some(({ kind }) => kind === 'canceled'))) throw new FailureError(reason);
	return parts.flatMap((part) =>
		part.status === 'fulfilled' ? part.value : [errorItem(item, toFailure(part.reason))],
	);
}

/** Stack traces that the log of a run already contains, because all items may fail in the same way. */
const logged = new WeakMap<NodeRun, Set<string>>();

/** Logs where an unexpected error was thrown. Only the first line contains external text, so it is redacted. */
function logUnexpected({ ctx, run, itemIndex, apiKey }: RunningItem, { gatewayMessage = '', stack }: Failure): void {
	const known = logged.get(run) ?? new Set<string>();
	if (!stack || known.has(stack)) return;
	logged.set(run, known.add(stack));
	const places = stack.split('\n').filter((line) => /^\s+at /.test(line));
	const title = `NanoBanana: unexpected error in item ${itemIndex}: ${redact(gatewayMessage, apiKey)}`;
	ctx.logger.error([title, ...places].join('\n'), { itemIndex });
}

/** Logs the IDs of paid tasks, because n8n does not save the data of a canceled execution. */
function logCanceled({ ctx, run }: RunningItem): void {
	const taskIds = openTasks(run, () => true);
	if (run.isCancelLogged || taskIds.length === 0) return;
	run.isCancelLogged = true;
	ctx.logger.warn(
		`NanoBanana: execution canceled. These tasks keep running and are charged. Get their images with 'Wait for Task Result': ${taskIds.join(', ')}`,
		{ taskIds },
	);
}
