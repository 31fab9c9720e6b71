/* eslint-disable */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const e2eFolder = resolve(__dirname, '..', '..');
export const rootFolder = resolve(e2eFolder, '..', '..');
/** What the last run left for review: logs, and screenshots of failures. */
export const outFolder = join(e2eFolder, 'out');
/** The README's screenshots, which the browser test takes and compares. */
export const screenshotFolder = join(rootFolder, 'docs', 'screenshots');
export const examplesFolder = join(rootFolder, 'examples');

/** Which n8n runs: the current major, or the newest release of the one before. */
export type N8nLine = '2' | '1';

const packageFolders: Record<N8nLine, string> = { '2': e2eFolder, '1': join(e2eFolder, 'n8n-1') };

export function packageFolder(line: N8nLine): string {
	return packageFolders[line];
}

export function n8nCommand(line: N8nLine): string {
	return join(packageFolders[line], 'node_modules', 'n8n', 'bin', 'n8n');
}

/**
 * n8n 2 needs Node 24, this project runs on Node 20 too: the binary comes as a package.
 * Where none is published for the platform, the running Node must be new enough.
 */
export function nodeForN8n(): string {
	const packaged = join(e2eFolder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
	if (existsSync(packaged)) return packaged;
	const major = Number(process.versions.node.split('.')[0]);
	if (major >= 24) return process.execPath;
	throw new Error(
		`n8n needs Node 24: none is packaged for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}`,
	);
}
