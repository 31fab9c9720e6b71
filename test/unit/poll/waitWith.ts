/* eslint-disable */
/** Waits for a task with prepared poll results. */
import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { createPollSchedule } from '../../../nodes/NanoBanana/poll/pollSchedule';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';
import { waitForTask, type PollOptions } from '../../../nodes/NanoBanana/poll/waitForTask';
import { leapingClock } from '../support/fakeClock';

export type TaskStatusResult = Awaited<ReturnType<PollOptions['poll']>>;

export const outcome = (found: DecodedResponse, retryAfterMs = 0): TaskStatusResult => ({
	kind: 'outcome',
	outcome: found,
	retryAfterMs,
});
export const queued = (progress?: number): TaskStatusResult =>
	outcome({ kind: 'pending', status: 'queued', ...(progress !== undefined && { progress }) });
export const imageResult = outcome({ kind: 'images', images: [{ kind: 'url', url: 'https://files.example/1' }] });
export const empty = outcome({ kind: 'images', images: [] });
export const down = (retryAfterMs = 0): TaskStatusResult => ({
	kind: 'passing',
	failure: { kind: 'upstream_down' },
	retryAfterMs,
});
export const notFound: TaskStatusResult = { kind: 'notFound', failure: { kind: 'unknown_task' } };
export const rejected: TaskStatusResult = { kind: 'final', failure: { kind: 'unreachable' } };

export const OPTIONS = {
	taskId: 'task_1',
	until: 'ended' as const,
	origin: 'fresh' as const,
	signal: new AbortController().signal,
	timeoutMs: 60_000,
	continuesOnTimeout: false,
	pollIntervalMs: 1000,
};

/** How the polling ended, and after how many polls. */
export async function ended(options: PollOptions) {
	let polls = 0;
	const poll: PollOptions['poll'] = async (remainingMs, failures) => {
		polls += 1;
		return await options.poll(remainingMs, failures);
	};
	return await waitForTask({ ...options, poll }).catch((thrown: unknown) => ({ failure: toFailure(thrown), polls }));
}

/** Waits for a task with these poll results, the last one repeated. Every pause ends at once. */
export async function waitWith(results: TaskStatusResult[], more: Partial<PollOptions> = {}) {
	const clock = leapingClock();
	const startedAt = clock.now();
	const seen: DecodedResponse[] = [];
	const waited = await ended({
		...OPTIONS,
		poll: async () => {
			const result = results.length > 1 ? (results.shift() ?? results[0]) : results[0];
			if (result.outcome) seen.push(result.outcome);
			return await Promise.resolve(result);
		},
		schedule: createPollSchedule(),
		clock,
		startedAt,
		...more,
	});
	return { waited, pauses: clock.pauses, seen, tookMs: clock.now() - startedAt };
}
