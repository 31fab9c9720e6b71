import { byName, firstText, list, own, record, simpleName, unwrapText } from '../../lib/json';
import type { TaskStatus } from '../../types';
import { isDeclineWord, meaning } from './statusWords';
import {
	explicitId,
	idAsValue,
	idOf,
	idsIn,
	isEnvelopeWord,
	isPicture,
	isTaskEntry,
	isTaskNoun,
	plainId,
	statusWord,
} from './taskIds';

const TASK_PLACES = [
	'task_id',
	'taskId',
	'status',
	'task_status',
	'taskStatus',
	'state',
	'progress',
	'result_url',
	'fail_reason',
];
/** What a task may be wrapped in, in the order in which it counts. */
const ENVELOPES = [
	'data',
	'task',
	'output',
	'result',
	'tasks',
	'job',
	'jobs',
	'prediction',
	'generation',
	'response',
	'payload',
];
/** Envelopes within which another one may stand. */
const OUTER_ENVELOPES = ['data', 'result', 'response', 'payload'];
/** No answer has more tasks in it. */
const MOST_ENTRIES = 100;

export interface Task {
	/** The object that describes the task. */
	task: unknown;
	/** The rest of the body around it; undefined when the body itself is the task. */
	beside?: Record<string, unknown>;
}

/** Finds the object that describes the task: the body, or what its envelope holds. Of several the one with the id `wanted`. */
export function findTask(body: unknown, wanted?: string, depth = 0): Task {
	const hasOwnStatus = statusWord(body) !== undefined && !isEnvelopeWord(statusWord(body));
	if (hasOwnStatus && explicitId(body) !== undefined) return { task: body };
	const ours =
		wanted === undefined || explicitId(body) === wanted
			? []
			: list(unwrapText(own(body, 'results')))
					.slice(0, MOST_ENTRIES)
					.filter((entry) => statusWord(entry) !== undefined && isAsked(entry, 'results', wanted));
	if (ours.length === 1) return { task: ours[0], beside: without(body, 'results') };
	const inner = envelopesOf(body).map(({ key, noun }) => {
		const opened = unwrapText(own(body, key));
		return { key, noun, value: entryOf(opened, noun, wanted), isListed: Array.isArray(opened) };
	});
	const named =
		inner.find(({ value }) => wanted !== undefined && explicitId(value) === wanted) ??
		inner.find(({ value }) => explicitId(value) !== undefined);
	if (named) return { task: named.value, beside: without(body, named.key) };
	if (hasOwnStatus && idOf(body) !== undefined) return { task: body };
	const described = inner.find(({ noun, value, isListed }) => describesTask(noun, value, isListed));
	if (described) return { task: described.value, beside: without(body, described.key) };
	for (const { key, value } of depth < 3 ? inner.filter(({ noun }) => OUTER_ENVELOPES.includes(noun)) : []) {
		const deeper = findTask(value, wanted, depth + 1);
		if (deeper.beside) return { task: deeper.task, beside: without(body, key) };
	}
	return { task: body };
}

function envelopesOf(body: unknown): Array<{ key: string; noun: string }> {
	const nouns = Object.keys(record(body)).map((key) => ({ key, noun: simpleName(key) }));
	return nouns
		.filter(({ noun }) => ENVELOPES.includes(noun))
		.slice(0, MOST_ENTRIES)
		.sort((one, other) => ENVELOPES.indexOf(one.noun) - ENVELOPES.indexOf(other.noun));
}

/** Some gateways answer with a list of one, others with all tasks; a list of pictures is none. */
function entryOf(opened: unknown, noun: string, wanted?: string): unknown {
	if (!Array.isArray(opened)) return opened;
	const entries: unknown[] = opened.slice(0, MOST_ENTRIES);
	const asked = wanted === undefined ? undefined : entries.find((entry) => isAsked(entry, noun, wanted));
	if (asked !== undefined || entries.length === 1) return asked ?? entries[0];
	return entries.every(isPicture)
		? undefined
		: (entries.find((entry) => explicitId(entry) !== undefined) ?? entries.find((entry) => isTaskEntry(entry, noun)));
}

function isAsked(entry: unknown, noun: string, wanted: string): boolean {
	return explicitId(entry) === wanted || (isTaskEntry(entry, noun) && plainId(entry) === wanted);
}

