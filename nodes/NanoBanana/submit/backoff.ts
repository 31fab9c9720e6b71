import { jitter } from '../lib/clock';

/**
 * How long a gateway that took nothing is left alone, and for whom that is too long. Driven by the
 * times it is given: no timers, no queue.
 */
export interface Backoff {
	/** Nothing is sent before. */
	notBefore(): number;
	accepted(): void;
	/** Tells since when the gateway has taken nothing at all; its limit being reached is not that. */
	refused(refusal: Refusal): number;
	/** True for who would have to wait for a gateway that has taken nothing, or wants to be left alone, for as long as that. */
	isTooLong(patienceMs: number, now: number): boolean;
}

export interface Refusal {
	now: number;
	retryAfterMs: number;
	/** As many tasks are open as the gateway takes. The end of one of them is the best moment to try again. */
	isLimit: boolean;
	/** How many refusals in a row were not for that reason. */
	inARow: number;
	/** How long the refused one waits for a gateway that takes nothing. */
	patienceMs: number;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

export function createBackoff(): Backoff {
	let notBefore = 0;
	/** Until when the gateway itself asked to be left alone. */
	let askedUntil = 0;
	let nothingSince: number | undefined;

	return {
		notBefore: () => notBefore,
		accepted() {
			nothingSince = undefined;
		},
		refused({ now, retryAfterMs, isLimit, inARow, patienceMs }) {
			nothingSince = isLimit ? undefined : (nothingSince ?? now);
			const growth = jitter(Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, inARow - 1)));
			const left = (nothingSince ?? now) + patienceMs - now;
			// The last try comes when the patience ends, and not after it.
			const pauseMs = left > 0 ? Math.min(growth, left) : growth;
			askedUntil = Math.max(askedUntil, now + retryAfterMs);
			notBefore = Math.max(notBefore, askedUntil, now + (isLimit ? 0 : pauseMs));
			return nothingSince ?? now;
		},
		isTooLong(patienceMs, now) {
			return now < notBefore && Math.max(now, askedUntil) - (nothingSince ?? now) >= patienceMs;
		},
	};
}
