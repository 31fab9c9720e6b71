/* eslint-disable */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SocketRequest {
	/** Such as "POST /v1/images/tasks". */
	readonly line: string;
	readonly socket: Socket;
}

export interface SocketServer {
	readonly url: string;
	/** The method and path of each request, in order of arrival. */
	readonly requests: readonly string[];
	readonly stop: () => Promise<void>;
}

/** A TCP server below HTTP: the test decides what happens on the socket, byte by byte. */
export async function startSocketServer(answer: (request: SocketRequest) => void): Promise<SocketServer> {
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => sockets.delete(socket));
		let text = '';
		socket.on('data', (chunk) => {
			text += chunk.toString('latin1');
			const bodyAt = text.indexOf('\r\n\r\n') + 4;
			const isTls = text.charCodeAt(0) === 0x16;
			const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
			if (!isTls && (bodyAt < 4 || text.length < bodyAt + length)) return;
			const line = isTls ? 'TLS handshake' : text.split(' ', 2).join(' ');
			text = '';
			requests.push(line);
			answer({ line, socket });
		});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		stop: async () => {
			sockets.forEach((socket) => socket.destroy());
			await new Promise((closed) => server.close(closed));
		},
	};
}

/** The head of a response and its body. A `content-length` other than the body's makes it an incomplete one. */
export function responseBytes(
	body: string | Buffer,
	headers: readonly string[] = [`content-length: ${Buffer.byteLength(body)}`],
	status = 'HTTP/1.1 200 OK',
): Buffer {
	return Buffer.concat([Buffer.from([status, ...headers, '', ''].join('\r\n')), Buffer.from(body)]);
}
