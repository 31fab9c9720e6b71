import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { onAbort, pause, systemClock } from '../lib/clock';
import { own, asObject } from '../lib/json';
import type { Settings } from '../parameters/settings';
import { createPollSchedule, type PollSchedule } from '../poll/pollSchedule';
import {
	createConcurrencyLimiter,
	SYNC_SLOW_START,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../submit/concurrencyLimiter';
import { contextOf, runIndexOf } from './idempotencyStore';
import { createBudget, MEMORY_BYTES, TRANSFERS, type Budget } from './memoryBudget';

/** What the items of one node run share. n8n starts them all at once and knows of no such thing, so they meet here. */
export interface NodeRun {
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
	/** The barrier: waits until every item is checked. Only then may the first one be paid. */
	arrive(plan: ItemPlan): Promise<{ decision: BarrierDecision; planned: number; maxImages: number }>;
	/** Called once per item, however it ends. */
	itemFinished(): void;
	allFinished: Promise<void>;
}

/**
 * `stop`: another item is not valid and the node will stop, so nobody pays. `abandoned`: n8n gave up the
 * run while it set up the items (an expression failed) and waits for none of them.
 */
export type BarrierDecision = 'proceed' | 'stop' | 'abandoned' | 'overBudget';

export interface ItemPlan {
	itemIndex: number;
	/** Images that this item would pay for; 0 when it resumes a task or is not valid. */
	images: number;
	isValid: boolean;
}

/** One try of the node, over all batches that n8n's batching makes of its items: a batch may end before the next one starts. */
interface BatchState {
	runIndex: number;
	joined: Set<number>;
	/** Images that each item is going to pay for. */
	images: Map<number, number>;
	/** An item has failed and the node will stop. */
	isLost: boolean;
}

type JoinableRun = NodeRun & { join(settings?: Settings): void };

const runs = new WeakMap<object, JoinableRun>();
const batchStates = new WeakMap<object, BatchState>();

/**
 * The run that this item belongs to; the first item opens it. Synchronous: n8n starts all items in one
 * sweep, and the run counts them there. Every item that joined has to arrive once and finish once.
 */
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
		: { runIndex, joined: new Set<number>(), images: new Map<number, number>(), isLost: false };
	batchStates.set(key, state);
	state.joined.add(itemIndex);
	return state;
}

interface RunOptions {
	isTool: boolean;
	batches: BatchState;
	close: () => void;
}

function openRun(ctx: IExecutePaginationFunctions, { isTool, batches, close }: RunOptions): JoinableRun {
	const cancel = ctx.getExecutionCancelSignal();
	const controller = new AbortController();
	// Expressions may give each item another limit, or none that can be read: the lowest one counts.
	let maxImages = Infinity;
	let maxConcurrency = Infinity;
	let slowStart = TASK_SLOW_START;
	let limiter: ConcurrencyLimiter | undefined;
	const itemCount = itemCountOf(ctx, isTool);
	// n8n's own batching lets items start late, so nobody can wait for all of them.
	const startsLate = hasBatching(ctx);
	const stopsOnFailure = !ctx.continueOnFail();
	const plans: ItemPlan[] = [];
	const turn = pause(1);
	const allArrived = deferred();
	const allFinished = deferred();
	let joined = 0;
	let finished = 0;

	const abort = (): void => controller.abort();
	if (cancel?.aborted || batches.isLost) abort();
	const forgetCancel = onAbort(cancel, abort);

	return {
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
			joined += 1;
			if (!settings) return;
			maxImages = Math.min(maxImages, settings.maxImages);
			maxConcurrency = Math.min(maxConcurrency, settings.maxConcurrency);
			if (settings.apiFormat !== 'asyncTask') slowStart = SYNC_SLOW_START;
		},
		async arrive(plan) {
			plans.push(plan);
			batches.images.set(plan.itemIndex, plan.images);
			// Items join in one synchronous sweep, so after a turn of the event loop all are known.
			await turn;
			if (plans.length >= joined) allArrived.resolve();
			await allArrived.promise;
			// Items that start later are not known yet: each of them pays for at least one image.
			const later = startsLate && plan.images > 0 ? Math.max(0, itemCount - batches.images.size) : 0;
			const planned = [...batches.images.values()].reduce((sum, images) => sum + images, later);
			const decide = (): BarrierDecision => {
				if (stopsOnFailure && !startsLate && joined < itemCount) return 'abandoned';
				if (stopsOnFailure && plans.some((other) => !other.isValid)) return 'stop';
				return planned > maxImages ? 'overBudget' : 'proceed';
			};
			return { decision: decide(), planned, maxImages };
		},
		itemFinished() {
			finished += 1;
			if (finished < joined) return;
			forgetCancel();
			close();
			allFinished.resolve();
		},
		allFinished: allFinished.promise,
	};
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
	let resolve = (): void => undefined;
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}

/**
 * How many items n8n runs. `$input` counts those of the whole input, also where n8n runs fewer, so the
 * smaller of it and the node's own input counts: too few only makes the run a little less careful, too
 * many would make it wait for items that never come.
 */
function itemCountOf(ctx: IExecutePaginationFunctions, isTool: boolean): number {
	if (isTool || ctx.getNode().executeOnce) return 1;
	const inputs = Object.values(asObject(own(ctx, 'inputData')));
	const counted = Array.isArray(inputs[0]) && Array.isArray(inputs[0][0]) ? inputs[0][0].length : Infinity;
	const proxy = ctx.getWorkflowDataProxy(ctx.getItemIndex()).$input as { all(): unknown[] };
	return Math.min(counted, proxy.all().length);
}

function hasBatching(ctx: IExecutePaginationFunctions): boolean {
	const options = ctx.getNodeParameter('requestOptions', {}) as { batching?: { batch?: { batchInterval?: number } } };
	return (options.batching?.batch?.batchInterval ?? 0) > 0;
}
