/* eslint-disable */
import type { BenchGroup } from '../row';
import { growth } from './growth';
import { loading } from './loading';
import { memory } from './memory';
import { processorTime } from './processorTime';
import { synchronousFormats } from './synchronous';
import { transfers } from './transfers';
import { unknownLimits } from './unknownLimit';
import { longTasks, shortTasks } from './waiting';

/** Rows that are measured in the n8n engine, without a server. */
export const groups: BenchGroup[] = [
	shortTasks,
	longTasks,
	...unknownLimits,
	synchronousFormats,
	processorTime,
	memory,
	transfers,
	growth,
	loading,
];
