import type { IDataObject, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { redact } from '../errors/redact';
import { describeFailure, toFailure, nodeError, type Failure } from '../errors/failure';
import type { NodeRun } from './nodeRun';

/** How an item that failed ends, by the node's error settings and by what the other items have paid for. */
export interface ErrorOutput {
	/** This item has failed: in stop mode nothing more is paid and nobody waits any longer. */
	giveUp(): void;
	/** What n8n is to be told once all items have ended, or nothing: another item's failure ended this one. */
	failureOf(thrown: unknown): Promise<Failure | undefined>;
	/** @throws in stop mode, and when the execution was canceled */
	errorItemOrThrow(failure: Failure): INodeExecutionData;
	errorItem(failure: Failure): INodeExecutionData;
}

export interface ErrorOutputOptions {
	ctx: IExecutePaginationFunctions;
	run: NodeRun;
	itemIndex: number;
	isTool: boolean;
	continues: boolean;
	cancel?: AbortSignal;
	/** The key, once it is known: to take it out of texts that gateways quote it in. */
	secret(): string | undefined;
}

/** What the log of a run says already: all items may meet the same. */
const logged = new WeakMap<NodeRun, Set<string>>();

export function createErrorOutput({
	ctx,
	run,
	itemIndex,
	isTool,
	continues,
	cancel,
	secret,
}: ErrorOutputOptions): ErrorOutput {
	const giveUp = (): void => {
		if (cancel?.aborted || !continues) run.halt();
	};

	/** The output of all items is lost, so the one message names what the others have paid for. */
	const withOthers = (failure: Failure, isCanceled: boolean): Failure => {
		const isStop = !isCanceled && !continues;
		const open = isCanceled ? paidTasks(run) : isStop ? [...run.tasks.values()].flat() : [];
		const taskIds = open.filter((taskId) => taskId !== failure.taskId);
		const unclearItems =
			isStop || isCanceled
				? [...run.unclear].filter((item) => item !== itemIndex || failure.kind !== 'unclear_submission')
				: [];
		const keptItems = isStop ? [...run.kept].filter((item) => item !== itemIndex) : [];
		const kept = keptItems.length > 0 && { keptItems, isKeptWithExecution: !run.isKeptInMemory };
		return {
			...failure,
			...kept,
			...(taskIds.length > 0 && { taskIds }),
			...(unclearItems.length > 0 && { unclearItems }),
		};
	};

	/** Nobody expected it, so whoever looks for the reason needs the place. Only the first line holds words, which are cleaned like all others. */
	const logUnexpected = ({ gatewayMessage = '', stack }: Failure): void => {
		const known = logged.get(run) ?? new Set<string>();
		if (!stack || known.has(stack)) return;
		logged.set(run, known.add(stack));
		const places = stack.split('\n').filter((line) => /^\s+at /.test(line));
		ctx.logger.error(
			[`NanoBanana: item ${itemIndex} met something unexpected: ${redact(gatewayMessage, secret())}`, ...places].join(
				'\n',
			),
			{ itemIndex },
		);
	};

	const errorItem = (failure: Failure): INodeExecutionData => {
		logUnexpected(failure);
		const { message, data } = describeFailure(failure, secret());
		// n8n moves a row to the error output when it holds these two keys and nothing else, and an agent's tool has no such output.
		const status: IDataObject = isTool ? { status: 'failed' } : {};
		return { json: { ...status, error: message, details: data }, pairedItem: { item: itemIndex } };
	};

	return {
		giveUp,
		async failureOf(thrown) {
			const failure = toFailure(thrown);
			const isCanceled = cancel?.aborted === true;
			if (!isCanceled && failure.kind === 'canceled') return undefined;
			giveUp();
			run.settle();
			await run.everySettled;
			if (isCanceled) logCanceled(ctx, run);
			return withOthers(
				isCanceled ? { kind: 'canceled', ...(failure.taskId && { taskId: failure.taskId }) } : failure,
				isCanceled,
			);
		},
		errorItemOrThrow(failure) {
			if (continues && failure.kind !== 'canceled') return errorItem(failure);
			logUnexpected(failure);
			throw nodeError(ctx.getNode(), failure, { itemIndex, secret: secret(), isTool });
		},
		errorItem,
	};
}

function paidTasks(run: NodeRun): string[] {
	return [...run.tasks.values()].flat().filter((taskId) => !run.failed.has(taskId));
}

/** n8n keeps no data of a canceled execution, so the ids of paid tasks go into the log. */
function logCanceled(ctx: IExecutePaginationFunctions, run: NodeRun): void {
	const open = paidTasks(run);
	if (run.isCancelLogged || open.length === 0) return;
	run.isCancelLogged = true;
	ctx.logger.warn(
		`NanoBanana: the execution was canceled; the gateway goes on with these tasks and bills them, and 'Wait for Task Result' collects them: ${open.join(', ')}`,
		{ taskIds: open },
	);
}
