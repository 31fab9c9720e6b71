/* eslint-disable */
// A client like that of n8n: returns the prepared responses (and repeats the last one), and records what was sent.
import { Readable } from 'node:stream';

import type { GatewayClient, RoutedOptions } from '../../../nodes/NanoBanana/gateway/gatewayClient';

export const BASE_URL = 'https://api.example';

export interface Sent {
	method: string;
	url: string;
	headers: Record<string, string>;
	withKey: boolean;
	/** The timeout passed to n8n, in ms. */
	timeout: number;
	followsRedirects: boolean;
}

type Options = Omit<Sent, 'withKey' | 'followsRedirects'> & { disableFollowRedirect?: boolean };

export type Reply = { statusCode: number; headers: Record<string, string>; body: unknown };
/** A response, a broken connection, or a function that is called when the request is sent. */
export type FakeResponse = Reply | Error | (() => Reply | Promise<Reply>);

export function reply(statusCode: number, body: unknown = '', headers: Record<string, string> = {}): Reply {
	const bytes =
		Buffer.isBuffer(body) || body instanceof Readable
			? body
			: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	return { statusCode, headers, body: bytes };
}

/** What Node.js throws when a connection breaks. */
export function broken(code: string, syscall: string): Error {
	return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

export function fakeClient(
	responses: FakeResponse[],
	signal?: AbortSignal,
	base: RoutedOptions = { baseURL: BASE_URL },
): { client: GatewayClient; sent: Sent[] } {
	const sent: Sent[] = [];
	const rest = [...responses];
	const respond = async (
		withKey: boolean,
		{ method, url, headers, timeout, disableFollowRedirect }: Options,
	): Promise<Reply> => {
		sent.push({ method, url, headers, withKey, timeout, followsRedirects: disableFollowRedirect !== true });
		const next = rest.length > 1 ? rest.shift() : rest[0];
		if (next === undefined) throw new Error(`no request was expected at ${url}`);
		if (next instanceof Error) throw next;
		return typeof next === 'function' ? await next() : next;
	};
	const helpers = {
		httpRequest: async (options: Options) => await respond(false, options),
		httpRequestWithAuthentication: async (_credential: string, options: Options) => await respond(true, options),
	};
	return { client: { ctx: { helpers } as unknown as GatewayClient['ctx'], base, signal }, sent };
}
