/* eslint-disable */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import type { MockApi } from '../../../mock-api';
import { startNginx } from './startNginx';

export interface HostNames {
	readonly baseUrl: string;
	/** The environment of the n8n that uses these names. */
	readonly env: Record<string, string>;
	readonly stop: () => Promise<void>;
}

/** Makes the mock API available to one n8n as https://api.example.com, so that screenshots show readable URLs. */
export async function startHostNames(mockApi: MockApi): Promise<HostNames> {
	const nginx = await startNginx(mockApi.baseUrl, {
		api: `{tls:trusted} server_name api.example.com; location / {
			{upstream} proxy_set_header Accept-Encoding ""; client_max_body_size 50m;
			sub_filter '${mockApi.filesUrl}' 'https://files.example.com'; sub_filter_once off; sub_filter_types application/json; }`,
		files: `{tls:trusted} location / { proxy_pass ${mockApi.filesUrl}; }`,
	});
	const tunnels: Record<string, string> = {
		'api.example.com:443': nginx.hosts.api,
		'files.example.com:443': nginx.hosts.files,
	};
	const proxy = await startTunnels(tunnels);
	return {
		baseUrl: 'https://api.example.com',
		env: { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, NODE_EXTRA_CA_CERTS: nginx.authorityFile },
		stop: async () => {
			await proxy.stop();
			await nginx.stop();
		},
	};
}

/** A proxy that opens tunnels to the given hosts only. */
async function startTunnels(hosts: Record<string, string>): Promise<{ url: string; stop: () => Promise<void> }> {
	const sockets = new Set<Socket>();
	const server = createServer((client) => {
		sockets.add(client);
		client.on('error', () => undefined);
		client.once('data', (head) => {
			const host = hosts[head.toString('latin1').split(' ')[1]];
			if (host === undefined) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
			const [name, port] = host.split(':');
			const upstream = connect(Number(port), name, () => {
				client.write('HTTP/1.1 200 Connection established\r\n\r\n');
				upstream.pipe(client).pipe(upstream);
			});
			sockets.add(upstream);
			upstream.on('error', () => client.destroy());
		});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		stop: async () => {
			sockets.forEach((socket) => socket.destroy());
			await new Promise((closed) => server.close(closed));
		},
	};
}
