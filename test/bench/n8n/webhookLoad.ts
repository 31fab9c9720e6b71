/* eslint-disable */
import { callWebhook } from '../../e2e/harness/n8n/callWebhook';
import type { RestClient, SavedWorkflow } from '../../e2e/harness/n8n/restClient';
import { until } from '../../e2e/harness/processes/until';
import type { ApiAccount } from './server';
import { peakBytes, cpuMs } from './processFigures';
import { imageOnCall, prompts } from './workflows';

/** The number of different images: few, so that the mock API draws all of them before the measurement. */
export const DRAWN = 30;
const PROMPTS = prompts(DRAWN);
/** About the size of a real 1K image. */
export const IMAGE_BYTES = 1_000_000;

/** The URL to call, and the folders of the servers that do the work. */
export interface Site {
	readonly url: string;
	readonly client: RestClient;
	readonly account: ApiAccount;
	readonly folders: readonly string[];
}

export interface WebhookFigures {
	perSecond: number;
	lost: number;
	twice: number;
	/** For each server. */
	peakBytes: number[];
	/** Processor time per execution, for each server. */
	cpuMs: number[];
}

export interface Calls {
	seed: number;
	taskMs: number;
	executions: number;
}

/** Calls a webhook `executions` times at once. Each call is an execution that generates one image. */
export async function callAtOnce(
	{ url, client, account, folders }: Site,
	{ seed, taskMs, executions }: Calls,
): Promise<WebhookFigures> {
	const { api, credentials } = account;
	await api.load({ seed, taskMs: [taskMs, taskMs], imageBytes: IMAGE_BYTES });
	const path = `image-${Date.now().toString(36)}`;
	const workflow = await client.createWorkflow(imageOnCall(credentials.ours, path));
	await client.activate(workflow);

	const before = folders.map(cpuMs);
	const peaks = await peakBytes(folders, async () => {
		const call = async (prompt: string): Promise<void> => {
			const init = {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ prompt }),
			};
			const { status } = await callWebhook(`${url}/webhook/${path}`, init);
			if (status !== 200) throw new Error(`The webhook returned status ${status}`);
		};
		await Promise.all(Array.from({ length: executions }, (_, index) => call(PROMPTS[index % PROMPTS.length])));
		await until('all images', async () => ((await api.delivered()) >= executions ? true : undefined), {
			timeoutMs: 180_000,
		});
		await allEnded(client, workflow, executions);
	});
	const used = folders.map((folder, index) => (cpuMs(folder) - before[index]) / executions);
	const { makespanMs, lost, charged } = await api.outcome();
	await client.deactivate(workflow);
	return {
		perSecond: (executions * 1000) / makespanMs,
		lost,
		twice: charged - executions,
		peakBytes: peaks,
		cpuMs: used,
	};
}

async function allEnded(client: RestClient, workflow: SavedWorkflow, executions: number): Promise<void> {
	const ended = await until(
		'all executions to end',
		async () => {
			const runs = await client.executionsOf(workflow);
			return runs.some(({ status }) => status === 'running' || status === 'new') ? undefined : runs;
		},
		{ timeoutMs: 60_000, intervalMs: 500 },
	);
	const good = ended.filter(({ status }) => status === 'success').length;
	if (good !== executions) throw new Error(`${good} of ${executions} executions ended well`);
}
