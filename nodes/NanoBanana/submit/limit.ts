/**
 * What the gateway's answers teach about how much it takes at a time. Few requests may be unanswered
 * at a time, so an unknown limit is met by a handful of refusals instead of by all items at once. A
 * refusal at a level never reached before is taken for the limit. One at a level that worked before
 * may be a rate limit, which only costs time; a second one in a row is taken for a limit that has
 * dropped. Driven by what it is told: no clock, no queue.
 */
export interface Limit {
	/** So many requests may be unanswered at a time. */
	unanswered(): number;
	/** So many may be open at a time, the unanswered ones among them. */
	open(): number;
	/** The gateway took a request; with it so many are open. */
	accepted(open: number): void;
	/**
	 * The gateway took nothing while so many others were open or unanswered. `isNews` is false for a
	 * request that was sent before an earlier refusal. Tells whether that was the limit, and how
	 * many refusals in a row were none.
	 */
	refused(others: number, isNews: boolean): { isLimit: boolean; inARow: number };
}

/**
 * How many requests may be unanswered at a time. Creating a task is answered at once, so few are
 * enough; a synchronous call is answered with the picture, so many run side by side, and each
 * success allows one more. A refusal comes quickly, so there silence for a while counts as a yes.
 */
export interface Window {
	unanswered: number;
	growsBy: number;
	takenAfterMs?: number;
}

/**
 * Accepts in a row before one more than the known limit is tried. Doubles when that is refused and
 * halves when it works, so that a limit that has grown is soon used.
 */
const FIRST_PROBE_AFTER = 20;

export function createLimit(maxOpen: number, window: Window): Limit {
	let unanswered = window.unanswered;
	let limit = maxOpen;
	let proven = 0;
	let refusalsInARow = 0;
	let acceptsInARow = 0;
	let probeAfter = FIRST_PROBE_AFTER;
	/** The level that is on trial. A task that ended unseen can let it pass once, so a refusal takes it back. */
	let onTrial = 0;

	return {
		unanswered: () => (refusalsInARow > 0 ? 1 : unanswered),
		open: () => limit,
		accepted(open) {
			if (open > proven && open === onTrial) probeAfter = Math.ceil(probeAfter / 2);
			proven = Math.max(proven, open);
			limit = Math.max(limit, open);
			unanswered += window.growsBy;
			refusalsInARow = 0;
			acceptsInARow += 1;
			if (limit < maxOpen && acceptsInARow >= probeAfter) {
				limit += 1;
				onTrial = limit;
				acceptsInARow = 0;
			}
		},
		refused(others, isNews) {
			acceptsInARow = 0;
			const isLimit = others > 0 && (others + 1 > proven || others + 1 === onTrial);
			const hasDropped = others > 0 && !isLimit && isNews && refusalsInARow > 0;
			if (isLimit && isNews && limit < maxOpen) probeAfter *= 2;
			// A deep fall may have been a rate limit, so it is soon tried whether more works.
			if (hasDropped) probeAfter = others < proven / 2 ? 1 : probeAfter * 2;
			if (isLimit || hasDropped) {
				limit = others;
				proven = Math.min(proven, others);
			}
			if (isNews) refusalsInARow = isLimit ? 0 : refusalsInARow + 1;
			return { isLimit, inARow: refusalsInARow };
		},
	};
}
