import { byName, firstText, list, own, parseJson, record, unwrapText } from './json';

/** Lines that a server writes to keep a connection busy: no part of the answer. */
const NO_CONTENT = /^($|:|event:|id:|retry:)/;
/** What keeps scripts of other sites from reading an answer. */
const GUARD = /^(\)\]\}',?|while ?\(1\);|for ?\(;;\);)/;
/** Events that show how far it is, and no result. */
const PASSING_EVENT = /partial|preview|ping|heartbeat|keep.?alive/i;
const DATA = 'data:';
const MOST_VALUES = 100_000;
/** What an answer's matter may be wrapped in. */
const WRAPPINGS = ['data', 'task', 'result', 'output', 'response', 'payload', 'job', 'prediction', 'generation'];
const MOST_WRAPPED = 20;
const IDS = ['taskid', 'jobid', 'imagetaskid', 'predictionid', 'generationid', 'taskids', 'jobids'];
const STATES = ['status', 'taskstatus', 'state', 'taskstate', 'jobstatus'];
const RESULTS = ['url', 'b64json', 'images', 'imageurl', 'resulturl', 'resulturls', 'results', 'outputs', 'artifacts', 'candidates', 'choices'];
/** What `weightOf` gives a value that names a task or holds a result. */
const MATTERS = 4;

/**
 * The text of an answer as JSON: as it is, or where something harmless stands around it. Comments that
 * keep the connection busy, a further line, several values or events of which the weightiest counts.
 * Undefined for anything else: half of a JSON text is no answer, and a web page that holds some is none.
 */
export function readBody(text: string): unknown {
	const whole = parseJson(text);
	if (whole !== undefined) return whole;
	const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
	const first = lines.findIndex((line) => !NO_CONTENT.test(line.trimStart()));
	if (first < 0) return undefined;
	if (lines[first].trimStart().startsWith(DATA)) return answerOf(eventsIn(lines.slice(first)));
	return answerOf(valuesIn(lines.slice(first).join('\n').trimStart().replace(GUARD, '').trimStart()));
}

/** A stream of a model's words and pictures is one answer in pieces; of any other the last of the weightiest values that are no mere sign of life. */
function answerOf(values: unknown[]): unknown {
	if (values.length < 2) return values.find((value) => !isPassing(value));
	if (values.some((value) => own(value, 'candidates') !== undefined)) return values;
	const weighed = values.filter((value) => !isPassing(value)).map((value) => ({ value, weight: weightOf(value) }));
	const most = weighed.reduce((heaviest, { weight }) => Math.max(heaviest, weight), 0);
	const best = weighed.filter(({ weight }) => weight === most).map(({ value }) => value);
	return most < MATTERS ? best.at(-1) : withPictures(withId(best.at(-1), weighed), best);
}

function isPassing(value: unknown): boolean {
	return PASSING_EVENT.test((firstText(value, 'type', 'object') ?? '').slice(0, 100));
}

/**
 * A task may be paid for, so nothing that is said beside one takes its place: no error of a middleware
 * behind the answer of the handler, no note on the usage. An error counts where nothing else does.
 */
function weightOf(value: unknown): number {
	const parts = partsOf(value);
	const has = (places: string[]): boolean => isAnyFilled(parts, places);
	const hasState = has(STATES);
	// An address beside an error may be that of its help page.
	if (!hasState && (isFilled(own(value, 'error')) || own(value, 'type') === 'error')) return has([...IDS, ...RESULTS.slice(1)]) ? MATTERS : 2;
	if (has(RESULTS) || (hasState && has([...IDS, 'id']))) return 6;
	if (has(IDS)) return 5;
	if (has(['id']) || isId(own(value, 'data')) || isId(own(value, 'result'))) return MATTERS;
	if (hasState) return 3;
	return has(['message', 'msg']) ? 2 : 1;
}

