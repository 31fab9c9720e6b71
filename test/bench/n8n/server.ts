/* eslint-disable */
import { existsSync } from 'node:fs';

import { packNode } from '../../e2e/harness/run/packNode';
import { n8nCommand } from '../../e2e/harness/run/paths';
import { openRestClient, type CredentialReference, type RestClient } from '../../e2e/harness/n8n/restClient';
import { createRun } from '../../e2e/harness/run/runFolder';
import { startN8n, type RunningN8n } from '../../e2e/harness/servers/startN8n';
import { until } from '../../e2e/harness/processes/until';
import type { Workflow } from '../../e2e/harness/n8n/workflow';
import { startApi, type ApiProcess, type ApiLoad, type Outcome } from './api';
import { cpuMs } from './processFigures';

/** A real n8n with the packed node installed, as users have it. */
export interface Server {
	readonly n8n: RunningN8n;
	readonly client: RestClient;
	readonly stop: () => Promise<void>;
}

/** An API, and a credential for each kind of client. */
export interface ApiAccount {
	readonly api: ApiProcess;
	readonly baseUrl: string;
	readonly credentials: Readonly<Record<'ours' | 'byHand' | 'openAi' | 'gemini', CredentialReference>>;
}

/** One execution: its outcome, and the processor time of n8n. */
export interface Run extends Outcome {
	readonly status: string;
	readonly cpuMs: number;
}

const UNFINISHED = ['new', 'running', 'waiting'];

let isPacked = false;

/** Builds, packs, and installs the node, once for all groups. */
export function pack(): void {
	if (isPacked) return;
	if (!existsSync(n8nCommand('2'))) throw new Error('n8n is not installed here: run "npx tsx test/e2e/setup.ts" once');
	// The folder of the run is removed when this process ends, however it ends.
	createRun();
	packNode();
	isPacked = true;
}

export async function startServer(): Promise<Server> {
	pack();
	const n8n = await startN8n();
	try {
		return { n8n, client: await openRestClient(n8n), stop: n8n.stop };
	} catch (error) {
		await n8n.stop();
		throw error;
	}
}

export async function openAccount(client: RestClient): Promise<ApiAccount> {
	const api = await startApi();
	const { baseUrl, apiKey } = await api.access();
	return {
		api,
		baseUrl,
		credentials: {
			ours: await client.createCredential('nanoBananaApi', 'Mock API', { baseUrl, apiKey }),
			byHand: await client.createCredential('httpBearerAuth', 'Mock API', { token: apiKey }),
			openAi: await client.createCredential('openAiApi', 'Mock API', { apiKey, url: `${baseUrl}/v1` }),
			gemini: await client.createCredential('googlePalmApi', 'Mock API', { apiKey, host: baseUrl }),
		},
	};
}

export async function runOnce(
	{ n8n, client }: Server,
	{ api }: ApiAccount,
	load: ApiLoad,
	workflow: Workflow,
): Promise<Run> {
	await api.load(load);
	const saved = await client.createWorkflow(workflow);
	const before = cpuMs(n8n.userFolder);
	const status = await ended(client, await client.start(saved));
	return { ...(await api.outcome()), status, cpuMs: cpuMs(n8n.userFolder) - before };
}

/** Checks rarely: each check costs processor time of the measured n8n. */
async function ended(client: RestClient, executionId: string): Promise<string> {
	return await until(
		`execution ${executionId} to end`,
		async () => {
			const { status } = (await client.session.call('GET', `executions/${executionId}`)) as { status: string };
			return UNFINISHED.includes(status) ? undefined : status;
		},
		{ timeoutMs: 300_000, intervalMs: 1_000 },
	);
}

/** @throws if the run failed, or an image was lost or charged twice: then its times are not valid */
export async function runWhole(server: Server, account: ApiAccount, load: ApiLoad, workflow: Workflow): Promise<Run> {
	const run = await runOnce(server, account, load, workflow);
	if (run.status === 'success' && run.lost === 0 && run.twice === 0) return run;
	throw new Error(
		`"${workflow.name}" ended as ${run.status}, with ${run.charged} charged, ${run.twice} of them again, and ${run.lost} lost`,
	);
}
