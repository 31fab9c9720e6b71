/* eslint-disable */
import { toFailure, type FailureKind } from '../../../nodes/NanoBanana/errors/failure';
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

const OPTIONS = {
	taskId: 'task_1',
	origin: 'fresh' as const,
	signal: new AbortController().signal,
	timeoutMs: 60_000,
	continuesOnTimeout: false,
	pollIntervalMs: 1000,
};

/** How the polling ended, and after how many polls. */
async function ended(options: PollOptions) {
	let polls = 0;
	const poll: PollOptions['poll'] = async (remainingMs) => {
		polls += 1;
		return await options.poll(remainingMs);
	};
	return await waitForTask({ ...options, poll }).catch((thrown: unknown) => ({ failure: toFailure(thrown), polls }));
}

/** Waits through these looks, the last one for ever; every pause is over at once on a clock of its own. */
async function waitThrough(looks: TaskStatusResult[], more: Partial<PollOptions> = {}) {
	const clock = leapingClock();
	const startedAt = clock.now();
	const seen: DecodedResponse[] = [];
	const waited = await ended({
		...OPTIONS,
		poll: async () => await Promise.resolve(looks.length > 1 ? (looks.shift() ?? looks[0]) : looks[0]),
		schedule: createPollSchedule(),
		clock,
		startedAt,
		onPoll: (found) => seen.push(found),
		...more,
	});
	return { waited, pauses: clock.pauses, seen, tookMs: clock.now() - startedAt };
}

it('looks until the picture is there', async () => {
	const { waited, pauses, seen } = await waitThrough([queued(), queued(), picture]);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 3 });
	expect(pauses.every((ms) => ms > 0)).toBe(true);
	expect(seen.map(({ kind }) => kind)).toEqual(['pending', 'pending', 'images']);
});

it('looks at once at a task that may be done already', async () => {
	const { waited, tookMs } = await waitThrough([picture], { origin: 'resumed' });

	expect([waited.polls, tookMs]).toEqual([1, 0]);
});

it('waits as long as Retry-After says', async () => {
	const { waited, pauses } = await waitThrough([
		down(20_000),
		outcome({ kind: 'pending', status: 'running' }, 7_000),
		picture,
	]);

	expect(waited.polls).toBe(3);
	expect(pauses.filter((ms) => ms >= 20_000)).toHaveLength(1);
	expect(pauses.filter((ms) => ms >= 7_000)).toHaveLength(2);
});

it('waits no longer than the deadline, and looks once more there', async () => {
	const { waited, tookMs } = await waitThrough([down(3_600_000), picture]);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 2 });
	expect(tookMs).toBe(60_000);
});

it('tells at the deadline what it saw last', async () => {
	const { waited, tookMs } = await waitThrough([queued(), down()]);

	expect(waited).toMatchObject({ failure: { kind: 'timed_out', gatewayMessage: 'Last status: queued' } });
	expect(tookMs).toBe(60_000);
});

describe('a task that nobody could read until the deadline', () => {
	const overloaded = (): TaskStatusResult => ({
		kind: 'passing',
		failure: { kind: 'upstream_down', gatewayMessage: 'bad gateway' },
		retryAfterMs: 0,
	});

	it('timed out where it was accepted before', async () => {
		for (const origin of ['fresh', 'resumed'] as const)
			expect((await waitThrough([overloaded()], { origin })).waited).toMatchObject({
				failure: {
					kind: 'timed_out',
					taskId: 'task_1',
					message: 'The task did not finish within 60 seconds',
					gatewayMessage: 'bad gateway',
				},
			});
	});

	it('is not called running where only the user named it', async () => {
		expect((await waitThrough([overloaded()], { origin: 'named', continuesOnTimeout: true })).waited).toMatchObject({
			failure: { kind: 'upstream_down', taskId: 'task_1', gatewayMessage: 'bad gateway' },
		});
	});

	it('is a result without a known status where a timeout is no error', async () => {
		expect((await waitThrough([down()], { continuesOnTimeout: true })).waited).toMatchObject({
			outcome: { kind: 'pending', status: 'unknown', taskId: 'task_1' },
		});
	});
});

