/* eslint-disable */
import { until } from '../processes/until';

/** Calls a production webhook; a 404 is asked again, since activation answers before the address does. */
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
