/* eslint-disable */
import { createPollSchedule } from '../../../nodes/NanoBanana/poll/pollSchedule';
import { waitForTask, type PollOptions } from '../../../nodes/NanoBanana/poll/waitForTask';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';
import { leapingClock, stoppedClock } from '../support/fakeClock';
import {
	down,
	empty,
	ended,
	imageResult,
	notFound,
	OPTIONS,
	outcome,
	queued,
	rejected,
	waitWith,
	type TaskStatusResult,
} from './waitWith';

it('polls until the image is returned', async () => {
	const { waited, pauses, seen } = await waitWith([queued(), queued(), imageResult]);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 3 });
	expect(pauses.every((ms) => ms > 0)).toBe(true);
	expect(seen.map(({ kind }) => kind)).toEqual(['pending', 'pending', 'images']);
});

it('polls at once if the task may have already ended', async () => {
	const { waited, tookMs } = await waitWith([imageResult], { origin: 'resumed' });

	expect([waited.polls, tookMs]).toEqual([1, 0]);
});

it('waits for the time in Retry-After', async () => {
	const { waited, pauses } = await waitWith([
		down(20_000),
		outcome({ kind: 'pending', status: 'running' }, 7_000),
		imageResult,
	]);

	expect(waited.polls).toBe(3);
	expect(pauses.filter((ms) => ms >= 20_000)).toHaveLength(1);
	expect(pauses.filter((ms) => ms >= 7_000)).toHaveLength(2);
});

it('does not wait longer than the deadline, and then polls one last time', async () => {
	const { waited, tookMs } = await waitWith([down(3_600_000), imageResult]);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 2 });
	expect(tookMs).toBe(60_000);
});

it('reports the last status at the deadline', async () => {
	const { waited, tookMs } = await waitWith([queued(), down()]);

	expect(waited).toMatchObject({ failure: { kind: 'timed_out', gatewayMessage: 'Last status: queued' } });
	expect(tookMs).toBe(60_000);
});