it.each<[DecodedResponse, object]>([
	[
		{ kind: 'pending', status: 'unknown', word: 'HELD', reason: 'in review' },
		{ gatewayMessage: 'Last status: HELD. in review' },
	],
	[
		{ kind: 'unknown', reason: 'no status', response: '{"a":1}' },
		{ gatewayMessage: 'Last status: unknown. no status', response: '{"a":1}' },
	],
	[
		{ kind: 'images', images: [], response: '{"b":1}' },
		{ gatewayMessage: 'Last status: unknown. The response contains no image', response: '{"b":1}' },
	],
])('shows at the deadline what the last poll returned: %j', async (found, shown) => {
	expect((await waitThrough([outcome(found)], { timeoutMs: 0 })).waited).toMatchObject({
		failure: { kind: 'timed_out', ...shown },
	});
});

it('waits out a task that is not visible yet', async () => {
	expect((await waitThrough([notFound, notFound, picture])).waited).toMatchObject({
		outcome: { kind: 'images' },
		polls: 3,
	});
});

it('believes after a while that the gateway does not know the task', async () => {
	const { waited, tookMs } = await waitThrough([notFound], { origin: 'named' });

	expect(waited).toMatchObject({ failure: { kind: 'unknown_task' } });
	expect(tookMs).toBeGreaterThanOrEqual(5_000);
	expect(tookMs).toBeLessThan(30_000);
});

it('ends at once where waiting cannot help', async () => {
	expect((await waitThrough([queued(), refused])).waited).toEqual({
		failure: { kind: 'invalid_key', taskId: 'task_1' },
		polls: 2,
	});
});

it('ends with a task that failed', async () => {
	const failed: DecodedResponse = {
		kind: 'failed',
		cause: 'taskFailed',
		reason: 'upstream said no',
		code: 'upstream_error',
		taskId: 'task_1',
	};

	expect((await waitThrough([outcome(failed)])).waited).toEqual({ outcome: failed, polls: 1 });
});

it('stops before the next look once the signal fires', async () => {
	const controller = new AbortController();
	const poll = jest.fn(async () => {
		controller.abort();
		return await Promise.resolve(queued());
	});

	expect((await waitThrough([], { poll, signal: controller.signal })).waited).toEqual({
		failure: { kind: 'canceled', taskId: 'task_1' },
		polls: 1,
	});
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
			...OPTIONS,
			schedule: { track: () => ticket },
			clock,
			startedAt,
			timeoutMs: 600_000,
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
	): Promise<{ told: unknown[]; at: number[]; waited: Awaited<ReturnType<typeof ended>> }> {
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
		const waited = await ended({ ...OPTIONS, poll, schedule, clock, startedAt, timeoutMs: 100, ...more });
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
			const { told } = await toldBy([end], { origin: 'named', timeoutMs: 20 });
			expect(told).toEqual([['track', 1000, false], ...after, 'closed']);
		}
	});

	it('is told that nobody looks any more when a look throws', async () => {
		const told: string[] = [];
		const clock = leapingClock();
		const ticket = { dueAt: 0, pending() {}, failed() {}, succeeded() {}, close: () => void told.push('closed') };
		const poll = async (): Promise<never> => await Promise.reject(new Error('the disk is full'));
		const waiting = { ...OPTIONS, poll, schedule: { track: () => ticket }, clock, startedAt: 0 };

		await expect(waitForTask(waiting)).rejects.toThrow('the disk is full');
		expect(told).toEqual(['closed']);
	});

	it('gives up at the deadline to the millisecond', async () => {
		const { waited, at } = await toldBy([queued()]);

		expect(waited).toEqual({
			failure: {
				kind: 'timed_out',
				taskId: 'task_1',
				message: 'The task did not finish within 0.1 seconds',
				gatewayMessage: 'Last status: queued',
			},
			polls: 10,
		});
		expect(at.at(-1)).toBe(90);
	});

	it('believes from the end of the grace on that the task is unknown', async () => {
		const failure = { kind: 'unknown_task', taskId: 'task_1' };
		expect((await toldBy([notFound], { origin: 'named', timeoutMs: 20 })).waited).toEqual({ failure, polls: 2 });
		const { waited } = await toldBy([notFound], { timeoutMs: 100_000 });
		expect(waited).toEqual({
			failure: { ...failure, nextStep: expect.stringContaining('The API accepted this task') as string },
			polls: 6000,
		});
	});

	it('waits for the first look as long as the gateway wished', async () => {
		expect((await toldBy([picture], { firstPollMs: 50 })).at).toEqual([50]);
		expect((await toldBy([picture])).at).toEqual([0]);
		expect((await toldBy([picture], { origin: 'resumed' })).told[0]).toEqual(['track', 1000, false]);
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
		polls: 5,
	});
	expect(
		(await waitThrough([empty, empty, queued(), ...Array<TaskStatusResult>(5).fill(empty), picture])).waited,
	).toMatchObject({
		outcome: { images: [] },
		polls: 8,
	});
});

