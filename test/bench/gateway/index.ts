/* eslint-disable */
import { join } from 'node:path';
import { startChild, type Child } from '../childProcess';
import type { GatewayService } from './process';

export { ORDER } from './order';
export type { GatewayFigures } from './figures';
export type { GatewayAddress, GatewayLoad } from './process';

export type Gateway = Child<GatewayService>;

/** The stand-in gateway in a process of its own, which measures what its clients do. */
export async function startGateway(): Promise<Gateway> {
	return await startChild<GatewayService>(join(__dirname, 'process.ts'));
}
