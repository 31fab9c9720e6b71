/* eslint-disable */
import type { BenchGroup } from '../row';

/** Rows that need a real n8n server. */
export const groups: BenchGroup[] = [];
