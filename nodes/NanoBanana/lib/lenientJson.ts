import type { IDataObject } from 'n8n-workflow';

import { firstText, list, mergeJson, own, parseJson, record } from './json';

/** Lines that a server writes to keep a connection busy: no part of the answer. */
const NO_CONTENT = /^($|:|event:|id:|retry:)/;
/** What keeps scripts of other sites from reading an answer. */
const GUARD = /^(\)\]\}',?|while ?\(1\);|for ?\(;;\);)/;
/** Events that show how far it is, and no result. */
const PASSING_EVENT = /partial|preview|ping|heartbeat|keep.?alive/i;
const DATA = 'data:';
const MOST_VALUES = 100_000;
/** A value with one of these, at the top or in `data`, names a task or holds a result. */
const MATTERS = [
	'task_id',
	'taskId',
	'job_id',
	'id',
	'images',
	'url',
	'b64_json',
	'result_url',
	'result',
	'results',
	'output',
	'choices',
];

/**
 * The text of an answer as JSON: as it is, or where something harmless stands around it. Comments that
 * keep the connection busy, a further line, several values or events of which those with a task or a result count.
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

/**
 * A stream of a model's words and pictures is one answer in pieces, and so are the states of a task.
 * An error, or a note on the usage, takes the place of a task or a result nowhere: those may be paid for.
 */
function answerOf(values: unknown[]): unknown {
	if (values.some((value) => own(value, 'candidates') !== undefined)) return values;
	const told = values.filter((value) => !PASSING_EVENT.test((firstText(value, 'type', 'object') ?? '').slice(0, 100)));
	const results = told.filter(matters);
	const pictures = results.filter(
		(value) => own(value, 'status') === undefined && (own(value, 'b64_json') ?? own(value, 'url')) !== undefined,
	);
	if (pictures.length > 1) return { data: pictures };
	if (results.length > 1)
		return results.reduce((answer, value) => mergeJson(record(answer) as IDataObject, record(value) as IDataObject));
	return results[0] ?? told.find((value) => own(value, 'error')) ?? told.at(-1);
}

function matters(value: unknown): boolean {
	const isError = own(value, 'error') || own(value, 'type') === 'error';
	if (isError && own(value, 'status') === undefined) return false;
	const data = own(value, 'data');
	return (
		typeof data === 'string' ||
		Array.isArray(data) ||
		[value, data].some((place) => MATTERS.some((key) => own(place, key)))
	);
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
