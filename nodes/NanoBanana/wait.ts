import { jitter, onAbort } from './clock';
import type { Failure } from './errors';
import type { Schedule, Watch } from './schedule';
import type { Look } from './status';
import type { Clock, Outcome } from './types';

export interface Waiting {
	/** One look at the task; free, so it may fail as often as it likes. */
	look: () => Promise<Look>;
	/** Shared by the tasks of a run, which learn from each other. */
	schedule: Schedule;
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
	const watch = waiting.schedule.watch(waiting.startedAt, waiting.stepMs, waiting.isFresh);
	try {
		return await lookUntilTheEnd(waiting, watch);
	} finally {
		watch.leave();
	}
}

async function lookUntilTheEnd(waiting: Waiting, watch: Watch): Promise<Waited> {
	const { clock, signal, deadline } = waiting;
	let reads = 0;
	let last: Outcome | undefined;
	let lastFailure: Failure | undefined;
	let emptyLooks = 0;
	let notBefore = clock.now() + (waiting.isFresh ? (waiting.firstLookMs ?? 0) : 0);
	for (;;) {
		await pauseUntilDue(waiting, watch, notBefore);
		if (signal.aborted) return { kind: 'stopped', reads };
		const look = await waiting.look();
		reads += 1;

		if (look.kind === 'final') return { kind: 'failed', failure: look.failure, reads };
		if (look.kind === 'notFound' && clock.now() >= waiting.graceUntil) return { kind: 'failed', failure: look.failure, reads };
		if (look.kind === 'outcome') {
			last = look.outcome;
			waiting.onLook?.(last);
			if (last.kind === 'failed') return { kind: 'failed', failure: failureOf(last), outcome: last, reads };
			if (last.kind === 'images' && (last.images.length > 0 || ++emptyLooks >= EMPTY_LOOKS)) {
				watch.finished(clock.now());
				return { kind: 'images', outcome: last, reads };
			}
		} else {
			lastFailure = look.failure;
		}
		if (clock.now() >= deadline) return { kind: 'timedOut', last, lastFailure, reads };
		if (look.kind === 'outcome' && look.outcome.kind === 'pending') watch.seen(clock.now(), look.outcome.progress);
		else watch.missed(clock.now());
		const asked = 'retryAfterMs' in look ? look.retryAfterMs : 0;
		notBefore = clock.now() + (asked > 0 ? Math.max(jitter(asked), asked) : 0);
	}
}

/** The schedule may bring the look forward while the pause lasts, though not before `notBefore`. */
async function pauseUntilDue({ clock, signal, deadline }: Waiting, watch: Watch, notBefore: number): Promise<void> {
	while (!signal.aborted) {
		const restMs = Math.min(Math.max(watch.dueAt, notBefore), deadline) - clock.now();
		if (restMs <= 0) return;
		const sooner = new AbortController();
		const wake = (): void => sooner.abort();
		watch.onSooner = wake;
		const forget = onAbort(signal, wake);
		await clock.pause(Math.ceil(restMs), sooner.signal);
		forget();
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
