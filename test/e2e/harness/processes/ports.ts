/* eslint-disable */
import { connect, createServer } from 'node:net';

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

/** True when a server listens there, undefined otherwise (see until). */
export async function isOpen(port: number): Promise<true | undefined> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(undefined));
	});
}
