/* eslint-disable */
// What servers use, read from /proc (Linux only). A server is identified by the working directory of its processes.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const TICKS_PER_SECOND = 100;
const SAMPLE_EVERY_MS = 250;

/** Processor time that a server has used so far, including its ended children. */
export function cpuMs(folder: string): number {
	const ticks = processesIn(folder).flatMap((pid) => readStat(pid).slice(11, 15));
	return (ticks.reduce((sum, count) => sum + count, 0) * 1_000) / TICKS_PER_SECOND;
}

/** The peak resident memory of each of these servers during the work. */
export async function peakBytes(folders: readonly string[], work: () => Promise<void>): Promise<number[]> {
	const servers = folders.map(processesIn);
	const peaks = folders.map(() => 0);
	let isOver = false;
	const sample = async (): Promise<void> => {
		while (!isOver) {
			servers.forEach((pids, index) => (peaks[index] = Math.max(peaks[index], residentBytes(pids))));
			await pause(SAMPLE_EVERY_MS);
		}
	};
	const sampling = sample();
	try {
		await work();
	} finally {
		isOver = true;
		await sampling;
	}
	return peaks;
}

/** The working directory of a process. */
export function folderOf(pid: string | number): string | undefined {
	try {
		return readlinkSync(`/proc/${pid}/cwd`);
	} catch {
		// It has ended, or belongs to another user.
		return undefined;
	}
}

function processesIn(folder: string): string[] {
	return readdirSync('/proc').filter((name) => {
		if (!/^\d+$/.test(name)) return false;
		const own = folderOf(name);
		return own === folder || own?.startsWith(`${folder}/`);
	});
}

function residentBytes(pids: readonly string[]): number {
	return pids.reduce((sum, pid) => sum + Number(/VmRSS:\s+(\d+) kB/.exec(readProc(pid, 'status'))?.[1] ?? 0) * 1024, 0);
}

/** The fields after the name, which may contain any character. The first one is the state. */
function readStat(pid: string): number[] {
	return (readProc(pid, 'stat').split(') ').pop() ?? '').split(' ').map(Number);
}

function readProc(pid: string, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		return '';
	}
}
