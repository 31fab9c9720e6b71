import { jitter, onAbort } from '../lib/clock';
import type { Failure } from '../errors/failure';
import { failureOf } from '../errors/classify';
import type { PollSchedule, PollTicket } from './pollSchedule';
import { CLEAR_REJECTIONS, type TaskStatusResult } from './taskStatus';
import type { Clock, DecodedResponse } from '../types';

export interface PollOptions {
	/** One poll. It is free, so it may fail as often as it likes. */
	poll: () => Promise<TaskStatusResult>;
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
	/** False for a task that has probably ended: the first poll is at once. */
	isFresh: boolean;
	/** When the API asks to be polled first (Retry-After), in ms. */
	firstPollMs?: number;
	onPoll?: (outcome: DecodedResponse) => void;
}

export type PollResult =
	| { kind: 'images'; outcome: Extract<DecodedResponse, { kind: 'images' }>; reads: number }
	| { kind: 'failed'; failure: Failure; outcome?: Extract<DecodedResponse, { kind: 'failed' }>; reads: number }
	| { kind: 'timedOut'; last?: DecodedResponse; lastFailure?: Failure; reads: number }
	| { kind: 'stopped'; reads: number };

/**
 * Consecutive polls that must agree before an error, or a finished task without an image, counts as final: about
 * ten seconds. Some APIs write the URL after the status, and one that restarts returns anything.
 */
const MANY_POLLS = 5;
/** Fewer are enough for errors about the key or the request, and for a task ID that the user entered. */
const FEW_POLLS = 3;

/** Polls a task until it has ended, the deadline has come or the signal fires. Never throws for a bad response. */
export async function waitForTask(options: PollOptions): Promise<PollResult> {
	const ticket = options.schedule.track(options.startedAt, options.stepMs, options.isFresh);
	try {
		return await pollUntilEnd(options, ticket);
	} finally {
		ticket.close();
	}
}

async function pollUntilEnd(options: PollOptions, ticket: PollTicket): Promise<PollResult> {
	const { clock, signal, deadline } = options;
	let reads = 0;
	let last: DecodedResponse | undefined;
	let lastFailure: Failure | undefined;
	let seenAt = clock.now();
	let emptyPolls = 0;
	let doubts = 0;
	let notBefore = clock.now() + (options.isFresh ? (options.firstPollMs ?? 0) : 0);
	for (;;) {
		await pauseUntilDue(options, ticket, notBefore);
		if (signal.aborted) return { kind: 'stopped', reads };
		const poll = await options.poll();
		const now = clock.now();
		reads += 1;
		doubts = isDoubt(options, poll) ? doubts + 1 : 0;

		const isBelieved =
			poll.kind === 'final' ||
			(poll.kind === 'notFound' && now >= seenAt + options.graceMs) ||
			(poll.kind !== 'outcome' && doubts >= pollsToBelieve(options, poll.failure));
		if (isBelieved) return { kind: 'failed', failure: poll.failure, reads };
		if ('outcome' in poll && poll.outcome) {
			last = poll.outcome;
			options.onPoll?.(last);
		}
		if (poll.kind === 'outcome') {
			seenAt = now;
			if (poll.outcome.kind === 'failed')
				return { kind: 'failed', failure: failureOf(poll.outcome), outcome: poll.outcome, reads };
			emptyPolls = poll.outcome.kind === 'images' ? emptyPolls + 1 : 0;
			if (poll.outcome.kind === 'images' && (poll.outcome.images.length > 0 || emptyPolls >= MANY_POLLS)) {
				ticket.succeeded(now);
				return { kind: 'images', outcome: poll.outcome, reads };
			}
		} else {
			lastFailure = poll.failure;
		}
		if (now >= deadline) return { kind: 'timedOut', last, lastFailure, reads };
		if (poll.kind === 'outcome' && poll.outcome.kind === 'pending') ticket.pending(now, poll.outcome.progress);
		else ticket.failed(now);
		const asked = 'retryAfterMs' in poll ? poll.retryAfterMs : 0;
		notBefore = now + (asked > 0 ? Math.max(jitter(asked), asked) : 0);
	}
}

/** A page or half a response passes, unless the API has never responded with anything else. */
function isDoubt({ isOwn }: PollOptions, poll: TaskStatusResult): boolean {
	return poll.kind === 'doubtful' || (poll.kind === 'passing' && !isOwn && poll.failure.httpStatus === 200);
}

function pollsToBelieve({ isOwn }: PollOptions, failure: Failure): number {
	return isOwn && !CLEAR_REJECTIONS.includes(failure.kind) ? MANY_POLLS : FEW_POLLS;
}

/** The schedule may bring the poll forward during the pause, though not before `notBefore`. */
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
