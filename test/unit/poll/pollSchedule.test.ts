/* eslint-disable */
import fc from 'fast-check';

import { createPollSchedule, type PollTicket } from '../../../nodes/NanoBanana/poll/pollSchedule';
import { play, playMany, PROGRESS, type Load } from '../../bench/simulation/simulatedTasks';

const SHORT: Load = { tasks: 30, shortestMs: 4_000, longestMs: 12_000, progress: PROGRESS.none };
const LONG: Load = { ...SHORT, shortestMs: 30_000, longestMs: 90_000 };

/** The poll times of one task, until it ends. */
function pollsOf(
	lengthMs: number,
	pollIntervalMs: number,
	told: (age: number) => number | undefined = () => undefined,
): number[] {
	const ticket = createPollSchedule().track(0, pollIntervalMs, true);
	const times: number[] = [];
	while ((times.at(-1) ?? 0) < lengthMs) {
		times.push(ticket.dueAt);
		ticket.pending(ticket.dueAt, told(ticket.dueAt));
	}
	return times;
}

describe('a run of 30 tasks, medians over many seeds', () => {
	it('finds the ends of tasks of 4 to 12 s within 0.15 s in fewer than 4 polls, with progress', () => {
		const figures = playMany({ ...SHORT, progress: PROGRESS.linear });

		expect(figures.lagMs).toBeLessThan(150);
		expect(figures.reads).toBeLessThan(4);
		expect(figures.makespan).toBeLessThan(1.03);
	});

	it('does the same if the progress starts after a queue', () => {
		const figures = playMany({ ...SHORT, progress: PROGRESS.queued });

		expect(figures.lagMs).toBeLessThan(150);
		expect(figures.reads).toBeLessThan(4);
		expect(figures.makespan).toBeLessThan(1.03);
	});

	it('finds them within 0.52 s in at most 4.8 polls if the progress is 50 after half of the time', () => {
		const figures = playMany({ ...SHORT, progress: PROGRESS.half });

		expect(figures.lagMs).toBeLessThan(520);
		expect(figures.reads).toBeLessThanOrEqual(4.8);
		expect(figures.makespan).toBeLessThan(1.06);
	});

	it('finds them within 0.52 s in at most 5 polls if the progress is 50 after a fifth of the time', () => {
		const figures = playMany({ ...SHORT, progress: PROGRESS.status });

		expect(figures.lagMs).toBeLessThan(520);
		expect(figures.reads).toBeLessThanOrEqual(5);
		expect(figures.makespan).toBeLessThan(1.06);
	});

	it('finds them within 0.52 s in at most 5 polls without progress', () => {
		const figures = playMany(SHORT);

		expect(figures.lagMs).toBeLessThan(520);
		expect(figures.reads).toBeLessThanOrEqual(5);
		expect(figures.makespan).toBeLessThan(1.06);
	});

	it('finds the ends of tasks of 30 to 90 s within 4.1% of their duration, in fewer than 10 polls', () => {
		const figures = playMany(LONG);

		expect(figures.lagShare).toBeLessThan(0.041);
		expect(figures.reads).toBeLessThan(10);
	});
});

describe('a run of 30 tasks with lognormal durations', () => {
	it.each([
		['linear', 150, 4],
		['half', 500, 5],
		['status', 500, 5],
		['none', 600, 5],
	] as const)(
		'of about 4 to 12 s and progress of the kind "%s" finds the ends within %d ms in at most %d polls',
		(kind, lagMs, reads) => {
			const figures = playMany({ ...SHORT, spread: 'lognormal', progress: PROGRESS[kind] }, 40);

			expect(figures.lagMs).toBeLessThan(lagMs);
			expect(figures.reads).toBeLessThanOrEqual(reads);
			expect(figures.makespan).toBeLessThan(1.05);
		},
	);

	it('of about 30 to 90 s finds the ends within 4.2% of the duration in fewer than 10 polls', () => {
		const figures = playMany({ ...LONG, spread: 'lognormal' }, 40);

		expect(figures.lagShare).toBeLessThan(0.042);
		expect(figures.reads).toBeLessThan(10);
	});
});

describe('a run of another size', () => {
	it.each([
		[1, 0.15, 8],
		[3, 0.13, 7],
		[10, 0.11, 6],
		[200, 0.09, 6.5],
	])(
		'finds the ends of %i tasks without progress within a share of %d of the duration in fewer than %d polls',
		(tasks, share, reads) => {
			const figures = playMany({ ...SHORT, tasks }, tasks > 100 ? 3 : 60);

			expect(figures.lagShare).toBeLessThan(share);
			expect(figures.reads).toBeLessThan(reads);
		},
	);

	it.each([4, 16])('uses the durations of the first tasks for later ones, %i at a time', (atOnce) => {
		const figures = playMany({ ...SHORT, tasks: 64, atOnce }, 20);

		expect(figures.lagShare).toBeLessThan(0.055);
		expect(figures.makespan).toBeLessThan(1.03);
		expect(figures.reads).toBeLessThan(6.3);
	});

	it('polls tasks of nearly the same duration fewer than three times on average', () => {
		const figures = playMany({ ...SHORT, shortestMs: 9_800, longestMs: 10_200 }, 100);

		expect(figures.lagShare).toBeLessThan(0.05);
		expect(figures.reads).toBeLessThan(3);
	});
});