/** A value, and what it wraps. */
function partsOf(value: unknown, depth = 0): Array<Map<string, unknown>> {
	const opened = unwrapText(value);
	if (depth > 4) return [];
	if (Array.isArray(opened)) return opened.slice(0, MOST_WRAPPED).flatMap((entry) => partsOf(entry, depth + 1));
	return [byName(opened), ...WRAPPINGS.flatMap((name) => (own(opened, name) === undefined ? [] : partsOf(own(opened, name), depth + 1)))];
}

function isAnyFilled(parts: Array<Map<string, unknown>>, places: string[]): boolean {
	return parts.some((part) => places.some((place) => isFilled(part.get(place))));
}

function isFilled(value: unknown): boolean {
	return value !== undefined && value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);
}

/** The id itself in the place of a task. */
function isId(value: unknown): boolean {
	return typeof value === 'string' && /^[\w.:-]{4,200}$/.test(value);
}

/** A later state of a task may leave out the id that the first one gave. */
function withId(last: unknown, weighed: Array<{ value: unknown }>): unknown {
	const idIn = (value: unknown): unknown => partsOf(value).map((part) => part.get('taskid')).find(isFilled);
	if (Array.isArray(last) || idIn(last) !== undefined) return last;
	const id = weighed.map(({ value }) => idIn(value)).find((found) => found !== undefined);
	return id === undefined ? last : { task_id: id, ...record(last) };
}

/** Pictures that come one per event are one answer; those of a task's states repeat each other. */
function withPictures(last: unknown, best: unknown[]): unknown {
	const pictures = best.filter((value) => !isAnyFilled(partsOf(value), STATES) && isAnyFilled(partsOf(value), RESULTS));
	return pictures.length > 1 && pictures.includes(best.at(-1)) ? { ...record(last), data: pictures } : last;
}

/** Nothing but events: a page or a log with such a line in it is no stream. */
function eventsIn(lines: string[]): unknown[] {
	const events: string[][] = [[]];
	for (const line of lines.map((written) => written.trimStart())) {
		if (line.startsWith(DATA)) events[events.length - 1].push(line.slice(DATA.length));
		else if (NO_CONTENT.test(line)) events.push([]);
		else return [];
	}
	return events.flatMap(valuesOf).filter(isAnswer);
}

/** Several lines in a row are one value, or one each where somebody forgot the empty line between them. */
function valuesOf(event: string[]): unknown[] {
	const whole = parseJson(event.join('\n'));
	return whole === undefined && event.length > 1 ? event.map(parseJson) : [whole];
}

/** The values that stand one behind the other. What follows without being JSON is left out. */
function valuesIn(text: string): unknown[] {
	let rest = text;
	const found: unknown[] = [];
	for (let count = 0; count < MOST_VALUES; count += 1) {
		const end = endOfValue(rest);
		const value = end === undefined ? undefined : parseJson(rest.slice(0, end));
		if (!isAnswer(value)) return found;
		found.push(value);
		rest = rest.slice(end).trimStart();
	}
	return found;
}

function isAnswer(value: unknown): boolean {
	return Object.keys(record(value)).length > 0 || list(value).some((entry) => Object.keys(record(entry)).length > 0);
}

/** Behind the bracket that closes the first one; undefined where it is missing. */
function endOfValue(text: string): number | undefined {
	if (!/^[[{]/.test(text)) return undefined;
	const marks = /["[\]{}]/g;
	let depth = 0;
	for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
		if (mark[0] === '"') {
			const end = endOfString(text, marks.lastIndex);
			if (end === undefined) return undefined;
			marks.lastIndex = end;
			continue;
		}
		depth += mark[0] === '{' || mark[0] === '[' ? 1 : -1;
		if (depth === 0) return marks.lastIndex;
	}
	return undefined;
}

function endOfString(text: string, from: number): number | undefined {
	for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
		let escapes = 0;
		while (text[quote - 1 - escapes] === '\\') escapes += 1;
		if (escapes % 2 === 0) return quote + 1;
	}
	return undefined;
}
