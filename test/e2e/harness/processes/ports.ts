/* eslint-disable */
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * Lower than the ports that Linux assigns automatically, so no other process gets one before it is used. Each Jest
 * worker has its own block.
 */
const FIRST_PORT = 20_000;
const BLOCK = 1_000;
let next = FIRST_PORT + BLOCK * Number(process.env.JEST_WORKER_ID ?? 0) + randomInt(BLOCK / 2);

/** Free ports. A test file never gets the same port twice. */
export async function freePorts(count: number): Promise<number[]> {
	const ports: number[] = [];
	while (ports.length < count) {
		const port = next;
		next += 1;
		if (await isFree(port)) ports.push(port);
	}
	return ports;
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return await new Promise((resolve) => {
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

/** True if a server listens on this port, otherwise undefined (see `until`). */
export async function isOpen(port: number): Promise<true | undefined> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(undefined));
	});
}
