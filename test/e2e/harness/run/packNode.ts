/* eslint-disable */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { rootFolder } from './paths';
import { runFolder } from './runFolder';

/** What neither the build nor `npm pack` needs from the root folder. */
const skipped = ['.git', 'node_modules', 'dist', 'out', 'test', 'docs', 'examples', 'coverage', 'reports'];

/** n8n installs a community package like this: without install scripts, and only the package itself. */
const installFlags = [
	'--omit=dev',
	'--omit=peer',
	'--legacy-peer-deps',
	'--ignore-scripts',
	'--no-audit',
	'--no-fund',
	'--loglevel=error',
];

/** Builds and packs the node in a copy of the checkout, and installs the tarball as n8n does. */
export function packNode(): void {
	const copy = copySources();
	run('npm', ['run', '--silent', 'build'], copy);
	const tarball = run('npm', ['pack', '--silent', '--pack-destination', runFolder()], copy).trim().split('\n').pop();
	if (!tarball) throw new Error('npm pack named no file');

	const installed = installedNodeFolder();
	mkdirSync(installed, { recursive: true });
	writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'installed-nodes', private: true }));
	run('npm', ['install', join(runFolder(), tarball), ...installFlags], installed);
}

/** Copies the installed package to the folder from which an n8n with this user folder loads community nodes. */
export function installNode(userFolder: string): void {
	const source = installedNodeFolder();
	if (!existsSync(source)) throw new Error('The node is not packed: beforeRun.ts does it');
	cpSync(source, join(userFolder, '.n8n', 'nodes'), { recursive: true });
}

function installedNodeFolder(): string {
	return join(runFolder(), 'installed-nodes');
}

/** Copies the sources, because somebody may edit and build the checkout while the tests run. */
function copySources(): string {
	const copy = join(runFolder(), 'sources');
	mkdirSync(copy);
	for (const name of readdirSync(rootFolder).filter((entry) => !skipped.includes(entry))) {
		cpSync(join(rootFolder, name), join(copy, name), { recursive: true });
	}
	symlinkSync(join(rootFolder, 'node_modules'), join(copy, 'node_modules'), 'dir');
	return copy;
}

function run(command: string, args: readonly string[], cwd: string): string {
	try {
		return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	} catch (error) {
		const output =
			error instanceof Error && 'stdout' in error && 'stderr' in error ? `${error.stdout}\n${error.stderr}` : '';
		throw new Error(`${command} ${args.join(' ')} failed\n${output}`, { cause: error });
	}
}
