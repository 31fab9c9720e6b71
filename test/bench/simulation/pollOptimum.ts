/* eslint-disable */
// The smallest possible lag of a client that knows the distribution of task durations, but nothing about a single task:
// dynamic programming over the times of its polls.
import { createRandom } from '../../mock-api/random';
import { drawDuration, type Load } from './simulatedTasks';

const DRAWS = 20_000;
const AGES = 400;

/** The smallest mean lag (ms) for this average number of reads per task. */
export function optimalLagMs(load: Load, reads: number): number {
	const random = createRandom(1);
	const durations = Array.from({ length: DRAWS }, () => drawDuration(load, random)).sort((a, b) => a - b);
	const ages = Array.from({ length: AGES }, (_, index) => durations[Math.ceil((index / (AGES - 1)) * (DRAWS - 1))]);
	// Searches for the cost of a poll, in ms of lag, that results in this number of reads.
	let [low, high] = [0, ages[AGES - 1]];
	for (let round = 0; round < 40; round += 1) {
		const middle = (low + high) / 2;
		if (bestPolls(ages, middle).reads > reads) low = middle;
		else high = middle;
	}
	// Interpolates: a client would use the higher number of polls for some tasks and the lower one for the rest.
	const [more, fewer] = [bestPolls(ages, low), bestPolls(ages, high)];
	const share = more.reads > fewer.reads ? (reads - fewer.reads) / (more.reads - fewer.reads) : 0;
	return fewer.lagMs + (more.lagMs - fewer.lagMs) * share;
}

/** Ages are quantiles: between two of them an equal share of all tasks ends. */
function bestPolls(ages: number[], pollCostMs: number): { lagMs: number; reads: number } {
	const share = 1 / (ages.length - 1);
	const best = ages.map(() => ({ cost: Infinity, lagMs: 0, reads: 0 }));
	best[ages.length - 1] = { cost: 0, lagMs: 0, reads: 0 };
	for (let from = ages.length - 2; from >= 0; from -= 1) {
		const reads = (ages.length - 1 - from) * share;
		let endedAt = 0;
		for (let to = from + 1; to < ages.length; to += 1) {
			endedAt += ((ages[to - 1] + ages[to]) / 2) * share;
			const lagMs = (to - from) * share * ages[to] - endedAt;
			const cost = lagMs + reads * pollCostMs + best[to].cost;
			if (cost >= best[from].cost) continue;
			best[from] = { cost, lagMs: lagMs + best[to].lagMs, reads: reads + best[to].reads };
		}
	}
	return best[0];
}
