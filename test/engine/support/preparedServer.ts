/* eslint-disable */
// A gateway that answers with prepared bodies, for answers that the sandbox has no reason to give.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PreparedAnswer {
	httpStatus: number;
	headers: Record<string, string>;
	body: unknown;
}

export interface AnswerServer {
	readonly url: string;
	/** Method and path of every request, in order of arrival; files are told apart by their path. */
	readonly journal: string[];
	/** The next calls of this method get these answers; the last one stays. */
	answer(method: 'GET' | 'POST', answers: PreparedAnswer[]): void;
	calls(method: 'GET' | 'POST'): string[];
	reset(): void;
	stop(): Promise<void>;
}

/** Everything below /files, and every file of a task, is this picture. */
export async function startAnswerServer(picture: Buffer): Promise<AnswerServer> {
	const journal: string[] = [];
	const prepared = new Map<string, PreparedAnswer[]>();
	const isFile = (path: string): boolean => path.includes('/files/');
	const server: Server = createServer((request, response) => {
		const path = request.url ?? '';
		journal.push(`${request.method} ${path}`);
		request.resume().on('end', () => {
			if (isFile(path)) return void response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
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
		answer: (method, answers) => void prepared.set(method, [...answers]),
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
