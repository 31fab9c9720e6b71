/* eslint-disable */
import { basename, join } from 'node:path';

import { n8nEnvironment } from './n8nEnvironment';
import { installNode } from '../run/packNode';
import { n8nCommand, nodeForN8n, outFolder, type N8nLine } from '../run/paths';
import { freePorts } from '../processes/ports';
import { startProcess, type RunningProcess } from '../processes/startProcess';
import { newFolder } from '../run/runFolder';
import { until } from '../processes/until';

export interface N8nOptions {
	readonly line?: N8nLine;
	readonly env?: Record<string, string>;
	/** Default: a free port. */
	readonly port?: number;
}

export interface RunningN8n {
	readonly url: string;
	readonly userFolder: string;
	readonly line: N8nLine;
	readonly log: () => string;
	readonly stop: () => Promise<void>;
	readonly kill9: () => Promise<void>;
	/** Uses the same folder and port, so that saved workflows and webhook URLs stay valid. */
	readonly restart: () => Promise<void>;
}

/** Starts one n8n with a new user folder and waits until it responds. */
export async function startN8n(options: N8nOptions = {}): Promise<RunningN8n> {
	const line = options.line ?? '2';
	const userFolder = newFolder(`n8n-${line}`);
	installNode(userFolder);
	const [freePort, brokerPort] = await freePorts(2);
	const port = options.port ?? freePort;
	const url = `http://127.0.0.1:${port}`;
	const logFile = join(outFolder, `${basename(userFolder)}.log`);
	const env = n8nEnvironment(line, userFolder, brokerPort, { N8N_PORT: String(port), ...options.env });

	const launch = async () => {
		const started = startProcess({
			name: `n8n ${line}`,
			command: nodeForN8n(),
			args: [n8nCommand(line), 'start'],
			cwd: userFolder,
			env,
			logFile,
		});
		await untilReady(url, started).catch(async (error: unknown) => {
			await started.kill9();
			throw error;
		});
		return started;
	};
	let server = await launch();
	return {
		url,
		userFolder,
		line,
		log: () => server.log(),
		stop: async () => void (await server.stop()),
		kill9: async () => await server.kill9(),
		restart: async () => {
			server = await launch();
		},
	};
}

/** n8n reports that it is ready before its routes exist, so this also waits until it rejects a login. */
export async function untilReady(url: string, server: RunningProcess): Promise<void> {
	const options = { timeoutMs: 120_000, explain: () => lastLines(server.log()) };
	await until(
		`${url} to be ready`,
		async () => {
			if (server.exitCode() !== undefined)
				throw new Error(`n8n ended with ${server.exitCode()}\n${lastLines(server.log())}`);
			return (await statusOf(`${url}/healthz/readiness`)) === 200 && (await statusOf(`${url}/rest/login`)) === 401
				? true
				: undefined;
		},
		options,
	);
}

export function lastLines(log: string): string {
	return log.split('\n').slice(-40).join('\n');
}

async function statusOf(url: string): Promise<number | undefined> {
	try {
		return (await fetch(url)).status;
	} catch {
		return undefined;
	}
}
