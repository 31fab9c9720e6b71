import { jitter, onAbort } from './clock';
import type { Clock } from './types';

/**
 * Lets as many paid requests through as the gateway takes, without knowing its limit.
 *
 * A slot is held from the create request until the task is finished. Few requests may be
 * unanswered at a time, so an unknown limit is met by a handful of refusals instead of by all items
 * at once. A refusal at a level never reached before is taken for the limit. One at a level that
 * worked before may be a rate limit, which only costs time; a second one in a row is taken for a
 * limit that has dropped.
 */
export interface Gate {
	/** Waits for a place; undefined when the signal fired or the gate was shut meanwhile. */
	enter(signal?: AbortSignal): Promise<Slot | undefined>;
	/** Nobody enters any more: the run has failed and its other items shall not be paid. */
	shut(): void;
}

export interface Slot {
	accepted(): void;
	/**
	 * The gateway took nothing (429, or a 503 that says so): gives the place back until it may be
	 * tried again. Tells since when it has taken nothing at all; its limit being reached is not that.
	 */
	refused(retryAfterMs: number): number;
	leave(): void;
}

/**
 * How many requests may be unanswered at a time. Creating a task is answered at once, so few are
 * enough; a synchronous call is answered with the picture, so many run side by side, and each
 * success allows one more. A refusal comes quickly, so there silence for a while counts as a yes.
 */
export interface Window {
	unanswered: number;
	growsBy: number;
	takenAfterMs?: number;
}
export const TASK_WINDOW: Window = { unanswered: 3, growsBy: 0 };
export const CALL_WINDOW: Window = { unanswered: 16, growsBy: 1, takenAfterMs: 300 };

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/**
 * Accepts in a row before one more than the known limit is tried. Doubles when that is refused and
 * halves when it works, so that a limit that has grown is soon used.
 */
const FIRST_PROBE_AFTER = 20;

export function createGate(maxOpen: number, window: Window, clock: Clock): Gate {
	let atOnce = window.unanswered;
	let limit = maxOpen;
	let proven = 0;
	let open = 0;
	let unanswered = 0;
	let notBefore = 0;
	let refusalsInARow = 0;
	let nothingSince: number | undefined;
	let acceptsInARow = 0;
	let probeAfter = FIRST_PROBE_AFTER;
	/** The level that is on trial. A task that ended unseen can let it pass once, so a refusal takes it back. */
	let onTrial = 0;
	/** Counts refusals; one of a request sent before the last of them is no further news. */
	let era = 0;
	let isShut = false;
	let timer: AbortController | undefined;
	const waiting: Array<() => void> = [];

	const mayEnter = (): boolean => {
		const allowed = refusalsInARow > 0 ? 1 : atOnce;
		return clock.now() >= notBefore && unanswered < allowed && open + unanswered < limit;
	};

	const admit = (): void => {
		while (waiting.length > 0 && (isShut || mayEnter())) waiting.shift()?.();
		const rest = notBefore - clock.now();
		if (waiting.length === 0 || rest <= 0 || timer) return;
		timer = new AbortController();
		void clock.pause(rest, timer.signal).then(() => {
			timer = undefined;
			admit();
		});
	};

	const makeSlot = (): Slot => {
		let state: 'unanswered' | 'open' | 'left' = 'unanswered';
		let isAccepted = false;
		const sentIn = era;
		const silence = new AbortController();
		const move = (to: 'open' | 'left'): void => {
			if (state === 'unanswered') unanswered -= 1;
			if (state === 'open') open -= 1;
			if (to === 'open') open += 1;
			state = to;
			silence.abort();
		};
		unanswered += 1;
		if (window.takenAfterMs !== undefined) {
			void clock.pause(window.takenAfterMs, silence.signal).then(() => {
				if (state !== 'unanswered') return;
				move('open');
				admit();
			});
		}
		return {
			accepted() {
				if (state === 'left' || isAccepted) return;
				isAccepted = true;
				move('open');
				if (open > proven && open === onTrial) probeAfter = Math.ceil(probeAfter / 2);
				proven = Math.max(proven, open);
				limit = Math.max(limit, open);
				atOnce += window.growsBy;
				refusalsInARow = 0;
				nothingSince = undefined;
				acceptsInARow += 1;
				if (limit < maxOpen && acceptsInARow >= probeAfter) {
					limit += 1;
					onTrial = limit;
					acceptsInARow = 0;
				}
				admit();
			},
			refused(retryAfterMs) {
				const now = clock.now();
				if (state === 'left' || isAccepted) return now;
				move('left');
				acceptsInARow = 0;
				const others = open + unanswered;
				const isNews = sentIn === era;
				const isLimit = others > 0 && (others + 1 > proven || others + 1 === onTrial);
				const hasDropped = others > 0 && !isLimit && isNews && refusalsInARow > 0;
				if (isLimit && isNews && limit < maxOpen) probeAfter *= 2;
				// A deep fall may have been a rate limit, so it is soon tried whether more works.
				if (hasDropped) probeAfter = others < proven / 2 ? 1 : probeAfter * 2;
				if (isLimit || hasDropped) {
					// With tasks open, the end of one of them is the best moment to try again.
					limit = others;
					proven = Math.min(proven, others);
				}
				if (isNews) {
					era += 1;
					refusalsInARow = isLimit ? 0 : refusalsInARow + 1;
				}
				const growth = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, refusalsInARow - 1));
				const wait = Math.max(retryAfterMs, isLimit ? 0 : jitter(growth));
				notBefore = Math.max(notBefore, now + wait);
				nothingSince = isLimit ? undefined : (nothingSince ?? now);
				admit();
				return nothingSince ?? now;
			},
			leave() {
				if (state === 'left') return;
				move('left');
				admit();
			},
		};
	};

	return {
		async enter(signal) {
			if (isShut || signal?.aborted) return undefined;
			return await new Promise<Slot | undefined>((resolve) => {
				const giveUp = (): void => {
					waiting.splice(waiting.indexOf(grant), 1);
					resolve(undefined);
				};
				const grant = (): void => {
					forgetSignal();
					resolve(isShut ? undefined : makeSlot());
				};
				const forgetSignal = onAbort(signal, giveUp);
				waiting.push(grant);
				admit();
			});
		},
		shut() {
			isShut = true;
			timer?.abort();
			admit();
		},
	};
}
