import { firstText, list, own, record, unwrapText } from '../lib/json';

/** What a gateway says when it declines, in whichever of the family's shapes. */
export interface ErrorBody {
	code?: string;
	message: string;
	/** Code, type and message together, lower case: what the rules look at. */
	all: string;
}

/** The rules read so much of an answer. */
const RULED_CHARACTERS = 4000;
const MESSAGE_PLACES = [
	'message',
	'msg',
	'error_message',
	'errorMessage',
	'error_msg',
	'detail',
	'description',
	'reason',
	'error_description',
	'title',
];

/** Reads code and message from {error:{…}}, flat {code,message}, Google's and FastAPI's shapes, or plain text. */
export function readErrorBody(body: unknown): ErrorBody {
	if (typeof body === 'string')
		return { message: body, all: (isWebPage(body) ? pageTitle(body) : body).slice(0, RULED_CHARACTERS).toLowerCase() };
	const answer = Array.isArray(body) ? body[0] : body;
	const source = innermost(answer);
	const message = messageIn(source) ?? messageIn(answer) ?? '';
	const codes = [googleStatus(source), own(source, 'code'), own(source, 'type'), own(answer, 'code'), textError(answer)]
		.map(codeText)
		.filter((code) => code !== undefined);
	const all = [...codes, message].join(' ').slice(0, RULED_CHARACTERS).toLowerCase();
	return { ...(codes.length > 0 && { code: codes[0] }), message: withRequestId(message, answer), all };
}

/** Relays wrap the error of their upstream once more, also as JSON in the message. */
function innermost(answer: unknown): unknown {
	let source =
		Object.keys(record(unwrapText(own(answer, 'error')))).length > 0 ? unwrapText(own(answer, 'error')) : answer;
	for (let depth = 0; depth < 4; depth += 1) {
		const inner = [own(source, 'error'), own(source, 'message')]
			.map(unwrapText)
			.find((value) => Object.keys(record(value)).length > 0);
		if (inner === undefined) return source;
		source = inner;
	}
	return source;
}

function messageIn(source: unknown): string | undefined {
	const text = firstText(source, ...MESSAGE_PLACES);
	if (text !== undefined) return text;
	const entries = ['detail', 'errors', 'message', 'error'].flatMap((key) => list(own(source, key)));
	const texts = entries.slice(0, 10).map((entry) => (typeof entry === 'string' ? entry : fieldMessage(entry)));
	return texts.filter(Boolean).join('; ') || firstText(source, 'error');
}

/** FastAPI names the field beside the message. */
function fieldMessage(entry: unknown): string {
	const place = list(own(entry, 'loc')).filter((part) => typeof part === 'string' && part !== 'body');
	const text = firstText(entry, 'msg', 'message') ?? '';
	return place.length > 0 && text ? `${place.join('.')}: ${text}` : text;
}

/** Google's `status` is a word in capitals and says more than its `code`. */
function googleStatus(source: unknown): unknown {
	const status = own(source, 'status');
	return typeof status === 'string' && /^[A-Z_]{3,}$/.test(status) && own(source, 'code') !== undefined
		? status
		: undefined;
}

/** `error` as a single word is a code, where a message stands beside it. */
function textError(answer: unknown): unknown {
	const error = own(answer, 'error');
	return typeof error === 'string' && /^\w{3,80}$/.test(error) && firstText(answer, ...MESSAGE_PLACES) !== undefined
		? error
		: undefined;
}

function codeText(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}

/** The family writes the id into the message; others beside it. */
function withRequestId(message: string, answer: unknown): string {
	const id = firstText(answer, 'request_id', 'requestId') ?? firstText(own(answer, 'error'), 'request_id', 'requestId');
	return id === undefined || message.includes(id) || id.length > 100
		? message
		: `${message} (request id: ${id})`.trim();
}

export function isWebPage(body: unknown): body is string {
	return typeof body === 'string' && /<(!doctype|html|head|body)/i.test(body.slice(0, 20_000));
}

export function pageTitle(page: string): string {
	return /<title[^>]{0,200}>([^<]{1,200})/i.exec(page.slice(0, 20_000))?.[1] ?? '';
}
