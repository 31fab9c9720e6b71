import { firstText, list, own, asObject, unwrapText } from '../lib/json';

/** Why a task or an image failed, according to the API. */
export interface BodyError {
	code?: string;
	reason: string;
}

/** An error response. `classify` checks `all`: codes, type, and message in lower case, without the prompt. */
interface ErrorBody {
	code?: string;
	message: string;
	all: string;
}

/** `classify` only checks this many characters of a response. */
const RULED_CHARACTERS = 4000;
/** message: OpenAI, Google, New API; msg: ai-nebula, kie.ai; detail: FastAPI; description and reason: forks of New API. */
const MESSAGE_NAMES = ['message', 'msg', 'detail', 'description', 'reason', 'error_description', 'title'];
/** fail_reason: New API TaskDto; failReason: Midjourney tasks; failMsg: kie.ai; error_message: apimp; the rest: their forks. */
const REASON_NAMES = [
	'fail_reason',
	'failReason',
	'failure_reason',
	'error_message',
	'errorMessage',
	'error_msg',
	'errorMsg',
	'failMsg',
];
/** Codes that mean success. New API uses "success". Its forks use 200, "200", 0, 10000, and "true". */
const SUCCESS_CODES = ['', '0', '200', '201', '202', '10000', 'true', 'success', 'succeeded', 'ok'];
const NO_ERROR = /^(null|none|ok|success|succeeded|成功)?$/i;

/** Reads an error in any documented shape: {error: {…}}, flat {code, message}, Google's, FastAPI's, or plain text. */
export function readErrorBody(body: unknown, prompt = ''): ErrorBody {
	if (typeof body === 'string')
		return { message: body, all: ruledText(isWebPage(body) ? pageTitle(body) : body, prompt) };
	const response = Array.isArray(body) ? body[0] : body;
	const source = innermost(response);
	const message = messageIn(source) ?? messageIn(response) ?? '';
	const codes = [
		googleStatus(source),
		own(source, 'code'),
		own(source, 'type'),
		own(response, 'code'),
		wordIn(response),
	]
		.map(codeText)
		.filter((code) => code !== undefined);
	const all = ruledText([...codes, message].join(' '), prompt);
	return { ...(codes.length > 0 && { code: codes[0] }), message: withRequestId(message, response), all };
}

/** Some APIs quote a shortened prompt. It is recognized by this many of its first characters. */
const PROMPT_START = 12;

/** Removes the prompt, because the API did not write it. Keeps it inside words: it may be a single letter. */
function ruledText(text: string, prompt: string): string {
	const words = plainText(prompt);
	const start = words.slice(0, PROMPT_START);
	const whole = plainText(text.slice(0, RULED_CHARACTERS + prompt.length));
	let ruled = '';
	let from = 0;
	for (let at = whole.indexOf(start); start !== '' && at !== -1; at = whole.indexOf(start, from)) {
		let end = at + start.length;
		while (end - at < words.length && whole[end] === words[end - at]) end += 1;
		const isInWord = [at, end].some((edge) => /\w\w/.test(whole.slice(Math.max(0, edge - 1), edge + 1)));
		ruled += whole.slice(from, at) + (isInWord ? whole.slice(at, end) : ' ');
		from = end;
	}
	return (ruled + whole.slice(from)).slice(0, RULED_CHARACTERS);
}

/** Converts to lower case, and any white space (also a double-escaped line break) to one space. */
function plainText(text: string): string {
	return text
		.toLowerCase()
		.replace(/(\s|\\[nrt])+/g, ' ')
		.trim();
}

/**
 * The error in a task or an image. `error: ""`, `null` and `{code: 0, message: ""}` mean success (piapi, New API).
 * A URL is not an error either: New API copies the URL of the result into `fail_reason`.
 */
export function errorIn(source: unknown): BodyError | undefined {
	const nextTo = codeText(own(source, 'failCode') ?? own(source, 'error_code') ?? own(source, 'errorCode'));
	const places = [own(source, 'error'), own(own(source, 'output'), 'error'), firstText(source, ...REASON_NAMES)];
	for (const error of places) {
		const said = readErrorBody({ error });
		const code = said.code ?? (said.message === '' ? undefined : nextTo);
		if (said.message === '' ? code !== undefined : !isNoError(said.message))
			return { reason: said.message || `The API returned the code ${code}`, ...(code && { code }) };
	}
	return undefined;
}

