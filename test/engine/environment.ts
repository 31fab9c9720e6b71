/* eslint-disable */
// n8n-core reads its environment once, while it is loaded: import this file before anything that imports it.
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

/** One n8n user folder per process: jest runs this once per test file, but the files of a worker share it. */
const FOLDER_KEY = 'nanoBananaTestFolder';

interface OuterWorld {
	process: NodeJS.Process;
	[FOLDER_KEY]?: string;
}

// Jest hands every test file a copy of `process` whose 'exit' never fires; the real one is in the outer context.
const outer = runInThisContext('globalThis') as OuterWorld;

function userFolder(): string {
	const known = outer[FOLDER_KEY];
	if (known !== undefined) return known;
	const folder = mkdtempSync(join(tmpdir(), 'nanobanana-n8n-'));
	outer[FOLDER_KEY] = folder;
	outer.process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

Object.assign(process.env, {
	N8N_USER_FOLDER: userFolder(),
	N8N_ENCRYPTION_KEY: 'only-for-tests',
	N8N_LOG_LEVEL: 'silent',
	// Nothing may leave the machine: no crash reports, no version check, no telemetry.
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	// A proxy of the developer's shell would swallow the calls to the sandbox on the loopback address.
	NO_PROXY: '127.0.0.1,localhost,::1',
	no_proxy: '127.0.0.1,localhost,::1',
});
