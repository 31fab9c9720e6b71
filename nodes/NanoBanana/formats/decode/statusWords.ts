import type { TaskStatus } from '../../types';

/**
 * The words for a status that are documented, without case and separators: API page, New API (its
 * task and video statuses, and the labels of its console in Chinese), sub2api, zmodel, evolink,
 * toapis, apimart, wengaocloud, mountsea, kie.ai, Midjourney tasks, Alibaba Model Studio, Kling.
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

/** An exact word of the list; any other word, also one that contains one of them, is `unknown`. */
export function statusOf(word: string): TaskStatus {
	return STATUSES.get(word.toLowerCase().replace(/[\s_-]/g, '')) ?? 'unknown';
}

/** Percent from "50%", 50 or 0.5 (Alibaba Model Studio); undefined where there is none. */
export function progressOf(value: unknown): number | undefined {
	const text = typeof value === 'string' ? value.trim().replace(/%$/, '') : value;
	const number = typeof text === 'string' && /^[\d.]{1,10}$/.test(text) ? Number(text) : text;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	return Math.min(100, Math.max(0, Math.round(number > 0 && number < 1 ? number * 100 : number)));
}
