import { createDurations } from './durations';
import { createProgress, startTrail, type Trail } from './progress';

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

interface Entry {
	dueAt: number;
	onSooner?: () => void;
	startedAt: number;
	stepMs: number;
	isNew: boolean;
	/** The last time at which it was known to go on. */
	seenAt: number;
	lookedAt: number;
	/** Since when it is looked at; a resumed task may be much older. */
	watchedFrom: number;
	misses: number;
	trail: Trail;
	/** 0 to 1, evenly spread over the tasks of a run, so that they do not ask in step. */
	phase: number;
}

const SHORTEST_STEP_MS = 150;
/** Whatever was learned or told, no task is left alone for longer than this or a quarter of its age. */
const LONGEST_STEP_MS = 10_000;
const MISS_GROWTH = 1.5;
/** The search leaves sqrt(share * step * age) between two looks at a single task; n tasks take sqrt(n) times that, as they search together. */
const SEARCH_SHARE = 0.6;
/** A look is worth a lateness of this share of the task's age. */
const LOOK_WORTH = 0.0052;
/** Its multiples modulo 1 fill the range evenly, however many there are. */
const GOLDEN = 0.618034;

export function createSchedule(): Schedule {
	const open = new Set<Entry>();
	const durations = createDurations();
	const progress = createProgress();
	let begun = 0;

	const searchAt = ({ startedAt, lookedAt, stepMs, phase }: Entry, now: number): number => {
		const step = Math.sqrt(SEARCH_SHARE * stepMs * open.size) / 2;
		if (lookedAt === startedAt) {
			const first = Math.sqrt(stepMs);
			return startedAt + (first + Math.min(step, Math.max(0, Math.sqrt(LONGEST_STEP_MS) - first)) * phase) ** 2;
		}
		// Back from a plan that did not hold, for all tasks at a time: spread anew.
		return startedAt + (Math.sqrt(Math.max(0, now - startedAt)) + step * (lookedAt === now ? 1 : phase)) ** 2;
	};

	/** After the gap in which the expected lateness grows to what a look is worth. */
	const learnedAt = (entry: Entry, now: number, shortest: number): number => {
		const age = Math.max(now - entry.startedAt, shortest);
		const alive = [...open].map(({ seenAt, startedAt }) => seenAt - startedAt);
		const gap = Math.sqrt((2 * LOOK_WORTH * age) / durations.rateAt(age, alive));
		const from = entry.startedAt + shortest;
		// Out of sight while others ended: such looks are all due now, so they are spread over one gap.
		return now > from && entry.seenAt < from ? now + gap * entry.phase : Math.max(from, entry.lookedAt) + gap;
	};

	/** Where progress will tell the end, the first look is best well before it. */
	const firstMarkAt = ({ startedAt, phase }: Entry, now: number, shortest: number): number => {
		const half = startedAt + shortest / 2;
		return half > now ? half : now + (now - startedAt) * phase;
	};

	const plan = (entry: Entry, now: number): number => {
		const shortest = durations.shortest();
		const blind = shortest === undefined ? searchAt(entry, now) : learnedAt(entry, now, shortest);
		const isFirst = entry.lookedAt === entry.startedAt;
		const next = progress.isTelling() && isFirst ? Math.min(blind, firstMarkAt(entry, now, shortest ?? 0)) : (progress.lookAt(entry.trail, now) ?? blind);
		const least = entry.misses > 0 ? entry.stepMs * MISS_GROWTH ** Math.min(entry.misses, 20) : Math.min(SHORTEST_STEP_MS, entry.stepMs);
		const most = Math.max(LONGEST_STEP_MS, (entry.lookedAt - entry.watchedFrom) / 4);
		return Math.ceil(entry.lookedAt + Math.min(most, Math.max(least, next - entry.lookedAt)));
	};

	const bringForward = (now: number): void => {
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
			const entry: Entry = { startedAt, stepMs, isNew, seenAt: startedAt, lookedAt: startedAt, watchedFrom: startedAt, misses: 0, dueAt: startedAt, trail: startTrail(startedAt), phase };
			const note = (at: number, misses: number): void => {
				if (!isNew && entry.lookedAt === startedAt) entry.watchedFrom = at;
				Object.assign(entry, { lookedAt: at, misses });
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
					if (percent !== undefined) progress.note(entry.trail, at, percent);
					note(at, 0);
					if (wasTelling !== progress.isTelling()) bringForward(at);
				},
				missed: (at) => note(at, entry.misses + 1),
				finished(at) {
					open.delete(entry);
					progress.ended(entry.trail, at);
					// It ended between the last two looks. A first look at once tells nothing of when.
					if (isKnown && durations.add(Math.max(1, (at + entry.seenAt) / 2 - startedAt))) bringForward(at);
				},
				leave: () => void open.delete(entry),
			};
		},
	};
}
