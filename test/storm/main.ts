/* eslint-disable */
// npm run test:storm [-- seeds tasks]: 1,000 tasks in 10 seeds, a table, and exit code 1 on any loss.
import { runStorm, type StormReport } from './storm';

const PEAK_MEGABYTES = 1_500;

async function main(): Promise<void> {
	const [seeds = 10, tasks = 100] = process.argv.slice(2).map(Number);
	const reports: StormReport[] = [];
	for (let seed = 1; seed <= seeds; seed += 1) {
		const report = await runStorm({ seed, tasks });
		reports.push(report);
		console.log(JSON.stringify(report));
	}
	console.table(reports);
	const losses = reports.filter(
		({ lostTasks, lostImages, chargedTwice, strayKeys, peakMegabytes }) =>
			lostTasks + lostImages + chargedTwice + strayKeys > 0 || peakMegabytes > PEAK_MEGABYTES,
	);
	console.log(
		losses.length === 0
			? 'Nothing was lost, nothing was charged twice.'
			: `LOSSES with the seeds ${losses.map(({ seed }) => seed).join(', ')}`,
	);
	process.exit(losses.length === 0 ? 0 : 1);
}

void main();
