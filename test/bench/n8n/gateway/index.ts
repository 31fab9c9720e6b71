/* eslint-disable */
import { join } from 'node:path';

import { startChild, type Child } from '../../childProcess';
import type { GatewayService } from './process';

export type { GatewayAddress, GatewayLoad } from './process';
export type { Outcome } from './outcome';

export type Gateway = Child<GatewayService>;

/** The stand-in gateway in a process of its own, which keeps the clock and the bill of its clients. */
export async function startGateway(): Promise<Gateway> {
	return await startChild<GatewayService>(join(__dirname, 'process.ts'));
}
