/* eslint-disable */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePorts, isOpen } from '../processes/ports';
import { programs, requireProgram } from '../processes/programs';
import { startProcess } from '../processes/startProcess';
import { until } from '../processes/until';
import { outFolder } from '../run/paths';
import { newFolder } from '../run/runFolder';

/** The body of one `server` block. `{upstream}` stands for the API behind it, `{tls}` for a self-signed certificate. */
export type ServerBlocks<Name extends string> = Record<Name, string>;

export interface Nginx<Name extends string> {
	/** Host and port of each server. */
	readonly hosts: Record<Name, string>;
	/** Of the servers with `{tls}`; nobody but itself has signed it. */
	readonly certificateFile: string;
	readonly stop: () => Promise<void>;
}

/** nginx with one server per block, each on a port of its own. */
export async function startNginx<Name extends string>(
	upstream: string,
	blocks: ServerBlocks<Name>,
): Promise<Nginx<Name>> {
	const folder = newFolder('nginx');
	mkdirSync(join(folder, 'logs'));
	execFileSync('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
		...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:*.example.com'],
		...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')],
	]);
	const names = Object.keys(blocks) as Name[];
	const ports = await freePorts(names.length);
	const servers = names.map((name, index) => {
		const block = blocks[name]
			.replaceAll('{upstream}', `proxy_pass ${upstream};`)
			.replace('{tls}', 'ssl_certificate certificate.pem; ssl_certificate_key key.pem;');
		return `server { listen 127.0.0.1:${ports[index]}${blocks[name].includes('{tls}') ? ' ssl' : ''}; ${block} }`;
	});
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
	writeFileSync(
		join(folder, 'nginx.conf'),
		`daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
	access_log off; ${temporary.join(' ')}
	limit_req_zone $server_port zone=one:1m rate=20r/m;
	${servers.join('\n\t')}
}`,
	);
	const server = startProcess({
		name: 'nginx',
		command: requireProgram(programs.nginx),
		args: ['-p', folder, '-c', 'nginx.conf'],
		cwd: folder,
		env: { PATH: process.env.PATH ?? '' },
		logFile: join(outFolder, 'nginx.log'),
	});
	await until('nginx to listen', () => isOpen(ports[0]), { explain: () => server.log() });
	return {
		hosts: Object.fromEntries(names.map((name, index) => [name, `127.0.0.1:${ports[index]}`])) as Record<Name, string>,
		certificateFile: join(folder, 'certificate.pem'),
		stop: async () => void (await server.stop()),
	};
}
