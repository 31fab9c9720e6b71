/* eslint-disable */
import type { FailureKind } from '../../../nodes/NanoBanana/errors/failure';
import { createPollSchedule } from '../../../nodes/NanoBanana/poll/pollSchedule';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';
import { waitForTask, type PollOptions } from '../../../nodes/NanoBanana/poll/waitForTask';
import { leapingClock, stoppedClock } from '../support/fakeClock';

type TaskStatusResult = Awaited<ReturnType<PollOptions['poll']>>;

const outcome = (found: DecodedResponse, retryAfterMs = 0): TaskStatusResult => ({
	kind: 'outcome',
	outcome: found,
	retryAfterMs,
});
const queued = (progress?: number): TaskStatusResult =>
	outcome({ kind: 'pending', status: 'queued', ...(progress !== undefined && { progress }) });
const picture = outcome({ kind: 'images', images: [{ kind: 'url', url: 'https://files.example/1' }] });
const empty = outcome({ kind: 'images', images: [] });
const down = (retryAfterMs = 0): TaskStatusResult => ({
	kind: 'passing',
	failure: { kind: 'upstream_down' },
	retryAfterMs,
});
const notFound: TaskStatusResult = { kind: 'notFound', failure: { kind: 'unknown_task' } };
const refused: TaskStatusResult = { kind: 'final', failure: { kind: 'invalid_key' } };

/** Waits through these looks, the last one for ever; every pause is over at once on a clock of its own. */
async function waitThrough(looks: TaskStatusResult[], more: Partial<PollOptions> = {}) {
	const clock = leapingClock();
	const startedAt = clock.now();
	const seen: DecodedResponse[] = [];
	const waited = await waitForTask({
		poll: async () => await Promise.resolve(looks.length > 1 ? (looks.shift() ?? looks[0]) : looks[0]),
		schedule: createPollSchedule(),
		clock,
		signal: new AbortController().signal,
		startedAt,
		deadline: startedAt + 60_000,
		graceMs: 5_000,
		isOwn: true,
		stepMs: 1000,
		isFresh: true,
		onPoll: (found) => seen.push(found),
		...more,
	});
	return { waited, pauses: clock.pauses, seen, tookMs: clock.now() - startedAt };
}

it('looks until the picture is there', async () => {
	const { waited, pauses, seen } = await waitThrough([queued(), queued(), picture]);

	expect(waited).toMatchObject({ kind: 'images', reads: 3 });
	expect(pauses.every((ms) => ms > 0)).toBe(true);
	expect(seen.map(({ kind }) => kind)).toEqual(['pending', 'pending', 'images']);
});

it('looks at once at a task that may be done already', async () => {
	const { waited, tookMs } = await waitThrough([picture], { isFresh: false });

	expect([waited.reads, tookMs]).toEqual([1, 0]);
});

it('waits as long as Retry-After says', async () => {
	const { waited, pauses } = await waitThrough([
		down(20_000),
		outcome({ kind: 'pending', status: 'running' }, 7_000),
		picture,
	]);

	expect(waited.reads).toBe(3);
	expect(pauses.filter((ms) => ms >= 20_000)).toHaveLength(1);
	expect(pauses.filter((ms) => ms >= 7_000)).toHaveLength(2);
});

it('waits no longer than the deadline, and looks once more there', async () => {
	const { waited, tookMs } = await waitThrough([down(3_600_000), picture]);

	expect(waited).toMatchObject({ kind: 'images', reads: 2 });
	expect(tookMs).toBe(60_000);
});

it('tells at the deadline what it saw last', async () => {
	const { waited, tookMs } = await waitThrough([queued(), down()]);

	expect(waited).toMatchObject({
		kind: 'timedOut',
		last: { kind: 'pending', status: 'queued' },
		lastFailure: { kind: 'upstream_down' },
	});
	expect(tookMs).toBe(60_000);
});

