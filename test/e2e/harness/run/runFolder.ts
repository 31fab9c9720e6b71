/* eslint-disable */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const variable = 'NANOBANANA_E2E_RUN';
let sequence = 0;

/** All files of a run are in one temporary folder, which the reaper removes. */
export function runFolder(): string {
	const folder = process.env[variable];
	if (!folder) throw new Error('There is no run: start it with createRun() first');
	return folder;
}

/** A new empty folder within the run. */
export function newFolder(name: string): string {
	sequence += 1;
	const folder = join(runFolder(), `${name}-${process.pid}-${Date.now().toString(36)}-${sequence}`);
	mkdirSync(folder, { recursive: true });
	return folder;
}

export interface Run {
	readonly folder: string;
	readonly end: () => Promise<void>;
}

/** Creates the folder of the run and starts the reaper, which keeps running however the run ends. */
export function createRun(): Run {
	const folder = mkdtempSync(join(tmpdir(), 'nanobanana-e2e-'));
	// PostgreSQL runs as another user and needs access to its folder in this one.
	chmodSync(folder, 0o755);
	process.env[variable] = folder;
	const reaper = spawn(process.execPath, [join(__dirname, 'reaper.js'), folder], {
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	reaper.unref();
	unrefPipe(reaper);
	return { folder, end: () => endReaper(reaper) };
}

function endReaper(reaper: ChildProcess): Promise<void> {
	return new Promise((resolve) => {
		reaper.ref();
		reaper.once('exit', () => resolve());
		reaper.stdin?.destroy();
	});
}

/** The pipe must not keep the run alive. The reaper waits until the pipe closes. */
function unrefPipe(reaper: ChildProcess): void {
	const pipe: unknown = reaper.stdin;
	if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
}
