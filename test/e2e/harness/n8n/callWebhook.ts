/* eslint-disable */
import { until } from '../processes/until';

/** Calls a production webhook. A 404 is tried again, since activation returns before the URL works. */
export async function callWebhook(url: string, init: RequestInit): Promise<Response> {
	return await until(
		`${url} to be registered`,
		async () => {
			const response = await fetch(url, init);
			return response.status === 404 ? undefined : response;
		},
		{ timeoutMs: 20_000 },
	);
}