describe('a "no" to a look', () => {
	const no = (kind: FailureKind): TaskStatusResult => ({ kind: 'doubtful', failure: { kind } });

	it.each<[FailureKind, PollOptions['origin'], number]>([
		['invalid_request', 'fresh', 5],
		['wrong_base_url', 'fresh', 5],
		['invalid_key', 'fresh', 3],
		['key_expired', 'fresh', 3],
		['access_denied', 'fresh', 3],
		['insufficient_balance', 'fresh', 3],
		['prompt_refused', 'fresh', 3],
		['invalid_request', 'named', 3],
		['invalid_key', 'named', 3],
	])('is believed when it is repeated (%s, %s task): %i looks', async (kind, origin, polls) => {
		const failure = { kind, taskId: 'task_1' };
		expect((await waitThrough([no(kind)], { origin })).waited).toEqual({ failure, polls });
	});

	it('is a page as well for a task that somebody named', async () => {
		const proxyPage: TaskStatusResult = {
			kind: 'passing',
			failure: { kind: 'wrong_base_url', httpStatus: 200 },
			retryAfterMs: 0,
		};

		expect((await waitThrough([proxyPage], { origin: 'named' })).waited).toMatchObject({
			failure: { kind: 'wrong_base_url' },
			polls: 3,
		});
		expect((await waitThrough([proxyPage])).waited).toMatchObject({ failure: { kind: 'wrong_base_url' }, polls: 10 });
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

		expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 7 });
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
			{ timeoutMs: 0, continuesOnTimeout: true },
		);

		expect(waited).toEqual({ outcome: { ...told, taskId: 'task_1' }, polls: 1 });
		expect(seen).toEqual([told]);
	});
});

it('gives a task that was seen another grace when the gateway does not know it for a while', async () => {
	const { waited, tookMs } = await waitThrough(
		[...Array<TaskStatusResult>(30).fill(queued()), ...Array<TaskStatusResult>(3).fill(notFound), picture],
		{ timeoutMs: 600_000 },
	);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 34 });
	expect(tookMs).toBeGreaterThan(60_000);
});

it('does not look at all when the execution has stopped already', async () => {
	const poll = jest.fn();

	expect((await waitThrough([], { poll, signal: AbortSignal.abort() })).waited).toEqual({
		failure: { kind: 'canceled', taskId: 'task_1' },
		polls: 0,
	});
	expect(poll).not.toHaveBeenCalled();
});

it('ends a pause when the execution stops', async () => {
	const clock = stoppedClock();
	const startedAt = clock.now();
	const stop = new AbortController();
	const poll = jest.fn();
	const waited = ended({
		...OPTIONS,
		poll,
		schedule: createPollSchedule(),
		clock,
		signal: stop.signal,
		startedAt,
		pollIntervalMs: 60_000,
	});
	await clock.advance(10);
	stop.abort();
	await clock.advance(0);

	expect(await waited).toEqual({
		failure: { kind: 'canceled', taskId: 'task_1' },
		polls: 0,
	});
	expect([poll.mock.calls.length, clock.now() - startedAt]).toEqual([0, 10]);
});
