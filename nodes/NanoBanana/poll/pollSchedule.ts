import { createDurations } from './taskDurations';
import { createMarks } from './marks';
import { createPlanner, type Entry } from './planner';
import { createProgress, startTrail } from './progress';

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

/** Its multiples modulo 1 fill the range evenly, however many there are. */
const GOLDEN = 0.618034;

export function createSchedule(): Schedule {
	const open = new Set<Entry>();
	const durations = createDurations();
	const progress = createProgress();
	const marks = createMarks();
	let begun = 0;

	const { plan, endOf } = createPlanner({ open, durations, progress, marks });

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
			const entry: Entry = {
				startedAt,
				stepMs,
				isNew,
				seenAt: startedAt,
				lookedAt: startedAt,
				watchedFrom: startedAt,
				misses: 0,
				dueAt: startedAt,
				trail: startTrail(startedAt),
				levels: [],
				phase,
			};
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
				for (const other of open)
					if (other.isNew && other.lookedAt === other.startedAt) other.dueAt = plan(other, startedAt);
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
