/* eslint-disable */
import { jitter, pause, retryAfterMs, systemClock } from '../../../nodes/NanoBanana/lib/clock';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

it.each([
	['7', 7_000],
	['0.5', 500],
	[' 3 ', 3_000],
	['0', 0],
	['-5', 0],
	['Thu, 01 Jan 2026 12:00:09 GMT', 9_000],
	['Thu, 01 Jan 2026 11:00:00 GMT', 0],
	['soon', 0],
	['', 0],
	['Infinity', 0],
	[undefined, 0],
	[7, 0],
	[['7'], 0],
])('reads the Retry-After %j as %i ms', (header, ms) => {
	jest.useFakeTimers({ now: NOW });

	expect(retryAfterMs(header)).toBe(ms);
	jest.useRealTimers();
});

it('spreads pauses by at most a tenth', () => {
	const values = Array.from({ length: 200 }, () => jitter(1000));

	expect(Math.min(...values)).toBeGreaterThanOrEqual(900);
	expect(Math.max(...values)).toBeLessThanOrEqual(1100);
	expect(new Set(values).size).toBeGreaterThan(100);
});

it('ends a pause when the signal is aborted, and does not pause after that', async () => {
	// The time does not advance, so only the signal can end it.
	jest.useFakeTimers();
	const controller = new AbortController();
	const first = pause(3_600_000, controller.signal);
	controller.abort();

	await first;
	await pause(3_600_000, controller.signal);
	jest.useRealTimers();
});

it('is not affected by a change of the system time', async () => {
	jest.useFakeTimers();
	const [before, after] = [jest.fn(), jest.fn()];
	void pause(5_000).then(before);
	void pause(5_001).then(after);
	const startedAt = systemClock.now();
	jest.setSystemTime(0);
	await jest.advanceTimersByTimeAsync(2_500);
	jest.setSystemTime(Date.UTC(2100, 0, 1));
	await jest.advanceTimersByTimeAsync(2_500);

	expect(systemClock.now() - startedAt).toBe(5_000);
	expect(before).toHaveBeenCalled();
	expect(after).not.toHaveBeenCalled();
	jest.useRealTimers();
});

it('does not accumulate listeners on a signal of many pauses', async () => {
	const { signal } = new AbortController();
	const added = jest.spyOn(signal, 'addEventListener');
	const removed = jest.spyOn(signal, 'removeEventListener');
	for (let count = 0; count < 20; count += 1) await pause(1, signal);

	expect(added.mock.calls.length - removed.mock.calls.length).toBeLessThanOrEqual(1);
});

it('adds one listener to a signal, however many pauses it ends at once', async () => {
	const controller = new AbortController();
	const added = jest.spyOn(controller.signal, 'addEventListener');
	const pauses = Array.from({ length: 30 }, async () => await pause(3_600_000, controller.signal));
	controller.abort();
	await Promise.all(pauses);

	expect(added).toHaveBeenCalledTimes(1);
});
