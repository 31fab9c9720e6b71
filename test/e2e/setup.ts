/* eslint-disable */
/**
 * Installs what the end-to-end tests need in addition to the packages of this project: n8n 2, n8n 1, Node.js for both,
 * Chromium, nginx, tinyproxy, Redis, PostgreSQL, and GraphicsMagick. Does nothing if everything is installed.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { lockFiles, lockFolders, n8nCommand, nodeForN8n, packageFolder, type N8nLine } from './harness/run/paths';
import { findProgram, programs } from './harness/processes/programs';

const onlyN8n = process.argv.includes('--only-n8n');

function main(): void {
	installPackages('2');
	if (onlyN8n) return;
	installPackages('1');
	installPrograms();
}

/** Installs into a temporary folder and renames it at the end, so a folder with the final name is complete. */
function installPackages(line: N8nLine): void {
	const folder = packageFolder(line);
	if (!existsSync(folder)) {
		const lap = startLap(`Installing n8n ${line} in ${folder} (some minutes, once)`);
		const unfinished = `${folder}.${process.pid}`;
		try {
			mkdirSync(unfinished, { recursive: true });
			for (const file of lockFiles) copyFileSync(join(lockFolders[line], file), join(unfinished, file));
			run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], unfinished);
			buildDatabaseDriver(line, unfinished);
			// Another checkout may have installed it in the meantime.
			if (!existsSync(folder)) renameSync(unfinished, folder);
		} finally {
			rmSync(unfinished, { recursive: true, force: true });
		}
		run(nodeForN8n(), [n8nCommand(line), '--version'], folder);
		lap();
	}
	// The tests import Playwright and other packages from it.
	if (line === '2') link(join(folder, 'node_modules'), join(lockFolders[line], 'node_modules'));
}

function link(target: string, path: string): void {
	rmSync(path, { recursive: true, force: true });
	symlinkSync(target, path, 'dir');
}

/** The only addon that n8n needs to start. Compiling it takes two minutes, so n8n 1 uses n8n 2's if possible. */
function buildDatabaseDriver(line: N8nLine, folder: string): void {
	const own = join(folder, 'node_modules', 'sqlite3');
	const first = join(packageFolder('2'), 'node_modules', 'sqlite3');
	if (line !== '2' && versionOf(own) === versionOf(first)) {
		const addon = join('build', 'Release', 'node_sqlite3.node');
		cpSync(join(first, addon), join(own, addon));
		return;
	}
	run('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false', '--loglevel=error'], folder);
}

function versionOf(folder: string): string {
	return readFileSync(join(folder, 'package.json'), 'utf8').match(/"version":\s*"([^"]+)"/)?.[1] ?? 'unknown';
}

function installPrograms(): void {
	const missing = Object.values(programs).filter((program) => findProgram(program) === undefined);
	if (missing.length === 0) return;

	const packages = [...new Set(missing.map((program) => program.debianPackage))];
	if (!canInstallWithApt()) {
		const names = missing.map((program) => `${program.names[0]} (or its path in ${program.environmentVariable})`);
		throw new Error(
			`The end-to-end tests need ${names.join(', ')}. Install it and start again; as root on Debian or Ubuntu this script does it.`,
		);
	}
	const lap = startLap(`Installing ${packages.join(', ')}`);
	// Runlevel 1 keeps the packages from starting their servers: the tests start their own.
	const quiet = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
	run('apt-get', ['-qq', 'update'], '/', quiet);
	run('apt-get', ['-qq', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', 'install', ...packages], '/', quiet);
	lap();
}

function canInstallWithApt(): boolean {
	return existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): void {
	execFileSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
}

function startLap(title: string): () => void {
	const startedAt = Date.now();
	console.log(`${title} …`);
	return () => console.log(`${title}: done in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

try {
	main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
