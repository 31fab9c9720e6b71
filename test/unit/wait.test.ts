/* eslint-disable */
import { createSchedule } from '../../nodes/NanoBanana/schedule';
import type { Outcome } from '../../nodes/NanoBanana/types';
import { failureOf, waitForTask, type Waiting } from '../../nodes/NanoBanana/wait';
import { leapingClock, stoppedClock } from './fakeClock';

type Look = Awaited<ReturnType<Waiting['look']>>;

const outcome = (found: Outcome, retryAfterMs = 0): Look => ({ kind: 'outcome', outcome: found, retryAfterMs });
const queued = (progress?: number): Look => outcome({ kind: 'pending', status: 'queued', ...(progress !== undefined && { progress }) });
const picture = outcome({ kind: 'images', images: [{ kind: 'url', url: 'https://files.example/1' }] });
const empty = outcome({ kind: 'images', images: [] });
const down = (retryAfterMs = 0): Look => ({ kind: 'passing', failure: { kind: 'upstream_down' }, retryAfterMs });
const notFound: Look = { kind: 'notFound', failure: { kind: 'unknown_task' } };
const refused: Look = { kind: 'final', failure: { kind: 'invalid_key' } };

/** Waits through these looks, the last one for ever; every pause is over at once on a clock of its own. */
async function waitThrough(looks: Look[], more: Partial<Waiting> = {}) {
	const clock = leapingClock();
	const startedAt = clock.now();
	const seen: Outcome[] = [];
	const waited = await waitForTask({
		look: async () => await Promise.resolve(looks.length > 1 ? (looks.shift() ?? looks[0]) : looks[0]),
		schedule: createSchedule(),
		clock,
		signal: new AbortController().signal,
		startedAt,
		deadline: startedAt + 60_000,
		graceUntil: startedAt + 5_000,
		stepMs: 1000,
		isFresh: true,
		onLook: (found) => seen.push(found),
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
	const { waited, pauses } = await waitThrough([down(20_000), outcome({ kind: 'pending', status: 'running' }, 7_000), picture]);

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

	expect(waited).toMatchObject({ kind: 'timedOut', last: { kind: 'pending', status: 'queued' }, lastFailure: { kind: 'upstream_down' } });
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
	expect((await waitThrough([queued(), refused])).waited).toEqual({ kind: 'failed', failure: { kind: 'invalid_key' }, reads: 2 });
});

it('ends with the reason of a task that failed', async () => {
	const failed: Outcome = { kind: 'failed', reason: 'upstream said no', code: 'upstream_error', taskId: 'task_1' };

	expect((await waitThrough([outcome(failed)])).waited).toEqual({
		kind: 'failed',
		failure: { kind: 'task_failed', gatewayMessage: 'upstream said no', gatewayCode: 'upstream_error', taskId: 'task_1' },
		outcome: failed,
		reads: 1,
	});
});

it('asks a finished task without a picture a few times more', async () => {
	expect((await waitThrough([empty, empty, picture])).waited).toMatchObject({ kind: 'images', outcome: { images: [{}] }, reads: 3 });
	expect((await waitThrough([empty])).waited).toMatchObject({ kind: 'images', outcome: { images: [] }, reads: 3 });
});

it('stops before the next look once the signal fires', async () => {
	const controller = new AbortController();
	const look = jest.fn(async () => {
		controller.abort();
		return await Promise.resolve(queued());
	});

	expect((await waitThrough([], { look, signal: controller.signal })).waited).toEqual({ kind: 'stopped', reads: 1 });
	expect(look).toHaveBeenCalledTimes(1);
});

it.each([
	[{ refused: true }, 'prompt_refused'],
	[{ code: 'result_expired' }, 'result_expired'],
	[{ emptyHanded: true }, 'no_image'],
	[{ code: 'upstream_error' }, 'task_failed'],
	[{}, 'task_failed'],
])('reads the end %j as %s', (end, kind) => {
	expect(failureOf({ kind: 'failed', reason: 'r', ...end }).kind).toBe(kind);
});

describe('a look that the schedule brings forward', () => {
	/** The look is due after a minute, until the schedule thinks again after five seconds. */
	async function looksAt(firstLookMs: number): Promise<number> {
		const clock = stoppedClock();
		const startedAt = clock.now();
		const watch = { dueAt: startedAt + 60_000, onSooner: () => undefined as void, seen() {}, missed() {}, finished() {}, leave() {} };
		const waited = waitForTask({
			look: async () => await Promise.resolve(picture),
			schedule: { watch: () => watch },
			clock,
			signal: new AbortController().signal,
			startedAt,
			deadline: startedAt + 600_000,
			graceUntil: startedAt,
			stepMs: 1000,
			isFresh: true,
			firstLookMs,
		}).then(() => clock.now() - startedAt);
		await clock.advance(5_000);
		watch.dueAt = startedAt + 7_000;
		watch.onSooner();
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
