/* eslint-disable */
import { join } from 'node:path';
import { startChild, type Child } from '../childProcess';
import type { ClientService } from './process';

export type { ClientOptions } from './process';
export type { Used } from './resources';

export type Client = Child<ClientService>;

export async function startClient(): Promise<Client> {
	return await startChild<ClientService>(join(__dirname, 'process.ts'));
}
