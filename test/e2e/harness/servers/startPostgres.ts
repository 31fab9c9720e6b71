/* eslint-disable */
import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';

import { outFolder } from '../run/paths';
import { freePorts } from '../processes/ports';
import { startProcess, type RunningProcess } from '../processes/startProcess';
import { programs, requireProgram } from '../processes/programs';
import { newFolder } from '../run/runFolder';
import { until } from '../processes/until';

export interface Postgres {
	readonly env: Record<string, string>;
	readonly server: RunningProcess;
}

/** Starts a database server on a free port, in a folder that is removed with the run. */
export async function startPostgres(): Promise<Postgres> {
	const folder = newFolder('postgres');
	const user = unprivilegedUser();
	if (user) chownSync(folder, user.uid, user.gid);
	const data = join(folder, 'data');
	const [port] = await freePorts(1);
	execFileSync(
		requireProgram(programs.initdb),
		['--pgdata', data, '--username=n8n', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
		{
			cwd: folder,
			stdio: 'pipe',
			...user,
		},
	);
	const server = startProcess({
		name: 'postgres',
		command: requireProgram(programs.postgres),
		args: [
			'-D',
			data,
			'-p',
			String(port),
			'-h',
			'127.0.0.1',
			'-k',
			folder,
			'-c',
			'fsync=off',
			'-c',
			'full_page_writes=off',
		],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '', HOME: folder, LC_ALL: 'C' },
		logFile: join(outFolder, `postgres-${port}.log`),
		user,
	});
	await until(
		'postgres to accept connections',
		() => (server.log().includes('ready to accept connections') ? true : undefined),
		{
			explain: () => server.log(),
		},
	);
	return {
		server,
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: 'unused',
			DB_POSTGRESDB_DATABASE: 'postgres',
		},
	};
}

/** PostgreSQL does not run as root. Debian's package creates this user. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
}
