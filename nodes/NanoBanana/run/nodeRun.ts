import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { onAbort, systemClock } from '../lib/clock';
import type { Settings } from '../parameters/settings';
import { createPollSchedule, type PollSchedule } from '../poll/pollSchedule';
import {
	createConcurrencyLimiter,
	SYNC_SLOW_START,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../submit/concurrencyLimiter';
import { createBarrier, type Barrier } from './barrier';
import { contextOf, runIndexOf } from './idempotencyStore';
import { createBudget, MEMORY_BYTES, TRANSFERS, type Budget } from './memoryBudget';

/** What the items of one try of the node have paid for, over all batches that n8n's batching makes of them. */
export interface PaidSoFar {
	/** IDs of accepted tasks by item, in the order in which the API accepted them. */
	tasks: Map<number, string[]>;
	/** Those of them that failed: there is nothing to get. */
	failedTasks: Set<string>;
	/** Items with a request that may have been accepted. */
	unclearItems: Set<number>;
	/** Items with images of calls without a task: charged, and recorded for a retry. */
	keptItems: Set<number>;
	/** Those of them whose images are in memory only: another try in this execution finds them, 'Retry execution' does not. */
	inMemoryItems: Set<number>;
	/** Items that were answered without an image, which is usually charged. */
	emptyItems: Set<number>;
}

/** What the items of one node run share. n8n starts them all at once and knows of no such thing, so they meet here. */
export interface NodeRun extends Barrier, PaidSoFar {
	limiter: ConcurrencyLimiter;
	/** Bytes of requests and images in memory. */
	memoryBudget: Budget;
	/** Downloads side by side. */
	transfers: Budget;
	/** False once n8n has shown that its binary mode needs images in memory. */
	storesStreams: boolean;
	schedule: PollSchedule;
	/** Ends waiting when the execution is canceled, or when an item has failed and the node will stop. */
	signal: AbortSignal;
	isCancelLogged: boolean;
	/** Images that all items of a preview ask for together; complete once every item has arrived. */
	previewedImages: number;
	/** No further request is sent and nobody waits any longer: the output is lost anyway. */
	abort(): void;
}

/** One try of the node. A batch of it may end before the next one starts. */
interface TryState {
	runIndex: number;
	joined: Set<number>;
	/** Images by item: those that it is going to pay for, and those of earlier tries. */
	plannedImages: Map<number, number>;
	paid: PaidSoFar;
	/** An item has failed and the node will stop. */
	isLost: boolean;
}

type JoinableRun = NodeRun & { join(settings?: Settings): void; giveUp(): void };

const runs = new WeakMap<object, JoinableRun>();
const tryStates = new WeakMap<object, TryState>();

/** The run that this item belongs to; the first item opens it. Synchronous, see `Barrier`. */
export function joinRun(ctx: IExecutePaginationFunctions, isTool: boolean, settings?: Settings): NodeRun {
	// Calls of an agent share a context but are runs of their own.
	const key = isTool ? {} : contextOf(ctx);
	const earlier = tryStates.get(key);
	const tryState = joinTry(key, runIndexOf(ctx), ctx.getItemIndex());
	// n8n has given up a run that is still open (an expression failed), and tries the node again.
	if (tryState !== earlier) runs.get(key)?.giveUp();
	const close = (): void => {
		if (runs.get(key) === run) runs.delete(key);
	};
	const run = runs.get(key) ?? openRun(ctx, { isTool, tryState, close });
	runs.set(key, run);
	run.join(settings);
	return run;
}

/** An item that comes once more does so in another try of the node. */
function joinTry(key: object, runIndex: number, itemIndex: number): TryState {
	const known = tryStates.get(key);
	const state = known?.runIndex === runIndex && !known.joined.has(itemIndex) ? known : newTry(runIndex);
	tryStates.set(key, state);
	state.joined.add(itemIndex);
	return state;
}

function newTry(runIndex: number): TryState {
	const paid: PaidSoFar = {
		tasks: new Map(),
		failedTasks: new Set(),
		unclearItems: new Set(),
		keptItems: new Set(),
		inMemoryItems: new Set(),
		emptyItems: new Set(),
	};
	return { runIndex, joined: new Set(), plannedImages: new Map(), paid, isLost: false };
}

function openRun(
	ctx: IExecutePaginationFunctions,
	{ isTool, tryState, close }: { isTool: boolean; tryState: TryState; close: () => void },
): JoinableRun {
	const cancel = ctx.getExecutionCancelSignal();
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	if (cancel?.aborted || tryState.isLost) abort();
	const forgetCancel = onAbort(cancel, abort);
	const { join, giveUp, ...barrier } = createBarrier(ctx, {
		isTool,
		started: tryState.joined,
		plannedImages: tryState.plannedImages,
		onAllFinished() {
			forgetCancel();
			close();
		},
	});
	// As for the barrier: the lowest limit counts.
	let maxConcurrency = Infinity;
	let slowStart = TASK_SLOW_START;
	let limiter: ConcurrencyLimiter | undefined;

	return {
		...barrier,
		...tryState.paid,
		/** Made for the first permit, when all items of the sweep have joined. */
		get limiter() {
			limiter ??= createConcurrencyLimiter({
				maxConcurrency,
				slowStart,
				signal: controller.signal,
				cancel,
				clock: systemClock,
			});
			return limiter;
		},
		memoryBudget: createBudget(MEMORY_BYTES),
		transfers: createBudget(TRANSFERS),
		storesStreams: true,
		schedule: createPollSchedule(),
		signal: controller.signal,
		// Another try after the cancellation has nothing to add.
		isCancelLogged: cancel?.aborted === true,
		previewedImages: 0,
		abort() {
			tryState.isLost = true;
			abort();
		},
		giveUp() {
			giveUp();
			abort();
			close();
		},
		join(settings) {
			join(settings?.maxImages);
			if (!settings) return;
			maxConcurrency = Math.min(maxConcurrency, settings.maxConcurrency);
			if (settings.apiFormat !== 'asyncTask') slowStart = SYNC_SLOW_START;
		},
	};
}
