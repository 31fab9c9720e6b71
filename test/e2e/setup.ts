/* eslint-disable */
/**
 * Installs what the end-to-end tests need and this project's own packages do not bring:
 * both n8n lines with the Node that runs them, Chromium, nginx, tinyproxy, Redis, PostgreSQL and GraphicsMagick.
 * Does nothing when everything is there.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8nCommand, nodeForN8n, packageFolder, type N8nLine } from './harness/run/paths';
import { findProgram, programs } from './harness/processes/programs';

const onlyN8n = process.argv.includes('--only-n8n');

function main(): void {
	installPackages('2');
	if (onlyN8n) return;
	installPackages('1');
	installPrograms();
}

function installPackages(line: N8nLine): void {
	const folder = packageFolder(line);
	const stampFile = join(folder, 'node_modules', '.setup-stamp');
	const stamp = stampOf(folder);
	if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

	const lap = startLap(`Installing n8n ${line} (some minutes, once)`);
	run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
	buildDatabaseDriver(line);
	run(nodeForN8n(), [n8nCommand(line), '--version'], folder);
	writeFileSync(stampFile, stamp);
	lap();
}

/** The only addon n8n cannot start without. Compiling it takes two minutes: the second n8n takes the first one's. */
function buildDatabaseDriver(line: N8nLine): void {
	const [own, first] = [line, '2' as const].map((name) => join(packageFolder(name), 'node_modules', 'sqlite3'));
	if (line !== '2' && versionOf(own) === versionOf(first)) {
		cpSync(join(first, 'build', 'Release', 'node_sqlite3.node'), join(own, 'build', 'Release', 'node_sqlite3.node'));
		return;
	}
	run('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false', '--loglevel=error'], packageFolder(line));
}

function versionOf(folder: string): string {
	return readFileSync(join(folder, 'package.json'), 'utf8').match(/"version":\s*"([^"]+)"/)?.[1] ?? 'unknown';
}

function stampOf(folder: string): string {
	const hash = createHash('sha256');
	for (const file of ['package.json', 'package-lock.json', '.npmrc']) hash.update(readFileSync(join(folder, file)));
	return `${hash.digest('hex')} ${process.platform} ${process.arch}`;
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