it('waits out a task that is not visible yet', async () => {
	expect((await waitThrough([notFound, notFound, picture])).waited).toMatchObject({ kind: 'images', reads: 3 });
});

it('believes after a while that the gateway does not know the task', async () => {
	const { waited, tookMs } = await waitThrough([notFound]);

	expect(waited).toMatchObject({ kind: 'failed', failure: { kind: 'unknown_task' } });
	expect(waited).not.toHaveProperty('outcome');
	expect(tookMs).toBeGreaterThanOrEqual(5_000);
	expect(tookMs).toBeLessThan(30_000);
});

it('ends at once where waiting cannot help', async () => {
	expect((await waitThrough([queued(), refused])).waited).toEqual({
		kind: 'failed',
		failure: { kind: 'invalid_key' },
		reads: 2,
	});
});

it('ends with the reason of a task that failed', async () => {
	const failed: DecodedResponse = {
		kind: 'failed',
		cause: 'taskFailed',
		reason: 'upstream said no',
		code: 'upstream_error',
		taskId: 'task_1',
	};

	expect((await waitThrough([outcome(failed)])).waited).toEqual({
		kind: 'failed',
		failure: {
			kind: 'task_failed',
			gatewayMessage: 'upstream said no',
			gatewayCode: 'upstream_error',
			taskId: 'task_1',
		},
		outcome: failed,
		reads: 1,
	});
});

it('stops before the next look once the signal fires', async () => {
	const controller = new AbortController();
	const poll = jest.fn(async () => {
		controller.abort();
		return await Promise.resolve(queued());
	});

	expect((await waitThrough([], { poll, signal: controller.signal })).waited).toEqual({ kind: 'stopped', reads: 1 });
	expect(poll).toHaveBeenCalledTimes(1);
});

describe('a look that the schedule brings forward', () => {
	/** The look is due after a minute, until the schedule thinks again after five seconds. */
	async function looksAt(firstPollMs: number): Promise<number> {
		const clock = stoppedClock();
		const startedAt = clock.now();
		const ticket = {
			dueAt: startedAt + 60_000,
			onEarlier: () => undefined as void,
			pending() {},
			failed() {},
			succeeded() {},
			close() {},
		};
		const waited = waitForTask({
			poll: async () => await Promise.resolve(picture),
			schedule: { track: () => ticket },
			clock,
			signal: new AbortController().signal,
			startedAt,
			deadline: startedAt + 600_000,
			graceMs: 0,
			isOwn: true,
			stepMs: 1000,
			isFresh: true,
			firstPollMs,
		}).then(() => clock.now() - startedAt);
		await clock.advance(5_000);
		ticket.dueAt = startedAt + 7_000;
		ticket.onEarlier();
		await clock.advance(100_000);
		return await waited;
	}

	it('comes earlier while the pause lasts', async () => {
		expect(await looksAt(0)).toBe(7_000);
	});

	it('comes no sooner than Retry-After allows', async () => {
		expect(await looksAt(20_000)).toBe(20_000);
	});
});

