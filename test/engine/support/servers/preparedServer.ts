/* eslint-disable */
// An API with prepared response bodies, for responses that the mock API never returns.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PreparedResponse {
	httpStatus: number;
	headers: Record<string, string>;
	body: unknown;
}

export interface PreparedServer {
	readonly url: string;
	/** Method and path of every request, including files, in order of arrival. */
	readonly journal: string[];
	/** Sets the responses to the next calls of this method. The last one is repeated. */
	prepare(method: 'GET' | 'POST', responses: PreparedResponse[]): void;
	calls(method: 'GET' | 'POST'): string[];
	reset(): void;
	stop(): Promise<void>;
}

/** Returns this image for every path that contains /files/. */
export async function startPreparedServer(image: Buffer): Promise<PreparedServer> {
	const journal: string[] = [];
	const prepared = new Map<string, PreparedResponse[]>();
	const isFile = (path: string): boolean => path.includes('/files/');
	const server: Server = createServer((request, response) => {
		const path = request.url ?? '';
		journal.push(`${request.method} ${path}`);
		request.resume().on('end', () => {
			if (isFile(path)) return void response.writeHead(200, { 'content-type': 'image/png' }).end(image);
			const queue = prepared.get(request.method ?? '') ?? [];
			const next = queue.length > 1 ? queue.shift() : queue[0];
			if (next === undefined) return void response.writeHead(500).end('nothing was prepared');
			response.writeHead(next.httpStatus, next.headers);
			response.end(typeof next.body === 'string' ? next.body : JSON.stringify(next.body));
		});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		journal,
		prepare: (method, responses) => void prepared.set(method, [...responses]),
		calls: (method) => journal.filter((entry) => entry.startsWith(method) && !isFile(entry)),
		reset() {
			journal.length = 0;
			prepared.clear();
		},
		async stop() {
			server.closeAllConnections();
			await new Promise((stopped) => server.close(stopped));
		},
	};
}
