import type { TaskStatus } from '../../types';

const STATUS_WORDS: Record<Exclude<TaskStatus, 'unknown'>, string> = {
	queued:
		'queued pending submitted waiting queuing queueing inqueue enqueued created notstart notstarted ready scheduled accepted init preparing received onhold paused',
	running:
		'processing inprogress running generating started starting assigned stream streaming awaiting working executing rendering uploading retrying retry partial inreview',
	succeeded:
		'succeeded success succeed successed successful completed complete done finished finish finalized fulfilled ok',
	failed:
		'failed fail failure error cancelled canceled rejected expired timeout timedout aborted terminated refused declined blocked unsuccessful denied banned flagged dead killed crashed nsfw filtered',
};
const STATUS_BY_WORD = new Map<string, TaskStatus>(
	Object.entries(STATUS_WORDS).flatMap(([status, words]) =>
		words.split(' ').map((word) => [word, status as TaskStatus] as const),
	),
);
const BAD_ENDS =
	/fail|error|cancel|reject|expired|timeout|moderated|denied|filtered|nsfw|crash|blocked|abort|flagged|censored|violation/;
const PARTLY = /^partial(ly)?(?=.)|^partly(?=.)|with(some|partial)?(errors?|fail(ures?|ed)?|warnings?)$/;

/** In English or Chinese, in any case, with any separators, with or without TASK_STATUS_ in front. An unknown word is no end. */
export function meaning(word: string): TaskStatus {
	if (/失败|已取消|超时|(未|不)通过|违规|违禁|拒绝|驳回|出错|异常/.test(word)) return 'failed';
	if (/等待|待处理|待审|排队/.test(word)) return 'queued';
	if (/未|没有|尚/.test(word)) return 'running';
	if (/成功|已完成/.test(word)) return 'succeeded';
	const letters = lettersOf(word);
	const known = STATUS_BY_WORD.get(letters);
	if (known) return known;
	if (isNotYet(letters)) return 'running';
	if (BAD_ENDS.test(letters) && !letters.includes('retry')) return 'failed';
	return isPartly(word) ? 'succeeded' : 'unknown';
}

/** The opposite of an end or of being ready. */
function isNotYet(letters: string): boolean {
	const positive = /^(?:not|un|in)(?:yet|fully)?(?=.)(.*)$/.exec(letters)?.[1];
	const status = positive === undefined ? undefined : STATUS_BY_WORD.get(positive);
	return status !== undefined && status !== 'failed';
}

/** "Without errors" says nothing more. */
function lettersOf(word: string): string {
	return word
		.toLowerCase()
		.replace(/[^a-z]/g, '')
		.replace(/^(task|image|job|generation)?(status|state)?(?=.)/, '')
		.replace(/without(any)?(errors?|failures?|warnings?)$/, '');
}

/** An end that may have brought some of the pictures. */
export function isPartly(word: string): boolean {
	const letters = lettersOf(word);
	return /部分(成功|完成|失败)/.test(word) || (PARTLY.test(letters) && !letters.endsWith('ing'));
}

/** Black Forest Labs says "Ready" of a finished task, others of one that waits for its turn. */
export function isAmbiguous(word: string): boolean {
	return lettersOf(word) === 'ready';
}

/** A word that nobody knows and that does not sound like work: pictures beside it are its result. */
export function soundsLikeRest(word: string): boolean {
	return !/ing$|process|progress|pend|wait|queue|partial|hold|paus|review|retry|receiv|中$/.test(word.toLowerCase());
}

/** What an envelope says of an answer, whatever became of the task that it names. */
export function isDeclineWord(word: unknown): boolean {
	return typeof word === 'string' && /^(error|fail|failed|failure)$/i.test(word.trim());
}

/** A status that by itself blames the prompt or an image. */
export function isRefusalWord(word: string): boolean {
	return /filtered|nsfw|moderat|censor|flagged|content.?(blocked|violation)|unsafe|sensitive|审核|违规|违禁|敏感/i.test(
		word,
	);
}

export function isStatusWord(text: string): boolean {
	return STATUS_BY_WORD.has(text.toLowerCase());
}

/** Percent from "50%", 50 or 0.5; undefined where there is none. */
export function progressOf(value: unknown): number | undefined {
	const number =
		typeof value === 'string' && value.trim() !== '' && value.length < 40 ? Number(value.replace('%', '')) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	const percent = number > 0 && number < 1 ? number * 100 : number;
	return Math.min(100, Math.max(0, Math.round(percent)));
}
