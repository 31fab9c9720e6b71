/** How long the tasks of a run took, and how likely the others are to end at an age. */
export interface Durations {
	/** Undefined until a first task has ended. */
	shortest(): number | undefined;
	/** True when this many are worth planning anew: 1, 2, 4, 8, ... as each teaches less than the one before. */
	add(durationMs: number): boolean;
	/** Ends per ms at this age, given for how long each open task is known to be alive. */
	rateAt(ageMs: number, alive: Iterable<number>): number;
}

/** With so many, the rate of ends is told apart for the earlier and the later half: nearly all tasks end sooner or later. */
const HALVES_FROM = 4;
/** Only the newest count, as a gateway's pace changes over a long run. */
const NEWEST = 100;

export function createDurations(): Durations {
	let newest: number[] = [];
	let sorted: number[] = [];
	let count = 0;
	return {
		shortest: () => sorted.at(0),
		add(durationMs) {
			count += 1;
			newest = [...newest.slice(1 - NEWEST), durationMs];
			sorted = [...newest].sort((a, b) => a - b);
			return (count & (count - 1)) === 0;
		},
		// Seen ends over the time in which they could have been seen. Tasks that are still open count with
		// the time they are known to be alive, or the quick ones would stand for all. The end that set the
		// shortest says nothing about the spread: it counts as one end within that duration.
		rateAt(ageMs, alive) {
			const last = sorted.length - 1;
			const middle = sorted.length >= HALVES_FROM ? sorted.length >> 1 : last;
			const isLate = middle < last && ageMs > sorted[middle];
			const [from, to] = isLate ? [middle, last] : [0, middle];
			const until = to < last ? sorted[to] : Infinity;
			const within = (duration: number): number => Math.max(0, Math.min(duration, until) - sorted[from]);
			let total = sorted[0];
			for (const duration of sorted) total += within(duration);
			for (const duration of alive) total += within(duration);
			return (to - from + 1) / total;
		},
	};
}
