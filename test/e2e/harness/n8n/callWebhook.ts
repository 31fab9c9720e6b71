/* eslint-disable */
import { until } from '../processes/until';

/**
 * Calls a production webhook. A 404 is tried again, since activation returns before the URL works, and a 503, which n8n
 * returns while it has no database connection. Not on an idle connection, as n8n may close it at that moment. Both may
 * come before n8n has read the body: then the connection closes while it is sent (EPIPE), and no execution has started.
 */
export async function callWebhook(url: string, init: RequestInit): Promise<Response> {
	const headers = new Headers(init.headers);
	headers.set('connection', 'close');
	return await until(
		`${url} to be registered`,
		async () => {
			const response = await fetch(url, { ...init, headers }).catch((error: Error & { cause?: { code?: string } }) => {
				if (error.cause?.code !== 'EPIPE') throw error;
			});
			return !response || [404, 503].includes(response.status) ? undefined : response;
		},
		{ timeoutMs: 20_000 },
	);
}
