import { fitWeibull, gapUntilLateness, type Weibull } from './taskDurations';

/**
 * When to poll the open tasks of one node run. They share the schedule, so that each answer teaches all:
 * a Weibull distribution is fitted to their durations, and a task is polled when its expected lateness has
 * grown to what a poll is worth, or where its own progress says that it ends. Driven by the times it is
 * given (ms since the epoch): no timers, no chance.
 */
export interface PollSchedule {
	/** `isNew` is false for a task that may have ended already: its first poll is at once. */
	track(startedAt: number, pollIntervalMs: number, isNew: boolean): PollTicket;
}

/** One tracked task. */
export interface PollTicket {
	/** When to poll next, by all that is known now. Read it again at that time: it may be later by then. */
	readonly dueAt: number;
	/** Called when `dueAt` has become earlier by a time that is worth waking up for. */
	onEarlier?: () => void;
	/** The poll showed the task queued or running, with a progress from 0 to 100 where the API tells one. */
	pending(at: number, progress?: number): void;
	/** The poll did not show the task. */
	failed(at: number): void;
	/** The poll showed the result of the task. */
	succeeded(at: number): void;
	/** The task is not polled any more, and nothing was learned. */
	close(): void;
}

const MIN_GAP_MS = 150;
/** Whatever was learned, no task waits longer than this, or than a quarter of the time that it was tracked. */
const MAX_GAP_MS = 10_000;
/** The gap grows by this factor with each failed poll. */
const FAILURE_GROWTH = 1.5;
/** A poll is worth a lateness of factor * interval * (duration / interval) ** power: the end of a long task may be seen later, but less late for its length. */
const POLL_WORTH = { factor: 0.0115, power: 0.85 };
/** While no duration is known, first polls are spread evenly from the interval to this times interval * sqrt(tasks). */
const FIRST_SPREAD = 1.7;
/** Its multiples modulo 1 fill the range evenly, however many there are. */
const GOLDEN_RATIO = 0.618034;
/** Only the newest durations count, as the pace of an API changes during a long run. */
const MAX_DURATIONS = 100;
/** Waiting tasks are woken after each of the first 4 ends, then after every fourth, as each teaches less than the one before. */
const WAKE_EVERY = 4;
/** Being woken up costs about as much as a tenth of a poll, so waiting tasks are not woken for less than this. */
const MIN_WAKE_GAIN_MS = 100;

interface Task {
	startedAt: number;
	pollIntervalMs: number;
	isNew: boolean;
	/** From 0 to 1, evenly spread over the tasks of a run, so that their first polls are not simultaneous. */
	phase: number;
	/** `dueAt` as it was read last. */
	lastReadDueAt: number;
	polledAt?: number;
	/** The start, or the first poll of a task that may be much older. */
	trackedFrom: number;
	/** The last age at which it was pending. */
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
	/** Progress that comes in tens only (0, 50, 100) names a state and not a share of the time. */
	let isFineGrained = false;

	function learn(): void {
		const pendingAges = [...open].map(({ pendingAge }) => pendingAge);
		meanDuration = durations.reduce((sum, duration) => sum + duration / durations.length, 0);
		weibull = fitWeibull(durations, pendingAges, weibull.shape);
	}

	/**
	 * Before the first task has ended, this is sqrt(0.46 * pollIntervalMs * sum of the ages of all open tasks), where 0.46
	 * is 2 * POLL_WORTH.factor / PART_ENDED. With the default interval of 1 s, one task alone is polled again after 0.7 s
	 * at an age of 1 s, after 2.1 s at 10 s.
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
					// A first poll at once does not tell when the task ended.
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

/** Progress that falls or stops tells nothing about the pace; at 0 the task is still waiting. */
function nextPace(pace: Pace, age: number, percent: number): Pace {
	const last = pace.to ?? pace.from;
	if (percent === 0 && last.percent === 0) return { from: { age, percent } };
	return percent > last.percent && percent < 100 ? { from: last, to: { age, percent } } : pace;
}

/** The time left at this pace. A pace that starts at 0 is rough, as a queue may come before it: it never postpones a poll. */
function gapByPace({ from, to }: Pace, age: number, learned: number): number {
	if (!to) return learned;
	const left = to.age + ((to.age - from.age) / (to.percent - from.percent)) * (100 - to.percent) - age;
	if (left <= 0) return learned;
	return from.percent === 0 ? Math.min(learned, left) : left;
}
