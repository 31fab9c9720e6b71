/* eslint-disable */
import type { FailureKind } from '../../../nodes/NanoBanana/errors/failureKinds';
import type { PollOptions } from '../../../nodes/NanoBanana/poll/waitForTask';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';
import { down, imageResult, queued, waitWith, type TaskStatusResult } from './waitWith';

describe('a rejected poll', () => {
	const rejectedPoll = (kind: FailureKind): TaskStatusResult => ({ kind: 'doubtful', failure: { kind } });

	it.each<[FailureKind, PollOptions['origin'], number]>([
		['invalid_request', 'fresh', 5],
		['wrong_base_url', 'fresh', 5],
		['invalid_key', 'fresh', 3],
		['key_expired', 'fresh', 3],
		['access_denied', 'fresh', 3],
		['insufficient_balance', 'fresh', 3],
		['prompt_refused', 'fresh', 3],
		['invalid_request', 'entered', 3],
		['invalid_key', 'entered', 3],
	])('is final if it is repeated (%s, %s task): %i polls', async (kind, origin, polls) => {
		const failure = { kind, taskId: 'task_1' };
		expect((await waitWith([rejectedPoll(kind)], { origin })).waited).toMatchObject({ failure, polls });
	});

	it.each<[FailureKind, PollOptions['origin'], boolean]>([
		['invalid_key', 'fresh', true],
		['key_expired', 'fresh', false],
		['invalid_key', 'resumed', false],
		['invalid_key', 'entered', false],
		['access_denied', 'fresh', false],
	])('reports that the key was accepted before: %s, %s task, %s', async (kind, origin, isReported) => {
		const { waited } = await waitWith([rejectedPoll(kind)], { origin });

		expect(JSON.stringify(waited).includes('accepted this key when it created the task')).toBe(isReported);
	});

	it('that is a web page is final after three polls only if the user entered the task ID', async () => {
		const proxyPage: TaskStatusResult = {
			kind: 'notJson',
			failure: { kind: 'wrong_base_url', httpStatus: 200 },
			retryAfterMs: 0,
		};

		expect((await waitWith([proxyPage], { origin: 'entered' })).waited).toMatchObject({
			failure: { kind: 'wrong_base_url' },
			polls: 3,
		});
		expect((await waitWith([proxyPage])).waited).toMatchObject({ failure: { kind: 'wrong_base_url' }, polls: 10 });
	});

	it('is not final if polls with other results are in between', async () => {
		const { waited } = await waitWith([
			rejectedPoll('invalid_key'),
			rejectedPoll('invalid_key'),
			down(),
			rejectedPoll('invalid_key'),
			rejectedPoll('invalid_key'),
			queued(),
			imageResult,
		]);

		expect(waited).toMatchObject({ outcome: { kind: 'images' }, polls: 7 });
	});

	it('is final after 10 to 20 seconds', async () => {
		const { tookMs } = await waitWith([rejectedPoll('invalid_request')]);

		expect(tookMs).toBeGreaterThan(10_000);
		expect(tookMs).toBeLessThan(20_000);
	});

	it('returns the status in its body at the timeout', async () => {
		const told: DecodedResponse = { kind: 'pending', status: 'unknown', word: 'HELD', reason: 'awaiting review' };
		const { waited, seen } = await waitWith([{ kind: 'doubtful', failure: { kind: 'task_failed' }, outcome: told }], {
			timeoutMs: 0,
			continuesOnTimeout: true,
		});

		expect(waited).toEqual({ outcome: { ...told, taskId: 'task_1' }, polls: 1 });
		expect(seen).toEqual([told]);
	});
});
