import { createDurations } from './durations';
import { createMarks, firstMark, type Levels, type Span } from './marks';
import { createProgress, startTrail, type Trail } from './progress';
import { searchAt, type Sought } from './search';

/**
 * When to look at the open tasks of one node run. They share it, so that each look teaches all: until
 * a first task has ended the looks search for that end, spread over the tasks; from then on a task is
 * looked at by the durations seen so far, or by its own progress where the gateway tells one. Driven
 * by the times it is given: no timers, no chance.
 */
export interface Schedule {
	/** `isNew` is false for a task that may be done already: its first look is at once. */
	watch(startedAt: number, stepMs: number, isNew: boolean): Watch;
}

export interface Watch {
	/** When to look next. News of other tasks may bring it forward; `onSooner` tells. */
	readonly dueAt: number;
	onSooner?: () => void;
	/** It goes on. */
	seen(at: number, progress?: number): void;
	/** The look brought no answer about the task. */
	missed(at: number): void;
	finished(at: number): void;
	/** Nobody looks any more, and nothing was learned. */
	leave(): void;
}

interface Entry extends Sought {
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
/** Its multiples modulo 1 fill the range evenly, however many there are. */
const GOLDEN = 0.618034;

export function createSchedule(): Schedule {
	const open = new Set<Entry>();
	const durations = createDurations();
	const progress = createProgress();
	const marks = createMarks();
	let begun = 0;

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
		const next = progress.isTelling() && isFirst ? Math.min(blind, firstMarkAt(entry, now, shortest ?? 0)) : (progress.lookAt(entry.trail, now) ?? blind);
		const least = entry.misses > 0 ? entry.stepMs * MISS_GROWTH ** Math.min(entry.misses, 20) : Math.min(SHORTEST_STEP_MS, entry.stepMs);
		const most = Math.max(LONGEST_STEP_MS, (entry.lookedAt - entry.watchedFrom) / 4);
		return Math.ceil(entry.lookedAt + Math.min(most, Math.max(least, next - entry.lookedAt)));
	};

	const learn = (): void => {
		if (durations.shortest() !== undefined) durations.learn([...open].map(endOf));
	};

	const bringForward = (now: number): void => {
		learn();
		for (const entry of open) {
			const dueAt = plan(entry, now);
			if (dueAt >= entry.dueAt) continue;
			entry.dueAt = dueAt;
			entry.onSooner?.();
		}
	};

	return {
		watch(startedAt, stepMs, isNew) {
			const phase = (begun * GOLDEN) % 1;
			const entry: Entry = { startedAt, stepMs, isNew, seenAt: startedAt, lookedAt: startedAt, watchedFrom: startedAt, misses: 0, dueAt: startedAt, trail: startTrail(startedAt), levels: [], phase };
			const note = (at: number, misses: number): void => {
				if (!isNew && entry.lookedAt === startedAt) entry.watchedFrom = at;
				Object.assign(entry, { lookedAt: at, misses });
				learn();
				entry.dueAt = plan(entry, at);
			};
			let isKnown = isNew;
			begun += 1;
			open.add(entry);
			if (isNew) entry.dueAt = plan(entry, startedAt);
			// More tasks share the search, so those not looked at yet may wait longer.
			if (durations.shortest() === undefined) {
				for (const other of open) if (other.isNew && other.lookedAt === other.startedAt) other.dueAt = plan(other, startedAt);
			}
			return {
				get dueAt() {
					return entry.dueAt;
				},
				set onSooner(action: () => void) {
					entry.onSooner = action;
				},
				seen(at, percent) {
					const wasTelling = progress.isTelling();
					isKnown = true;
					entry.seenAt = at;
					if (percent !== undefined) {
						progress.note(entry.trail, at, percent);
						marks.note(entry.levels, Math.max(0, at - startedAt), percent);
					}
					note(at, 0);
					if (wasTelling !== progress.isTelling()) bringForward(at);
				},
				missed: (at) => note(at, entry.misses + 1),
				finished(at) {
					open.delete(entry);
					progress.ended(entry.trail, at);
					// A first look at once tells nothing of when it ended.
					if (!isKnown) return;
					const end = { from: Math.max(0, entry.seenAt - startedAt), to: Math.max(1, at - startedAt) };
					marks.ended(entry.levels, end);
					if (durations.add(end)) bringForward(at);
				},
				leave: () => void open.delete(entry),
			};
		},
	};
}
