/* eslint-disable */
// The times of every exchange in the HTTP server of the API: when the request headers arrive, and when the last byte of
// the response is passed to the system.
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Exchange {
	kind: 'create' | 'read' | 'call' | 'file';
	/** The ID of the task that is read. */
	taskId?: string;
	arrivedAt: number;
	/** Undefined until the whole response is sent. */
	servedAt?: number;
	status?: number;
}

interface HttpEvent {
	request: IncomingMessage;
	response: ServerResponse;
}

export interface Meter {
	readonly exchanges: readonly Exchange[];
	reset(): void;
}

export function startMeter(): Meter {
	let exchanges: Exchange[] = [];
	let open = new WeakMap<IncomingMessage, Exchange>();
	diagnostics.subscribe('http.server.request.start', (event) => {
		const { request } = event as HttpEvent;
		const exchange = classify(request);
		if (exchange === undefined) return;
		exchanges.push(exchange);
		open.set(request, exchange);
	});
	diagnostics.subscribe('http.server.response.finish', (event) => {
		const { request, response } = event as HttpEvent;
		const exchange = open.get(request);
		if (exchange) Object.assign(exchange, { servedAt: performance.now(), status: response.statusCode });
	});
	return {
		get exchanges() {
			return exchanges;
		},
		reset() {
			exchanges = [];
			open = new WeakMap();
		},
	};
}

function classify({ method, url = '' }: IncomingMessage): Exchange | undefined {
	const arrivedAt = performance.now();
	if (method === 'POST') return { kind: url === '/v1/images/tasks' ? 'create' : 'call', arrivedAt };
	if (url.startsWith('/r/')) return { kind: 'file', arrivedAt };
	const taskId = /^\/v1\/images\/tasks\/([^/?]+)$/.exec(url)?.[1];
	return taskId === undefined ? undefined : { kind: 'read', taskId, arrivedAt };
}
