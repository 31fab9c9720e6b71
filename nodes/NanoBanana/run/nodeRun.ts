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
import { contextOf, runIndexOf } from './engineState';
import { createBudget, MEMORY_BYTES, TRANSFERS, type Budget } from './memoryBudget';

/** What the items of one try of the node have paid for, across all batches of n8n's batching. */
export interface PaidSoFar {
	/** IDs of accepted tasks by item, in the order in which the API accepted them. */
	tasks: Map<number, string[]>;
	/** IDs of failed tasks. They have no images to get. */
	failedTasks: Set<string>;
	/** Items with a request that may have been accepted. */
	unclearItems: Set<number>;
	/** Items with images from calls without a task: charged, and recorded for a retry. */
	keptItems: Set<number>;
	/** The part of `keptItems` whose images are only in memory: the next try finds them, 'Retry execution' does not. */
	inMemoryItems: Set<number>;
	/** Items whose response contains no image, which is usually charged. */
	emptyItems: Set<number>;
}

/** State shared by the items of one node run. n8n starts all items at once and has no shared object for them. */
export interface NodeRun extends Barrier, PaidSoFar {
	limiter: ConcurrencyLimiter;
	/** Bytes of requests and images in memory. */
	memoryBudget: Budget;
	/** Limits parallel downloads. */
	transfers: Budget;
	/** False once storing a stream has failed because n8n's binary mode needs images in memory. */
	storesStreams: boolean;
	schedule: PollSchedule;
	/** Ends all waiting when the execution is canceled, or when an item has failed and the node will stop. */
	signal: AbortSignal;
	isCancelLogged: boolean;
	/** Total images of all items of a preview. Complete once every item has arrived. */
	previewedImages: number;
	/** Sends no more requests and ends all waiting, because n8n drops the output anyway. */
	abort(): void;
}

/** One try of the node. With batching, one batch may end before the next one starts. */
interface TryState {
	runIndex: number;
	joined: Set<number>;
	/** Images by item: those that it will pay for, and those that earlier tries have paid for. */
	plannedImages: Map<number, number>;
	paid: PaidSoFar;
	/** An item has failed and the node will stop, or the execution was canceled. */
	isLost: boolean;
}

type JoinableRun = NodeRun & { join(settings?: Settings): void; giveUp(): void };

const runs = new WeakMap<object, JoinableRun>();
const tryStates = new WeakMap<object, TryState>();

/** Returns the run of this item. The first item opens it. Synchronous, see `JoinableBarrier.join`. */
export function joinRun(ctx: IExecutePaginationFunctions, isTool: boolean, settings?: Settings): NodeRun {
	// An agent's calls share one context, but each call is its own run.
	const key = isTool ? {} : contextOf(ctx);
	const earlier = tryStates.get(key);
	const tryState = joinTry(key, runIndexOf(ctx), ctx.getItemIndex());
	// n8n gave up a run that is still open (an expression failed), and now tries the node again.
	if (tryState !== earlier) runs.get(key)?.giveUp();
	const close = (): void => {
		if (runs.get(key) === run) runs.delete(key);
	};
	const run = runs.get(key) ?? openRun(ctx, { isTool, tryState, close });
	runs.set(key, run);
	run.join(settings);
	return run;
}

/** If an item joins a second time, n8n has started another try of the node. */
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
	// Items may have different limits. The lowest one counts.
	let maxConcurrency = Infinity;
	let slowStart = TASK_SLOW_START;
	let limiter: ConcurrencyLimiter | undefined;

	return {
		...barrier,
		...tryState.paid,
		/** Created for the first permit, after all items of n8n's loop have joined. */
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
		// A try after the cancellation does not log the tasks again.
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
