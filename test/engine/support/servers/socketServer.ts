/* eslint-disable */
// TCP servers: a test controls the socket itself, byte by byte.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { SELF_SIGNED } from './selfSigned';

export interface SocketServer {
	readonly port: number;
	/** Complete requests and TLS handshakes, as text. */
	readonly received: string[];
	readonly connections: number;
}

export type OnRequest = (socket: Socket, text: string, count: number) => void;

export interface SocketServers {
	/** Starts a server that calls the handler for every request (header and body). */
	listen(onRequest: OnRequest): Promise<SocketServer>;
	/** The same with a handler for each connection, before any byte. */
	accept(onConnection: (socket: Socket, count: number) => void): Promise<SocketServer>;
	listenTls(onRequest: OnRequest): Promise<SocketServer>;
}

/** Servers that are closed after each test. */
export function useSocketServers(): SocketServers {
	let open: Array<{ server: Server; sockets: Set<Socket> }> = [];
	const start = async (
		make: (onSocket: (socket: Socket) => void) => Server,
		onRequest: OnRequest | undefined,
		onConnection?: (socket: Socket, count: number) => void,
	): Promise<SocketServer> => {
		const sockets = new Set<Socket>();
		const received: string[] = [];
		let connections = 0;
		const server = make((socket) => {
			sockets.add(socket);
			connections += 1;
			socket.on('error', () => undefined);
			onConnection?.(socket, connections);
			let text = '';
			socket.on('data', (chunk: Buffer) => {
				text += chunk.toString('latin1');
				const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
				const head = text.indexOf('\r\n\r\n');
				const isTls = text.charCodeAt(0) === 0x16;
				if (!isTls && (head < 0 || text.length < head + 4 + length)) return;
				received.push(text);
				const request = text;
				text = '';
				onRequest?.(socket, request, received.length);
			});
		});
		server.on('tlsClientError', () => undefined);
		await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
		open.push({ server, sockets });
		return {
			port: (server.address() as AddressInfo).port,
			received,
			get connections() {
				return connections;
			},
		};
	};
	afterEach(() => {
		for (const { server, sockets } of open) {
			sockets.forEach((socket) => socket.destroy());
			server.close();
		}
		open = [];
	});
	return {
		listen: async (onRequest) => await start((onSocket) => createServer(onSocket), onRequest),
		accept: async (onConnection) => await start((onSocket) => createServer(onSocket), undefined, onConnection),
		listenTls: async (onRequest) => await start((onSocket) => createTlsServer(SELF_SIGNED, onSocket), onRequest),
	};
}

/** A response in one buffer. A higher content-length in `headers` makes it incomplete. */
export function response(body: string | Buffer, headers: string[] = [], status = '200 OK'): Buffer {
	return Buffer.concat([
		Buffer.from([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n'), 'latin1'),
		Buffer.isBuffer(body) ? body : Buffer.from(body),
	]);
}
