/* eslint-disable */
import { progressOf, statusOf } from '../../../../nodes/NanoBanana/formats/decode/responseShapes';

it.each([
	[
		'queued',
		'queued QUEUED Pending submitted SUBMITTED waiting queuing created not_start not_started NOT_START ready scheduled MODAL 未启动 队列中 排队中',
	],
	[
		'running',
		'processing in_progress IN_PROGRESS In-Progress inProgress running generating started assigned stream awaiting 执行中',
	],
	['succeeded', 'succeeded success SUCCESS Succeed completed COMPLETE done finished 成功'],
	[
		'failed',
		'failed fail failure FAILURE error cancel cancelled canceled rejected expired timeout CREATE_TASK_FAILED GENERATE_FAILED 失败',
	],
	[
		'unknown',
		'UNKNOWN post_processing failover unfailed not_completed partially_failed succeeded! nsfw moderated ok 失败了 未成功 constructor',
	],
])('reads each of these words as %s', (status, words) => {
	for (const word of words.split(' ')) expect([word, statusOf(word)]).toEqual([word, status]);
	expect(statusOf(` ${words.split(' ')[0]} `)).toBe(status);
});

it.each<[unknown, number | undefined]>([
	['100%', 100],
	['50%', 50],
	[' 7% ', 7],
	['', undefined],
	[0, 0],
	[42, 42],
	[0.5, 50],
	['0.25', 25],
	[150, 100],
	[-3, 0],
	['soon', undefined],
	['1e9', undefined],
	['.'.repeat(10), undefined],
	[NaN, undefined],
	[null, undefined],
	[{}, undefined],
])('reads the progress %p as %p', (progress, percent) => {
	expect(progressOf(progress)).toBe(percent);
});
