/* eslint-disable */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { until } from '../processes/until';

/** Connects as an agent's MCP client does. Tries again while n8n registers the workflow's URL. */
export async function connectMcp(url: string, token: string): Promise<Client> {
	const requestInit = { headers: { authorization: `Bearer ${token}` } };
	return await until(
		`${url} to be registered`,
		async () => {
			const client = new Client({ name: 'nanobanana-e2e', version: '1.0.0' });
			try {
				await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
				return client;
			} catch (error) {
				if (/404|not registered/.test(String(error))) return undefined;
				throw error;
			}
		},
		{ timeoutMs: 20_000, intervalMs: 300 },
	);
}
