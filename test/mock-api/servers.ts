/* eslint-disable */
import type { AddressInfo, Socket } from 'node:net';
import multipart from '@fastify/multipart';
import fastify, { type FastifyInstance } from 'fastify';
import { withKey } from './routes/authorization';
import type { RouteHandler } from './call';
import { handleRequest, openJournalEntry } from './handleRequest';
import { generateContent } from './routes/gemini';
import { listModels } from './routes/models';
import { edit, generate } from './routes/openAi';
import { serveFile } from './routes/resultFiles';
import { createTask, getTask } from './routes/tasks';
import { serveUpload, upload } from './routes/uploads';
import type { MockResponse, Origin, RouteName } from './types';
import type { MockState } from './state';

const BODY_LIMIT_BYTES = 256 * 1024 * 1024;

export interface RunningServer {
	url: string;
	stop(): Promise<void>;
}

type Routes = [method: 'GET' | 'POST', path: string, route: RouteName, handler: RouteHandler][];

const FILE_ROUTES: Routes = [
	['GET', '/r/:name', 'file', serveFile],
	['GET', '/v1/images/tasks/:taskId/files/:name', 'file', serveFile],
	['GET', '/u/:name', 'file', serveUpload],
];

const API_ROUTES: Routes = [
	...FILE_ROUTES,
	['POST', '/v1/images/tasks', 'createTask', withKey(createTask)],
	['GET', '/v1/images/tasks/:taskId', 'getTask', withKey(getTask)],
	['POST', '/v1/images/generations', 'generations', withKey(generate)],
	['POST', '/v1/images/edits', 'edits', withKey(edit)],
	['POST', '/v1beta/models/:target', 'generateContent', withKey(generateContent)],
	['GET', '/v1/models', 'models', withKey(listModels)],
	['POST', '/v1/uploads/images', 'upload', withKey(upload)],
];

export async function startApi(mock: MockState, port: number): Promise<RunningServer> {
	return await start(mock, 'api', API_ROUTES, unknownRoute, port);
}

export async function startFiles(mock: MockState, port: number): Promise<RunningServer> {
	return await start(mock, 'files', FILE_ROUTES, () => ({ status: 404, body: 'no such file' }), port);
}

/** The target of redirects, which must never get the key. The URLs of images work here, too. */
export async function startForeign(mock: MockState): Promise<RunningServer> {
	return await start(
		mock,
		'foreign',
		FILE_ROUTES,
		withKey(() => ({ status: 200, body: {} })),
		0,
	);
}

async function start(
	mock: MockState,
	origin: Origin,
	routes: Routes,
	otherwise: RouteHandler,
	port: number,
): Promise<RunningServer> {
	const server = await createServer();
	for (const [method, url, route, handler] of routes) {
		server.route({
			method,
			url,
			handler: async (request, reply) =>
				await handleRequest(mock, openJournalEntry(mock, origin, route, request), request, reply, handler),
		});
	}
	server.setNotFoundHandler(
		async (request, reply) =>
			await handleRequest(mock, openJournalEntry(mock, origin, 'other', request), request, reply, otherwise),
	);
	const sockets = trackSockets(server);
	await server.listen({ port, host: mock.settings.host });
	const { port: bound } = server.server.address() as AddressInfo;
	return {
		url: `http://${mock.settings.host}:${bound}`,
		stop: async () => {
			for (const socket of sockets) socket.destroy();
			await server.close();
		},
	};
}

async function createServer(): Promise<FastifyInstance> {
	const server = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
	server.removeAllContentTypeParsers();
	await server.register(multipart, { limits: { fileSize: BODY_LIMIT_BYTES, fieldSize: BODY_LIMIT_BYTES } });
	// Reads every body as bytes, whatever its content type. The routes check it.
	server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	return server;
}

function trackSockets(server: FastifyInstance): Set<Socket> {
	const sockets = new Set<Socket>();
	server.server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	return sockets;
}

// Outside /v1, New API serves its console. A wrong base URL usually gets this page.
function unknownRoute({ request, entry }: Parameters<RouteHandler>[0]): MockResponse {
	if (request.method === 'GET' && !/^\/v1(beta)?(\/|$)/.test(entry.path)) {
		const page =
			'<!doctype html><html lang="zh"><head><title>Console</title></head><body><div id="root"></div></body></html>';
		return { status: 200, body: page };
	}
	const message = `Invalid URL (${request.method} ${entry.path})`;
	return { status: 404, body: { error: { message, type: 'invalid_request_error', param: '', code: '' } } };
}
