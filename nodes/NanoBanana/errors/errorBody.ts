import { firstText, list, own, asObject, unwrapText } from '../lib/json';

/** Why a task or an image failed, as the API says it. */
export interface BodyError {
	code?: string;
	reason: string;
}

/** An error response: `all` is code, type and message in lower case without the prompt, which the rules of `classify` look at. */
export interface ErrorBody {
	code?: string;
	message: string;
	all: string;
}

/** The rules read so much of a response. */
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
	'failMsg',
];
/** Codes that mean success: New API "success"; 200, "200", 0, 10000 and true in its forks. */
const SUCCESS_CODES = ['', '0', '200', '201', '202', '10000', 'true', 'success', 'succeeded', 'ok'];
const NO_ERROR = /^(null|none|ok|success|succeeded|成功)?$/i;

/** The error response in a body, in any of the documented shapes: {error: {…}}, flat {code, message}, Google's, FastAPI's, or plain text. */
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

/** A prompt that the API has shortened is recognized by so many of its first characters. */
const PROMPT_START = 12;

/** Without the prompt, as its words are not the API's. As a part of a word it stays: the prompt may be a single letter. */
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

/** In lower case, with one space for any white space, also for a line break that was escaped once more. */
function plainText(text: string): string {
	return text
		.toLowerCase()
		.replace(/(\s|\\[nrt])+/g, ' ')
		.trim();
}

/**
 * The error that a task or an image carries. `error: ""`, `null` and `{code: 0, message: ""}` mean that
 * there is none (piapi, New API), and New API copies the URL of a result into `fail_reason`.
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

/** The error of a response that says no although its HTTP status does not: New API, ai-nebula, kie.ai. */
export function rejectionIn(body: unknown): BodyError | undefined {
	const error = errorIn(body);
	const code = codeText(own(body, 'code')) ?? codeText(own(body, 'statusCode'));
	if (error || (code === undefined && own(body, 'success') !== false)) return error;
	const { message } = readErrorBody(body);
	// A success code that is not known, next to a word of success.
	if (message !== '' && isNoError(message) && !isHttpError(Number(code)) && own(body, 'success') !== false)
		return undefined;
	return { reason: message || `The API returned the code ${code ?? 'false'}`, ...(code && { code }) };
}

/** The HTTP status that a body with HTTP status 200 contains: as its code, or sub2api's `http_status`. */
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

/** Relays wrap the error of their upstream once more, also as JSON in the message. */
function innermost(response: unknown): unknown {
	let source = response;
	for (let depth = 0; depth < 5; depth += 1) {
		const inner = [own(source, 'error'), depth === 0 ? undefined : own(source, 'message')]
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

/** FastAPI writes the field next to the message. */
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

/** `error` as a single word is a code, where a message is next to it. */
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

/** New API writes the ID into the message, others next to it. */
function withRequestId(message: string, response: unknown): string {
	const id =
		firstText(response, 'request_id', 'requestId') ?? firstText(own(response, 'error'), 'request_id', 'requestId');
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
