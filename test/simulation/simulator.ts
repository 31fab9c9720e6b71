/* eslint-disable */
// Virtual time and one seeded source of randomness. Everything that the node waits for (timers, responses) is an event
// here, and the scheduler picks one of the events that are due soon.
import { createRandom } from '../mock-api/random';

interface Event {
	at: number;
	run: () => void;
	isCanceled: boolean;
}

/** Captured before they are replaced. */
const real = {
	setTimeout: globalThis.setTimeout,
	clearTimeout: globalThis.clearTimeout,
	setImmediate: globalThis.setImmediate,
	now: Date.now,
	performanceNow: performance.now,
	random: Math.random,
};

const STEPS_PER_TURN = 32;
const START = Date.UTC(2026, 0, 1);

export class Simulator {
	now = START;
	/** Counts events. A crash or a cancel can follow each of them. */
	steps = 0;
	readonly trace: string[] = [];
	readonly violations: string[] = [];
	private readonly random: { next(): number };
	private readonly events: Event[] = [];
	private readonly atStep = new Map<number, Array<() => void>>();
	/** Events this close to each other may run in any order. */
	private readonly disorderMs: number;

	constructor(
		readonly seed: number,
		private readonly isTracing: boolean,
	) {
		this.random = createRandom(seed);
		for (let skipped = 0; skipped < 3; skipped += 1) this.random.next();
		this.disorderMs = this.pick([0, 5, 50, 400]);
	}

	chance(probability: number): boolean {
		return this.random.next() < probability;
	}

	/** A whole number from 0 to below `count`. */
	below(count: number): number {
		return Math.floor(this.random.next() * count);
	}

	pick<T>(choices: readonly T[]): T {
		return choices[this.below(choices.length)];
	}

	/** Adds one line to the trace. */
	log(line: () => string): void {
		if (this.isTracing) this.trace.push(`${String(this.now - START).padStart(8)} ms  ${line()}`);
	}

	violate(what: string): void {
		this.violations.push(what);
		this.log(() => `VIOLATION ${what}`);
	}

	after(ms: number, run: () => void): Event {
		const event = { at: this.now + Math.max(0, Number.isFinite(ms) ? ms : 0), run, isCanceled: false };
		let place = this.events.length;
		while (place > 0 && this.events[place - 1].at < event.at) place -= 1;
		this.events.splice(place, 0, event);
		return event;
	}

	/** Calls `run` after `count` more events of any kind. */
	afterSteps(count: number, run: () => void): void {
		const step = this.steps + count;
		this.atStep.set(step, [...(this.atStep.get(step) ?? []), run]);
	}

	async sleep(ms: number): Promise<void> {
		await new Promise<void>((resolve) => this.after(ms, resolve));
	}

	/** Plays events until the promise has settled. Returns false if nothing is left to wait for, or after a day. */
	async play(promise: Promise<unknown>): Promise<boolean> {
		let isSettled = false;
		const settle = (): void => void (isSettled = true);
		promise.then(settle, settle);
		const end = this.now + 24 * 3_600_000;
		return await new Promise((resolve, reject) => {
			let isOver = false;
			const finish = (result: boolean): void => {
				isOver = true;
				resolve(result);
			};
			const step = (): void => {
				if (isOver) return;
				if (isSettled) return finish(true);
				const event = this.next();
				if (!event || this.now > end) return finish(false);
				try {
					this.run(event);
				} catch (error) {
					isOver = true;
					reject(error as Error);
				}
			};
			// Node.js settles all promises between two immediates. One immediate per turn of the event loop would take
			// 50% longer.
			const turn = (): void => {
				for (let count = 0; count < STEPS_PER_TURN; count += 1) real.setImmediate(step);
				real.setImmediate(() => isOver || turn());
			};
			turn();
		});
	}

	private run(event: Event): void {
		this.now = Math.max(this.now, event.at);
		this.steps += 1;
		event.run();
		for (const run of this.atStep.get(this.steps) ?? []) run();
		this.atStep.delete(this.steps);
	}

	/** Removes one of the events that are due soon. The list starts with the latest event. */
	private next(): Event | undefined {
		const { events } = this;
		while (events.length > 0 && events[events.length - 1].isCanceled) events.pop();
		if (events.length === 0) return undefined;
		// Measured from the earliest event, so that no event waits forever: real timers are late, but not by a second.
		const latest = events[events.length - 1].at + this.disorderMs;
		let count = 1;
		while (count < 6 && count < events.length && events[events.length - 1 - count].at <= latest) count += 1;
		const [event] = events.splice(events.length - 1 - this.below(count), 1);
		return event.isCanceled ? this.next() : event;
	}

	/** Replaces the clock, the timers, and Math.random of this process until the returned function is called. */
	install(): () => void {
		const simulator = this;
		const timers = new Map<number, Event>();
		let timerId = 0;
		Object.assign(globalThis, {
			setTimeout: (run: () => void, ms = 0) => {
				timerId += 1;
				timers.set(timerId, simulator.after(ms, run));
				return timerId;
			},
			clearTimeout: (id: number) => {
				const event = timers.get(id);
				if (event) event.isCanceled = true;
				timers.delete(id);
			},
		});
		Date.now = () => simulator.now;
		performance.now = () => simulator.now;
		Math.random = () => simulator.random.next();
		return () => {
			Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
			Date.now = real.now;
			performance.now = real.performanceNow;
			Math.random = real.random;
		};
	}
}
