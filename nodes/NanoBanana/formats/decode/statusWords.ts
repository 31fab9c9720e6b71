import type { TaskStatus } from '../../types';

/**
 * The documented status words, in lower case and without separators. Sources: API page, New API (task and video
 * statuses, and the Chinese labels of its dashboard), sub2api, zmodel, evolink, toapis, apimart, wengaocloud,
 * mountsea, kie.ai, Midjourney tasks, Alibaba Model Studio, Kling.
 */
const WORDS: Record<Exclude<TaskStatus, 'unknown'>, string> = {
	queued:
		'queued pending submitted waiting queuing created notstart notstarted ready scheduled modal 未启动 队列中 排队中',
	running: 'processing inprogress running generating started assigned stream awaiting 执行中 处理中 生成中',
	succeeded: 'succeeded success succeed completed complete done finished 成功 已完成',
	failed:
		'failed fail failure error cancel cancelled canceled rejected expired timeout createtaskfailed generatefailed 失败 已取消 超时',
};
const STATUSES = new Map(
	Object.entries(WORDS).flatMap(([status, words]) => words.split(' ').map((word) => [word, status as TaskStatus])),
);

/** Only an exact word of the list counts. Any other word is `unknown`, even if it contains a listed one. */
export function statusOf(word: string): TaskStatus {
	return STATUSES.get(word.toLowerCase().replace(/[\s_-]/g, '')) ?? 'unknown';
}

/** Percent from "50%", 50 or 0.5 (Alibaba Model Studio). Undefined for anything else. */
export function progressOf(value: unknown): number | undefined {
	const text = typeof value === 'string' ? value.trim().replace(/%$/, '') : value;
	const number = typeof text === 'string' && /^[\d.]{1,10}$/.test(text) ? Number(text) : text;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	return Math.min(100, Math.max(0, Math.round(number > 0 && number < 1 ? number * 100 : number)));
}
