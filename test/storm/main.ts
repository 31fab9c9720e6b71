/* eslint-disable */
// npm run test:storm [-- seeds tasks]: 1,000 tasks in 10 seeds, without and with an API that honors the
// Idempotency-Key. Prints a table for each, and exits with code 1 on any loss. With keys, an unclear request is a loss.
import { runStorm, type StormReport } from './storm';

const PEAK_MEGABYTES = 1_500;

async function main(): Promise<void> {
	const [seeds = 10, tasks = 100] = process.argv.slice(2).map(Number);
	let isLossless = true;
	for (const honorsKey of [false, true]) {
		const reports: StormReport[] = [];
		for (let seed = 1; seed <= seeds; seed += 1) reports.push(await runStorm({ seed, tasks, honorsKey }));
		console.log(honorsKey ? 'An API that honors the Idempotency-Key:' : 'Any API:');
		console.table(reports);
		const lossy = reports
			.filter((report) => isLossy(report) || (honorsKey && report.unclear > 0))
			.map(({ seed }) => seed);
		console.log(lossy.length === 0 ? 'Nothing was lost, nothing was charged twice.' : `LOSSES with the seeds ${lossy}`);
		isLossless &&= lossy.length === 0;
	}
	process.exit(isLossless ? 0 : 1);
}

function isLossy({ lostTasks, lostImages, chargedTwice, strayKeys, peakMegabytes }: StormReport): boolean {
	return lostTasks + lostImages + chargedTwice + strayKeys > 0 || peakMegabytes > PEAK_MEGABYTES;
}

void main();
