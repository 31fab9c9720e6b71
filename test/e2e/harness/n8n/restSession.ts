/* eslint-disable */
import { until } from '../processes/until';

export const owner = {
	email: 'owner@example.com',
	firstName: 'Nano',
	lastName: 'Banana',
	password: 'NanoBanana-2026',
} as const;

/** n8n accepts a login only from the browser that signed in, so each call sends the same ID. */
const browserId = 'end-to-end-tests';
/** n8n closes an idle connection after 5 seconds. On a busy machine, a request may be sent at the same time. */
const connection = 'close';

export interface Session {
	/** Calls a path in /rest and returns `data` from the response. */
	readonly call: (method: string, path: string, body?: unknown) => Promise<unknown>;
	readonly download: (path: string) => Promise<{ bytes: Buffer; contentType: string }>;
	readonly cookie: string;
}

export class RestError extends Error {
	constructor(
		readonly status: number,
		readonly body: string,
		call: string,
	) {
		super(`${call}: status ${status}: ${body.slice(0, 2_000)}`);
	}
}

/** Creates the owner account on a new n8n, or signs in if it exists. */
export async function openSession(url: string): Promise<Session> {
	const cookie =
		(await ask('owner/setup', owner)) ??
		(await ask('login', { emailOrLdapLoginId: owner.email, password: owner.password }));
	if (!cookie) throw new Error(`${url} lets the owner neither sign up nor sign in`);
	const headers = { cookie, 'browser-id': browserId, connection };
	return {
		cookie,
		call: async (method, path, body) => await call(`${url}/rest/${path}`, method, headers, body),
		download: async (path) => {
			const response = await fetch(`${url}/rest/${path}`, { headers });
			if (!response.ok) throw new RestError(response.status, await response.text(), `GET ${path}`);
			return {
				bytes: Buffer.from(await response.arrayBuffer()),
				contentType: response.headers.get('content-type') ?? '',
			};
		},
	};

	/** A restarted n8n may return errors shortly after it reports that it is ready. */
	async function ask(path: string, body: unknown): Promise<string | undefined> {
		const response = await until(
			`${path} to respond`,
			async () => {
				const response = await send(`${url}/rest/${path}`, 'POST', { 'browser-id': browserId, connection }, body);
				return response.status >= 500 ? undefined : response;
			},
			{ timeoutMs: 20_000 },
		);
		if (!response.ok) return undefined;
		const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0]);
		return cookies.find((line) => line.startsWith('n8n-auth='));
	}
}

/** Tries again after a 503: n8n then has no database connection for a short time and has not done anything. */
async function call(url: string, method: string, headers: Record<string, string>, body: unknown): Promise<unknown> {
	const response = await until(
		`${url} to have its database`,
		async () => {
			const response = await send(url, method, headers, body);
			return response.status === 503 ? undefined : response;
		},
		{ timeoutMs: 30_000, intervalMs: 500 },
	);
	const text = await response.text();
	if (!response.ok) throw new RestError(response.status, text, `${method} ${url}`);
	const result: unknown = text === '' ? undefined : JSON.parse(text);
	return typeof result === 'object' && result !== null && 'data' in result ? result.data : result;
}

async function send(url: string, method: string, headers: Record<string, string>, body: unknown): Promise<Response> {
	return await fetch(url, {
		method,
		headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
}
