/* eslint-disable */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { runFolder } from '../run/runFolder';
import { until } from './until';

export interface ProcessRequest {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env: Record<string, string>;
	readonly logFile: string;
	/** Runs as this user, for servers that do not run as root. */
	readonly user?: { readonly uid: number; readonly gid: number };
}

export interface RunningProcess {
	readonly pid: number;
	readonly exitCode: () => number | NodeJS.Signals | undefined;
	readonly log: () => string;
	/** Sends SIGTERM, waits, and kills what is left of the process group. */
	readonly stop: (graceMs?: number) => Promise<number | NodeJS.Signals>;
	/** SIGTERM without waiting for the end. */
	readonly terminate: () => void;
	readonly kill9: () => Promise<void>;
}

/** Starts a program in its own process group, which is registered with the reaper until it ends. */
export function startProcess(request: ProcessRequest): RunningProcess {
	mkdirSync(dirname(request.logFile), { recursive: true });
	const log = createWriteStream(request.logFile, { flags: 'a' });
	const child = spawn(request.command, request.args, {
		cwd: request.cwd,
		env: request.env,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
		...request.user,
	});
	child.stdout.pipe(log, { end: false });
	child.stderr.pipe(log, { end: false });

	let exit: number | NodeJS.Signals | undefined;
	child.once('error', (error) => {
		log.write(`${request.name} did not start: ${error.message}\n`);
		exit = -1;
	});
	const pid = child.pid ?? 0;
	const forget = register(pid);
	child.once('exit', (code, signal) => {
		exit = code ?? signal ?? -1;
	});

	const ended = async (timeoutMs: number) =>
		await until(`${request.name} to end`, () => exit, { timeoutMs, intervalMs: 50 });
	const stop = async (graceMs = 15_000) => {
		signalProcess(pid, 'SIGTERM');
		await ended(graceMs).catch(() => undefined);
		signalGroup(pid, 'SIGKILL');
		const code = await ended(10_000);
		forget();
		return code;
	};
	const kill9 = async () => {
		signalGroup(pid, 'SIGKILL');
		await ended(10_000);
		forget();
	};
	return {
		pid,
		exitCode: () => exit,
		log: () => (existsSync(request.logFile) ? readFileSync(request.logFile, 'utf8') : ''),
		stop,
		terminate: () => signalProcess(pid, 'SIGTERM'),
		kill9,
	};
}

function register(pid: number): () => void {
	if (pid === 0) return () => undefined;
	const file = join(runFolder(), 'processes', String(pid));
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, startTime(pid));
	return () => rmSync(file, { force: true });
}

/** When the process started, in clock ticks after boot. Keep it equal to reaper.js. */
function startTime(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19];
	} catch {
		return existsSync('/proc/self') ? 'gone' : 'unknown';
	}
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
	if (pid !== 0) ignoreGone(() => process.kill(pid, signal));
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
	if (pid !== 0) ignoreGone(() => process.kill(-pid, signal));
}

function ignoreGone(send: () => void): void {
	try {
		send();
	} catch (error) {
		// Not `instanceof Error`: Jest runs test files in a separate realm, which has another Error class.
		if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH')) throw error;
	}
}
