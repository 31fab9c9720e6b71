/* eslint-disable */
import { join } from 'node:path';
import { startChild, type Child } from '../childProcess';
import type { ApiService } from './process';

export { REQUEST } from './request';
export type { ClientFigures } from './figures';
export type { ApiAccess, ApiLoad } from './process';

export type ApiProcess = Child<ApiService>;

/** The mock API in a separate process, which measures what its clients do. */
export async function startApi(): Promise<ApiProcess> {
	return await startChild<ApiService>(join(__dirname, 'process.ts'));
}
