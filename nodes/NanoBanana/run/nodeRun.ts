import { joinAttempt, type Attempt } from './attempt';
import { onAbort, pause, systemClock } from '../lib/clock';
import {
	createConcurrencyLimiter,
	SYNC_SLOW_START,
	TASK_SLOW_START,
	type ConcurrencyLimiter,
} from '../submit/concurrencyLimiter';
import { createMemoryBudget, type MemoryBudget } from './memoryBudget';
import { createPollSchedule, type PollSchedule } from '../poll/pollSchedule';
import { createBufferPool, type BufferPool } from './bufferPool';

/** What the items of one node run share. n8n starts them all at once and knows of no such thing, so they meet here. */
export interface NodeRun {
	limiter: ConcurrencyLimiter;
	memoryBudget: MemoryBudget;
	bufferPool: BufferPool;
	schedule: PollSchedule;
	/** Ends waiting when the execution is canceled, or when an item has failed and the node will stop. */
	signal: AbortSignal;
	/** Task ids by item, in the order in which the gateway accepted them. */
	tasks: Map<number, string[]>;
	/** Those of them that there is nothing to collect of. */
	failed: Set<string>;
	/** Items with a request that may have been accepted without a word. */
	unclear: Set<number>;
	/** Items with pictures of finished calls that no task stands behind: paid for, and remembered for a retry. */
	kept: Set<number>;
	/** Some of those pictures are in memory only, so that a new try in this execution finds them and 'Retry execution' does not. */
	isKeptInMemory: boolean;
	/** No further item is paid and nobody waits any longer: the output is lost anyway. */
	halt(): void;
	/** Waits until every item is checked; only then may the first one be paid. */
	arrive(plan: ItemPlan): Promise<{ decision: BarrierDecision; planned: number }>;
	/** This item has come to its end, whichever; counts once per item. */
	settle(): void;
	/** When every item of the run has. */
	everySettled: Promise<void>;
	isCancelLogged: boolean;
	/** Images that all items of a preview ask for together; complete once every item has arrived. */
	previewedImages: number;
}

/**
 * `stop`: another item is not valid and the node will stop, so nobody pays. `gone`: n8n gave up the
 * run while it set up the items (an expression failed) and waits for none of them.
 */
export type BarrierDecision = 'go' | 'stop' | 'gone' | 'overBudget';

export interface ItemPlan {
	itemIndex: number;
	/** Images that this item would buy; 0 when it resumes a task or is not valid. */
	images: number;
	isValid: boolean;
}

export interface RunSettings {
	maxConcurrency: number;
	maxImages: number;
	/** Asked once for a run, as n8n takes a moment to say so. */
	itemCount: () => number;
	itemIndex: number;
	/** Which time this node runs in the execution. */
	runIndex: number;
	/** n8n's own batching lets items start late, so nobody can wait for all of them. */
	startsLate: boolean;
	stopsOnFailure: boolean;
	isTaskFormat: boolean;
	/** Calls of an agent share a context but are runs of their own. */
	isTool: boolean;
}

const runs = new WeakMap<object, NodeRun & { join(): void }>();

/** The run that this item belongs to; the first item opens it. Every joined item must check in once and settle once. */
export function joinRun(cancel: AbortSignal | undefined, context: object, settings: RunSettings): NodeRun {
	const key = settings.isTool ? {} : context;
	const attempt = joinAttempt(key, settings);
	const run = runs.get(key) ?? openRun(settings, attempt, cancel, () => runs.delete(key));
	runs.set(key, run);
	run.join();
	return run;
}

function openRun(
	settings: RunSettings,
	attempt: Attempt,
	cancel: AbortSignal | undefined,
	close: () => void,
): NodeRun & { join(): void } {
	const controller = new AbortController();
	const limiter = createConcurrencyLimiter({
		maxConcurrency: settings.maxConcurrency,
		slowStart: settings.isTaskFormat ? TASK_SLOW_START : SYNC_SLOW_START,
		signal: controller.signal,
		clock: systemClock,
	});
	const itemCount = settings.itemCount();
	const plans: ItemPlan[] = [];
	const turn = pause(1);
	let joined = 0;
	let settled = 0;
	const allChecked = deferred();
	const allSettled = deferred();

	const stop = (): void => controller.abort();
	if (cancel?.aborted || attempt.isLost) stop();
	const forgetCancel = onAbort(cancel, stop);

	return {
		limiter,
		memoryBudget: createMemoryBudget(),
		bufferPool: createBufferPool(),
		schedule: createPollSchedule(),
		signal: controller.signal,
		tasks: new Map(),
		failed: new Set(),
		unclear: new Set(),
		kept: new Set(),
		isKeptInMemory: false,
		halt() {
			attempt.isLost = true;
			stop();
		},
		join() {
			joined += 1;
		},
		async arrive(plan) {
			plans.push(plan);
			attempt.images.set(plan.itemIndex, plan.images);
			// Items join in one synchronous sweep, so after a turn of the event loop all are known.
			await turn;
			if (plans.length >= joined) allChecked.resolve();
			await allChecked.promise;
			// Items that start later are not known yet: each of them buys at least one.
			const later = settings.startsLate && plan.images > 0 ? Math.max(0, itemCount - attempt.images.size) : 0;
			const planned = [...attempt.images.values()].reduce((sum, images) => sum + images, later);
			const someMissing = !settings.startsLate && joined < itemCount;
			if (settings.stopsOnFailure && someMissing) return { decision: 'gone', planned };
			if (settings.stopsOnFailure && plans.some((other) => !other.isValid)) return { decision: 'stop', planned };
			return { decision: planned > settings.maxImages ? 'overBudget' : 'go', planned };
		},
		settle() {
			settled += 1;
			if (settled < joined) return;
			forgetCancel();
			close();
			allSettled.resolve();
		},
		everySettled: allSettled.promise,
		// A further try after the cancellation has nothing to add.
		isCancelLogged: cancel?.aborted === true,
		previewedImages: 0,
	};
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
	let resolve = (): void => undefined;
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}
