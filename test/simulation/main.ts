/* eslint-disable */
// Plays many histories: npx tsx test/simulation/main.ts --runs 1000 --seed 1. A failing seed is played again with
// one line per event; --seed N --runs 1 replays it.
import { parseArgs } from 'node:util';

import { playHistory } from './history';

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			runs: { type: 'string' },
			seed: { type: 'string' },
			seconds: { type: 'string' },
			trace: { type: 'boolean' },
			keepGoing: { type: 'boolean' },
		},
	});
	const first = Number(values.seed ?? 1);
	const runs = Number(values.runs ?? 1000);
	const end = performance.now() + Number(values.seconds ?? Infinity) * 1000;
	const startedAt = performance.now();
	const failing: number[] = [];
	let [played, charges, steps] = [0, 0, 0];
	for (let seed = first; seed < first + runs && performance.now() < end; seed += 1) {
		const history = await playHistory(seed, values.trace);
		played += 1;
		charges += history.charges;
		steps += history.steps;
		if (played % 10_000 === 0)
			console.log(`${played} histories, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
		if (values.trace) console.log(history.trace.join('\n'));
		if (history.violations.length === 0) continue;
		failing.push(seed);
		if (values.keepGoing) {
			console.log(`seed ${seed}: ${history.violations[0]}`);
			continue;
		}
		if (!values.trace) console.log((await playHistory(seed, true)).trace.join('\n'));
		console.log(`\nSeed ${seed} after ${played} histories:\n${history.violations.join('\n')}`);
		break;
	}
	const seconds = (performance.now() - startedAt) / 1000;
	console.log(
		`${played} histories from seed ${first}, ${charges} charges, ${steps} events, ${seconds.toFixed(1)} s, ${failing.length} with violations`,
	);
	process.exitCode = failing.length > 0 ? 1 : 0;
}

void main();
