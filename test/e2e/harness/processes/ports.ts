/* eslint-disable */
import { createServer } from 'node:net';

/** Ports that were free just now. All are open at the same time so that no two are equal. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer());
	const ports = await Promise.all(servers.map(listen));
	await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
	return ports;
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			if (address === null || typeof address === 'string') reject(new Error('The port has no number'));
			else resolve(address.port);
		});
	});
}
