import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { brokenConnection, type Broken } from './brokenConnection';
import { onAbort } from './clock';
import { failureError } from './errors';
import { encodeForm } from './form';
import { parseJson, record } from './json';
import type { EncodedCall } from './types';

/** The one place that sends anything. Every request goes through n8n's own helpers, so its proxy and SSRF settings hold. */

export type Answer =
	| { kind: 'reply'; status: number; headers: Record<string, unknown>; bytes: Buffer }
	| { kind: 'tooLarge'; limit: number }
	| Broken;

/** The request as the fields' routing put it together. */
export type RoutedOptions = DeclarativeRestApiSettings.ResultOptions['options'];

export interface Exchange {
	ctx: IExecutePaginationFunctions;
	/** Base URL, proxy and TLS settings of the node, as the routing put them together. */
	base: RoutedOptions;
	signal?: AbortSignal;
}

export interface Limits {
	/** From sending to the last byte. */
	timeoutMs: number;
	maxBytes: number;
	/** Called once before more than a small body is held in memory, with its expected size; waits for room. */
	beforeHeavy?: (bytes: number) => Promise<void>;
}

const CREDENTIAL = 'nanoBananaApi';
/** Bodies up to this size are read at once; status answers are far smaller. */
const LIGHT_BYTES = 256 * 1024;
/** What a body of unknown length is taken for. */
const UNKNOWN_LENGTH_BYTES = 16 * 1_048_576;

/** A paid call. The caller decides whether it may be sent again. */
export async function sendCall(exchange: Exchange, call: EncodedCall, limits: Limits): Promise<Answer> {
	if (!hasHome(exchange)) return NOWHERE;
	const form = call.form && encodeForm(call.form);
	return await perform(exchange, limits, WITH_KEY, {
		...apiOptions(exchange, call.path),
		method: 'POST',
		headers: { accept: 'application/json', 'content-type': form?.contentType ?? 'application/json' },
		body: form?.body ?? JSON.stringify(call.json ?? {}),
	});
}

/** A read with the key, for the API's own paths. */
export async function readApi(exchange: Exchange, path: string, limits: Limits): Promise<Answer> {
	if (!hasHome(exchange)) return NOWHERE;
	return await perform(exchange, limits, WITH_KEY, { ...apiOptions(exchange, path), method: 'GET', headers: { accept: 'application/json' } });
}

/**
 * A file at an address that an answer named. It is fetched without the key. A file on the
 * gateway's own origin may ask for it (401, 403): then, and only there, it is sent, and no redirect
 * is followed with it.
 */
export async function readFile(exchange: Exchange, url: string, limits: Limits, allowKey: boolean): Promise<Answer> {
	const answer = await perform(exchange, limits, WITHOUT_KEY, fileOptions(exchange, url));
	const wantsKey = answer.kind === 'reply' && (answer.status === 401 || answer.status === 403);
	if (!wantsKey || !allowKey || !isHome(exchange, url)) return answer;
	const second = await perform(exchange, limits, WITH_KEY, { ...fileOptions(exchange, url), disableFollowRedirect: true });
	const target = second.kind === 'reply' && second.status >= 300 && second.status < 400 ? redirectTarget(second.headers, url) : undefined;
	return target ? await perform(exchange, limits, WITHOUT_KEY, fileOptions(exchange, target)) : second;
}

/** Without a host in the base URL the first part of the path would be taken for one, and get the key. */
const NOWHERE: Answer = { kind: 'unsent', reason: "'Base URL' in the credential is empty or no address", lasting: true };

function hasHome(exchange: Exchange): boolean {
	return URL.canParse(exchange.base.baseURL ?? '');
}

function isHome(exchange: Exchange, url: string): boolean {
	try {
		return new URL(url).origin === new URL(exchange.base.baseURL ?? '').origin;
	} catch {
		return false;
	}
}

function redirectTarget(headers: Record<string, unknown>, url: string): string | undefined {
	if (typeof headers.location !== 'string') return undefined;
	try {
		const target = new URL(headers.location, url);
		return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : undefined;
	} catch {
		return undefined;
	}
}

