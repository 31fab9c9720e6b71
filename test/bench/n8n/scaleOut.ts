/* eslint-disable */
// The same calls to one n8n, and to a queue with one, two and three workers.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { openRestClient, type RestClient } from '../../e2e/harness/n8n/restClient';
import type { RunningProcess } from '../../e2e/harness/processes/startProcess';
import { runFolder } from '../../e2e/harness/run/runFolder';
import { startQueue, type Queue } from '../../e2e/harness/servers/startQueue';
import type { BenchContext, BenchGroup, Figures } from '../row';
import { folderOf, peakBytes } from './processFigures';
import { EXECUTIONS, scaleOutRows, SETUPS, TASK_MS, type Setup } from './scaleOutRows';
import { openAccount, pack, runWhole, startServer, type ApiAccount, type Run, type Server } from './server';
import { callAtOnce, IMAGE_BYTES, DRAWN, type Site, type WebhookFigures } from './webhookLoad';
import { ours } from './workflows';

interface Stage {
	queue: Queue;
	client: RestClient;
	account: ApiAccount;
}

let stage: Partial<Stage> = {};

export const scaleOut: BenchGroup = {
	name: 'scale-out in queue mode',
	rows: scaleOutRows,
	seconds: 115,
	runsAtMost: 3,
	async open({ report }) {
		report('packing the node, starting a queue');
		pack();
		stage.queue = await startQueue({ workers: 0 });
		stage.client = await openRestClient(stage.queue.main);
		stage.account = await openAccount(stage.client);
	},
	async close() {
		await Promise.allSettled([stage.queue?.stop(), stage.account?.api.stop()]);
		stage = {};
	},
	async measure(context) {
		return { ...(await measureSingle(context)), ...(await measureQueue(context, stage as Stage)) };
	},
};

/** A new n8n each time, because a process does not return its memory. */
async function measureSingle(context: BenchContext): Promise<Figures> {
	context.report('one n8n, no queue');
	const server = await startServer();
	try {
		const account = await openAccount(server.client);
		try {
			const whole = await batch(context, server, account);
			const site = { url: server.n8n.url, client: server.client, account, folders: [server.n8n.userFolder] };
			return { ...whole, ...figuresOf('single', await warmAndCall(context, site)) };
		} finally {
			await account.api.stop();
		}
	} finally {
		await server.stop();
	}
}

async function measureQueue(context: BenchContext, { queue, client, account }: Stage): Promise<Figures> {
	const figures: Figures = {};
	const atWork: RunningProcess[] = [];
	const retire = async (): Promise<void> =>
		void (await Promise.all(atWork.splice(0).map(async (worker) => await worker.stop())));
	try {
		for (const { id, name, workers, concurrency } of SETUPS.slice(1)) {
			context.report(name);
			if (workers < atWork.length) await retire();
			while (atWork.length < workers)
				atWork.push(await queue.addWorker({ N8N_CONCURRENCY_PRODUCTION_LIMIT: String(concurrency) }));
			const folders = [queue.main.userFolder, ...atWork.map(({ pid }) => folderOf(pid) ?? ''), ...stores()];
			Object.assign(
				figures,
				figuresOf(id, await warmAndCall(context, { url: queue.main.url, client, account, folders }), workers),
			);
		}
		return figures;
	} finally {
		await retire();
	}
}

/** The same images, as items of one execution. */
async function batch({ seed }: BenchContext, server: Server, account: ApiAccount): Promise<Figures> {
	const load = { seed, taskMs: [TASK_MS, TASK_MS] as [number, number], imageBytes: IMAGE_BYTES };
	await runWhole(server, account, { ...load, taskMs: [20, 20] }, ours(account.credentials.ours, DRAWN));
	let run: Run | undefined;
	const [peak] = await peakBytes([server.n8n.userFolder], async () => {
		run = await runWhole(server, account, load, ours(account.credentials.ours, EXECUTIONS));
	});
	if (!run) throw new Error('Nothing was run');
	return {
		'scale.batch.perSecond': (EXECUTIONS * 1000) / run.makespanMs,
		'scale.batch.main': peak / 2 ** 20,
		'scale.batch.cpu': run.cpuMs / EXECUTIONS,
	};
}

/** Before the measurement, executions load the code and let the mock API draw its images. */
async function warmAndCall({ seed }: BenchContext, site: Site): Promise<WebhookFigures> {
	await callAtOnce(site, { seed, taskMs: 20, executions: DRAWN });
	return await callAtOnce(site, { seed, taskMs: TASK_MS, executions: EXECUTIONS });
}

function figuresOf(
	id: Setup['id'],
	{ perSecond, lost, twice, peakBytes, cpuMs }: WebhookFigures,
	workers = 0,
): Figures {
	const megabytes = peakBytes.map((bytes) => bytes / 2 ** 20);
	const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
	return {
		[`scale.${id}.perSecond`]: perSecond,
		[`scale.${id}.main`]: megabytes[0],
		[`scale.${id}.worker`]: Math.max(...megabytes.slice(1, 1 + workers)),
		[`scale.${id}.cpu`]: sum(cpuMs),
		[`scale.${id}.lost`]: lost + twice,
		[`scale.${id}.mainCpu`]: cpuMs[0],
		[`scale.${id}.workerCpu`]: sum(cpuMs.slice(1, 1 + workers)),
		[`scale.${id}.storeCpu`]: sum(cpuMs.slice(1 + workers)),
	};
}

/** The folders of PostgreSQL and Redis: the newest of each, in case there was an earlier queue. */
function stores(): string[] {
	const names = readdirSync(runFolder()).sort();
	return ['postgres', 'redis'].flatMap((program) =>
		names
			.filter((name) => name.startsWith(`${program}-`))
			.slice(-1)
			.map((name) => join(runFolder(), name)),
	);
}