describe('wrong progress', () => {
	const WRONG_PROGRESS: Array<[string, Load['progress']]> = [
		['stays at 99', () => 99],
		['jumps to 90', (share) => (share < 0.1 ? 5 : 90)],
		['goes backwards', (share) => Math.round(50 + 40 * Math.sin(share * 20))],
		['is 100 too early', (share) => Math.floor(share * 300)],
		['counts the queue', (share) => (share < 0.5 ? Math.floor(share * 200) : 0)],
		['is random', (_share, age) => (Math.round(age) * 7919) % 100],
		[
			'reaches 50 at any share of the time',
			(share, age) => (share < ((Math.round(age / share) * 7919) % 100) / 100 ? 0 : 50),
		],
		['shows only 50', () => 50],
		['is no number', () => NaN],
		['is out of range', (share) => (share < 0.5 ? -5 : 1e9)],
	];

	it.each(WRONG_PROGRESS)('that %s causes neither long gaps nor many polls', (_name, progress) => {
		for (const load of [SHORT, LONG, { ...LONG, tasks: 1 }]) {
			const figures = playMany({ ...load, progress }, 8);

			expect(figures.longestGap).toBeLessThan(1.001);
			expect(figures.reads).toBeLessThan(40);
		}
	});
});

describe('a single task', () => {
	it('is first polled after the poll interval, then at growing intervals of up to ten seconds or a quarter of its age', () => {
		const times = pollsOf(3_600_000, 1000);
		const gaps = times.map((at, index) => at - (times[index - 1] ?? 0));

		expect(times[0]).toBe(1000);
		expect(gaps.slice(1)).toEqual(gaps.slice(1).sort((a, b) => a - b));
		expect(gaps.every((gap, index) => gap <= Math.max(10_000, (times[index - 1] ?? 0) / 4))).toBe(true);
		expect(times.filter((at) => at <= 60_000).length).toBeLessThan(25);
	});

	it.each([4_000, 12_000, 40_000, 90_000])(
		'of %i ms with progress is polled soon after its end, and not often before',
		(length) => {
			const times = pollsOf(length, 1000, (age) => Math.min(99, Math.floor((age / length) * 100)));

			expect((times.at(-1) ?? 0) - length).toBeLessThan(Math.max(300, length * 0.03));
			expect(times.length).toBeLessThanOrEqual(length < 20_000 ? 4 : 12);
		},
	);

	it('that may have already ended is polled at once', () => {
		expect(createPollSchedule().track(5_000, 1000, false).dueAt).toBe(5_000);
	});

	it('that was resumed after an hour is polled again within ten seconds', () => {
		const ticket = createPollSchedule().track(0, 1000, false);
		ticket.pending(3_600_000);

		expect(ticket.dueAt - 3_600_000).toBeLessThanOrEqual(10_000);
	});

	it('that was created a day ago is polled again after one to six hours', () => {
		const schedule = createPollSchedule();
		const [old, other] = [schedule.track(0, 1000, true), schedule.track(0, 1000, true)];
		other.pending(5_000);
		other.succeeded(6_000);
		old.pending(86_400_000);

		expect(old.dueAt - 86_400_000).toBeGreaterThan(3_600_000);
		expect(old.dueAt - 86_400_000).toBeLessThanOrEqual(86_400_000 / 4);
	});

	it('that was first polled before its start (the clock was set back) waits at most a quarter of its age', () => {
		const ticket = createPollSchedule().track(100_000, 1000, false);
		ticket.pending(0);
		ticket.pending(140_000);
		for (let failures = 0; failures < 20; failures += 1) ticket.failed(140_000);

		expect(ticket.dueAt - 140_000).toBe(10_000);
	});

	it('is still polled when the clock is set back', () => {
		const ticket = createPollSchedule().track(10_000, 1000, true);
		ticket.pending(12_000);
		ticket.pending(5_000);
		ticket.succeeded(5_000);

		expect(ticket.dueAt).toBeGreaterThan(5_000);
	});

	it('is polled at growing intervals while no poll succeeds', () => {
		const ticket = createPollSchedule().track(0, 1000, true);
		const gaps = Array.from({ length: 8 }, () => {
			const at = ticket.dueAt;
			ticket.failed(at);
			return ticket.dueAt - at;
		});

		expect(gaps[0]).toBeGreaterThanOrEqual(1500);
		expect(gaps.every((gap, index) => index === 0 || gap >= (gaps[index - 1] ?? 0))).toBe(true);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(13_000);
	});
});

