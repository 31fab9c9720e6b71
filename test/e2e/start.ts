/* eslint-disable */
/**
 * Starts a full n8n on this machine with the node, a credential, and the examples. Uses the mock API of the tests,
 * or the API of NANOBANANA_BASE_URL and NANOBANANA_API_KEY.
 * With --watch, n8n reloads the node when its source files change.
 */
import { hotReload, watchNode } from '../dev/watchNode';
import { startMockApi } from '../mock-api';
import { exampleNames, loadExample } from './harness/n8n/examples';
import { packNode } from './harness/run/packNode';
import { openRestClient } from './harness/n8n/restClient';
import { owner } from './harness/n8n/restSession';
import { createRun } from './harness/run/runFolder';
import { credentialType } from './harness/testEnvironment';
import { startN8n } from './harness/servers/startN8n';

const watches = process.argv.includes('--watch');

interface Api {
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly title: string;
	readonly stop: () => Promise<void>;
}

async function main(): Promise<void> {
	const run = createRun();
	console.log('Building the node and starting n8n …');
	packNode();
	const api = await openApi();
	const n8n = await startN8n({ port: Number(process.env.N8N_PORT) || undefined, env: watches ? hotReload : {} });
	const client = await openRestClient(n8n);
	const credentials = [
		await client.createCredential(credentialType, api.title, { baseUrl: api.baseUrl, apiKey: api.apiKey }),
		await client.createCredential('httpHeaderAuth', 'Webhook API key', { name: 'X-Api-Key', value: 'banana' }),
		await client.createCredential('httpBearerAuth', 'MCP bearer token', { token: 'banana' }),
	];
	for (const name of exampleNames()) await client.createWorkflow(loadExample(name, credentials));

	console.log(`
n8n       ${n8n.url}
sign in   ${owner.email} / ${owner.password}
API       ${api.baseUrl} (${api.title})
examples  ${exampleNames().join(', ')}
webhooks  header X-Api-Key: banana; MCP: bearer token banana

Press Ctrl+C to stop.`);

	const stopped = stopSignal();
	const unwatch = watches ? await watchNode(n8n.userFolder) : undefined;
	await stopped;
	console.log('Stopping …');
	await unwatch?.();
	await n8n.stop();
	await api.stop();
	await run.end();
}

async function openApi(): Promise<Api> {
	const { NANOBANANA_BASE_URL: baseUrl, NANOBANANA_API_KEY: apiKey } = process.env;
	if (baseUrl && apiKey) return { baseUrl, apiKey, title: 'NanoBanana account', stop: async () => undefined };
	const mockApi = await startMockApi({ drawing: 'scene', taskMs: [2_000, 6_000] });
	return {
		baseUrl: mockApi.baseUrl,
		apiKey: mockApi.apiKey,
		title: 'Mock API, free of charge',
		stop: mockApi.stop,
	};
}

function stopSignal(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
	});
}

main().catch((error: unknown) => {
	console.error(error);
	process.exit(1);
});
