/* eslint-disable */
import {
	isStatusWord,
	meaning,
	progressOf,
	soundsLikeRest,
} from '../../../../nodes/NanoBanana/formats/decode/statusWords';

it.each([
	[
		'queued',
		'queued pending submitted waiting queuing queueing inqueue enqueued created notstart notstarted ready scheduled accepted init preparing',
	],
	[
		'running',
		'processing inprogress running generating started starting assigned stream streaming awaiting working executing rendering uploading retrying',
	],
	['succeeded', 'succeeded success succeed successed successful completed complete done finished ok 成功 任务已完成'],
	[
		'failed',
		'failed fail failure error cancelled canceled rejected expired timeout timedout aborted terminated refused declined blocked unsuccessful 失败 已取消 超时 生成失败',
	],
	['unknown', 'archived 处理中 -'],
])('means %s', (status, words) => {
	for (const word of words.split(' ')) expect([word, meaning(word)]).toEqual([word, status]);
});

it.each([
	['TASK_STATUS_SUCCEED', 'succeeded'],
	['task_queued', 'queued'],
	['IMAGE_STATUS_RUNNING', 'running'],
	['job.state.done', 'succeeded'],
	['GENERATION_STATE_FAILED', 'failed'],
	['status:queued', 'queued'],
	['state-running', 'running'],
	['In Progress', 'running'],
])('reads past what stands around the word in %s', (word, status) => {
	expect(meaning(word)).toBe(status);
});

it('takes no word for the same with something in front of it', () => {
	expect(meaning('subtask_queued')).toBe('unknown');
	expect(meaning('task')).toBe('unknown');
});

it.each([
	'UPSTREAM_FAIL',
	'internal_error',
	'user_cancelled_it',
	'rejected_by_upstream',
	'link_expired',
	'upstream_timeout',
	'moderated_output',
])('hears the failure in %s', (word) => {
	expect(meaning(word)).toBe('failed');
});

it('hears no failure in a task that is tried again', () => {
	expect(meaning('failed_will_retry')).toBe('unknown');
});

it.each([
	['queued', true],
	['SUCCESS', true],
	['task-7', false],
	['', false],
])('knows whether %j is a word for a status', (text, isWord) => {
	expect(isStatusWord(text)).toBe(isWord);
});

it.each<[unknown, number | undefined]>([
	['100%', 100],
	['7 %', 7],
	['', undefined],
	[' ', undefined],
	['soon', undefined],
	[`0.${'1'.repeat(40)}`, undefined],
	['9'.repeat(40), undefined],
	[0, 0],
	[0.005, 1],
	[0.5, 50],
	[0.999, 100],
	[1, 1],
	[1.4, 1],
	[42, 42],
	[150, 100],
	[-0.5, 0],
	[-3, 0],
	[NaN, undefined],
	[Infinity, undefined],
	[null, undefined],
	[true, undefined],
	[[50], undefined],
	[{}, undefined],
])('reads the progress %p as %p', (value, percent) => {
	expect(progressOf(value)).toBe(percent);
});

it.each([
	[
		'running',
		'not_completed NOT_YET_DONE unfinished incomplete not_ready not_succeeded retry in_review 未完成 任务未成功 尚未完成',
	],
	['queued', 'received on_hold paused 待处理 等待 等待处理 排队中'],
])('hears that it is not done yet: %s', (status, words) => {
	for (const word of words.split(' ')) expect([word, meaning(word)]).toEqual([word, status]);
});

it.each(['put_on_hold', 'under_review', 'paused_by_admin', 'will_retry', 'received_by_worker'])(
	'does not take %s for rest',
	(word) => {
		expect([meaning(word), soundsLikeRest(word)]).toEqual(['unknown', false]);
	},
);

it.each([
	['未通过', 'failed'],
	['审核未通过', 'failed'],
	['not_found', 'unknown'],
	['not_failed', 'failed'],
	['invalid', 'unknown'],
])('leaves %s as it was: %s', (word, status) => {
	expect(meaning(word)).toBe(status);
});
