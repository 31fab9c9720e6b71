/** What the progress of the tasks of a run is worth, and where it says that one of them ends. */
export interface Progress {
	/** True while the gateway tells progress fine enough to count on. */
	isTelling(): boolean;
	note(trail: Trail, at: number, progress: number): void;
	ended(trail: Trail, at: number): void;
	/** When to look next by the progress alone; undefined where it says nothing. */
	lookAt(trail: Trail, now: number): number | undefined;
}

export interface Trail {
	startedAt: number;
	/** The last two different values, oldest first. */
	marks: Array<{ at: number; progress: number }>;
}

/** Coarser progress (0, 50, 100) names a state rather than a share of the time. */
const COARSEST = 10;
/** Looks this long after the expected end, as a look just before it costs a whole further read. */
const AFTER_END_MS = 40;
/** Looks once more on the way before a rough estimate is believed. */
const ROUGH_SHARE = 0.6;
/** Further off than this share of the age, what was told is wrong, and no longer a matter of rounding. */
const TOLERANCE = 0.1;
/** So many more wrong words than right ones are put up with in a run. */
const PATIENCE = 3;

export function createProgress(): Progress {
	/** The largest step in which all progress so far can be counted. */
	let grain = 100;
	let wrong = 0;
	const isTelling = (): boolean => grain <= COARSEST && wrong <= PATIENCE;
	const readSubmitResult = (isRight: boolean): void => {
		wrong = Math.max(0, wrong + (isRight ? -1 : 1));
	};
	return {
		isTelling,
		note(trail, at, progress) {
			if (!(progress >= 0 && progress < 100)) return;
			grain = commonStep(grain, Math.round(progress));
			const end = endOf(trail);
			if (end !== undefined && at - end > TOLERANCE * (at - trail.startedAt)) readSubmitResult(false);
			const last = trail.marks[trail.marks.length - 1];
			// Still at 0: whatever the task waits for, its progress starts later.
			if (progress === 0 && last.progress === 0) last.at = at;
			// Progress that falls or stands still tells nothing about the pace.
			if (progress > last.progress) trail.marks = [last, { at, progress }];
		},
		ended(trail, at) {
			const end = endOf(trail);
			if (end !== undefined) readSubmitResult(Math.abs(end - at) < TOLERANCE * (at - trail.startedAt));
		},
		lookAt(trail, now) {
			const end = isTelling() ? endOf(trail) : undefined;
			if (end === undefined) return undefined;
			// Overdue by its own word: at first that is rounding, later the word counts less and less.
			if (end <= now) return now + (now - end) / 2;
			const isRough = trail.marks[0].progress === 0;
			return isRough ? now + Math.min((end - now) * ROUGH_SHARE, now - trail.startedAt) : end + AFTER_END_MS;
		},
	};
}

export function startTrail(startedAt: number): Trail {
	return { startedAt, marks: [{ at: startedAt, progress: 0 }] };
}

/** Two values give the pace also of a task that started late; one value and the start give a rough one. */
function endOf({ marks: [first, last] }: Trail): number | undefined {
	if (last === undefined) return undefined;
	return last.at + ((last.at - first.at) / (last.progress - first.progress)) * (100 - last.progress);
}

function commonStep(a: number, b: number): number {
	return b === 0 ? a : commonStep(b, a % b);
}
