/* eslint-disable */
import { join } from 'node:path';

import { startChild, type Child } from '../../childProcess';
import type { ApiService } from './process';

export type { ApiAccess, ApiLoad } from './process';
export type { Outcome } from './outcome';

export type ApiProcess = Child<ApiService>;

/** The mock API in a separate process, which measures the times and the charges of its clients. */
export async function startApi(): Promise<ApiProcess> {
	return await startChild<ApiService>(join(__dirname, 'process.ts'));
}
