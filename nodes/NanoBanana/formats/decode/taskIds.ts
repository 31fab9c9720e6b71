import { byName, firstText, list, own, unwrapText } from '../../lib/json';
import { isStatusWord, meaning } from './statusWords';

/** Names in lower case without separators (`byName`). Never `request_id`: that is a line in the gateway's log. */
const ID_PLACES = ['taskid', 'jobid', 'imagetaskid', 'predictionid', 'generationid', 'taskuuid', 'jobuuid'];
const STATUS_PLACES = ['status', 'taskstatus', 'state', 'taskstate', 'jobstatus'];
const IMAGE_PLACES = ['url', 'b64json', 'base64', 'imageurl'];
/** A bare id in one of these is a task's. */
const TASK_NOUNS = ['task', 'tasks', 'job', 'jobs', 'prediction', 'generation'];
const LISTS_OF_IDS = ['taskids', 'jobids'];
const LISTS_OF_TASKS = [...TASK_NOUNS, 'data', 'result', 'results', 'response', 'payload'];
/** No answer has more tasks in it. */
const MOST_ENTRIES = 100;

/** The id that is named as one. A picture may name the call that made it, so there it is none. */
export function explicitId(source: unknown): string | undefined {
	const fields = byName(source);
	const isPicture = IMAGE_PLACES.some((place) => fields.has(place)) && statusWord(source) === undefined;
	for (const place of isPicture ? ID_PLACES.slice(0, 2) : ID_PLACES) {
		const id = textId(numberAsText(fields.get(place)));
		if (id !== undefined) return id;
	}
	return statusWord(source) === undefined ? undefined : textId(fields.get('uuid'));
}

/** The id to ask for in a record: the one that is named, else a bare `id`. Chat and image answers have an `id` too. */
export function idOf(source: unknown): string | undefined {
	const error = own(source, 'error');
	const isError = (typeof error === 'string' && error !== '') || firstText(error, 'message', 'msg') !== undefined;
	const isOtherAnswer = isError || own(source, 'choices') !== undefined || own(source, 'candidates') !== undefined;
	const word = statusWord(source);
	return explicitId(source) ?? (word !== undefined || !isOtherAnswer ? bareIdOf(source, word) : undefined);
}

/** A bare integer is a database row of the gateway, unless it is all that there is to ask for a task on its way. */
function bareIdOf(source: unknown, word: string | undefined): string | undefined {
	const id = byName(source).get('id');
	return textId(word !== undefined && !['succeeded', 'failed'].includes(meaning(word)) ? numberAsText(id) : id);
}

/** A bare `id` as text. */
export function plainId(source: unknown): string | undefined {
	return textId(byName(source).get('id'));
}

/** A record of a list that is a task, and no picture with an id of its own. */
export function isTaskEntry(entry: unknown, noun: string): boolean {
	if (explicitId(entry) !== undefined) return true;
	const isOne = TASK_NOUNS.includes(noun) || (statusWord(entry) !== undefined && !isPicture(entry));
	return isOne && plainId(entry) !== undefined;
}

export function isTaskNoun(noun: string): boolean {
	return TASK_NOUNS.includes(noun);
}

export function isPicture(entry: unknown): boolean {
	const fields = byName(entry);
	return IMAGE_PLACES.some((place) => fields.has(place));
}

/** `data`, `result` or `task` as the id itself, at the top or in `data`. */
export function idAsValue(body: unknown): string | undefined {
	return [body, unwrapText(own(body, 'data'))]
		.flatMap((source) => ['data', 'result', 'task', 'job'].map((noun) => byName(source).get(noun)))
		.map(bareId)
		.find((id) => id !== undefined);
}

/** A word in the place of an id may be anything, so it has to look like one. */
function bareId(value: unknown): string | undefined {
	const id = textId(value);
	const looksLikeOne =
		id !== undefined &&
		/^[\w.:-]{4,200}$/.test(id) &&
		(/^(task|job)[-_:][a-z]+$/i.test(id) || /^(?=.*\d).{6,}$|^\d+$/.test(id));
	return looksLikeOne && !isStatusWord(id) ? id : undefined;
}

/** A body that is nothing but an id. */
export function idInText(text: string): string | undefined {
	const id = bareId(text);
	const isName = id !== undefined && (/^(task|job|img|image|gen)\w*[-_:.]\w/i.test(id) || id.length >= 16);
	return isName && meaning(id) === 'unknown' && !/\bnot|_not|invalid|found|exist|unknown|limit|exceed/i.test(id)
		? id
		: undefined;
}

/** All ids where one answer names several tasks: in a list of ids, or as a list of tasks. */
export function idsIn(body: unknown, depth = 0): string[] {
	for (const [name, value] of byName(body)) {
		const entries = list(unwrapText(value)).slice(0, MOST_ENTRIES);
		const ids = LISTS_OF_IDS.includes(name)
			? entries.map((entry) => textId(numberAsText(entry)) ?? idOf(entry))
			: !LISTS_OF_TASKS.includes(name) || entries.every(isPicture)
				? []
				: entries.filter((entry) => isTaskEntry(entry, name)).map(idOf);
		const found = [...new Set(ids.filter((id) => id !== undefined))];
		if (found.length > 1 || (found.length === 1 && LISTS_OF_IDS.includes(name))) return found;
	}
	if (depth > 2) return [];
	for (const name of ['data', 'result', 'response', 'payload']) {
		const ids = idsIn(unwrapText(byName(body).get(name)), depth + 1);
		if (ids.length > 0) return ids;
	}
	return [];
}

export function statusWord(source: unknown): string | undefined {
	const fields = byName(source);
	const word = STATUS_PLACES.map((place) => fields.get(place)).find(
		(value) => typeof value === 'string' && value.trim() !== '',
	);
	return typeof word === 'string' ? word.trim().slice(0, 100) : undefined;
}

/** Also what an envelope says of itself, whatever the task inside is doing. */
export function isEnvelopeWord(word: string | undefined): boolean {
	return word !== undefined && ['success', 'succeed', 'successful', 'ok'].includes(word.toLowerCase());
}

function numberAsText(value: unknown): unknown {
	return Number.isSafeInteger(value) && Number(value) > 0 ? String(value) : value;
}

/** Text that can stand in a path; dots alone would lead elsewhere. */
function textId(value: unknown): string | undefined {
	if (typeof value !== 'string' || value.length > 600) return undefined;
	const id = value.trim();
	return /^[^\s\p{C}]{1,500}$/u.test(id) && !/^\.+$/.test(id) ? id : undefined;
}