describe('the schedule', () => {
	/** A schedule that has every look made at once, and writes down what it is told. */
	async function toldBy(
		looks: TaskStatusResult[],
		more: Partial<PollOptions> = {},
	): Promise<{ told: unknown[]; at: number[]; waited: Awaited<ReturnType<typeof waitForTask>> }> {
		const told: unknown[] = [];
		const clock = leapingClock();
		const startedAt = clock.now();
		const at: number[] = [];
		const since = (now: number): number => now - startedAt;
		const ticket = {
			dueAt: startedAt,
			pending: (now: number, progress?: number) => void told.push(['pending', since(now), progress]),
			failed: (now: number) => void told.push(['failed', since(now)]),
			succeeded: (now: number) => void told.push(['succeeded', since(now)]),
			close: () => void told.push('closed'),
		};
		const poll = async (): Promise<TaskStatusResult> => {
			at.push(since(clock.now()));
			await clock.pause(10);
			return looks.length > 1 ? (looks.shift() ?? looks[0]) : looks[0];
		};
		const schedule = { track: (...args: unknown[]) => (told.push(['track', ...args.slice(1)]), ticket) };
		const waited = await waitForTask({
			poll,
			schedule,
			clock,
			signal: new AbortController().signal,
			startedAt,
			deadline: startedAt + 100,
			graceMs: 20,
			isOwn: true,
			stepMs: 1000,
			isFresh: true,
			...more,
		});
		return { told, at, waited };
	}

	it('learns from every look, and that nobody looks any more', async () => {
		const { told, at } = await toldBy([queued(20), down(), queued(), empty, picture]);

		expect(told).toEqual([
			['track', 1000, true],
			['pending', 10, 20],
			['failed', 20],
			['pending', 30, undefined],
			['failed', 40],
			['succeeded', 50],
			'closed',
		]);
		expect(at).toEqual([0, 10, 20, 30, 40]);
	});

	it('learns no duration from a task that failed, and none from one that nobody knows', async () => {
		for (const [end, after] of [
			[outcome({ kind: 'failed', cause: 'taskFailed', reason: 'no' }), []],
			[refused, []],
			[notFound, [['failed', 10]]],
		] as const) {
			expect((await toldBy([end])).told).toEqual([['track', 1000, true], ...after, 'closed']);
		}
	});

	it('is told that nobody looks any more when a look throws', async () => {
		const told: string[] = [];
		const clock = leapingClock();
		const ticket = { dueAt: 0, pending() {}, failed() {}, succeeded() {}, close: () => void told.push('closed') };
		const poll = async (): Promise<never> => await Promise.reject(new Error('the disk is full'));
		const waiting = {
			poll,
			schedule: { track: () => ticket },
			clock,
			signal: new AbortController().signal,
			startedAt: 0,
			deadline: clock.now() + 100,
			graceMs: 0,
			isOwn: true,
			stepMs: 1,
			isFresh: false,
		};

		await expect(waitForTask(waiting)).rejects.toThrow('the disk is full');
		expect(told).toEqual(['closed']);
	});

	it('gives up at the deadline to the millisecond', async () => {
		const { waited, at } = await toldBy([queued()]);

		expect(waited).toEqual({
			kind: 'timedOut',
			last: { kind: 'pending', status: 'queued' },
			lastFailure: undefined,
			reads: 10,
		});
		expect(at.at(-1)).toBe(90);
	});

	it('believes from the end of the grace on that the task is unknown', async () => {
		expect((await toldBy([notFound])).waited).toEqual({ kind: 'failed', failure: { kind: 'unknown_task' }, reads: 2 });
		expect((await toldBy([notFound], { graceMs: 0 })).waited).toMatchObject({ reads: 1 });
	});

	it('waits for the first look as long as the gateway wished, for a fresh task only', async () => {
		expect((await toldBy([picture], { firstPollMs: 50 })).at).toEqual([50]);
		expect((await toldBy([picture], { firstPollMs: 50, isFresh: false })).at).toEqual([0]);
		expect((await toldBy([picture], { isFresh: false })).told[0]).toEqual(['track', 1000, false]);
	});

	it('spreads the looks that the gateway puts off, and never looks sooner than it asked', async () => {
		const random = jest.spyOn(Math, 'random');
		const second = async (drawn: number): Promise<number> => {
			random.mockReturnValue(drawn);
			return (await toldBy([down(50), picture])).at[1];
		};

		expect([await second(0), await second(0.5), await second(1)]).toEqual([60, 60, 65]);
		random.mockRestore();
	});
});

it('counts a task as finished without a picture only when five looks in a row say so', async () => {
	expect((await waitThrough([...Array<TaskStatusResult>(4).fill(empty), picture])).waited).toMatchObject({
		outcome: { images: [{}] },
		reads: 5,
	});
	expect(
		(await waitThrough([empty, empty, queued(), ...Array<TaskStatusResult>(5).fill(empty), picture])).waited,
	).toMatchObject({
		outcome: { images: [] },
		reads: 8,
	});
});

