/* eslint-disable */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePorts, isOpen } from '../processes/ports';
import { programs, requireProgram } from '../processes/programs';
import { startProcess } from '../processes/startProcess';
import { until } from '../processes/until';
import { outFolder } from '../run/paths';
import { newFolder } from '../run/runFolder';

export interface Tinyproxy {
	readonly host: string;
	/** Method and URL of every request, in order. */
	readonly requests: () => readonly string[];
	readonly stop: () => Promise<void>;
}

export interface TinyproxyOptions {
	readonly login?: { readonly user: string; readonly password: string };
	/** The only port that it opens tunnels to. https needs a tunnel. */
	readonly tunnelPort?: string;
}

/** A forward proxy, as companies use it. */
export async function startTinyproxy({ login, tunnelPort = '443' }: TinyproxyOptions = {}): Promise<Tinyproxy> {
	const folder = newFolder('tinyproxy');
	const [port] = await freePorts(1);
	const lines = [
		`Port ${port}`,
		'Listen 127.0.0.1',
		'Timeout 60',
		'MaxClients 100',
		'LogLevel Connect',
		`ConnectPort ${tunnelPort}`,
	];
	if (login) lines.push(`BasicAuth ${login.user} ${login.password}`);
	writeFileSync(join(folder, 'tinyproxy.conf'), `${lines.join('\n')}\n`);
	const server = startProcess({
		name: 'tinyproxy',
		command: requireProgram(programs.tinyproxy),
		args: ['-d', '-c', join(folder, 'tinyproxy.conf')],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '' },
		logFile: join(outFolder, `tinyproxy-${port}.log`),
	});
	await until('tinyproxy to listen', async () => await isOpen(port), {
		explain: () => server.log(),
	});
	return {
		host: `127.0.0.1:${port}`,
		requests: () =>
			[...server.log().matchAll(/Request \(file descriptor \d+\): (\S+ \S+) HTTP/g)].map(([, line]) => line),
		stop: async () => void (await server.stop()),
	};
}
