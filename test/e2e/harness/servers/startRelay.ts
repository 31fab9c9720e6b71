/* eslint-disable */
import type { MockApi } from '../../../mock-api';
import { responseBytes, startSocketServer, type SocketRequest, type SocketServer } from './startSocketServer';

export type RelayRoute = 'create' | 'status' | 'file';

export interface RelayRequest extends SocketRequest {
	/** 1 for the first request of its route. */
	readonly count: number;
	/** Forwards the request to the mock API, which charges for it, and returns the response. */
	readonly forward: () => Promise<RelayResponse>;
}

export interface RelayResponse {
	readonly body: Buffer;
	/** "content-type: …" */
	readonly type: string;
}

/** Handles the requests of one route instead of sending a complete response. */
export type WireFault = (request: RelayRequest) => unknown;

/** The mock API behind faulty connections. Its ledger lists what was charged, also if no response arrived. */
export async function startRelay(
	mockApi: MockApi,
	faults: Partial<Record<RelayRoute, WireFault>>,
): Promise<SocketServer> {
	const counts: Record<RelayRoute, number> = { create: 0, status: 0, file: 0 };
	const relay: SocketServer = await startSocketServer(async (request) => {
		const route = routeOf(request.line);
		counts[route] += 1;
		const forward = async (): Promise<RelayResponse> => {
			const [method, path] = request.line.split(' ');
			const { host, connection, 'content-length': length, ...headers } = request.headers;
			const response = await fetch(`${route === 'file' ? mockApi.filesUrl : mockApi.baseUrl}${path}`, {
				method,
				headers,
				...(method === 'POST' && { body: request.body }),
			});
			const bytes = Buffer.from(await response.arrayBuffer());
			const type = `content-type: ${response.headers.get('content-type')}`;
			return { type, body: route === 'file' ? bytes : withUrlsOf(relay.url, bytes) };
		};
		const deliver = faults[route] ?? sendWhole;
		await deliver({ ...request, count: counts[route], forward });
	});
	return relay;

	/** Changes the file URLs, so that the files are also downloaded through the relay. */
	function withUrlsOf(url: string, json: Buffer): Buffer {
		return Buffer.from(json.toString().replaceAll(mockApi.filesUrl, url));
	}
}

export async function sendWhole({ socket, forward }: RelayRequest): Promise<void> {
	const { body, type } = await forward();
	socket.write(responseBytes(body, [type, `content-length: ${body.length}`]));
}

function routeOf(line: string): RelayRoute {
	if (line.startsWith('POST') || line === 'TLS handshake') return 'create';
	return line.includes('/tasks/') ? 'status' : 'file';
}
