import { fitWeibull, gapUntilLateness, type Weibull } from './taskDurations';

/**
 * Decides when to poll the open tasks of one node run. They share the schedule, so that each response improves it: a
 * Weibull distribution is fitted to their durations, and a task is polled when its expected lateness is worth a poll,
 * or when its own progress predicts its end. Uses only the times it is given (`Clock` ms): no timers, no randomness.
 */
export interface PollSchedule {
	/** `isNew` is false for a task that may already have ended: it is polled at once. */
	track(startedAt: number, pollIntervalMs: number, isNew: boolean): PollTicket;
}

/** One tracked task. */
export interface PollTicket {
	/** When to poll next, as known now. Read it again at that time, because it may be later by then. */
	readonly dueAt: number;
	/** Called when `dueAt` becomes earlier by enough time to be worth waking up for. */
	onEarlier?: () => void;
	/** The task is queued or running. `progress` is 0 to 100, if the API returns it. */
	pending(at: number, progress?: number): void;
	/** The poll did not return the task. */
	failed(at: number): void;
	/** The poll returned the result of the task. */
	succeeded(at: number): void;
	/** Stops tracking the task, without learning a duration. */
	close(): void;
}

const MIN_GAP_MS = 150;
/** Maximum gap between two polls, or a quarter of the time since tracking started if that is longer. */
const MAX_GAP_MS = 10_000;
/** The gap grows by this factor with each failed poll. */
const FAILURE_GROWTH = 1.5;
/** Lateness worth a poll: factor * interval * (duration / interval) ** power. Grows slower than the duration. */
const POLL_WORTH = { factor: 0.0115, power: 0.85 };
/** Before any task has ended, first polls are spread from the interval to this times interval * sqrt(tasks). */
const FIRST_SPREAD = 1.7;
/** Its multiples modulo 1 are spread evenly, for any number of tasks. */
const GOLDEN_RATIO = 0.618034;
/** Only the newest durations count, because the speed of an API changes during a long run. */
const MAX_DURATIONS = 100;
/** Waiting tasks are woken after each of the first 4 ends, then after every fourth, because each one teaches less. */
const WAKE_EVERY = 4;
/** Waking a waiting task costs about a tenth of a poll, so it is not woken for less than this. */
const MIN_WAKE_GAIN_MS = 100;

interface Task {
	startedAt: number;
	pollIntervalMs: number;
	isNew: boolean;
	/** From 0 to 1, spread evenly over the tasks of a run, so that first polls are not simultaneous. */
	phase: number;
	/** The last value of `dueAt` that was read. */
	lastReadDueAt: number;
	polledAt?: number;
	/** The start, or the first poll if the task may be much older. */
	trackedFrom: number;
	/** The highest age at which it was pending. */
	pendingAge: number;
	failedPolls: number;
	pace: Pace;
	onEarlier?: () => void;
}

