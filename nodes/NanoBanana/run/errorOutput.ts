/** How an item that failed ends, by the node's error settings and by what the other items have paid for. */
import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { describeFailure, FailureError, nodeError, toFailure, type Failure } from '../errors/failure';
import { KINDS } from '../errors/failureKinds';
import { redact } from '../errors/redact';
import type { NodeRun } from './nodeRun';

/** What an item has from its start on, also when its settings cannot be read. */
export interface RunningItem {
	ctx: IExecutePaginationFunctions;
	run: NodeRun;
	itemIndex: number;
	isTool: boolean;
	/** One of n8n's continue modes: a failed item becomes an item of the output. */
	continues: boolean;
	cancel?: AbortSignal;
	/** As it was typed, to redact it. */
	apiKey?: string;
}

/** This item has failed: in stop mode no further request is sent and nobody waits any longer. */
export function abortRun({ run, continues, cancel }: RunningItem): void {
	if (cancel?.aborted || !continues) run.abort();
}

/** The failure to report once all items have ended; undefined where the failure of another item ended this one. */
export async function endOf(item: RunningItem, thrown: unknown): Promise<Failure | undefined> {
	const { run, cancel } = item;
	const failure = withOwnTask(item, toFailure(thrown));
	const isCanceled = cancel?.aborted === true;
	abortRun(item);
	run.itemFinished();
	if (!isCanceled && failure.kind === 'canceled') return undefined;
	await run.allFinished;
	if (!isCanceled) return item.continues ? failure : withOthers(item, failure);
	logCanceled(item);
	return withOthers(item, { kind: 'canceled', ...(failure.taskId && { taskId: failure.taskId }) });
}

/** Whatever went wrong, the task of this item can still be read. */
function withOwnTask({ run, itemIndex }: RunningItem, failure: Failure): Failure {
	const open = openTasks(run, itemIndex);
	const taskId = failure.taskId ?? open[0];
	const taskIds = open.filter((id) => id !== taskId);
	return { ...failure, taskId, ...(taskIds.length > 0 && { others: { taskIds } }) };
}

/** The output of all items is lost, so the one message names what the others have paid for. */
function withOthers({ run, itemIndex }: RunningItem, failure: Failure): Failure {
	const others = (items: Set<number>): number[] => [...items].filter((item) => item !== itemIndex);
	return {
		...failure,
		others: {
			taskIds: openTasks(run).filter((taskId) => taskId !== failure.taskId),
			unclearItems: KINDS[failure.kind].isUnclear ? others(run.unclearItems) : [...run.unclearItems],
			keptItems: others(run.keptItems),
			emptyItems: others(run.emptyItems),
			isKeptWithExecution: run.inMemoryItems.size === 0,
		},
	};
}

function openTasks(run: NodeRun, itemIndex?: number): string[] {
	const tasks = itemIndex === undefined ? [...run.tasks.values()].flat() : (run.tasks.get(itemIndex) ?? []);
	return tasks.filter((taskId) => !run.failedTasks.has(taskId));
}

/** @throws in stop mode, and when the execution was canceled */
export function errorItemOrThrow(item: RunningItem, failure: Failure): INodeExecutionData {
	if (item.continues && failure.kind !== 'canceled') return errorItem(item, failure);
	logUnexpected(item, failure);
	throw nodeError(item.ctx.getNode(), failure, { ...item, secret: item.apiKey });
}

export function errorItem(item: RunningItem, failure: Failure): INodeExecutionData {
	logUnexpected(item, failure);
	const { message, data } = describeFailure(failure, item.apiKey);
	// n8n moves an item to the error output when it has these two keys and no others, and an agent's tool has no such output.
	const status: IDataObject = item.isTool ? { status: 'failed' } : {};
	return { json: { ...status, error: message, details: data }, pairedItem: { item: item.itemIndex } };
}

/** The items of every part, or the first failure; in the continue modes a failed part becomes an item. */
export function eachOrThrow(
	item: RunningItem,
	parts: Array<PromiseSettledResult<INodeExecutionData[]>>,
): INodeExecutionData[] {
	const failures = parts.flatMap((part) => (part.status === 'rejected' ? [toFailure(part.reason)] : []));
	// One that was canceled may have been ended by another one.
	const reason = failures.find(({ kind }) => kind !== 'canceled') ?? failures.at(0);
	if (reason && (!item.continues || failures.some(({ kind }) => kind === 'canceled'))) throw new FailureError(reason);
	return parts.flatMap((part) =>
		part.status === 'fulfilled' ? part.value : [errorItem(item, toFailure(part.reason))],
	);
}

/** What the log of a run contains already: all items may meet the same. */
const logged = new WeakMap<NodeRun, Set<string>>();

/** Nobody expected it, so whoever looks for the reason needs the place. Only the first line contains text of others, which is redacted. */
function logUnexpected({ ctx, run, itemIndex, apiKey }: RunningItem, { gatewayMessage = '', stack }: Failure): void {
	const known = logged.get(run) ?? new Set<string>();
	if (!stack || known.has(stack)) return;
	logged.set(run, known.add(stack));
	const places = stack.split('\n').filter((line) => /^\s+at /.test(line));
	const title = `NanoBanana: unexpected error in item ${itemIndex}: ${redact(gatewayMessage, apiKey)}`;
	ctx.logger.error([title, ...places].join('\n'), { itemIndex });
}

/** n8n keeps no data of a canceled execution, so the IDs of paid tasks go into the log. */
function logCanceled({ ctx, run }: RunningItem): void {
	const taskIds = openTasks(run);
	if (run.isCancelLogged || taskIds.length === 0) return;
	run.isCancelLogged = true;
	ctx.logger.warn(
		`NanoBanana: execution canceled. These tasks keep running and are charged. Get their images with 'Wait for Task Result': ${taskIds.join(', ')}`,
		{ taskIds },
	);
}
