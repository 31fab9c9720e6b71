/* eslint-disable */
// Virtual time and one seeded source of chance. Everything that the product waits for (timers, responses) is an
// event here, and the scheduler chooses which of the events that are due soon comes next.
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
	/** Counts events: the points at which a crash or a cancel can come. */
	steps = 0;
	readonly trace: string[] = [];
	readonly violations: string[] = [];
	private readonly random: { next(): number };
	private readonly events: Event[] = [];
	private readonly atStep = new Map<number, Array<() => void>>();
	/** Events this close to each other may change places. */
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

	/** One event is one line. */
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

	/** Calls `run` when so many further events have passed, whatever they are. */
	afterSteps(count: number, run: () => void): void {
		const step = this.steps + count;
		this.atStep.set(step, [...(this.atStep.get(step) ?? []), run]);
	}

	async sleep(ms: number): Promise<void> {
		await new Promise<void>((resolve) => this.after(ms, resolve));
	}

	/** Plays events until the promise has settled. Returns false when nothing is left to wait for, or hours have passed. */
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
			// Node.js settles all promises between two immediates. A single one for each turn of the event loop takes half as
			// long again.
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

	/** One of the events that are due soon. Events are kept latest first. */
	private next(): Event | undefined {
		const { events } = this;
		while (events.length > 0 && events[events.length - 1].isCanceled) events.pop();
		if (events.length === 0) return undefined;
		// Counted from the first one, so that no event waits for ever: real timers are late, but not by a second.
		const latest = events[events.length - 1].at + this.disorderMs;
		let count = 1;
		while (count < 6 && count < events.length && events[events.length - 1 - count].at <= latest) count += 1;
		const [event] = events.splice(events.length - 1 - this.below(count), 1);
		return event.isCanceled ? this.next() : event;
	}

	/** Replaces the clock, the timers and the chance of this process until the returned function is called. */
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
