/* eslint-disable */
// Clocks for tests: time passes only with `advance`, or jumps to the end of each pause.
import type { Clock } from '../../../nodes/NanoBanana/lib/clock';

export interface FakeClock extends Clock {
	/** Lets this much time pass and ends the pauses in order. */
	advance(ms: number): Promise<void>;
}

/** Not the system time, as with the clock of the node. */
const START = 1_000_000;

/** The time only changes with `advance`. */
export function stoppedClock(): FakeClock {
	let now = START;
	let sleepers: Array<{ at: number; wake: () => void }> = [];
	const nextDue = (end: number) => sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
	return {
		now: () => now,
		async pause(ms, signal) {
			if (ms <= 0 || signal?.aborted) return;
			await new Promise<void>((resolve) => {
				const sleeper = { at: now + ms, wake: resolve };
				sleepers.push(sleeper);
				signal?.addEventListener('abort', () => {
					sleepers = sleepers.filter((other) => other !== sleeper);
					resolve();
				});
			});
		},
		async advance(ms) {
			const end = now + ms;
			await settled();
			for (let due = nextDue(end); due !== undefined; due = nextDue(end)) {
				now = due.at;
				sleepers = sleepers.filter((other) => other !== due);
				due.wake();
				await settled();
			}
			now = end;
		},
	};
}

/** Every pause ends at once, and the clock shows the time after it. */
export function leapingClock(): Clock & { pauses: number[] } {
	let now = START;
	const pauses: number[] = [];
	return {
		pauses,
		now: () => now,
		async pause(ms) {
			pauses.push(ms);
			now += Math.max(0, ms);
			await Promise.resolve();
		},
	};
}

/** Resolves after all pending promise callbacks have run. */
export async function settled(): Promise<void> {
	await new Promise(setImmediate);
}
