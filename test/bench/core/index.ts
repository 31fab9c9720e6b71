/* eslint-disable */
import type { BenchGroup } from '../row';

/** Rows that are measured in the n8n engine, without a server. */
export const groups: BenchGroup[] = [];
