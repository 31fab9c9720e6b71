/** Ages in ms between which something happens; `to` is Infinity while nothing is known. */
export interface Span {
	from: number;
	to: number;
}

/** The values that one task showed, rising, with the ages at which each was seen first and last. */
export type Levels = Array<{ progress: number; first: number; last: number }>;

/**
 * What coarse progress (0, 50, 100) is worth: each value is reached at some share of the duration. Ended
 * tasks tell at which; then the age at which an open task reached it, or did not yet, bounds its end.
 */
export interface Marks {
	note(levels: Levels, age: number, progress: number): void;
	ended(levels: Levels, end: Span): void;
	/** Within which the task ends, as far as its marks tell. */
	narrow(levels: Levels, end: Span): Span;
}

/** Answers take a while, so that ages are not exact. */
const SLACK = 1.02;
/** Where a value comes at another share so many times, it names a state and says nothing about the end. */
const PATIENCE = 3;

export function createMarks(): Marks {
	const shares = new Map<number, Span & { contradictions: number }>();
	return {
		note(levels, age, progress) {
			if (!(progress >= 0 && progress < 100)) return;
			const last = levels[levels.length - 1];
			if (last === undefined || progress > last.progress) levels.push({ progress, first: age, last: age });
			else if (progress === last.progress) last.last = age;
			if (progress > 0 && !shares.has(progress)) shares.set(progress, { from: 0, to: 1, contradictions: 0 });
		},
		ended(levels, end) {
			for (const [value, share] of shares) {
				const reached = reachOf(levels, value);
				const from = Math.max(share.from, reached.from / end.to / SLACK);
				const to = Math.min(share.to, (reached.to / Math.max(1, end.from)) * SLACK);
				Object.assign(share, from < to ? { from, to } : { from: 0, to: 1, contradictions: share.contradictions + 1 });
			}
		},
		narrow(levels, end) {
			let { from, to } = end;
			for (const [value, share] of shares) {
				if (share.contradictions >= PATIENCE) continue;
				const reached = reachOf(levels, value);
				from = Math.max(from, reached.from / share.to);
				to = Math.min(to, reached.to / share.from);
			}
			// A task that outlives its marks is one of another kind.
			return from < to ? { from, to } : end;
		},
	};
}

/** The age at which a task first showed anything but the lowest; such tasks are likely to end first. */
export function firstMark(levels: Levels): number {
	return levels.find(({ progress }) => progress > 0)?.first ?? Infinity;
}

function reachOf(levels: Levels, value: number): Span {
	const index = levels.findIndex(({ progress }) => progress >= value);
	const before = levels[(index < 0 ? levels.length : index) - 1];
	return { from: before?.last ?? 0, to: levels[index]?.first ?? Infinity };
}
