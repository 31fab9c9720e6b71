import type { Durations } from './taskDurations';
import { firstMark, type Levels, type Marks, type Span } from './marks';
import type { Progress, Trail } from './progress';
import { searchAt, type Sought } from './search';

/** What the schedule knows about one open task. */
export interface Entry extends Sought {
	dueAt: number;
	onSooner?: () => void;
	isNew: boolean;
	/** The last time at which it was known to go on. */
	seenAt: number;
	/** Since when it is looked at; a resumed task may be much older. */
	watchedFrom: number;
	misses: number;
	trail: Trail;
	levels: Levels;
}

const SHORTEST_STEP_MS = 150;
/** Whatever was learned or told, no task is left alone for longer than this or a quarter of its age. */
const LONGEST_STEP_MS = 10_000;
const MISS_GROWTH = 1.5;
/** A look is worth a lateness of this times the cube root of step * duration^2: long tasks may be found later, though less late for their length. */
const LOOK_WORTH = 0.0224;
/** Looks that are overdue leave within this share of the usual gap. */
const HASTE = 0.1;
/** In the search the first task to pass a mark is looked at as if it were alone, and each later one as one of so many more. */
const SCOUTS = 10;

/** What the looks so far have taught, about all tasks of the run. */
export interface Lessons {
	open: Set<Entry>;
	durations: Durations;
	progress: Progress;
	marks: Marks;
}

/** When to look at an open task next, by what was learned; and within which ages it ends. */
export interface Planner {
	plan(entry: Entry, now: number): number;
	endOf(entry: Entry): Span;
}

export function createPlanner({ open, durations, progress, marks }: Lessons): Planner {
	const endOf = ({ startedAt, seenAt, levels }: Entry): Span => {
		const end = { from: Math.max(0, seenAt - startedAt), to: Infinity };
		return progress.isTelling() ? end : marks.narrow(levels, end);
	};

	/** With how many it shares the search: the first to pass a mark are the likeliest to end first. */
	const crowdOf = ({ levels }: Entry): number => {
		const mark = firstMark(levels);
		if (mark === Infinity) return open.size;
		const earlier = [...open].filter((other) => firstMark(other.levels) < mark).length;
		return Math.min(open.size, 1 + SCOUTS * earlier);
	};

	/** When the expected lateness has grown to what a look is worth. */
	const learnedAt = (entry: Entry, now: number): number => {
		const worth = LOOK_WORTH * Math.cbrt(entry.stepMs * durations.mean() ** 2);
		const dueAt = entry.startedAt + durations.dueAge(endOf(entry), worth);
		if (dueAt > now) return dueAt;
		// Out of sight while others ended: many such looks are due now, so they are spread a little.
		const age = Math.max(0, now - entry.startedAt);
		return now + (durations.dueAge({ from: age, to: Infinity }, worth) - age) * HASTE * entry.phase;
	};

	/** Where progress will tell the end, the first look is best well before it. */
	const firstMarkAt = ({ startedAt, phase }: Entry, now: number, shortest: number): number => {
		const half = startedAt + shortest / 2;
		return half > now ? half : now + (now - startedAt) * phase;
	};

	const plan = (entry: Entry, now: number): number => {
		const shortest = durations.shortest();
		const blind = shortest === undefined ? searchAt(entry, crowdOf(entry), now) : learnedAt(entry, now);
		const isFirst = entry.lookedAt === entry.startedAt;
		const next =
			progress.isTelling() && isFirst
				? Math.min(blind, firstMarkAt(entry, now, shortest ?? 0))
				: (progress.lookAt(entry.trail, now) ?? blind);
		const least =
			entry.misses > 0
				? entry.stepMs * MISS_GROWTH ** Math.min(entry.misses, 20)
				: Math.min(SHORTEST_STEP_MS, entry.stepMs);
		const most = Math.max(LONGEST_STEP_MS, (entry.lookedAt - entry.watchedFrom) / 4);
		return Math.ceil(entry.lookedAt + Math.min(most, Math.max(least, next - entry.lookedAt)));
	};

	return { plan, endOf };
}
