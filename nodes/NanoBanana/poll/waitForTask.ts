import { jitter, onAbort } from '../lib/clock';
import type { Failure } from '../errors/failure';
import { failureOf } from '../errors/classify';
import type { PollSchedule, PollTicket } from './pollSchedule';
import { CLEAR_REFUSALS, type TaskStatusResult } from './taskStatus';
import type { Clock, DecodedResponse } from '../types';

export interface PollOptions {
	/** One poll. It is free, so it may fail as often as it likes. */
	look: () => Promise<TaskStatusResult>;
	/** Shared by the tasks of a run, which learn from each other. */
	schedule: PollSchedule;
	clock: Clock;
	signal: AbortSignal;
	startedAt: number;
	deadline: number;
	/** For so long after its creation, or after it was seen, an unknown id is a task that is not visible at the moment. */
	graceMs: number;
	/** False for a task that somebody named: nobody here has seen it accepted. */
	isOwn: boolean;
	stepMs: number;
	/** False for a task that is probably done: the first look is at once. */
	isFresh: boolean;
	/** The gateway's own wish for the first look, in ms. */
	firstLookMs?: number;
	onLook?: (outcome: DecodedResponse) => void;
}

export type PollResult =
	| { kind: 'images'; outcome: Extract<DecodedResponse, { kind: 'images' }>; reads: number }
	| { kind: 'failed'; failure: Failure; outcome?: Extract<DecodedResponse, { kind: 'failed' }>; reads: number }
	| { kind: 'timedOut'; last?: DecodedResponse; lastFailure?: Failure; reads: number }
	| { kind: 'stopped'; reads: number };

/**
 * So many looks in a row must say so before it is believed that a look is answered with "no", or that
 * a finished task holds no image: a good ten seconds at the usual pace. Some gateways write the
 * address a moment after the status, and one that restarts answers anything.
 */
const MANY_LOOKS = 5;
/** About the key or the request, or about a task that somebody named, it is believed earlier. */
const FEW_LOOKS = 3;

/** Looks at a task until it has ended, the deadline has come or the signal fires. Never throws for a bad answer. */
export async function waitForTask(waiting: PollOptions): Promise<PollResult> {
	const ticket = waiting.schedule.track(waiting.startedAt, waiting.stepMs, waiting.isFresh);
	try {
		return await lookUntilTheEnd(waiting, ticket);
	} finally {
		ticket.close();
	}
}

async function lookUntilTheEnd(waiting: PollOptions, ticket: PollTicket): Promise<PollResult> {
	const { clock, signal, deadline } = waiting;
	let reads = 0;
	let last: DecodedResponse | undefined;
	let lastFailure: Failure | undefined;
	let seenAt = clock.now();
	let emptyLooks = 0;
	let doubts = 0;
	let notBefore = clock.now() + (waiting.isFresh ? (waiting.firstLookMs ?? 0) : 0);
	for (;;) {
		await pauseUntilDue(waiting, ticket, notBefore);
		if (signal.aborted) return { kind: 'stopped', reads };
		const look = await waiting.look();
		const now = clock.now();
		reads += 1;
		doubts = isDoubt(waiting, look) ? doubts + 1 : 0;

		const isBelieved =
			look.kind === 'final' ||
			(look.kind === 'notFound' && now >= seenAt + waiting.graceMs) ||
			(look.kind !== 'outcome' && doubts >= looksToBelieve(waiting, look.failure));
		if (isBelieved) return { kind: 'failed', failure: look.failure, reads };
		if ('outcome' in look && look.outcome) {
			last = look.outcome;
			waiting.onLook?.(last);
		}
		if (look.kind === 'outcome') {
			seenAt = now;
			if (look.outcome.kind === 'failed')
				return { kind: 'failed', failure: failureOf(look.outcome), outcome: look.outcome, reads };
			emptyLooks = look.outcome.kind === 'images' ? emptyLooks + 1 : 0;
			if (look.outcome.kind === 'images' && (look.outcome.images.length > 0 || emptyLooks >= MANY_LOOKS)) {
				ticket.succeeded(now);
				return { kind: 'images', outcome: look.outcome, reads };
			}
		} else {
			lastFailure = look.failure;
		}
		if (now >= deadline) return { kind: 'timedOut', last, lastFailure, reads };
		if (look.kind === 'outcome' && look.outcome.kind === 'pending') ticket.pending(now, look.outcome.progress);
		else ticket.failed(now);
		const asked = 'retryAfterMs' in look ? look.retryAfterMs : 0;
		notBefore = now + (asked > 0 ? Math.max(jitter(asked), asked) : 0);
	}
}

/** A page or half an answer passes, unless nobody has seen the gateway answer anything else. */
function isDoubt({ isOwn }: PollOptions, look: TaskStatusResult): boolean {
	return look.kind === 'doubtful' || (look.kind === 'passing' && !isOwn && look.failure.httpStatus === 200);
}

function looksToBelieve({ isOwn }: PollOptions, failure: Failure): number {
	return isOwn && !CLEAR_REFUSALS.includes(failure.kind) ? MANY_LOOKS : FEW_LOOKS;
}

/** The schedule may bring the look forward while the pause lasts, though not before `notBefore`. */
async function pauseUntilDue(
	{ clock, signal, deadline }: PollOptions,
	ticket: PollTicket,
	notBefore: number,
): Promise<void> {
	while (!signal.aborted) {
		const restMs = Math.min(Math.max(ticket.dueAt, notBefore), deadline) - clock.now();
		if (restMs <= 0) return;
		const earlier = new AbortController();
		const wake = (): void => earlier.abort();
		ticket.onEarlier = wake;
		const forget = onAbort(signal, wake);
		await clock.pause(Math.ceil(restMs), earlier.signal);
		forget();
	}
}
