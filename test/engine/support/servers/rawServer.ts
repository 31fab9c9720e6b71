/* eslint-disable */
// A bare HTTP server for responses that no API should return: each test writes them itself.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawRequest {
	method: string;
	path: string;
	headers: IncomingMessage['headers'];
	body: Buffer;
}

export type Handler = (response: ServerResponse, request: RawRequest) => void | Promise<void>;

export interface RawServer {
	readonly url: string;
	readonly port: number;
	/** Every request, in order of arrival. */
	requests: RawRequest[];
	/** Sets the response to a method and the beginning of a path. The longest match is used. */
	on(method: string, path: string, handler: Handler): void;
	/** An API with one task, which is finished at the first poll, with its image at this URL. */
	serveTask(resultUrl: string, taskId?: string): void;
}

/** One server per test file, reset before each test. Unknown paths return 404. */
export function useRawServer(): RawServer {
	const handlers = new Map<string, Handler>();
	let port = 0;
	const raw: RawServer = {
		get url() {
			return `http://127.0.0.1:${port}`;
		},
		get port() {
			return port;
		},
		requests: [],
		on: (method, path, handler) => void handlers.set(`${method} ${path}`, handler),
		serveTask(resultUrl, taskId = 'task_raw_1') {
			raw.on('POST', '/v1/images/tasks', (response) =>
				sendJson(response, { code: 'success', data: { task_id: taskId, status: 'queued' } }),
			);
			raw.on('GET', '/v1/images/tasks/', (response) =>
				sendJson(response, {
					code: 'success',
					data: { task_id: taskId, status: 'succeeded', progress: '100%', result_url: resultUrl },
				}),
			);
		},
	};
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => void chunks.push(chunk));
		request.on('end', () => {
			const { method = '', url: path = '', headers } = request;
			const entry = { method, path, headers, body: Buffer.concat(chunks) };
			raw.requests.push(entry);
			const found = [...handlers.keys()]
				.filter((key) => `${method} ${path}`.startsWith(key))
				.sort((a, b) => b.length - a.length)[0];
			void (handlers.get(found) ?? ((unknown) => void unknown.writeHead(404).end()))(response, entry);
		});
	});
	beforeAll(async () => {
		await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
		port = (server.address() as AddressInfo).port;
	});
	beforeEach(() => {
		handlers.clear();
		raw.requests = [];
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});
	return raw;
}

export function sendJson(response: ServerResponse, body: unknown): void {
	response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