describe('a "no" to a look', () => {
	const no = (kind: FailureKind): TaskStatusResult => ({ kind: 'doubtful', failure: { kind } });

	it.each<[FailureKind, boolean, number]>([
		['invalid_request', true, 5],
		['wrong_base_url', true, 5],
		['invalid_key', true, 3],
		['key_expired', true, 3],
		['access_denied', true, 3],
		['insufficient_balance', true, 3],
		['prompt_refused', true, 3],
		['invalid_request', false, 3],
		['invalid_key', false, 3],
	])('is believed when it is repeated (%s, own task: %s): %i looks', async (kind, isOwn, reads) => {
		expect((await waitThrough([no(kind)], { isOwn })).waited).toEqual({ kind: 'failed', failure: { kind }, reads });
	});

	it('is a page as well for a task that somebody named', async () => {
		const proxyPage: TaskStatusResult = {
			kind: 'passing',
			failure: { kind: 'wrong_base_url', httpStatus: 200 },
			retryAfterMs: 0,
		};

		expect((await waitThrough([proxyPage], { isOwn: false })).waited).toMatchObject({
			kind: 'failed',
			failure: { kind: 'wrong_base_url' },
			reads: 3,
		});
		expect((await waitThrough([proxyPage], { isOwn: true })).waited).toMatchObject({ kind: 'timedOut' });
	});

	it('is forgotten as soon as another look says something else', async () => {
		const { waited } = await waitThrough([
			no('invalid_key'),
			no('invalid_key'),
			down(),
			no('invalid_key'),
			no('invalid_key'),
			queued(),
			picture,
		]);

		expect(waited).toMatchObject({ kind: 'images', reads: 7 });
	});

	it('takes a good ten seconds at the usual pace', async () => {
		const { tookMs } = await waitThrough([no('invalid_request')]);

		expect(tookMs).toBeGreaterThan(10_000);
		expect(tookMs).toBeLessThan(20_000);
	});

	it('keeps what it told of the task, for when the time is over', async () => {
		const told: DecodedResponse = { kind: 'pending', status: 'unknown', word: 'HELD', reason: 'awaiting review' };
		const { waited, seen } = await waitThrough(
			[{ kind: 'doubtful', failure: { kind: 'task_failed' }, outcome: told }],
			{ deadline: 0 },
		);

		expect(waited).toMatchObject({ kind: 'timedOut', last: told });
		expect(seen).toEqual([told]);
	});
});

it('gives a task that was seen another grace when the gateway does not know it for a while', async () => {
	const { waited, tookMs } = await waitThrough(
		[queued(), queued(), queued(), ...Array<TaskStatusResult>(3).fill(notFound), picture],
		{ graceMs: 15_000 },
	);

	expect(waited).toMatchObject({ kind: 'images', reads: 7 });
	expect(tookMs).toBeGreaterThan(5_000);
});

it('does not look at all when the execution has stopped already', async () => {
	const poll = jest.fn();

	expect((await waitThrough([], { poll, signal: AbortSignal.abort() })).waited).toEqual({ kind: 'stopped', reads: 0 });
	expect(poll).not.toHaveBeenCalled();
});

it('ends a pause when the execution stops', async () => {
	const clock = stoppedClock();
	const startedAt = clock.now();
	const stop = new AbortController();
	const poll = jest.fn();
	const waited = waitForTask({
		poll,
		schedule: createPollSchedule(),
		clock,
		signal: stop.signal,
		startedAt,
		deadline: startedAt + 600_000,
		graceMs: 0,
		isOwn: true,
		stepMs: 60_000,
		isFresh: true,
	});
	await clock.advance(10);
	stop.abort();
	await clock.advance(0);

	expect(await waited).toEqual({ kind: 'stopped', reads: 0 });
	expect([poll.mock.calls.length, clock.now() - startedAt]).toEqual([0, 10]);
});
