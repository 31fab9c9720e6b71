import { jitter } from './clock';

/** What one task has told about itself so far. Times in ms since the epoch, progress in percent. */
export interface Watch {
	startedAt: number;
	/** First step of the schedule ('Poll Interval'). */
	stepMs: number;
	reads: number;
	/** The last two different progress values, oldest first. */
	marks: Array<{ at: number; progress: number }>;
}

const GROWTH = 1.5;
const LONGEST_STEP_MS = 10_000;
const SHORTEST_STEP_MS = 150;
/** Looks this long after the expected end, as a look just before it costs a whole further read. */
const AFTER_END_MS = 60;

export function startWatch(startedAt: number, stepMs: number): Watch {
	return { startedAt, stepMs, reads: 0, marks: [] };
}

/** Takes note of a status answer. Progress that does not grow tells nothing about the pace. */
export function noteRead(watch: Watch, at: number, progress: number | undefined): void {
	watch.reads += 1;
	const last = watch.marks[watch.marks.length - 1];
	if (progress === undefined || progress <= (last?.progress ?? 0) || progress >= 100) return;
	watch.marks = [...watch.marks.slice(-1), { at, progress }];
}

/**
 * Milliseconds until the next look: quick at first, growing, and aimed at the expected end as soon
 * as the progress tells one.
 */
export function nextLookMs(watch: Watch, now: number): number {
	const growing = Math.min(LONGEST_STEP_MS, watch.stepMs * GROWTH ** Math.min(watch.reads, 20));
	const end = expectedEnd(watch);
	const stillAhead = end !== undefined && end > now;
	if (!stillAhead) return jitter(growing);
	const rest = end - now;
	// An early estimate is rough, so the first aim falls short and measures again on the way.
	const aim = watch.marks.length < 2 ? rest * 0.6 : rest + AFTER_END_MS;
	return Math.max(SHORTEST_STEP_MS, Math.min(aim, LONGEST_STEP_MS * 3));
}

function expectedEnd(watch: Watch): number | undefined {
	const last = watch.marks[watch.marks.length - 1];
	if (!last) return undefined;
	const first = watch.marks.length > 1 ? watch.marks[0] : { at: watch.startedAt, progress: 0 };
	const perPercent = (last.at - first.at) / (last.progress - first.progress);
	return last.at + perPercent * (100 - last.progress);
}
