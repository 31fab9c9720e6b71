/* eslint-disable */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench -- [options]
  --runs <n>       measurements per row, of which the median counts (default: 5)
  --quick          one measurement per row; nothing is written
  --only <text>    only groups and rows whose name or id contains the text; may be given several times
  --no-write       print the table and leave docs/ and BENCHMARKS.md as they are
  --list           name the groups and the time they take, and measure nothing
  --help           this text`;

export interface BenchOptions {
	runs: number;
	only: string[];
	writes: boolean;
	listsOnly: boolean;
}

/** The parsed options, or null for the usage text. */
export function readArguments(args: string[]): BenchOptions | null {
	const { values } = parseArgs({
		args,
		allowNegative: true,
		options: {
			runs: { type: 'string', default: '5' },
			only: { type: 'string', multiple: true, default: [] },
			quick: { type: 'boolean', default: false },
			write: { type: 'boolean', default: true },
			list: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return null;
	const runs = Number(values.runs);
	if (!Number.isInteger(runs) || runs < 1 || runs > 100)
		throw new Error(`--runs must be a whole number from 1 to 100, not "${values.runs}"`);
	return {
		runs: values.quick ? 1 : runs,
		only: values.only.map((text) => text.toLowerCase()),
		// A single measurement is not published.
		writes: values.write && !values.quick,
		listsOnly: values.list,
	};
}
