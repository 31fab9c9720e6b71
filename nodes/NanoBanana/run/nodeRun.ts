import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { onAbort, systemClock } from '../lib/clock';
import type { Settings } from '../parameters/settings';
import { createPollSchedule } from '../poll/pollSchedule';
import {
	createConcurrencyLimiter,
	SYNC_SLOW_START,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../submit/concurrencyLimiter';
import { createBarrier } from './barrier';
import { contextOf, runIndexOf } from './engineState';
import { createBudget, MEMORY_BYTES, TRANSFERS } from './memoryBudget';

/** What the items of one try of the node have paid for, across all batches of n8n's batching. */
function nothingPaid() {
	return {
		/** IDs of accepted tasks by item, in the order in which the API accepted them. */
		tasks: new Map<number, string[]>(),
		/** IDs of failed tasks. They have no images to get. */
		failedTasks: new Set<string>(),
		/** Items with a request that may have been accepted. */
		unclearItems: new Set<number>(),
		/** Items with images from calls without a task: charged, and recorded for a retry. */
		keptItems: new Set<number>(),
		/** The part of `keptItems` whose images are only in memory: the next try finds them, 'Retry execution' does not. */
		inMemoryItems: new Set<number>(),
		/** Items whose response contains no image, which is usually charged. */
		emptyItems: new Set<number>(),
	};
}

/** State shared by the items of one node run. n8n starts all items at once and has no shared object for them. */
export type NodeRun = ReturnType<typeof openRun>;

/** One try of the node. With batching, one batch may end before the next one starts. */
interface TryState {
	runIndex: number;
	joined: Set<number>;
	/** Images by item: those that it will pay for, and those that earlier tries have paid for. */
	plannedImages: Map<number, number>;
	paid: ReturnType<typeof nothingPaid>;
	/** An item has failed and the node will stop, or the execution was canceled. */
	isLost: boolean;
	/** The run of the current batch. */
	run?: NodeRun;
}

const tries = new WeakMap<object, TryState>();

/** Returns the run of this item. The first item opens it. Synchronous, see `join` of the barrier. */
export function joinRun(ctx: IExecutePaginationFunctions, isTool: boolean, settings?: Settings): NodeRun {
	// An agent's calls share one context, but each call is its own run.
	const key = isTool ? {} : contextOf(ctx);
	const runIndex = runIndexOf(ctx);
	const itemIndex = ctx.getItemIndex();
	const earlier = tries.get(key);
	// If an item joins a second time, n8n has started another try of the node.
	const isSameTry = earlier?.runIndex === runIndex && !earlier.joined.has(itemIndex);
	// n8n gave up a run that is still open (an expression failed), and now tries the node again.
	if (!isSameTry) earlier?.run?.giveUp();
	const tryState = isSameTry ? earlier : newTry(runIndex);
	tries.set(key, tryState);
	tryState.joined.add(itemIndex);
	tryState.run ??= openRun(ctx, isTool, tryState);
	tryState.run.join(settings);
	return tryState.run;
}

function newTry(runIndex: number): TryState {
	return { runIndex, joined: new Set(), plannedImages: new Map(), paid: nothingPaid(), isLost: false };
}

function openRun(ctx: IExecutePaginationFunctions, isTool: boolean, tryState: TryState) {
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
			tryState.run = undefined;
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
		/** Bytes of requests and images in memory. */
		memoryBudget: createBudget(MEMORY_BYTES),
		/** Limits parallel downloads. */
		transfers: createBudget(TRANSFERS),
		/** False once storing a stream has failed because n8n's binary mode needs images in memory. */
		storesStreams: true,
		schedule: createPollSchedule(),
		/** Ends all waiting when the execution is canceled, or when an item has failed and the node will stop. */
		signal: controller.signal,
		// A try after the cancellation does not log the tasks again.
		isCancelLogged: cancel?.aborted === true,
		/** Total images of all items of a preview. Complete once every item has arrived. */
		previewedImages: 0,
		/** Sends no more requests and ends all waiting, because n8n drops the output anyway. */
		abort() {
			tryState.isLost = true;
			abort();
		},
		giveUp() {
			giveUp();
			abort();
		},
		join(settings?: Settings) {
			join(settings?.maxImages);
			if (!settings) return;
			maxConcurrency = Math.min(maxConcurrency, settings.maxConcurrency);
			if (settings.apiFormat !== 'asyncTask') slowStart = SYNC_SLOW_START;
		},
	};
}
