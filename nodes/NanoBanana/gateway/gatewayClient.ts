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
 * The only code that sends the requests of an item. Checks the origin before it sends the API key. Every request uses
 * n8n's HTTP helpers, so n8n's proxy and SSRF settings apply.
 */

/** The request options that n8n built from the routing of the fields. */
export type RoutedOptions = DeclarativeRestApiSettings.ResultOptions['options'];

export interface GatewayClient {
	ctx: IExecutePaginationFunctions;
	/** Base URL, proxy, and TLS settings from the routing of the node. */
	base: RoutedOptions;
	signal?: AbortSignal;
}

/** Sends a paid call once. If the caller sends it again, it must use the same idempotency key. */
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

/** A GET request with the API key, for the API's own paths. */
export async function readApi(client: GatewayClient, path: string, limits: Limits): Promise<HttpResult> {
	return await callApi(client, path, limits, { method: 'GET', headers: API_HEADERS });
}

/** A response without its body. */
export type FileReply = Pick<HttpReply, 'kind' | 'status' | 'headers'>;

/**
 * Requests a file at a URL from a response, and reads it with `read`. The first request is sent without the API key.
 * If the file is on the API's own origin and the reply `wantsKey`, it is requested once more with the key. The key is
 * never sent along a redirect.
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

/** The URL that a redirect leads to. Undefined for any other response. */
function redirectTarget({ status, headers }: FileReply, url: string): string | undefined {
	const { location } = headers;
	if (status < 300 || status >= 400 || typeof location !== 'string' || !URL.canParse(location, url)) return undefined;
	const target = new URL(location, url);
	return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : undefined;
}

/**
 * Asks for uncompressed responses. If the connection of a compressed response breaks, it is lost even if all of it
 * has arrived, because the HTTP library drops the data that it has not decompressed yet.
 */
const ENCODING = { 'accept-encoding': 'identity' };
const API_HEADERS = { accept: 'application/json', ...ENCODING };

/** Does not follow redirects with the key. If the API has moved, the user must change the base URL. */
async function callApi(
	client: GatewayClient,
	path: string,
	limits: Limits,
	request: Pick<IHttpRequestOptions, 'method' | 'headers' | 'body'>,
): Promise<HttpResult> {
	const reason = baseUrlFault(client);
	if (reason) return { kind: 'unsent', reason, isPermanent: true };
	const url = `${client.base.baseURL ?? ''}${path}`;
	const options = { ...connection(client), ...request, url, disableFollowRedirect: true };
	return await httpRequest(client.signal, url, limits, withKey(client, options));
}

/** If the base URL has no host, the first part of the path would become the host and get the key. */
function baseUrlFault({ base }: GatewayClient): string | undefined {
	if (!URL.canParse(base.baseURL ?? '')) return "'Base URL' in the credential is empty or not a URL";
	// In "htps://host" or "https//host", the scheme would become the host and get the key.
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
		// n8n replaces the request's signal with that of the context, so it gets a context that returns our signal.
		const own = Object.create(client.ctx, {
			getExecutionCancelSignal: { value: () => signal },
		}) as IExecutePaginationFunctions;
		// The domains that the credential is limited to. They do not apply to files that are read without the key.
		const { allowedDomains } = client.base;
		const request = { ...options, ...(allowedDomains && { allowedDomains }), timeout, abortSignal: signal };
		return await client.ctx.helpers.httpRequestWithAuthentication.call(own, 'nanoBananaApi', request);
	};
}
