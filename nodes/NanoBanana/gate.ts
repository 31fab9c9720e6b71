import { jitter, onAbort } from './clock';
import { createLimit, type Window } from './limit';
import type { Clock } from './types';

export type { Window };

/**
 * Lets as many paid requests through as the gateway takes, without knowing its limit. A slot is held
 * from the create request until the task is finished.
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

export const TASK_WINDOW: Window = { unanswered: 3, growsBy: 0 };
export const CALL_WINDOW: Window = { unanswered: 16, growsBy: 1, takenAfterMs: 300 };

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

export function createGate(maxOpen: number, window: Window, clock: Clock): Gate {
	const limit = createLimit(maxOpen, window);
	let open = 0;
	let unanswered = 0;
	let notBefore = 0;
	/** Since when the gateway has taken nothing at all. */
	let nothingSince: number | undefined;
	/** Counts refusals; one of a request sent before the last of them is no further news. */
	let era = 0;
	let isShut = false;
	let timer: AbortController | undefined;
	const waiting: Array<() => void> = [];

	const mayEnter = (): boolean => clock.now() >= notBefore && unanswered < limit.unanswered() && open + unanswered < limit.open();

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
				limit.accepted(open);
				nothingSince = undefined;
				admit();
			},
			refused(retryAfterMs) {
				const now = clock.now();
				if (state === 'left' || isAccepted) return now;
				move('left');
				const isNews = sentIn === era;
				if (isNews) era += 1;
				const { isLimit, inARow } = limit.refused(open + unanswered, isNews);
				const growth = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, inARow - 1));
				// With tasks open, the end of one of them is the best moment to try again.
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