/** The error in a response whose HTTP status means success (New API, ai-nebula, kie.ai). */
export function rejectionIn(body: unknown): BodyError | undefined {
	const error = errorIn(body);
	const code = codeText(own(body, 'code')) ?? codeText(own(body, 'statusCode'));
	if (error || (code === undefined && own(body, 'success') !== false)) return error;
	const { message } = readErrorBody(body);
	// An unknown code with a message such as "ok" means success.
	if (message !== '' && isNoError(message) && !isHttpError(Number(code)) && own(body, 'success') !== false)
		return undefined;
	return {
		reason: message || (code ? `The API returned the code ${code}` : 'The API returned success: false'),
		...(code && { code }),
	};
}

/** The HTTP error status in the body of a response with HTTP status 200. `http_status`: sub2api. */
export function embeddedStatus(body: unknown): number | undefined {
	const places = [body, own(body, 'error')].flatMap((source) =>
		['code', 'status', 'statusCode', 'http_status'].map((name) => Number(codeText(own(source, name)))),
	);
	return places.find(isHttpError);
}

function isHttpError(status: number): boolean {
	return status >= 400 && status < 600;
}

function isNoError(message: string): boolean {
	return NO_ERROR.test(message.slice(0, 40)) || /^(https?:\/\/|data:)\S*$/i.test(message.slice(0, 4000));
}

/** Unwraps nested errors: relays wrap the error of their upstream API, some as JSON in `message`. `detail`: FastAPI. */
function innermost(response: unknown): unknown {
	let source = response;
	for (let depth = 0; depth < 5; depth += 1) {
		// Next to a message, `detail` only adds to it.
		const detail = firstText(source, ...MESSAGE_NAMES) === undefined ? own(source, 'detail') : undefined;
		const inner = [own(source, 'error'), detail, own(source, 'message')]
			.map(unwrapText)
			.find((value) => Object.keys(asObject(value)).length > 0);
		if (inner === undefined) return source;
		source = inner;
	}
	return source;
}

function messageIn(source: unknown): string | undefined {
	const text = firstText(source, ...MESSAGE_NAMES, ...REASON_NAMES);
	if (text !== undefined) return text;
	const entries = ['detail', 'errors', 'message', 'error'].flatMap((name) => list(own(source, name)));
	const texts = entries.slice(0, 10).map((entry) => (typeof entry === 'string' ? entry : fieldMessage(entry)));
	return texts.filter(Boolean).join('; ') || firstText(source, 'error');
}

/** FastAPI returns the invalid field as `loc`, next to the message. */
function fieldMessage(entry: unknown): string {
	const place = list(own(entry, 'loc')).filter((part) => typeof part === 'string' && part !== 'body');
	const text = firstText(entry, 'msg', 'message') ?? '';
	return place.length > 0 && text ? `${place.join('.')}: ${text}` : text;
}

/** Google's `status` is a word in capital letters and more specific than its `code`. */
function googleStatus(source: unknown): unknown {
	const status = own(source, 'status');
	return typeof status === 'string' && /^[A-Z_]{3,}$/.test(status) && own(source, 'code') !== undefined
		? status
		: undefined;
}

/** If the body also has a message, a single word in `error` is a code. */
function wordIn(response: unknown): unknown {
	const error = own(response, 'error');
	return typeof error === 'string' && /^\w{3,80}$/.test(error) && firstText(response, ...MESSAGE_NAMES) !== undefined
		? error
		: undefined;
}

function codeText(value: unknown): string | undefined {
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const code = String(value).trim().slice(0, 200);
	return SUCCESS_CODES.includes(code.toLowerCase()) ? undefined : code;
}

/** New API puts the request ID into the message, other APIs into a separate field. */
function withRequestId(message: string, response: unknown): string {
	const id =
		firstText(response, 'request_id', 'requestId') ?? firstText(own(response, 'error'), 'request_id', 'requestId');
	return id === undefined || message === '' || message.includes(id) || id.length > 100
		? message
		: `${message} (request id: ${id})`;
}

export function isWebPage(body: unknown): body is string {
	return typeof body === 'string' && /<(!doctype|html|head|body)/i.test(body.slice(0, 20_000));
}

export function pageTitle(page: string): string {
	return /<title[^>]{0,200}>([^<]{1,200})/i.exec(page.slice(0, 20_000))?.[1] ?? '';
}