describe('a task without a successful poll until the deadline', () => {
	const overloaded = (): TaskStatusResult => ({
		kind: 'passing',
		failure: { kind: 'upstream_down', gatewayMessage: 'bad gateway' },
		retryAfterMs: 0,
	});

	it('is reported as timed out if it was accepted before', async () => {
		for (const origin of ['fresh', 'resumed'] as const)
			expect((await waitWith([overloaded()], { origin })).waited).toMatchObject({
				failure: {
					kind: 'timed_out',
					taskId: 'task_1',
					message: 'The task did not finish within 60 seconds',
					gatewayMessage: 'bad gateway',
				},
			});
	});

	it('is not reported as running if the user entered its ID', async () => {
		expect((await waitWith([overloaded()], { origin: 'entered', continuesOnTimeout: true })).waited).toMatchObject({
			failure: { kind: 'upstream_down', taskId: 'task_1', gatewayMessage: 'bad gateway' },
		});
	});

	it('is returned with an unknown status if a timeout is not an error', async () => {
		expect((await waitWith([down()], { continuesOnTimeout: true })).waited).toMatchObject({
			outcome: { kind: 'pending', status: 'unknown', taskId: 'task_1' },
		});
	});

	it('is returned although the API does not find it yet, if a timeout is not an error', async () => {
		const options = { continuesOnTimeout: true, timeoutMs: 2_000 };
		expect((await waitWith([notFound], options)).waited).toMatchObject({
			outcome: { kind: 'pending', status: 'unknown', taskId: 'task_1', reason: 'The task ID was not found' },
		});
		expect((await waitWith([notFound], { ...options, origin: 'entered' })).waited).toMatchObject({
			failure: { kind: 'unknown_task' },
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
		{
			gatewayMessage: 'Last status: unknown. no status',
			response: '{"a":1}',
			nextStep: expect.stringContaining("'Image Path in Response'"),
		},
	],
	[
		{ kind: 'images', images: [], response: '{"b":1}' },
		{ gatewayMessage: 'Last status: unknown. The response contains no image', response: '{"b":1}' },
	],
])('reports the result of the last poll at the deadline: %j', async (found, shown) => {
	expect((await waitWith([outcome(found)], { timeoutMs: 0 })).waited).toMatchObject({
		failure: { kind: 'timed_out', ...shown },
	});
});

it('waits for a task that is not visible yet', async () => {
	expect((await waitWith([notFound, notFound, imageResult])).waited).toMatchObject({
		outcome: { kind: 'images' },
		polls: 3,
	});
});

it('reports after 5 to 30 seconds that a task entered by the user does not exist', async () => {
	const { waited, tookMs } = await waitWith([notFound], { origin: 'entered' });

	expect(waited).toMatchObject({ failure: { kind: 'unknown_task' } });
	expect(tookMs).toBeGreaterThanOrEqual(5_000);
	expect(tookMs).toBeLessThan(30_000);
});

it('does not blame the base URL if the API has just created the task there', async () => {
	const noRoute: TaskStatusResult = { kind: 'notFound', failure: { kind: 'wrong_base_url', httpStatus: 404 } };

	expect((await waitWith([noRoute], { timeoutMs: 100_000 })).waited).toMatchObject({
		failure: { kind: 'unknown_task', nextStep: expect.stringContaining('The API accepted this task') as string },
	});
	expect((await waitWith([noRoute], { origin: 'entered' })).waited).toMatchObject({
		failure: { kind: 'wrong_base_url' },
	});
});

it.each<[string, DecodedResponse]>([
	['an open task', { kind: 'pending', status: 'running' }],
	['a failed task', { kind: 'failed', cause: 'taskFailed', reason: 'no' }],
])('ends with the first status if it only waits until the status is known: %s', async (_fact, told) => {
	const { waited } = await waitWith([down(), notFound, outcome(told)], { origin: 'entered', until: 'known' });

	expect(waited).toEqual({ outcome: told, polls: 3 });
});

it('ends at once if it only waits until the status is known, and Retry-After is longer than the timeout', async () => {
	const { waited, tookMs } = await waitWith([down(90_000)], { origin: 'entered', until: 'known' });

	expect(waited).toMatchObject({ failure: { kind: 'upstream_down' }, polls: 1 });
	expect(tookMs).toBe(0);
});

it('counts the failed polls in a row, so that the API gets more time for its response', async () => {
	const results = [down(), down(), queued(), down(), imageResult];
	const failures: number[] = [];
	const poll = async (_remainingMs: number, count: number): Promise<TaskStatusResult> => {
		failures.push(count);
		return await Promise.resolve(results[failures.length - 1]);
	};
	await waitWith([], { poll });

	expect(failures).toEqual([0, 1, 2, 0, 1]);
});

it('reports an unrecognized response as an unknown status if it only waits until the status is known', async () => {
	const { waited } = await waitWith([outcome({ kind: 'unknown', reason: 'no status' })], { until: 'known' });

	expect(waited).toMatchObject({ outcome: { kind: 'pending', status: 'unknown', taskId: 'task_1' }, polls: 1 });
});

it('ends at once after a final failure', async () => {
	expect((await waitWith([queued(), rejected])).waited).toEqual({
		failure: { kind: 'unreachable', taskId: 'task_1' },
		polls: 2,
	});
});

it('ends when the task has failed', async () => {
	const failed: DecodedResponse = {
		kind: 'failed',
		cause: 'taskFailed',
		reason: 'upstream said no',
		code: 'upstream_error',
		taskId: 'task_1',
	};

	expect((await waitWith([outcome(failed)])).waited).toEqual({ outcome: failed, polls: 1 });
});

it('does not poll after the abort', async () => {
	const controller = new AbortController();
	const poll = jest.fn(async () => {
		controller.abort();
		return await Promise.resolve(queued());
	});

	expect((await waitWith([], { poll, signal: controller.signal })).waited).toEqual({
		failure: { kind: 'canceled', taskId: 'task_1' },
		polls: 1,
	});
	expect(poll).toHaveBeenCalledTimes(1);
});

describe('a poll that becomes due earlier', () => {
	/** The poll is due after a minute, until the schedule changes that after five seconds. */
	async function pollsAt(firstPollMs: number): Promise<number> {
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
			poll: async () => await Promise.resolve(imageResult),
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

	it('ends the pause', async () => {
		expect(await pollsAt(0)).toBe(7_000);
	});

	it('is not sent sooner than Retry-After allows', async () => {
		expect(await pollsAt(20_000)).toBe(20_000);
	});
});

describe('a wait with a schedule', () => {
	/** A schedule that is always due and records its calls. */
	async function scheduleCalls(
		results: TaskStatusResult[],
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
			return results.length > 1 ? (results.shift() ?? results[0]) : results[0];
		};
		const schedule = { track: (...args: unknown[]) => (told.push(['track', ...args.slice(1)]), ticket) };
		const waited = await ended({ ...OPTIONS, poll, schedule, clock, startedAt, timeoutMs: 100, ...more });
		return { told, at, waited };
	}

	it('reports the result of every poll to the schedule, and closes its ticket', async () => {
		const { told, at } = await scheduleCalls([queued(20), down(), queued(), empty, imageResult]);

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

	it('does not report the duration of a failed or unknown task to the schedule', async () => {
		for (const [end, after] of [
			[outcome({ kind: 'failed', cause: 'taskFailed', reason: 'no' }), []],
			[rejected, []],
			[notFound, [['failed', 10]]],
		] as const) {
			const { told } = await scheduleCalls([end], { origin: 'entered', timeoutMs: 20 });
			expect(told).toEqual([['track', 1000, false], ...after, 'closed']);
		}
	});

	it('closes its ticket if a poll throws', async () => {
		const told: string[] = [];
		const clock = leapingClock();
		const ticket = { dueAt: 0, pending() {}, failed() {}, succeeded() {}, close: () => void told.push('closed') };
		const poll = async (): Promise<never> => await Promise.reject(new Error('the disk is full'));
		const waiting = { ...OPTIONS, poll, schedule: { track: () => ticket }, clock, startedAt: 0 };

		await expect(waitForTask(waiting)).rejects.toThrow('the disk is full');
		expect(told).toEqual(['closed']);
	});

	it('reports how long it was', async () => {
		for (const [timeoutMs, time] of [
			[1000, '1 second'],
			[2000, '2 seconds'],
		] as const)
			expect((await waitWith([queued()], { timeoutMs })).waited).toMatchObject({
				failure: { message: `The task did not finish within ${time}` },
			});
	});

	it('ends exactly at the deadline', async () => {
		const { waited, at } = await scheduleCalls([queued()]);

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

	it('reports after the grace period that the task does not exist', async () => {
		const failure = { kind: 'unknown_task', taskId: 'task_1' };
		expect((await scheduleCalls([notFound], { origin: 'entered', timeoutMs: 20 })).waited).toEqual({
			failure,
			polls: 2,
		});
		const { waited } = await scheduleCalls([notFound], { timeoutMs: 100_000 });
		expect(waited).toEqual({
			failure: { ...failure, nextStep: expect.stringContaining('The API accepted this task') as string },
			polls: 6000,
		});
	});

	it('delays the first poll by the time in Retry-After', async () => {
		expect((await scheduleCalls([imageResult], { firstPollMs: 50 })).at).toEqual([50]);
		expect((await scheduleCalls([imageResult])).at).toEqual([0]);
		expect((await scheduleCalls([imageResult], { origin: 'resumed' })).told[0]).toEqual(['track', 1000, false]);
	});

	it('spreads polls after Retry-After, but never polls sooner', async () => {
		const random = jest.spyOn(Math, 'random');
		const second = async (drawn: number): Promise<number> => {
			random.mockReturnValue(drawn);
			return (await scheduleCalls([down(50), imageResult])).at[1];
		};

		expect([await second(0), await second(0.5), await second(1)]).toEqual([60, 60, 65]);
		random.mockRestore();
	});
});

it('accepts a task without an image as finished only after five polls in a row', async () => {
	expect((await waitWith([...Array<TaskStatusResult>(4).fill(empty), imageResult])).waited).toMatchObject({
		outcome: { images: [{}] },
		polls: 5,
	});
	expect(
		(await waitWith([empty, empty, queued(), ...Array<TaskStatusResult>(5).fill(empty), imageResult])).waited,
	).toMatchObject({
		outcome: { images: [] },
		polls: 8,
	});
});

it('waits for another grace period if a visible task is not found for some time', async () => {
	const { waited, tookMs } = await waitWith(
		[...Array<TaskStatusResult>(30).fill(queued()), ...Array<TaskStatusResult>(3).fill(notFound), imageResult],
		{ timeoutMs: 600_000 },
	);

	expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 34 });
	expect(tookMs).toBeGreaterThan(60_000);
});

it('does not poll if the execution is already canceled', async () => {
	const poll = jest.fn();

	expect((await waitWith([], { poll, signal: AbortSignal.abort() })).waited).toEqual({
		failure: { kind: 'canceled', taskId: 'task_1' },
		polls: 0,
	});
	expect(poll).not.toHaveBeenCalled();
});

it('ends a pause when the execution is canceled', async () => {
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
