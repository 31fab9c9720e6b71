/* eslint-disable */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Proxy {
	readonly url: string;
	/** Method and path of every request that went through, in order. */
	readonly forwarded: () => readonly string[];
	readonly stop: () => Promise<void>;
}

/** A plain HTTP forward proxy, as companies put before their networks. */
export async function startProxy(): Promise<Proxy> {
	const forwarded: string[] = [];
	const server = createServer((incoming, outgoing) => {
		const target = new URL(incoming.url ?? '');
		forwarded.push(`${incoming.method} ${target.pathname}${target.search}`);
		forward(target, incoming, outgoing);
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
	return {
		url: `http://127.0.0.1:${address.port}`,
		forwarded: () => forwarded,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
}

function forward(target: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
	const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
		outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(outgoing);
	});
	onward.on('error', () => outgoing.destroy());
	incoming.pipe(onward);
}
