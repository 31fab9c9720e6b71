import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, IHttpRequestOptions } from 'n8n-workflow';

import {
	httpRequest,
	openRequest,
	type HttpReply,
	type HttpResult,
	type Limits,
	type NoReply,
	type Send,
} from './httpRequest';
import type { HttpResponse } from './responseBody';
import { encodeForm } from '../lib/multipart';
import type { EncodedCall } from '../types';

/**
 * The one place that sends requests for items, and the origin check of the API key. Every request goes through n8n's
 * own helpers, so its proxy and SSRF settings apply.
 */

/** The request as the fields' routing put it together. */
export type RoutedOptions = DeclarativeRestApiSettings.ResultOptions['options'];

export interface GatewayClient {
	ctx: IExecutePaginationFunctions;
	/** Base URL, proxy and TLS settings of the node, as the routing put them together. */
	base: RoutedOptions;
	signal?: AbortSignal;
}

/** A paid call. The caller decides whether it may be sent again, and sends it with the same key then. */
export async function sendCall(
	client: GatewayClient,
	call: EncodedCall,
	idempotencyKey: string,
	limits: Limits,
): Promise<HttpResult> {
	const form = call.form && encodeForm(call.form);
	return await callApi(client, call.path, limits, {
		method: 'POST',
		headers: {
			...API_HEADERS,
			'content-type': form?.contentType ?? 'application/json',
			'idempotency-key': idempotencyKey,
		},
		body: form?.body ?? JSON.stringify(call.json ?? {}),
	});
}

/** A read with the key, for the API's own paths. */
export async function readApi(client: GatewayClient, path: string, limits: Limits): Promise<HttpResult> {
	return await callApi(client, path, limits, { method: 'GET', headers: API_HEADERS });
}

/** What is known of a response before its body counts. */
export type FileReply = Pick<HttpReply, 'kind' | 'status' | 'headers'>;

/**
 * A file at a URL from a response, as `read` takes it. It is read without the key. A file on the
 * API's own origin may ask for the key, with a 401 or in any other words: then, and only there, it
 * is sent once, and no redirect is followed with it.
 */
export async function readFile<T extends FileReply>(
	client: GatewayClient,
	url: string,
	limits: Limits,
	read: (response: HttpResponse) => Promise<T>,
	wantsKey: (reply: T) => boolean,
): Promise<T | NoReply> {
	const fetchFile = async (target: string): Promise<T | NoReply> =>
		await openRequest(client.signal, target, limits, withoutKey(client, fileOptions(client, target)), read);
	const first = await fetchFile(url);
	if (first.kind !== 'reply' || !isOwnOrigin(client, url) || !wantsKey(first)) return first;
	const options = { ...fileOptions(client, url), disableFollowRedirect: true };
	const second = await openRequest(client.signal, url, limits, withKey(client, options), read);
	const target = second.kind === 'reply' ? redirectTarget(second, url) : undefined;
	return target ? await fetchFile(target) : second;
}

/** Where a redirect leads; undefined for anything else. */
export function redirectTarget({ status, headers }: FileReply, url: string): string | undefined {
	const { location } = headers;
	if (status < 300 || status >= 400 || typeof location !== 'string' || !URL.canParse(location, url)) return undefined;
	const target = new URL(location, url);
	return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : undefined;
}

/**
 * Nothing is asked to be compressed: a compressed body whose connection breaks is lost even when all
 * of it has arrived, as the HTTP library drops what it has not unpacked yet.
 */
const ENCODING = { 'accept-encoding': 'identity' };
const API_HEADERS = { accept: 'application/json', ...ENCODING };

/** The key follows no redirect: an API that moved is a wrong base URL, not a reason to send it elsewhere. */
async function callApi(
	client: GatewayClient,
	path: string,
	limits: Limits,
	request: Pick<IHttpRequestOptions, 'method' | 'headers' | 'body'>,
): Promise<HttpResult> {
	const reason = baseUrlFault(client);
	if (reason) return { kind: 'unsent', reason, lasting: true };
	const url = `${client.base.baseURL ?? ''}${path}`;
	const options = { ...connection(client), ...request, url, disableFollowRedirect: true };
	return await httpRequest(client.signal, url, limits, withKey(client, options));
}

/** Without a host the first part of the path would be taken for one, and get the key. */
function baseUrlFault({ base }: GatewayClient): string | undefined {
	if (!URL.canParse(base.baseURL ?? '')) return "'Base URL' in the credential is empty or not a URL";
	// Of "htps://host" or "https//host" the scheme would be the host, and get the key.
	if (/^https?:\/\/(https?(?=[:/]|$)|[a-z][a-z\d+-]*:\/)/i.test(base.baseURL ?? ''))
		return "'Base URL' must look like https://api.example.com";
	const { username, password } = new URL(base.baseURL ?? '');
	return username || password ? "'Base URL' must not contain a user name or password" : undefined;
}

function isOwnOrigin({ base }: GatewayClient, url: string): boolean {
	if (!URL.canParse(url) || !URL.canParse(base.baseURL ?? '')) return false;
	return new URL(url).origin === new URL(base.baseURL ?? '').origin;
}

function fileOptions(client: GatewayClient, url: string): IHttpRequestOptions {
	return { ...connection(client), method: 'GET', url, headers: { accept: 'image/*,*/*;q=0.5', ...ENCODING } };
}

function connection({ base }: GatewayClient): Omit<IHttpRequestOptions, 'url'> {
	const { proxy, skipSslCertificateValidation } = base;
	return {
		...(proxy && { proxy }),
		...(skipSslCertificateValidation && { skipSslCertificateValidation: true }),
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
	};
}

function withoutKey(client: GatewayClient, options: IHttpRequestOptions): Send {
	return async (timeout, signal) => await client.ctx.helpers.httpRequest({ ...options, timeout, abortSignal: signal });
}

function withKey(client: GatewayClient, options: IHttpRequestOptions): Send {
	return async (timeout, signal) => {
		// n8n replaces the signal of the request by that of its context, so it gets a context that returns ours.
		const own = Object.create(client.ctx, {
			getExecutionCancelSignal: { value: () => signal },
		}) as IExecutePaginationFunctions;
		// The domains that the credential is limited to. They do not apply to files, which are read without it.
		const { allowedDomains } = client.base;
		const request = { ...options, ...(allowedDomains && { allowedDomains }), timeout, abortSignal: signal };
		return await client.ctx.helpers.httpRequestWithAuthentication.call(own, 'nanoBananaApi', request);
	};
}