describe('any sequence of events', () => {
	const act = fc.record({
		task: fc.nat(5),
		what: fc.constantFrom('track', 'pending', 'pending', 'pending', 'failed', 'succeeded', 'close'),
		passedMs: fc.oneof(fc.integer({ min: -5_000, max: 60_000 }), fc.constant(0), fc.integer({ min: 0, max: 1e9 })),
		progress: fc.oneof(
			fc.constant(undefined),
			fc.constantFrom(0, 50, 99, 100),
			fc.double({ noNaN: false }),
			fc.integer({ min: -10, max: 200 }),
		),
		isNew: fc.boolean(),
		pollIntervalMs: fc.constantFrom(10, 200, 1_000, 30_000, 604_800_000),
		ageMs: fc.constantFrom(0, 0, 5_000, 1e9),
	});

	it('leads to a next poll within ten seconds or a quarter of the age of the task', () => {
		fc.assert(
			fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
				const schedule = createPollSchedule();
				const open = new Map<
					number,
					{ ticket: PollTicket; startedAt: number; pollIntervalMs: number; isNew: boolean }
				>();
				let now = 1.7e12;
				for (const { task, what, passedMs, progress, isNew, pollIntervalMs, ageMs } of acts) {
					now += passedMs;
					const entry = open.get(task);
					if (what === 'track' && !entry) {
						const startedAt = now - (isNew ? 0 : ageMs);
						open.set(task, {
							ticket: schedule.track(startedAt, pollIntervalMs, isNew),
							startedAt,
							pollIntervalMs,
							isNew,
						});
					}
					if (what === 'pending') entry?.ticket.pending(now, progress);
					if (what === 'failed') entry?.ticket.failed(now);
					if (what === 'succeeded') entry?.ticket.succeeded(now);
					if (what === 'succeeded' || what === 'close') {
						entry?.ticket.close();
						open.delete(task);
					}
					for (const { ticket } of open.values()) expect(Number.isFinite(ticket.dueAt)).toBe(true);
					if (!entry || !['pending', 'failed'].includes(what)) continue;
					const gap = entry.ticket.dueAt - now;
					expect(gap).toBeGreaterThanOrEqual(Math.min(10, entry.pollIntervalMs));
					expect(gap).toBeLessThanOrEqual(Math.max(10_000, (now - entry.startedAt) / 4) + 1);
				}
			}),
			{ numRuns: 300 },
		);
	});
});

describe('tasks of one run', () => {
	function threeTasks(): { tickets: PollTicket[]; woken: number[] } {
		const schedule = createPollSchedule();
		const woken: number[] = [];
		const tickets = [0, 1, 2].map((index) => {
			const ticket = schedule.track(0, 1000, true);
			ticket.onEarlier = () => woken.push(index);
			return ticket;
		});
		tickets.forEach((ticket) => ticket.pending(1000));
		return { tickets, woken };
	}

	it('are polled earlier after the first one has ended', () => {
		const { tickets, woken } = threeTasks();
		tickets[1].pending(3_990);
		tickets[2].pending(3_990);
		const before = tickets[1].dueAt;
		tickets[0].pending(3_980);
		tickets[0].succeeded(4_000);

		expect(woken).toContain(1);
		expect(tickets[1].dueAt).toBeLessThan(before);
	});

	it('are woken only if their next poll becomes due at least 0.1 s earlier', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1_001, max: 20_000 }), (end) => {
				const { tickets } = threeTasks();
				const [done, open] = tickets;
				const before = open.dueAt;
				let isWoken = false;
				open.onEarlier = () => (isWoken = true);
				done.succeeded(end);

				expect(isWoken).toBe(before - open.dueAt >= 100);
			}),
		);
	});

	it('ignore the duration of a task that was abandoned or may have ended before its first poll', () => {
		const { tickets, woken } = threeTasks();
		tickets[0].close();
		const schedule = createPollSchedule();
		const [done, open] = [schedule.track(0, 1000, false), schedule.track(0, 1000, true)];
		const before = open.dueAt;
		done.succeeded(60_000);

		expect(woken).toEqual([]);
		expect(open.dueAt).toBe(before);
	});

	it('are not polled at the same time', () => {
		const schedule = createPollSchedule();
		const tickets = Array.from({ length: 50 }, () => schedule.track(0, 1000, true));

		expect(new Set(tickets.map(({ dueAt }) => dueAt)).size).toBe(50);
	});

	it('have the same figures for the same seed in the simulation', () => {
		expect(play(SHORT, 7)).toEqual(play(SHORT, 7));
	});
});
