/* eslint-disable */
// n8n-core reads the environment only when it is loaded: import this file before anything that imports n8n-core.
import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';

/** One n8n user folder per process: jest runs this once per test file, but the files of a worker share it. */
const FOLDER_KEY = 'nanoBananaTestFolder';

interface OuterGlobal {
	process: NodeJS.Process;
	[FOLDER_KEY]?: string;
}

// In a test file, `process` is a copy whose 'exit' never fires. The real one is in the outer context.
const outer = runInThisContext('globalThis') as OuterGlobal;

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
});

// A developer's proxy would get the calls that a test sends to a host that does not exist.
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']) {
	delete process.env[name];
}
