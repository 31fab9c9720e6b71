/* eslint-disable */
import { until } from '../processes/until';

/**
 * Calls a production webhook. Retries after a 404, because activation returns before the URL works, and after a 503,
 * which n8n returns while it has no database connection. n8n may send both before it has read the body: then sending
 * the body fails (EPIPE), and no execution has started. Does not use idle connections, because n8n may close them.
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
