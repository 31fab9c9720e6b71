/* eslint-disable */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the tests need, the Debian package that contains it, and the variable that sets its path. */
export interface Program {
	readonly names: readonly string[];
	readonly debianPackage: string;
	readonly environmentVariable: string;
}

export const programs = {
	chromium: {
		names: ['chromium', 'chromium-browser', 'google-chrome'],
		debianPackage: 'chromium',
		environmentVariable: 'CHROMIUM_PATH',
	},
	/** Started by n8n's Edit Image node, not by the tests. */
	graphicsMagick: { names: ['gm'], debianPackage: 'graphicsmagick', environmentVariable: 'GM_PATH' },
	nginx: { names: ['nginx'], debianPackage: 'nginx-light', environmentVariable: 'NGINX_PATH' },
	tinyproxy: { names: ['tinyproxy'], debianPackage: 'tinyproxy-bin', environmentVariable: 'TINYPROXY_PATH' },
	redis: { names: ['redis-server'], debianPackage: 'redis-server', environmentVariable: 'REDIS_SERVER_PATH' },
	postgres: { names: ['postgres'], debianPackage: 'postgresql', environmentVariable: 'POSTGRES_PATH' },
	initdb: { names: ['initdb'], debianPackage: 'postgresql', environmentVariable: 'INITDB_PATH' },
} as const satisfies Record<string, Program>;

export function findProgram(program: Program): string | undefined {
	const chosen = process.env[program.environmentVariable];
	if (chosen) return chosen;
	const candidates = searchFolders().flatMap((folder) => program.names.map((name) => join(folder, name)));
	return candidates.find(isExecutable);
}

export function requireProgram(program: Program): string {
	const path = findProgram(program);
	if (path) return path;
	throw new Error(
		`${program.names[0]} is missing: run "npx tsx test/e2e/setup.ts" or set ${program.environmentVariable}`,
	);
}

function searchFolders(): string[] {
	// Servers are not in the PATH of an ordinary user.
	return [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/sbin', ...debianPostgresFolders()];
}

/** Debian installs the programs of the server outside PATH, in one folder per version. */
function debianPostgresFolders(): string[] {
	try {
		return readdirSync('/usr/lib/postgresql')
			.map((version) => join('/usr/lib/postgresql', version, 'bin'))
			.reverse();
	} catch {
		return [];
	}
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
