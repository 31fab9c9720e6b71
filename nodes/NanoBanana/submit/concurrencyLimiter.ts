import { createBackoff } from './backoff';
import { failureError, type Failure } from '../errors/failure';
import { createLimit, type Window } from './limit';
import { createQueue } from './queue';
import type { Clock } from '../types';

export type { Window };

/**
 * Lets as many paid requests through as the gateway takes, without knowing its limit. A slot is held
 * from the create request until the task is finished.
 */
export interface Gate {
	/**
	 * Waits for a place; undefined when the signal fired or the gate was shut meanwhile.
	 *
	 * @throws the failure of the last refusal, when the gateway takes nothing for longer than the patience
	 */
	enter(signal?: AbortSignal, entry?: Entry): Promise<Slot | undefined>;
	/** Nobody enters any more: the run has failed and its other items shall not be paid. */
	shut(): void;
}

export interface Entry {
	/** For how long a gateway that takes nothing is worth waiting for. Places that others hold are waited for without end. */
	patienceMs?: number;
	/** A task that the gateway has already: it takes a place, and needs nobody's leave. */
	sendsNothing?: boolean;
}

export interface Slot {
	accepted(): void;
	/**
	 * The gateway took nothing (429, or a 503 that says so): gives the place back until it may be
	 * tried again. Tells since when it has taken nothing at all; its limit being reached is not that.
	 */
	refused(retryAfterMs: number, failure?: Failure): number;
	leave(): void;
}

export const TASK_WINDOW: Window = { unanswered: 3, growsBy: 0 };
export const CALL_WINDOW: Window = { unanswered: 16, growsBy: 1, takenAfterMs: 300 };

export function createGate(maxOpen: number, window: Window, clock: Clock): Gate {
	const limit = createLimit(maxOpen, window);
	const backoff = createBackoff();
	let open = 0;
	let unanswered = 0;
	/** Counts refusals; one of a request sent before the last of them is no further news. */
	let era = 0;
	let lastRefusal: Failure = { kind: 'rate_limited' };
	let isShut = false;
	let timer: AbortController | undefined;
	const queue = createQueue<Required<Entry>, Slot>();

	const mayEnter = ({ sendsNothing }: Required<Entry>): boolean =>
		isShut ||
		(open + unanswered < limit.open() &&
			(sendsNothing || (clock.now() >= backoff.notBefore() && unanswered < limit.unanswered())));

	const admit = (): void => {
		queue.serve(mayEnter, (entry) => (isShut ? undefined : makeSlot(entry)));
		// In the next breath, as the refused one comes first, and shuts the gate in stop mode.
		queue.turnAway(
			({ patienceMs, sendsNothing }) => !sendsNothing && backoff.isTooLong(patienceMs, clock.now()),
			() => (isShut ? undefined : failureError(lastRefusal)),
		);
		const rest = backoff.notBefore() - clock.now();
		if (queue.isEmpty() || rest <= 0 || timer) return;
		timer = new AbortController();
		void clock.pause(rest, timer.signal).then(() => {
			timer = undefined;
			admit();
		});
	};

	const makeSlot = ({ patienceMs, sendsNothing }: Required<Entry>): Slot => {
		let state: 'unanswered' | 'open' | 'left' = sendsNothing ? 'open' : 'unanswered';
		let isAccepted = sendsNothing;
		const sentIn = era;
		const silence = new AbortController();
		const move = (to: 'open' | 'left'): void => {
			if (state === 'unanswered') unanswered -= 1;
			if (state === 'open') open -= 1;
			if (to === 'open') open += 1;
			state = to;
			silence.abort();
		};
		if (sendsNothing) open += 1;
		else unanswered += 1;
		if (window.takenAfterMs !== undefined && !sendsNothing) {
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
				backoff.accepted();
				admit();
			},
			refused(retryAfterMs, failure) {
				const now = clock.now();
				if (state === 'left' || isAccepted) return now;
				move('left');
				const isNews = sentIn === era;
				if (isNews) era += 1;
				lastRefusal = failure ?? lastRefusal;
				const { isLimit, inARow } = limit.refused(open + unanswered, isNews);
				const since = backoff.refused({ now, retryAfterMs, isLimit, inARow, patienceMs });
				admit();
				return since;
			},
			leave() {
				if (state === 'left') return;
				move('left');
				admit();
			},
		};
	};

	return {
		async enter(signal, { patienceMs = Infinity, sendsNothing = false } = {}) {
			if (isShut || signal?.aborted) return undefined;
			const turn = queue.wait({ patienceMs, sendsNothing }, signal);
			admit();
			return await turn;
		},
		shut() {
			isShut = true;
			timer?.abort();
			admit();
		},
	};
}
