/* eslint-disable */
// Reports the end of each task immediately. The bare script knows it this way, but no real client can.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Announcer {
	/** One stream for all tasks: one line with the ID of each task that ends. */
	readonly url: string;
	readonly isHeard: boolean;
	tell(taskId: string): void;
}

export async function startAnnouncer(): Promise<Announcer> {
	const listeners = new Set<ServerResponse>();
	const server = createServer((_request, response) => {
		response.socket?.setNoDelay(true);
		response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
		listeners.add(response);
		response.once('close', () => listeners.delete(response));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		get isHeard() {
			return listeners.size > 0;
		},
		tell: (taskId) => listeners.forEach((listener) => listener.write(`${taskId}\n`)),
	};
}
