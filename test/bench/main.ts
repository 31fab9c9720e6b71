/* eslint-disable */
// npm run bench: measures, prints the table, and writes docs/bench.json, docs/bench.svg and the table of BENCHMARKS.md.
// A missed target is shown in the table. The program does not fail.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, USAGE, type BenchOptions } from './arguments';
import { chartOf } from './report/chart';
import { groups as coreGroups } from './core';
import { readMachine } from './report/machine';
import { groups as n8nGroups } from './n8n';
import { mergeReport, readReport, reportGroup, type Report } from './report/report';
import { estimateSeconds, runGroups, selectGroups } from './runGroups';
import { markdownTable, placeTable, terminalTable } from './report/table';

const ROOT = join(__dirname, '../..');
const JSON_FILE = join(ROOT, 'docs/bench.json');
const CHART_FILE = join(ROOT, 'docs/bench.svg');
const TABLE_FILE = join(ROOT, 'BENCHMARKS.md');

const ALL = [...coreGroups, ...n8nGroups];

async function main(): Promise<void> {
	const options = readArguments(process.argv.slice(2));
	if (options === null) return console.log(USAGE);
	const groups = selectGroups(ALL, options.only);
	if (groups.length === 0) throw new Error(`No row is named like "${options.only.join('", "')}"`);
	const minutes = (estimateSeconds(groups, options.runs) / 60).toFixed(0);
	console.log(`${groups.length} groups, ${options.runs} measurements each, about ${minutes} minutes`);
	if (options.listsOnly)
		return groups.forEach(({ name, seconds, sideBySide = 1 }) =>
			console.log(`${name}: ${seconds} s, ${sideBySide} at a time`),
		);
	const results = await runGroups(groups, options.runs);
	const date = new Date().toISOString().slice(0, 10);
	const report: Report = {
		machine: readMachine(),
		command: commandOf(options),
		groups: results.map((result) => reportGroup(result, date)),
	};
	console.log(`\n${terminalTable(report)}`);
	if (options.writes) write(mergeReport(readReport(JSON_FILE), report, ALL));
}

/** The command that measures everything again. */
function commandOf({ runs }: BenchOptions): string {
	return runs === 5 ? 'npm run bench' : `npm run bench -- --runs ${runs}`;
}

function write(report: Report): void {
	mkdirSync(join(ROOT, 'docs'), { recursive: true });
	writeFileSync(JSON_FILE, `${JSON.stringify(report, null, '\t')}\n`);
	writeFileSync(CHART_FILE, chartOf(report));
	writeFileSync(TABLE_FILE, placeTable(readFileSync(TABLE_FILE, 'utf8'), markdownTable(report)));
	console.log('Wrote docs/bench.json, docs/bench.svg and BENCHMARKS.md');
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
