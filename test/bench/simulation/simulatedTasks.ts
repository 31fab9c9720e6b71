/* eslint-disable */
// A simulated run of tasks: the node's poll schedule (or another policy) decides when to poll, and the clock jumps to
// that time. Uses no timers. The result only depends on the seed.
import { createPollSchedule } from '../../../nodes/NanoBanana/poll/pollSchedule';
import { createRandom, type Random } from '../../mock-api/random';

export interface Load {
	tasks: number;
	shortestMs: number;
	longestMs: number;
	/** 'even' (default): all between them. 'lognormal': 95 % between them. 'two': 70 % about 5 s, 30 % about 20 s. */
	spread?: 'even' | 'lognormal' | 'two';
	/** The progress that a poll returns after this share of the task's duration. */
	progress: (share: number, ageMs: number) => number | undefined;
	/** The maximum number of open tasks. Another one starts when one of them has ended. */
	atOnce?: number;
	pollIntervalMs?: number;
}

export interface Figures {
	/** Mean time between the end of a task and the poll that finds it. */
	lagMs: number;
	/** The same as a share of the mean duration. */
	lagShare: number;
	reads: number;
	/** When the last task is found, divided by when the last task ends. */
	makespan: number;
	/** The longest time without a poll, divided by the maximum of the schedule: 10 s or a quarter of the age. */
	longestGap: number;
}

export interface Policy {
	track(startedAt: number): {
		readonly dueAt: number;
		onEarlier?: () => void;
		pending(at: number, progress?: number): void;
		succeeded(at: number): void;
	};
}

export const PROGRESS = {
	none: () => undefined,
	linear: (share: number) => Math.min(99, Math.floor(share * 100)),
	/** The first fifth is spent in a queue. */
	queued: (share: number) => Math.floor(Math.max(0, (share - 0.2) / 0.8) * 100),
	/** 0, 50, 100: by the half of the time, or by the task status. */
	half: (share: number) => (share < 0.5 ? 0 : 50),
	status: (share: number) => (share < 0.2 ? 0 : 50),
} as const;

export const ours = (pollIntervalMs = 1000): Policy => {
	const schedule = createPollSchedule();
	return { track: (startedAt) => schedule.track(startedAt, pollIntervalMs, true) };
};

export const fixed = (everyMs: number): Policy => byGap(() => everyMs);
export const exponential = (): Policy => byGap((reads) => Math.min(10_000, 1000 * 1.5 ** reads));

function byGap(gapMs: (reads: number) => number): Policy {
	return {
		track(startedAt) {
			let reads = 0;
			const ticket = {
				dueAt: startedAt + gapMs(0),
				pending(at: number) {
					reads += 1;
					ticket.dueAt = at + gapMs(reads);
				},
				succeeded: () => undefined,
			};
			return ticket;
		},
	};
}

interface Task {
	/** When the client would wake up. Until then, the ticket may get a later time. */
	wakeAt: number;
	startedAt: number;
	durationMs: number;
	polledAt: number;
	reads: number;
	foundAt: number;
	ticket: ReturnType<Policy['track']>;
}

/** The time between two create requests. */
const APART_MS = 5;

export function play(load: Load, seed: number, policy: Policy = ours(load.pollIntervalMs)): Figures {
	const random = createRandom(seed);
	const draw = () => drawDuration(load, random);
	const open = new Set<Task>();
	const all: Task[] = [];
	let longestGap = 0;
	const start = (at: number) => {
		const ticket = policy.track(at);
		const task = {
			startedAt: at,
			durationMs: draw(),
			polledAt: at,
			reads: 0,
			foundAt: 0,
			wakeAt: ticket.dueAt,
			ticket,
		};
		ticket.onEarlier = () => (task.wakeAt = ticket.dueAt);
		open.add(task);
		all.push(task);
	};
	for (let index = 0; index < Math.min(load.tasks, load.atOnce ?? Infinity); index += 1) start(index * APART_MS);

	let now = 0;
	while (open.size > 0) {
		const task = [...open].reduce((first, other) => (other.wakeAt < first.wakeAt ? other : first));
		now = Math.max(now, task.wakeAt);
		task.wakeAt = task.ticket.dueAt;
		if (task.wakeAt > now) continue;
		const age = now - task.startedAt;
		longestGap = Math.max(longestGap, (now - task.polledAt) / Math.max(10_000, (task.polledAt - task.startedAt) / 4));
		task.polledAt = now;
		task.reads += 1;
		if (task.reads > 10_000) throw new Error('The schedule polls without end');
		if (age < task.durationMs) {
			task.ticket.pending(now, load.progress(age / task.durationMs, age));
			task.wakeAt = task.ticket.dueAt;
			continue;
		}
		task.foundAt = now;
		task.ticket.succeeded(now);
		open.delete(task);
		if (all.length < load.tasks) start(now + APART_MS);
	}
	const mean = (of: (task: Task) => number) => all.reduce((sum, task) => sum + of(task), 0) / all.length;
	const lagMs = mean((task) => task.foundAt - task.startedAt - task.durationMs);
	return {
		lagMs,
		lagShare: lagMs / mean((task) => task.durationMs),
		reads: mean((task) => task.reads),
		makespan:
			Math.max(...all.map((task) => task.foundAt)) / Math.max(...all.map((task) => task.startedAt + task.durationMs)),
		longestGap,
	};
}

export function drawDuration({ shortestMs, longestMs, spread }: Load, random: Random): number {
	if (spread === 'two') return (random.next() < 0.7 ? 5_000 : 20_000) * (0.9 + 0.2 * random.next());
	if (spread !== 'lognormal') return shortestMs + random.next() * (longestMs - shortestMs);
	const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
	return Math.sqrt(shortestMs * longestMs) * (longestMs / shortestMs) ** (normal / (2 * 1.96));
}

/** Medians of the runs with these seeds. The longest gap is the maximum. */
export function playMany(load: Load, seeds = 200, policy?: () => Policy): Figures {
	const runs = Array.from({ length: seeds }, (_, index) => play(load, index + 1, policy?.()));
	const median = (of: (run: Figures) => number) => runs.map(of).sort((a, b) => a - b)[runs.length >> 1];
	return {
		lagMs: median((run) => run.lagMs),
		lagShare: median((run) => run.lagShare),
		reads: median((run) => run.reads),
		makespan: median((run) => run.makespan),
		longestGap: Math.max(...runs.map((run) => run.longestGap)),
	};
}
