/* eslint-disable */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePorts, isOpen } from '../processes/ports';
import { programs, requireProgram } from '../processes/programs';
import { startProcess } from '../processes/startProcess';
import { until } from '../processes/until';
import { outFolder } from '../run/paths';
import { newFolder } from '../run/runFolder';
import { createCertificates } from './createCertificates';

/** The body of one `server` block. `{upstream}` becomes a proxy_pass to the API, `{tls:<name>}` a certificate. */
export type ServerBlocks<Name extends string> = Record<Name, string>;

export interface Nginx<Name extends string> {
	/** Host and port of each server. */
	readonly hosts: Record<Name, string>;
	/** The value of NODE_EXTRA_CA_CERTS with which n8n accepts the certificate `trusted`. */
	readonly authorityFile: string;
	readonly stop: () => Promise<void>;
}

/** Starts nginx with one server per block, each on its own port. */
export async function startNginx<Name extends string>(
	upstream: string,
	blocks: ServerBlocks<Name>,
): Promise<Nginx<Name>> {
	const folder = newFolder('nginx');
	mkdirSync(join(folder, 'logs'));
	const authorityFile = createCertificates(folder);
	const names = Object.keys(blocks) as Name[];
	const ports = await freePorts(names.length);
	const servers = names.map((name, index) => {
		const isTls = blocks[name].includes('{tls:');
		const block = blocks[name]
			.replaceAll('{upstream}', `proxy_pass ${upstream};`)
			.replace(/\{tls:(\w+)\}/, 'ssl_certificate $1.pem; ssl_certificate_key $1.key;');
		return `server { listen 127.0.0.1:${ports[index]}${isTls ? ' ssl' : ''}; ${block} }`;
	});
	const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
	writeFileSync(
		join(folder, 'nginx.conf'),
		`daemon off; master_process off; pid nginx.pid; error_log stderr;
events {}
http {
	access_log off; ${temporary.join(' ')}
	limit_req_zone $server_port zone=one:1m rate=2r/m;
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
		authorityFile,
		stop: async () => void (await server.stop()),
	};
}
