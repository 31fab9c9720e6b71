/* eslint-disable */
import { basename, join } from 'node:path';

import { n8nEnvironment } from './n8nEnvironment';
import { installNode } from '../run/packNode';
import { n8nCommand, nodeForN8n, outFolder, type N8nLine } from '../run/paths';
import { freePorts } from '../processes/ports';
import { startProcess, type RunningProcess } from '../processes/startProcess';
import { programs, requireProgram } from '../processes/programs';
import { newFolder } from '../run/runFolder';
import { startN8n, lastLines, type RunningN8n } from './startN8n';
import { startPostgres } from './startPostgres';
import { until } from '../processes/until';

export interface Queue {
	readonly main: RunningN8n;
	readonly workers: readonly RunningProcess[];
	readonly addWorker: (env?: Record<string, string>) => Promise<RunningProcess>;
	readonly stop: () => Promise<void>;
}

export interface QueueOptions {
	readonly line?: N8nLine;
	readonly workers?: number;
	readonly env?: Record<string, string>;
	readonly workerEnv?: Record<string, string>;
}

/** Settings of a worker: n8n notices within seconds that it is dead, instead of 90 seconds. */
export const quickToNotice = {
	QUEUE_WORKER_LOCK_DURATION: '10000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '2000',
	QUEUE_WORKER_STALLED_INTERVAL: '5000',
};

/** n8n in queue mode: one main process that receives calls, and workers that run the workflows. */
export async function startQueue(options: QueueOptions = {}): Promise<Queue> {
	const { line = '2' } = options;
	const started: Array<() => Promise<unknown>> = [];
	const stop = async () => {
		for (const end of started.reverse()) await end();
	};
	try {
		const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
		started.push(
			() => postgres.server.stop(),
			() => redis.server.stop(),
		);
		const env = {
			...postgres.env,
			...redis.env,
			EXECUTIONS_MODE: 'queue',
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			...options.env,
		};
		// The main process starts first, because it creates the tables.
		const main = await startN8n({ line, env });
		started.push(main.stop);
		const workers: RunningProcess[] = [];
		const addWorker = async (more = {}) => {
			const worker = await startWorker(line, workers.length + 1, { ...env, ...options.workerEnv, ...more });
			started.push(() => worker.stop());
			workers.push(worker);
			return worker;
		};
		while (workers.length < (options.workers ?? 2)) await addWorker();
		return { main, workers, addWorker, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

async function startWorker(line: N8nLine, number: number, env: Record<string, string>): Promise<RunningProcess> {
	const userFolder = newFolder(`worker-${number}`);
	installNode(userFolder);
	const [healthPort, brokerPort] = await freePorts(2);
	const worker = startProcess({
		name: `worker ${number}`,
		command: nodeForN8n(),
		args: [n8nCommand(line), 'worker', '--concurrency=10'],
		cwd: userFolder,
		env: n8nEnvironment(line, userFolder, brokerPort, {
			...env,
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(healthPort),
		}),
		logFile: join(outFolder, `${basename(userFolder)}.log`),
	});
	await until(
		`worker ${number} to be ready`,
		async () => {
			if (worker.exitCode() !== undefined)
				throw new Error(`Worker ${number} ended with ${worker.exitCode()}\n${lastLines(worker.log())}`);
			return (await isReady(`http://127.0.0.1:${healthPort}/healthz/readiness`)) || undefined;
		},
		{ explain: () => lastLines(worker.log()) },
	);
	return worker;
}

async function startRedis(): Promise<{ server: RunningProcess; env: Record<string, string> }> {
	const folder = newFolder('redis');
	const [port] = await freePorts(1);
	const server = startProcess({
		name: 'redis',
		command: requireProgram(programs.redis),
		args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '' },
		logFile: join(outFolder, `redis-${port}.log`),
	});
	await until(
		'redis to accept connections',
		() => (/ready to accept connections/i.test(server.log()) ? true : undefined),
		{ explain: () => server.log() },
	);
	return { server, env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) } };
}

async function isReady(url: string): Promise<boolean> {
	try {
		return (await fetch(url)).ok;
	} catch {
		return false;
	}
}