/** Several tasks, and the one that was asked for is none of them: what they brought is not its result. */
export function isAboutOthers(body: unknown, { task, beside }: Task, wanted: string | undefined): boolean {
	if (wanted === undefined || idOf(task) === wanted || (beside !== undefined && idOf(beside) === wanted)) return false;
	const ids = idsIn(body);
	return ids.length > 1 && !ids.includes(wanted);
}

function describesTask(noun: string, candidate: unknown, isListed: boolean): boolean {
	const mayBeBare = isTaskNoun(noun) || noun === 'data' || noun === 'output';
	if (mayBeBare && !isPicture(candidate) && plainId(candidate) !== undefined) return true;
	if (isListed && isTaskEntry(candidate, noun)) return true;
	return !isListed && TASK_PLACES.some((place) => (own(candidate, place) ?? null) !== null);
}

function without(body: unknown, key: string): Record<string, unknown> {
	return Object.fromEntries(Object.entries(record(body)).filter(([name]) => name !== key));
}

/** The word for the task's status as it was written, with its meaning. An envelope's error says what became of the answer: a task that it names may be on its way. */
export function statusOf({ task, beside }: Task): { word: string; status: TaskStatus } | undefined {
	const around = statusWord(beside);
	const isAboutAnswer =
		isEnvelopeWord(around) ||
		(around !== undefined &&
			explicitId(task) !== undefined &&
			(isDeclineWord(around) || meaning(around) === 'unknown'));
	const word = statusWord(task) ?? (isAboutAnswer ? undefined : around) ?? statusNumber(task);
	const isBareEnvelope = beside === undefined && isEnvelopeWord(word) && idOf(task) === undefined;
	return word === undefined || isBareEnvelope ? undefined : { word, status: meaning(word) };
}

/** A task's own number; large ones are the HTTP status of the answer, and those without an id are the envelope's. */
function statusNumber(task: unknown): string | undefined {
	const number = ['status', 'task_status', 'taskStatus', 'state']
		.map((place) => own(task, place))
		.find((value) => typeof value === 'number');
	return Number.isInteger(number) && Math.abs(Number(number)) < 100 && idOf(task) !== undefined
		? String(number)
		: undefined;
}

/** The id to ask for: the first that is named as one, else a bare `id`, else a value in its place, else the first of a list. */
export function taskIdOf(body: unknown, { task, beside }: Task): string | undefined {
	return idOf(task) ?? (beside && idOf(beside)) ?? idAsValue(body) ?? idsIn(body)[0];
}

/** Tasks that the same answer names beside this one. Those of a list without it are its parts. */
export function furtherIdsIn(body: unknown, taskId: string | undefined): string[] {
	const ids = idsIn(body);
	return taskId !== undefined && ids.includes(taskId) ? ids.filter((id) => id !== taskId) : [];
}

export function modelOf({ task, beside }: Task): string | undefined {
	const model = firstText(task, 'model') ?? firstText(beside, 'model');
	return model !== undefined && model.length <= 200 ? model : undefined;
}

/** A place for results that is there and empty, or a count of none. */
export function saysNothingCame(task: unknown): boolean {
	const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);
	const places = ['result_url', 'result_urls', 'resultUrls', 'results', 'outputs', 'output', 'data', 'result'];
	return (
		places.some((place) => isEmpty(own(task, place))) || own(task, 'result_url') === null || resultCount(task) === 0
	);
}

/** A task that says that it had no references cannot echo any. */
export function isFromText(task: unknown): boolean {
	const type = firstText(own(task, 'metadata'), 'task_type') ?? firstText(task, 'task_type');
	return type !== undefined && /^(text2image|text_to_image|t2i)$/i.test(type);
}

/** How many images the body announces. */
export function resultCount(task: unknown): number | undefined {
	const count = byName(own(task, 'metadata')).get('resultcount') ?? byName(task).get('resultcount');
	const number = typeof count === 'string' && /^\s*\d{1,4}\s*$/.test(count) ? Number(count) : count;
	return typeof number === 'number' ? number : undefined;
}

export function isExpired(task: unknown): boolean {
	return [own(task, 'output'), own(task, 'result'), task].some(
		(place) => firstText(place, 'availability') === 'expired',
	);
}

export function isNamed(task: unknown): boolean {
	return explicitId(task) !== undefined;
}