export function createPollSchedule(): PollSchedule {
	const open = new Set<Task>();
	let tracked = 0;
	let ended = 0;
	let durations: number[] = [];
	let meanDuration = 0;
	let weibull: Weibull = { shape: 1, scale: 1 };
	/** Progress only in steps of ten (0, 50, 100) is a state and not a share of the time. */
	let isFineGrained = false;

	function learn(): void {
		const pendingAges = [...open].map(({ pendingAge }) => pendingAge);
		meanDuration = durations.reduce((sum, duration) => sum + duration / durations.length, 0);
		weibull = fitWeibull(durations, pendingAges, weibull.shape);
	}

	/**
	 * Before the first task has ended, this is sqrt(0.46 * pollIntervalMs * sum of the ages of all open tasks), where
	 * 0.46 is 2 * POLL_WORTH.factor / PART_ENDED. With the default interval of 1 s, a single task is polled again after
	 * 0.7 s at an age of 1 s, and after 2.1 s at an age of 10 s.
	 */
	function learnedGap({ pollIntervalMs }: Task, age: number, maxMs: number): number {
		const duration = durations.length === 0 ? pollIntervalMs : Math.max(pollIntervalMs, meanDuration, age);
		const worth = POLL_WORTH.factor * pollIntervalMs * (duration / pollIntervalMs) ** POLL_WORTH.power;
		return gapUntilLateness(weibull, age, worth, maxMs);
	}

	function firstDueAt(task: Task): number {
		const { startedAt, pollIntervalMs, isNew, phase } = task;
		if (!isNew) return startedAt;
		const spread = Math.min(MAX_GAP_MS, FIRST_SPREAD * pollIntervalMs * Math.sqrt(tracked)) - pollIntervalMs;
		const gap = durations.length > 0 ? learnedGap(task, 0, MAX_GAP_MS) : pollIntervalMs + Math.max(0, spread) * phase;
		return startedAt + Math.max(pollIntervalMs, gap);
	}

	function nextDueAt(task: Task, polledAt: number): number {
		const { startedAt, trackedFrom, pollIntervalMs, failedPolls, pace } = task;
		const age = Math.max(0, polledAt - startedAt);
		const min =
			failedPolls > 0
				? pollIntervalMs * FAILURE_GROWTH ** Math.min(failedPolls, 20)
				: Math.min(MIN_GAP_MS, pollIntervalMs);
		const max = Math.max(MAX_GAP_MS, (polledAt - trackedFrom) / 4);
		const learned = learnedGap(task, age, max);
		const gap = isFineGrained ? gapByPace(pace, age, learned) : learned;
		return polledAt + Math.min(max, Math.max(min, gap));
	}

	function dueAt(task: Task): number {
		return Math.ceil(task.polledAt === undefined ? firstDueAt(task) : nextDueAt(task, task.polledAt));
	}

	function polled(task: Task, at: number, failedPolls: number): void {
		// A task of an earlier try may be much older than its first poll here.
		if (!task.isNew && task.polledAt === undefined) task.trackedFrom = Math.max(task.startedAt, at);
		task.polledAt = at;
		task.failedPolls = failedPolls;
	}

	return {
		track(startedAt, pollIntervalMs, isNew) {
			const phase = (tracked * GOLDEN_RATIO) % 1;
			const task: Task = {
				startedAt,
				pollIntervalMs,
				isNew,
				phase,
				lastReadDueAt: startedAt,
				trackedFrom: startedAt,
				pendingAge: 0,
				failedPolls: 0,
				pace: { from: { age: 0, percent: 0 } },
			};
			tracked += 1;
			open.add(task);
			return {
				get dueAt() {
					task.lastReadDueAt = dueAt(task);
					return task.lastReadDueAt;
				},
				set onEarlier(action: () => void) {
					task.onEarlier = action;
				},
				pending(at, percent = 0) {
					const age = Math.max(0, at - startedAt);
					polled(task, at, 0);
					task.pendingAge = Math.max(task.pendingAge, age);
					task.pace = nextPace(task.pace, age, percent);
					isFineGrained ||= percent > 0 && percent < 100 && Math.round(percent) % 10 !== 0;
					learn();
				},
				failed: (at) => polled(task, at, task.failedPolls + 1),
				succeeded(at) {
					open.delete(task);
					// If the first poll is at once, it does not show when the task ended.
					if (!isNew && task.polledAt === undefined) return;
					const duration = (task.pendingAge + Math.max(1, at - startedAt)) / 2;
					ended += 1;
					durations = [...durations.slice(1 - MAX_DURATIONS), duration];
					learn();
					if (ended >= WAKE_EVERY && ended % WAKE_EVERY > 0) return;
					for (const other of open) if (dueAt(other) <= other.lastReadDueAt - MIN_WAKE_GAIN_MS) other.onEarlier?.();
				},
				close: () => void open.delete(task),
			};
		},
	};
}

/** The last two different values of a task's progress. */
interface Pace {
	from: { age: number; percent: number };
	to?: { age: number; percent: number };
}

/** Ignores progress that falls or stops, because it does not show the pace. At 0 the task is still waiting. */
function nextPace(pace: Pace, age: number, percent: number): Pace {
	const last = pace.to ?? pace.from;
	if (percent === 0 && last.percent === 0) return { from: { age, percent } };
	return percent > last.percent && percent < 100 ? { from: last, to: { age, percent } } : pace;
}

/** The time left at this pace. A pace measured from 0 may include time in a queue, so it never postpones a poll. */
function gapByPace({ from, to }: Pace, age: number, learned: number): number {
	if (!to) return learned;
	const left = to.age + ((to.age - from.age) / (to.percent - from.percent)) * (100 - to.percent) - age;
	if (left <= 0) return learned;
	return from.percent === 0 ? Math.min(learned, left) : left;
}
