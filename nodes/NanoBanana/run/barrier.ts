import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { deferred, pause, type Deferred } from '../lib/clock';
import { batchSizeOf, itemCountOf } from './engineState';

/**
 * `stop`: another item is not valid and the node will stop, so no item is charged. `abandoned`: an expression failed
 * while n8n set up the items, so n8n gave up the run and does not wait for any item.
 */
type BarrierDecision = 'proceed' | 'stop' | 'abandoned' | 'overImageLimit';

interface ItemPlan {
	itemIndex: number;
	/** Images that this item would pay for; 0 if it resumes a task or is not valid. */
	images: number;
	/** Images already paid for by earlier tries of this item or by other calls of the agent. */
	paidImages?: number;
	isValid: boolean;
}

interface BarrierOptions {
	isTool: boolean;
	/** Items that n8n has started in this try, including earlier batches. */
	started: ReadonlySet<number>;
	/** Images by item, including earlier batches. */
	plannedImages: Map<number, number>;
	/** Called synchronously when the last item has finished. */
	onAllFinished: () => void;
}

/**
 * No item is charged until all items have been checked, and no failed item ends until all items have ended. n8n has no
 * event for the last item, so the items count themselves: each one joins, arrives, and finishes once.
 */
export function createBarrier(
	ctx: IExecutePaginationFunctions,
	{ isTool, started, plannedImages, onAllFinished }: BarrierOptions,
) {
	const itemCount = itemCountOf(ctx, isTool);
	// n8n's batching starts some items late, so an item cannot wait for all others.
	const batchSize = batchSizeOf(ctx);
	const startsLate = batchSize < Infinity;
	// In these cases, the limit includes earlier images: from an earlier batch or from an earlier call of the agent.
	const countsEarlier = startsLate || isTool;
	const stopsOnFailure = !ctx.continueOnFail();
	const waiting: Array<Deferred & { itemIndex: number }> = [];
	const nextTurn = pause(1);
	const allFinished = deferred();
	// Expressions may give each item a different limit, or an unreadable one. The lowest one counts.
	let maxImages = Infinity;
	let isGivenUp = false;
	let isEachValid = true;
	/** Images of all items in `plannedImages`. */
	let planned = 0;
	let arrived = 0;
	let joined = 0;
	let finished = 0;

	const decide = ({ images }: ItemPlan, total: number): BarrierDecision => {
		// n8n starts whole batches. An incomplete batch means that n8n gave up while it set up the items.
		const isIncomplete = started.size < itemCount && started.size % batchSize > 0;
		if (isGivenUp || (stopsOnFailure && isIncomplete)) return 'abandoned';
		if (stopsOnFailure && !isEachValid) return 'stop';
		// Images that earlier tries have paid for are still returned.
		return total > maxImages && images > 0 ? 'overImageLimit' : 'proceed';
	};

	/** Checks end in any order, because n8n reads each item's credential from its database. */
	const releaseInOrder = (): void => {
		planned = [...plannedImages.values()].reduce((sum, images) => sum + images, 0);
		waiting.sort((a, b) => a.itemIndex - b.itemIndex);
		for (const { resolve } of waiting.splice(0)) resolve();
	};

	return {
		/** Synchronous: n8n starts all items in one synchronous loop, so all of them are counted when it ends. */
		join(limit = Infinity) {
			joined += 1;
			maxImages = Math.min(maxImages, limit);
		},
		/** n8n has stopped waiting for these items. Items that still wait here must not be paid for. */
		giveUp: () => void (isGivenUp = true),
		/** Waits until all items are checked. No item is paid for before that. Items continue in input order. */
		async arrive(plan: ItemPlan) {
			// Items join in one synchronous loop, so after one turn of the event loop all of them are known.
			await nextTurn;
			arrived += 1;
			isEachValid &&= plan.isValid;
			// Batches are checked one after another, so the limit also includes images that an earlier try has paid for.
			plannedImages.set(plan.itemIndex, plan.images + (countsEarlier ? (plan.paidImages ?? 0) : 0));
			const itsTurn = { ...deferred(), itemIndex: plan.itemIndex };
			waiting.push(itsTurn);
			// One microtask later, when this item is waiting, too. Otherwise it would continue after the others.
			if (arrived >= joined) void nextTurn.then(releaseInOrder);
			await itsTurn.promise;
			// Items that start later are not known yet. Count one image for each of them.
			const later = startsLate && plan.images > 0 ? Math.max(0, itemCount - plannedImages.size) : 0;
			const total = planned + later;
			return { decision: decide(plan, total), planned: total, maxImages };
		},
		/** Called for every item, whether it succeeds or fails. */
		itemFinished() {
			finished += 1;
			if (finished < joined) return;
			onAllFinished();
			allFinished.resolve();
		},
		allFinished: allFinished.promise,
		/** False if n8n's batching starts other items later. */
		hasAllItems: () => !startsLate || joined >= itemCount,
	};
}
