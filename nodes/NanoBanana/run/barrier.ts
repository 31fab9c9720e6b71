import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { deferred, pause, type Deferred } from '../lib/clock';
import { asObject, own } from '../lib/json';

/**
 * No item pays before every item is checked, and no failed item ends before all items have ended. n8n has no event
 * for the last item, so the items count themselves: each joins, arrives and finishes once.
 */
export interface Barrier {
	/** Waits until every item is checked. Only then may the first one be paid. They continue in their order in the input. */
	arrive(plan: ItemPlan): Promise<{ decision: BarrierDecision; planned: number; maxImages: number }>;
	/** Called however an item ends. */
	itemFinished(): void;
	allFinished: Promise<void>;
	/** False where n8n's batching lets other items start later. */
	hasAllItems(): boolean;
}

export interface JoinableBarrier extends Barrier {
	/** Synchronous: n8n starts all items in one sweep, so after it all of them are counted. */
	join(maxImages?: number): void;
	/** n8n does not wait for these items any longer. Those that still wait here must not be paid. */
	giveUp(): void;
}

/**
 * `stop`: another item is not valid and the node will stop, so nobody pays. `abandoned`: n8n gave up the
 * run while it set up the items (an expression failed) and waits for none of them.
 */
export type BarrierDecision = 'proceed' | 'stop' | 'abandoned' | 'overImageLimit';

export interface ItemPlan {
	itemIndex: number;
	/** Images that this item would pay for; 0 when it resumes a task or is not valid. */
	images: number;
	/** Images that an earlier try of it has paid for, or other calls of the agent. */
	paidImages?: number;
	isValid: boolean;
}

interface BarrierOptions {
	isTool: boolean;
	/** The items that n8n has started in this try, also those of earlier batches. */
	started: ReadonlySet<number>;
	/** Images by item, also those of earlier batches. */
	plannedImages: Map<number, number>;
	/** Called synchronously when the last item has finished. */
	onAllFinished: () => void;
}

export function createBarrier(
	ctx: IExecutePaginationFunctions,
	{ isTool, started, plannedImages, onAllFinished }: BarrierOptions,
): JoinableBarrier {
	const itemCount = itemCountOf(ctx, isTool);
	// n8n's own batching lets items start late, so nobody can wait for all of them.
	const batchSize = batchSizeOf(ctx);
	const startsLate = batchSize < Infinity;
	// Here the limit also counts what was sent before: by an earlier batch, or by an earlier call of the agent.
	const countsEarlier = startsLate || isTool;
	const stopsOnFailure = !ctx.continueOnFail();
	const plans: ItemPlan[] = [];
	const waiting: Array<Deferred & { itemIndex: number }> = [];
	const nextTurn = pause(1);
	const allFinished = deferred();
	// Expressions may give each item another limit, or none that can be read: the lowest one counts.
	let maxImages = Infinity;
	let isGivenUp = false;
	let joined = 0;
	let finished = 0;

	const decide = ({ images }: ItemPlan, planned: number): BarrierDecision => {
		// n8n starts whole batches: where one is not complete, it gave up in the middle.
		const isIncomplete = started.size < itemCount && started.size % batchSize > 0;
		if (isGivenUp || (stopsOnFailure && isIncomplete)) return 'abandoned';
		if (stopsOnFailure && plans.some((plan) => !plan.isValid)) return 'stop';
		// What earlier tries have paid for is still delivered.
		const isFree = countsEarlier && images === 0;
		return planned > maxImages && !isFree ? 'overImageLimit' : 'proceed';
	};

	/** Checks end in any order, as n8n reads the credential for each item from its database. */
	const releaseInOrder = (): void => {
		waiting.sort((a, b) => a.itemIndex - b.itemIndex);
		for (const { resolve } of waiting.splice(0)) resolve();
	};

	return {
		join(limit = Infinity) {
			joined += 1;
			maxImages = Math.min(maxImages, limit);
		},
		giveUp: () => void (isGivenUp = true),
		async arrive(plan) {
			// Items join in one synchronous sweep, so after a turn of the event loop all are known.
			await nextTurn;
			plans.push(plan);
			// The batches of a try are checked one after the other, so what an earlier try has paid for counts as well.
			plannedImages.set(plan.itemIndex, plan.images + (countsEarlier ? (plan.paidImages ?? 0) : 0));
			const itsTurn = { ...deferred(), itemIndex: plan.itemIndex };
			waiting.push(itsTurn);
			// One microtask later, when this item is waiting, too.
			if (plans.length >= joined) void nextTurn.then(releaseInOrder);
			await itsTurn.promise;
			// Items that start later are not known yet: each of them pays for at least one image.
			const later = startsLate && plan.images > 0 ? Math.max(0, itemCount - plannedImages.size) : 0;
			const planned = [...plannedImages.values()].reduce((sum, images) => sum + images, later);
			return { decision: decide(plan, planned), planned, maxImages };
		},
		itemFinished() {
			finished += 1;
			if (finished < joined) return;
			onAllFinished();
			allFinished.resolve();
		},
		allFinished: allFinished.promise,
		hasAllItems: () => !startsLate || joined >= itemCount,
	};
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

/** How many items n8n starts at a time: all of them without its batching. Read in n8n's routing-node.ts. */
function batchSizeOf(ctx: IExecutePaginationFunctions): number {
	const options = ctx.getNodeParameter('requestOptions', {}) as {
		batching?: { batch?: { batchSize?: number; batchInterval?: number } };
	};
	const { batchSize = 1, batchInterval = 0 } = options.batching?.batch ?? {};
	return batchInterval > 0 ? Math.max(1, batchSize) : Infinity;
}
