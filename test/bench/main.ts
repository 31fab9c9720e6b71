/* eslint-disable */
// npm run bench: measures, prints the table, and writes docs/bench.json, docs/bench.svg and the table of BENCHMARKS.md.
// A missed target is a row in the table and no failure of the program.
import { readArguments, USAGE } from './arguments';
import { groups as coreGroups } from './core';
import { groups as n8nGroups } from './n8n';
import { estimateSeconds, runGroups, selectGroups } from './runGroups';

async function main(): Promise<void> {
	const order = readArguments(process.argv.slice(2));
	if (order === null) return console.log(USAGE);
	const groups = selectGroups([...coreGroups, ...n8nGroups], order.only);
	if (groups.length === 0) throw new Error(`No row is named like "${order.only.join('", "')}"`);
	const minutes = (estimateSeconds(groups, order.runs) / 60).toFixed(1);
	console.log(`${groups.length} groups, ${order.runs} measurements each, about ${minutes} minutes\n`);
	if (order.listsOnly) return groups.forEach(({ name, seconds, sideBySide = 1 }) => console.log(`${name}: ${seconds} s, ${sideBySide} at a time`));
	const results = await runGroups(groups, order.runs);
	console.log(JSON.stringify(results.map(({ group, ...rest }) => ({ group: group.name, ...rest })), null, 2));
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
