import { firstText, own, record, unwrapText } from '../json';
import type { TaskStatus } from '../types';
import { isStatusWord, meaning } from './statusWords';

/** Also what an envelope says of itself, whatever the task inside is doing. */
const ENVELOPE_WORDS = ['success', 'succeed', 'successful', 'ok'];
const ID_PLACES = ['task_id', 'taskId', 'taskID', 'job_id', 'jobId'];
const TASK_PLACES = ['task_id', 'taskId', 'status', 'task_status', 'taskStatus', 'state', 'progress', 'result_url', 'fail_reason'];
/** No answer has more tasks in it. */
const MOST_ENTRIES = 100;

export interface Task {
	/** The object that describes the task. */
	task: unknown;
	/** The rest of the body around it; undefined when the body itself is the task. */
	beside?: Record<string, unknown>;
}

/** Finds the object that describes the task: the body, or what its envelope holds. */
export function findTask(body: unknown, depth = 0): Task {
	const hasOwnStatus = statusWord(body) !== undefined && !isEnvelopeWord(statusWord(body));
	if (hasOwnStatus && explicitId(body) !== undefined) return { task: body };
	const inner = ['data', 'task', 'output', 'result'].map((key) => ({ key, value: entryOf(own(body, key)) }));
	const named = inner.find(({ value }) => explicitId(value) !== undefined);
	if (named) return { task: named.value, beside: without(body, named.key) };
	if (hasOwnStatus && textId(own(body, 'id')) !== undefined) return { task: body };
	const described = inner.find(({ key, value }) => describesTask(key, value, Array.isArray(unwrapText(own(body, key)))));
	if (described) return { task: described.value, beside: without(body, described.key) };
	for (const { key, value } of depth < 3 ? inner.slice(0, 1) : []) {
		const deeper = findTask(value, depth + 1);
		if (deeper.beside) return { task: deeper.task, beside: without(body, key) };
	}
	return { task: body };
}

/** Some gateways answer with a list of one. */
function entryOf(value: unknown): unknown {
	const opened = unwrapText(value);
	return Array.isArray(opened) ? (opened.slice(0, MOST_ENTRIES).find((entry) => explicitId(entry) !== undefined) ?? (opened.length === 1 ? opened[0] : undefined)) : opened;
}

function describesTask(key: string, candidate: unknown, isListed: boolean): boolean {
	const isImage = ['url', 'b64_json', 'image_url'].some((place) => own(candidate, place) !== undefined);
	if (key !== 'result' && !isImage && textId(own(candidate, 'id')) !== undefined) return true;
	return !isListed && TASK_PLACES.some((place) => (own(candidate, place) ?? null) !== null);
}

function without(body: unknown, key: string): Record<string, unknown> {
	return Object.fromEntries(Object.entries(record(body)).filter(([name]) => name !== key));
}

/** The word for the task's status as it was written, with its meaning. */
export function statusOf({ task, beside }: Task): { word: string; status: TaskStatus } | undefined {
	const around = statusWord(beside);
	const isAboutAnswer = isEnvelopeWord(around) || (around !== undefined && explicitId(task) !== undefined && meaning(around) === 'unknown');
	const word = statusWord(task) ?? (isAboutAnswer ? undefined : around);
	const isBareEnvelope = beside === undefined && isEnvelopeWord(word) && idOf(task) === undefined;
	return word === undefined || isBareEnvelope ? undefined : { word, status: meaning(word) };
}

function statusWord(source: unknown): string | undefined {
	return firstText(source, 'status', 'task_status', 'taskStatus', 'state')?.slice(0, 100);
}

function isEnvelopeWord(word: string | undefined): boolean {
	return word !== undefined && ENVELOPE_WORDS.includes(word.toLowerCase());
}

/** The id to ask for: the first that is named as one, else a bare `id`, else `data` itself. */
export function taskIdOf(body: unknown, { task, beside }: Task): string | undefined {
	return idOf(task) ?? (beside && idOf(beside)) ?? bareId(own(body, 'data')) ?? bareId(own(body, 'result'));
}

function explicitId(source: unknown): string | undefined {
	for (const place of ID_PLACES) {
		const value = own(source, place);
		const id = textId(Number.isSafeInteger(value) && Number(value) > 0 ? String(value) : value);
		if (id !== undefined) return id;
	}
	return undefined;
}

/** A bare `id` as text: an integer is a database row of the gateway. Chat and image answers have an `id` too. */
function idOf(source: unknown): string | undefined {
	const error = own(source, 'error');
	const isError = (typeof error === 'string' && error !== '') || firstText(error, 'message', 'msg') !== undefined;
	const isOtherAnswer = isError || own(source, 'choices') !== undefined || own(source, 'candidates') !== undefined;
	const isTask = statusWord(source) !== undefined || !isOtherAnswer;
	return explicitId(source) ?? (isTask ? textId(own(source, 'id')) : undefined);
}

/** `data` or `result` as the id itself. */
function bareId(data: unknown): string | undefined {
	const id = textId(data);
	return id !== undefined && /^[\w.:-]{4,200}$/.test(id) && !isStatusWord(id) ? id : undefined;
}

/** Text that can stand in a path; dots alone would lead elsewhere. */
function textId(value: unknown): string | undefined {
	if (typeof value !== 'string' || value.length > 600) return undefined;
	const id = value.trim();
	return /^[^\s\p{C}]{1,500}$/u.test(id) && !/^\.+$/.test(id) ? id : undefined;
}

export function modelOf({ task, beside }: Task): string | undefined {
	const model = firstText(task, 'model') ?? firstText(beside, 'model');
	return model !== undefined && model.length <= 200 ? model : undefined;
}

/** A place for results that is there and empty, or a count of none. */
export function saysNothingCame(task: unknown): boolean {
	const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);
	const places = ['result_url', 'result_urls', 'resultUrls', 'results', 'outputs', 'output', 'data', 'result'];
	return places.some((place) => isEmpty(own(task, place))) || own(task, 'result_url') === null || resultCount(task) === 0;
}

/** A task that says that it had no references cannot echo any. */
export function isFromText(task: unknown): boolean {
	const type = firstText(own(task, 'metadata'), 'task_type') ?? firstText(task, 'task_type');
	return type !== undefined && /^(text2image|text_to_image|t2i)$/i.test(type);
}

/** How many images the body announces. */
export function resultCount(task: unknown): number | undefined {
	const count = own(own(task, 'metadata'), 'result_count') ?? own(task, 'result_count');
	return typeof count === 'number' ? count : undefined;
}

export function isExpired(task: unknown): boolean {
	return [own(task, 'output'), own(task, 'result'), task].some((place) => firstText(place, 'availability') === 'expired');
}

export function isNamed(task: unknown): boolean {
	return explicitId(task) !== undefined;
}
