/* eslint-disable */
// A wire on paper: it answers as it is told, the last answer for ever, and keeps the journal of what was sent.
import { Readable } from 'node:stream';

import type { GatewayClient, RoutedOptions } from '../../../nodes/NanoBanana/gateway/gatewayClient';

export const HOME = 'https://gateway.example';

export interface Sent {
	method: string;
	url: string;
	headers: Record<string, string>;
	withKey: boolean;
	/** What n8n is told to wait at most, in ms. */
	timeout: number;
	followsRedirects: boolean;
}

type Options = Omit<Sent, 'withKey' | 'followsRedirects'> & { disableFollowRedirect?: boolean };

export type Reply = { statusCode: number; headers: Record<string, string>; body: unknown };
/** An answer, a broken connection, or what becomes of the request once it is under way. */
export type WireAnswer = Reply | Error | (() => Reply | Promise<Reply>);

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

export function paperWire(
	answers: WireAnswer[],
	signal?: AbortSignal,
	base: RoutedOptions = { baseURL: HOME },
): { client: GatewayClient; sent: Sent[] } {
	const sent: Sent[] = [];
	const rest = [...answers];
	const answer = async (
		withKey: boolean,
		{ method, url, headers, timeout, disableFollowRedirect }: Options,
	): Promise<Reply> => {
		sent.push({ method, url, headers, withKey, timeout, followsRedirects: disableFollowRedirect !== true });
		const next = rest.length > 1 ? rest.shift() : rest[0];
		if (next === undefined) throw new Error(`nothing was expected at ${url}`);
		if (next instanceof Error) throw next;
		return typeof next === 'function' ? await next() : next;
	};
	const helpers = {
		httpRequest: async (options: Options) => await answer(false, options),
		httpRequestWithAuthentication: async (_credential: string, options: Options) => await answer(true, options),
	};
	return { client: { ctx: { helpers } as unknown as GatewayClient['ctx'], base, signal }, sent };
}
