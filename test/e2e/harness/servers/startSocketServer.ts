/* eslint-disable */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SocketRequest {
	/** Such as "POST /v1/images/tasks", or "TLS handshake". */
	readonly line: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer<ArrayBuffer>;
	readonly socket: Socket;
}

export interface SocketServer {
	readonly url: string;
	/** The line of each request, in order of arrival. */
	readonly requests: readonly string[];
	readonly stop: () => Promise<void>;
}

/** A raw TCP server: the test decides which bytes the socket sends. */
export async function startSocketServer(respond: (request: SocketRequest) => unknown): Promise<SocketServer> {
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('close', () => sockets.delete(socket));
		let text = '';
		socket.on('data', (chunk) => {
			text += chunk.toString('latin1');
			const request = readRequest(text);
			if (!request) return;
			text = '';
			requests.push(request.line);
			void respond({ ...request, socket });
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

/** Undefined until the request is complete. */
function readRequest(text: string): Omit<SocketRequest, 'socket'> | undefined {
	if (text.charCodeAt(0) === 0x16) return { line: 'TLS handshake', headers: {}, body: Buffer.alloc(0) };
	const bodyAt = text.indexOf('\r\n\r\n') + 4;
	const [line, ...fields] = text.slice(0, bodyAt).trim().split('\r\n');
	const headers = Object.fromEntries(
		fields.map((field) => [field.split(': ')[0].toLowerCase(), field.slice(field.indexOf(': ') + 2)]),
	);
	const body = Buffer.from(text.slice(bodyAt), 'latin1');
	if (bodyAt < 4 || body.length < Number(headers['content-length'] ?? 0)) return undefined;
	return { line: line.split(' ', 2).join(' '), headers, body };
}

/** A complete response, or an incomplete one if `content-length` is larger than the body. */
export function responseBytes(
	body: string | Buffer,
	headers: readonly string[] = [`content-length: ${Buffer.byteLength(body)}`],
	status = 'HTTP/1.1 200 OK',
): Buffer {
	return Buffer.concat([Buffer.from([status, ...headers, '', ''].join('\r\n')), Buffer.from(body)]);
}
