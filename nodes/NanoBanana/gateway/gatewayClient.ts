import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { httpRequest, type HttpResult, type Limits } from './httpRequest';
import { encodeForm } from '../lib/multipart';
import type { EncodedCall } from '../types';

/** The one place that sends anything. Every request goes through n8n's own helpers, so its proxy and SSRF settings hold. */

/** The request as the fields' routing put it together. */
export type RoutedOptions = DeclarativeRestApiSettings.ResultOptions['options'];

export interface GatewayClient {
	ctx: IExecutePaginationFunctions;
	/** Base URL, proxy and TLS settings of the node, as the routing put them together. */
	base: RoutedOptions;
	signal?: AbortSignal;
}

const CREDENTIAL = 'nanoBananaApi';

/** A paid call. The caller decides whether it may be sent again, and sends it with the same key then. */
export async function sendCall(
	client: GatewayClient,
	call: EncodedCall,
	idempotencyKey: string,
	limits: Limits,
): Promise<HttpResult> {
	if (!hasHome(client)) return NOWHERE;
	const form = call.form && encodeForm(call.form);
	return await sendWithKey(client, limits, {
		...apiOptions(client, call.path),
		method: 'POST',
		headers: {
			accept: 'application/json',
			'content-type': form?.contentType ?? 'application/json',
			'idempotency-key': idempotencyKey,
		},
		body: form?.body ?? JSON.stringify(call.json ?? {}),
	});
}

/** A read with the key, for the API's own paths. */
export async function readApi(client: GatewayClient, path: string, limits: Limits): Promise<HttpResult> {
	if (!hasHome(client)) return NOWHERE;
	return await sendWithKey(client, limits, {
		...apiOptions(client, path),
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
	client: GatewayClient,
	url: string,
	limits: Limits,
	wantsKey: (reply: Reply) => boolean,
): Promise<HttpResult> {
	const answer = await sendWithoutKey(client, limits, fileOptions(client, url));
	if (answer.kind !== 'reply' || !isHome(client, url) || !wantsKey(answer)) return answer;
	const second = await sendWithKey(client, limits, { ...fileOptions(client, url), disableFollowRedirect: true });
	const target =
		second.kind === 'reply' && second.status >= 300 && second.status < 400
			? redirectTarget(second.headers, url)
			: undefined;
	return target ? await sendWithoutKey(client, limits, fileOptions(client, target)) : second;
}

type Reply = Extract<HttpResult, { kind: 'reply' }>;

/** Without a host in the base URL the first part of the path would be taken for one, and get the key. */
const NOWHERE: HttpResult = {
	kind: 'unsent',
	reason: "'Base URL' in the credential is empty or no address",
	lasting: true,
};

function hasHome(client: GatewayClient): boolean {
	return URL.canParse(client.base.baseURL ?? '');
}

function isHome(client: GatewayClient, url: string): boolean {
	try {
		return new URL(url).origin === new URL(client.base.baseURL ?? '').origin;
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
function apiOptions(client: GatewayClient, path: string): IHttpRequestOptions {
	return { ...connection(client), url: `${client.base.baseURL ?? ''}${path}`, disableFollowRedirect: true };
}

function fileOptions(client: GatewayClient, url: string): IHttpRequestOptions {
	return { ...connection(client), method: 'GET', url, headers: { accept: 'image/*,*/*;q=0.5' } };
}

function connection(client: GatewayClient): Omit<IHttpRequestOptions, 'url'> {
	const { proxy, skipSslCertificateValidation, allowedDomains } = client.base;
	return {
		...(proxy && { proxy }),
		...(skipSslCertificateValidation && { skipSslCertificateValidation: true }),
		...(allowedDomains && { allowedDomains }),
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
}

async function sendWithoutKey(
	client: GatewayClient,
	limits: Limits,
	options: IHttpRequestOptions,
): Promise<HttpResult> {
	return await httpRequest(
		client.signal,
		limits,
		async (timeout, signal) => await client.ctx.helpers.httpRequest({ ...options, timeout, abortSignal: signal }),
	);
}

async function sendWithKey(client: GatewayClient, limits: Limits, options: IHttpRequestOptions): Promise<HttpResult> {
	return await httpRequest(client.signal, limits, async (timeout, signal) => {
		// n8n replaces the request's signal by the execution's, so the context it asks answers with ours.
		const own = Object.create(client.ctx, {
			getExecutionCancelSignal: { value: () => signal },
		}) as IExecutePaginationFunctions;
		return await client.ctx.helpers.httpRequestWithAuthentication.call(own, CREDENTIAL, {
			...options,
			timeout,
			abortSignal: signal,
		});
	});
}
