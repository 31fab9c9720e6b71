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

/** What the items of one node run share. n8n starts them all at once and knows of no such thing, so they meet here. */
export interface NodeRun extends Barrier {
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
	/** IDs of accepted tasks by item, in the order in which the API accepted them. */
	tasks: Map<number, string[]>;
	/** Those of them that failed: there is nothing to get. */
	failedTasks: Set<string>;
	/** Items with a request that may have been accepted. */
	unclearItems: Set<number>;
	/** Items with images of calls without a task: charged, and recorded for a retry. */
	keptItems: Set<number>;
	/** Items that were answered without an image, which is usually charged. */
	emptyItems: Set<number>;
	/** Some of the images are in memory only: another try in this execution finds them, 'Retry execution' does not. */
	isKeptInMemory: boolean;
	isCancelLogged: boolean;
	/** Images that all items of a preview ask for together; complete once every item has arrived. */
	previewedImages: number;
	/** No further request is sent and nobody waits any longer: the output is lost anyway. */
	abort(): void;
}

/** One try of the node, over all batches that n8n's batching makes of its items: a batch may end before the next one starts. */
interface BatchState {
	runIndex: number;
	joined: Set<number>;
	/** Images that each item is going to pay for. */
	plannedImages: Map<number, number>;
	/** An item has failed and the node will stop. */
	isLost: boolean;
}

type JoinableRun = NodeRun & { join(settings?: Settings): void };

const runs = new WeakMap<object, JoinableRun>();
const batchStates = new WeakMap<object, BatchState>();

/** The run that this item belongs to; the first item opens it. Synchronous, see `Barrier`. */
export function joinRun(ctx: IExecutePaginationFunctions, isTool: boolean, settings?: Settings): NodeRun {
	// Calls of an agent share a context but are runs of their own.
	const key = isTool ? {} : contextOf(ctx);
	const batches = joinBatch(key, runIndexOf(ctx), ctx.getItemIndex());
	const run = runs.get(key) ?? openRun(ctx, { isTool, batches, close: () => runs.delete(key) });
	runs.set(key, run);
	run.join(settings);
	return run;
}

/** An item that comes once more does so in another try of the node. */
function joinBatch(key: object, runIndex: number, itemIndex: number): BatchState {
	const known = batchStates.get(key);
	const isSame = known?.runIndex === runIndex && !known.joined.has(itemIndex);
	const state = isSame
		? known
		: { runIndex, joined: new Set<number>(), plannedImages: new Map<number, number>(), isLost: false };
	batchStates.set(key, state);
	state.joined.add(itemIndex);
	return state;
}

function openRun(
	ctx: IExecutePaginationFunctions,
	{ isTool, batches, close }: { isTool: boolean; batches: BatchState; close: () => void },
): JoinableRun {
	const cancel = ctx.getExecutionCancelSignal();
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	if (cancel?.aborted || batches.isLost) abort();
	const forgetCancel = onAbort(cancel, abort);
	const { join, ...barrier } = createBarrier(ctx, {
		isTool,
		plannedImages: batches.plannedImages,
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
		tasks: new Map(),
		failedTasks: new Set(),
		unclearItems: new Set(),
		keptItems: new Set(),
		emptyItems: new Set(),
		isKeptInMemory: false,
		// Another try after the cancellation has nothing to add.
		isCancelLogged: cancel?.aborted === true,
		previewedImages: 0,
		abort() {
			batches.isLost = true;
			abort();
		},
		join(settings) {
			join(settings?.maxImages);
			if (!settings) return;
			maxConcurrency = Math.min(maxConcurrency, settings.maxConcurrency);
			if (settings.apiFormat !== 'asyncTask') slowStart = SYNC_SLOW_START;
		},
	};
}
