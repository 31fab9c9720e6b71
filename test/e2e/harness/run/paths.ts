/* eslint-disable */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const e2eFolder = resolve(__dirname, '..', '..');
export const rootFolder = resolve(e2eFolder, '..', '..');
/** The logs and the failure screenshots of the last run. */
export const outFolder = join(e2eFolder, 'out');
/** The screenshots of the README, which the browser test takes and compares. */
export const screenshotFolder = join(rootFolder, 'docs', 'screenshots');
export const examplesFolder = join(rootFolder, 'examples');

/** The version of n8n: the current major version, or the newest release of the previous one. */
export type N8nLine = '2' | '1';

/** The folders with the package.json and the lock file of each n8n. */
export const lockFolders: Record<N8nLine, string> = { '2': e2eFolder, '1': join(e2eFolder, 'n8n-1') };
export const lockFiles = ['package.json', 'package-lock.json', '.npmrc'] as const;

const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'n8n-nodes-nanobanana');
const packageFolders = new Map<N8nLine, string>();

/**
 * The folder in which n8n is installed. It is outside the checkout, because the installation takes minutes: all
 * checkouts with the same lock file share it.
 */
export function packageFolder(line: N8nLine): string {
	const known = packageFolders.get(line);
	if (known) return known;

	const hash = createHash('sha256');
	for (const file of lockFiles) hash.update(readFileSync(join(lockFolders[line], file)));
	// An addon that was compiled for one platform does not load on another.
	const name = `n8n-${line}-${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
	packageFolders.set(line, join(cacheFolder, name));
	return join(cacheFolder, name);
}

export function n8nCommand(line: N8nLine): string {
	return join(packageFolder(line), 'node_modules', 'n8n', 'bin', 'n8n');
}

/**
 * n8n 2 needs Node.js 24, but this project also runs on Node.js 20, so the binary is installed as a package.
 * If there is none for the platform, the running Node.js must be new enough.
 */
export function nodeForN8n(): string {
	const packaged = join(packageFolder('2'), 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
	if (existsSync(packaged)) return packaged;
	const major = Number(process.versions.node.split('.')[0]);
	if (major >= 24) return process.execPath;
	throw new Error(
		`n8n needs Node 24: none is packaged for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}`,
	);
}
