import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { perform, type Answer, type Limits } from './httpRequest';
import { readBody } from '../lib/lenientJson';
import { encodeForm } from '../lib/multipart';
import type { EncodedCall } from '../types';

/** The one place that sends anything. Every request goes through n8n's own helpers, so its proxy and SSRF settings hold. */

/** The request as the fields' routing put it together. */
export type RoutedOptions = DeclarativeRestApiSettings.ResultOptions['options'];

export interface Exchange {
	ctx: IExecutePaginationFunctions;
	/** Base URL, proxy and TLS settings of the node, as the routing put them together. */
	base: RoutedOptions;
	signal?: AbortSignal;
}

const CREDENTIAL = 'nanoBananaApi';

/** A paid call. The caller decides whether it may be sent again. */
export async function sendCall(exchange: Exchange, call: EncodedCall, limits: Limits): Promise<Answer> {
	if (!hasHome(exchange)) return NOWHERE;
	const form = call.form && encodeForm(call.form);
	return await sendWithKey(exchange, limits, {
		...apiOptions(exchange, call.path),
		method: 'POST',
		headers: { accept: 'application/json', 'content-type': form?.contentType ?? 'application/json' },
		body: form?.body ?? JSON.stringify(call.json ?? {}),
	});
}

/** A read with the key, for the API's own paths. */
export async function readApi(exchange: Exchange, path: string, limits: Limits): Promise<Answer> {
	if (!hasHome(exchange)) return NOWHERE;
	return await sendWithKey(exchange, limits, {
		...apiOptions(exchange, path),
		method: 'GET',
		headers: { accept: 'application/json' },
	});
}

/**
 * A file at an address that an answer named. It is fetched without the key. A file on the
 * gateway's own origin may ask for it, with a 401 or in any other words: then, and only there, it
 * is sent once, and no redirect is followed with it.
 */
export async function readFile(
	exchange: Exchange,
	url: string,
	limits: Limits,
	wantsKey: (reply: Reply) => boolean,
): Promise<Answer> {
	const answer = await sendWithoutKey(exchange, limits, fileOptions(exchange, url));
	if (answer.kind !== 'reply' || !isHome(exchange, url) || !wantsKey(answer)) return answer;
	const second = await sendWithKey(exchange, limits, { ...fileOptions(exchange, url), disableFollowRedirect: true });
	const target =
		second.kind === 'reply' && second.status >= 300 && second.status < 400
			? redirectTarget(second.headers, url)
			: undefined;
	return target ? await sendWithoutKey(exchange, limits, fileOptions(exchange, target)) : second;
}

type Reply = Extract<Answer, { kind: 'reply' }>;

/** Without a host in the base URL the first part of the path would be taken for one, and get the key. */
const NOWHERE: Answer = {
	kind: 'unsent',
	reason: "'Base URL' in the credential is empty or no address",
	lasting: true,
};

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

async function sendWithoutKey(exchange: Exchange, limits: Limits, options: IHttpRequestOptions): Promise<Answer> {
	return await perform(
		exchange.signal,
		limits,
		async (timeout, signal) => await exchange.ctx.helpers.httpRequest({ ...options, timeout, abortSignal: signal }),
	);
}

async function sendWithKey(exchange: Exchange, limits: Limits, options: IHttpRequestOptions): Promise<Answer> {
	return await perform(exchange.signal, limits, async (timeout, signal) => {
		// n8n replaces the request's signal by the execution's, so the context it asks answers with ours.
		const own = Object.create(exchange.ctx, {
			getExecutionCancelSignal: { value: () => signal },
		}) as IExecutePaginationFunctions;
		return await exchange.ctx.helpers.httpRequestWithAuthentication.call(own, CREDENTIAL, {
			...options,
			timeout,
			abortSignal: signal,
		});
	});
}

/** JSON when it is JSON, the text otherwise: what `decode` and the error rules take. */
export function bodyOf(bytes: Buffer): unknown {
	const text = bytes.toString('utf8');
	return readBody(text) ?? text;
}