/** The key follows no redirect: an API that moved is a wrong base URL, not a reason to send it elsewhere. */
function apiOptions(exchange: Exchange, path: string): IHttpRequestOptions {
	return { ...connection(exchange), url: `${exchange.base.baseURL ?? ''}${path}`, disableFollowRedirect: true };
}

function fileOptions(exchange: Exchange, url: string): IHttpRequestOptions {
	return { ...connection(exchange), method: 'GET', url, headers: { accept: 'image/*,*/*;q=0.5' } };
}

function connection(exchange: Exchange): Omit<IHttpRequestOptions, 'url'> {
	const { proxy, skipSslCertificateValidation, allowedDomains } = exchange.base;
	return {
		...(proxy && { proxy }),
		...(skipSslCertificateValidation && { skipSslCertificateValidation: true }),
		...(allowedDomains && { allowedDomains }),
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
}

type Send = (ctx: IExecutePaginationFunctions, options: IHttpRequestOptions, signal: AbortSignal) => Promise<unknown>;

const WITHOUT_KEY: Send = async (ctx, options, signal) => await ctx.helpers.httpRequest({ ...options, abortSignal: signal });

/** n8n replaces the request's signal by the execution's, so the context it asks answers with ours. */
const WITH_KEY: Send = async (ctx, options, signal) => {
	const own = Object.create(ctx, { getExecutionCancelSignal: { value: () => signal } }) as IExecutePaginationFunctions;
	return await ctx.helpers.httpRequestWithAuthentication.call(own, CREDENTIAL, { ...options, abortSignal: signal });
};

/**
 * One exchange with a time limit over all of it. Only an abort closes the socket of a server that
 * has gone silent, so every way out of here ends with one.
 */
async function perform(exchange: Exchange, limits: Limits, send: Send, options: IHttpRequestOptions): Promise<Answer> {
	throwIfCanceled(exchange.signal);
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	const end = AbortSignal.timeout(Math.max(1, Math.ceil(limits.timeoutMs)));
	end.addEventListener('abort', abort, { once: true });
	const forgetSignal = onAbort(exchange.signal, abort);
	try {
		// n8n's default of five minutes would cut off longer calls.
		const timeout = Math.ceil(limits.timeoutMs) + 1000;
		const response = (await send(exchange.ctx, { ...options, timeout }, controller.signal)) as IN8nHttpFullResponse;
		const bytes = await readBody(response, limits, controller.signal);
		if (bytes === undefined) return { kind: 'tooLarge', limit: limits.maxBytes };
		return { kind: 'reply', status: response.statusCode, headers: record(response.headers), bytes };
	} catch (thrown) {
		throwIfCanceled(exchange.signal);
		if (end.aborted) return { kind: 'unclear', reason: `no complete answer within ${Math.round(limits.timeoutMs / 1000)} seconds` };
		return brokenConnection(thrown);
	} finally {
		end.removeEventListener('abort', abort);
		forgetSignal();
		abort();
	}
}

export function throwIfCanceled(signal?: AbortSignal): void {
	if (signal?.aborted) throw failureError({ kind: 'canceled' });
}

/** The whole body, or undefined past `maxBytes`: the limit is kept while reading, also for compressed bodies. */
async function readBody(response: IN8nHttpFullResponse, limits: Limits, signal: AbortSignal): Promise<Buffer | undefined> {
	const body: unknown = response.body;
	if (!isStream(body)) return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''));
	const announced = Number(record(response.headers)['content-length']);
	const chunks: Buffer[] = [];
	let size = 0;
	let isHeavy = false;
	for await (const chunk of body) {
		size += chunk.length;
		if (size > limits.maxBytes) return undefined;
		if (size > LIGHT_BYTES && !isHeavy) {
			isHeavy = true;
			await limits.beforeHeavy?.(announced > size ? Math.min(announced, limits.maxBytes) : UNKNOWN_LENGTH_BYTES);
		}
		chunks.push(chunk);
	}
	if (signal.aborted) throw new Error('The body was not read to its end');
	return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
}

function isStream(body: unknown): body is AsyncIterable<Buffer> {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** JSON when it is JSON, the text otherwise: what `decode` and the error rules take. */
export function bodyOf(bytes: Buffer): unknown {
	const text = bytes.toString('utf8');
	return parseJson(text) ?? text;
}
