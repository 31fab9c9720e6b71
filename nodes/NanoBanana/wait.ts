import { jitter } from './clock';
import type { Failure } from './errors';
import { nextLookMs, noteRead, startWatch } from './schedule';
import type { Look } from './status';
import type { Clock, Outcome } from './types';

export interface Waiting {
	/** One look at the task; free, so it may fail as often as it likes. */
	look: () => Promise<Look>;
	clock: Clock;
	signal: AbortSignal;
	startedAt: number;
	deadline: number;
	/** Until then an unknown id is a task that is not visible yet. */
	graceUntil: number;
	stepMs: number;
	/** False for a task that is probably done: the first look is at once. */
	isFresh: boolean;
	/** The gateway's own wish for the first look, in ms. */
	firstLookMs?: number;
	onLook?: (outcome: Outcome) => void;
}

export type Waited =
	| { kind: 'images'; outcome: Extract<Outcome, { kind: 'images' }>; reads: number }
	| { kind: 'failed'; failure: Failure; outcome?: Extract<Outcome, { kind: 'failed' }>; reads: number }
	| { kind: 'timedOut'; last?: Outcome; lastFailure?: Failure; reads: number }
	| { kind: 'stopped'; reads: number };

/** A finished task without images is asked a few times more: some gateways write the address a moment after the status. */
const EMPTY_LOOKS = 3;

/** Looks at a task until it has ended, the deadline has come or the signal fires. Never throws for a bad answer. */
export async function waitForTask(waiting: Waiting): Promise<Waited> {
	const { clock, signal, deadline } = waiting;
	const watch = startWatch(waiting.startedAt, waiting.stepMs);
	let last: Outcome | undefined;
	let lastFailure: Failure | undefined;
	let emptyLooks = 0;
	let rest = waiting.isFresh ? Math.max(nextLookMs(watch, clock.now()), waiting.firstLookMs ?? 0) : 0;
	for (;;) {
		await clock.pause(Math.min(rest, Math.max(0, deadline - clock.now())), signal);
		if (signal.aborted) return { kind: 'stopped', reads: watch.reads };
		const look = await waiting.look();
		noteRead(watch, clock.now(), look.kind === 'outcome' && look.outcome.kind === 'pending' ? look.outcome.progress : undefined);
		const reads = watch.reads;

		if (look.kind === 'final') return { kind: 'failed', failure: look.failure, reads };
		if (look.kind === 'notFound' && clock.now() >= waiting.graceUntil) return { kind: 'failed', failure: look.failure, reads };
		if (look.kind === 'outcome') {
			last = look.outcome;
			waiting.onLook?.(last);
			if (last.kind === 'failed') return { kind: 'failed', failure: failureOf(last), outcome: last, reads };
			if (last.kind === 'images' && (last.images.length > 0 || ++emptyLooks >= EMPTY_LOOKS)) return { kind: 'images', outcome: last, reads };
		} else {
			lastFailure = look.failure;
		}
		if (clock.now() >= deadline) return { kind: 'timedOut', last, lastFailure, reads };
		const asked = 'retryAfterMs' in look ? look.retryAfterMs : 0;
		rest = Math.max(nextLookMs(watch, clock.now()), asked > 0 ? jitter(asked) : 0, asked);
	}
}

/** The failure that a task's own end stands for. */
export function failureOf(outcome: Extract<Outcome, { kind: 'failed' }>): Failure {
	const expired = outcome.code === 'result_expired' || outcome.code === 'expired';
	return {
		kind: outcome.refused ? 'prompt_refused' : expired ? 'result_expired' : outcome.emptyHanded ? 'no_image' : 'task_failed',
		gatewayMessage: outcome.reason,
		...(outcome.code && { gatewayCode: outcome.code }),
		...(outcome.taskId && { taskId: outcome.taskId }),
	};
}
