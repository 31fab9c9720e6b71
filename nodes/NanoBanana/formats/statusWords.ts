import type { TaskStatus } from '../types';

const STATUS_WORDS: Record<Exclude<TaskStatus, 'unknown'>, string> = {
	queued: 'queued pending submitted waiting queuing queueing inqueue enqueued created notstart notstarted ready scheduled accepted init preparing',
	running: 'processing inprogress running generating started starting assigned stream streaming awaiting working executing rendering uploading retrying',
	succeeded: 'succeeded success succeed successed successful completed complete done finished ok',
	failed: 'failed fail failure error cancelled canceled rejected expired timeout timedout aborted terminated refused declined blocked unsuccessful',
};
const STATUS_BY_WORD = new Map<string, TaskStatus>(
	Object.entries(STATUS_WORDS).flatMap(([status, words]) => words.split(' ').map((word) => [word, status as TaskStatus] as const)),
);

/** In English or Chinese, in any case, with any separators, with or without TASK_STATUS_ in front. An unknown word is no end. */
export function meaning(word: string): TaskStatus {
	if (/失败|已取消|超时/.test(word)) return 'failed';
	if (/成功|已完成/.test(word)) return 'succeeded';
	const letters = word.toLowerCase().replace(/[^a-z]/g, '').replace(/^(task|image|job|generation)?(status|state)?(?=.)/, '');
	const known = STATUS_BY_WORD.get(letters);
	if (known) return known;
	return /fail|error|cancel|reject|expired|timeout|moderated/.test(letters) && !letters.includes('retry') ? 'failed' : 'unknown';
}

export function isStatusWord(text: string): boolean {
	return STATUS_BY_WORD.has(text.toLowerCase());
}

/** Percent from "50%", 50 or 0.5; undefined where there is none. */
export function progressOf(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' && value.length < 40 ? Number(value.replace('%', '')) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	const percent = number > 0 && number < 1 ? number * 100 : number;
	return Math.min(100, Math.max(0, Math.round(percent)));
}
