import { BINS, binOf, binsOf, blurred, LOWER, RATIO, sumsOf } from './bins';
import type { Span } from './marks';

/** How long the tasks of a run take: a histogram over ages, each bin longer than the one before by a fixed ratio. */
export interface Durations {
	/** Undefined until a first task has ended. */
	shortest(): number | undefined;
	mean(): number;
	/** Between which ages a task ended. True when this many are worth planning anew: 1, 2, 4, 8, ... as each teaches less than the one before. */
	add(end: Span): boolean;
	/** Anew from all that is known; open tasks count with the span in which they can end. */
	learn(open: Span[]): void;
	/** The age at which the expected lateness of a task that ends within the span has grown to so much. */
	dueAge(end: Span, latenessMs: number): number;
}

/** Only the newest ends count, as a gateway's pace changes over a long run. */
const NEWEST = 100;
/** The weight, in tasks, of knowing nothing: each bin is as likely as any other. */
const DOUBT = 0.03;
/** Few, as each new look goes on where the last one stopped; many would take the chance of some ends for a rule. */
const ROUNDS = 3;
/** Each end stands for others around it: so far, as a share of the spread of all, and less far the more there are. */
const BLUR = 0.9;
/** The spread that is assumed where a single end has been seen, as a logarithm. */
const FIRST_SPREAD = 0.3;

export function createDurations(): Durations {
	let ends: Span[] = [];
	let middles: number[] = [];
	let count = 0;
	let shares: Float64Array = new Float64Array(BINS).fill(1 / BINS);
	let sums = sumsOf(shares);

	const sumUntil = (ms: number): number => {
		const bin = binOf(ms);
		return sums[bin] + shares[bin] * Math.min(1, (ms - LOWER[bin]) / (LOWER[bin + 1] - LOWER[bin]));
	};

	return {
		shortest: () => (ends.length > 0 ? Math.min(...middles) : undefined),
		mean: () => meanOf(middles),
		add(end) {
			count += 1;
			ends = [...ends.slice(1 - NEWEST), end];
			middles = ends.map(({ from, to }) => Math.max(1, (from + to) / 2));
			return (count & (count - 1)) === 0;
		},
		// Expectation-maximisation: each task spreads its one end over the bins in which it can lie, in
		// proportion to the histogram, and all together are the next histogram. So open tasks that are known
		// to be alive weigh in as well, or the quick ones would stand for all.
		learn(open) {
			const ranges = [...ends, ...open].map(binsOf);
			const width = Math.floor(blurOf(middles) / Math.log(RATIO));
			for (let round = 0; round < ROUNDS; round += 1) {
				const weights = new Float64Array(BINS + 1);
				for (const { first, behind } of ranges) {
					const weight = 1 / (sums[behind] - sums[first]);
					weights[first] += weight;
					weights[behind] -= weight;
				}
				let weight = 0;
				for (let bin = 0; bin < BINS; bin += 1) shares[bin] *= weight += weights[bin];
				shares = blurred(blurred(shares, width), width);
				const total = sumsOf(shares)[BINS] + DOUBT;
				for (let bin = 0; bin < BINS; bin += 1) shares[bin] = (shares[bin] + DOUBT / BINS) / total;
				sums = sumsOf(shares);
			}
		},
		dueAge(end, latenessMs) {
			const { first, behind } = binsOf(end);
			const total = sumUntil(end.to) - sumUntil(end.from);
			// Older than the histogram: whatever comes, it is not soon.
			if (!(total > 0)) return Math.min(end.to, end.from * 2);
			let late = 0;
			let ended = 0;
			for (let bin = first; bin < behind; bin += 1) {
				const from = Math.max(end.from, LOWER[bin]);
				const width = Math.min(end.to, LOWER[bin + 1]) - from;
				const rate = shares[bin] / (LOWER[bin + 1] - LOWER[bin]) / total;
				const added = width * (ended + (rate * width) / 2);
				// The time after which `ended * time + rate * time^2 / 2` is what is left of the lateness.
				const left = latenessMs - late;
				if (added >= left) return from + (2 * left) / (ended + Math.sqrt(ended ** 2 + 2 * rate * left));
				late += added;
				ended += rate * width;
			}
			return Math.min(end.to, Math.max(LOWER[BINS], end.from * 2));
		},
	};
}

/** How far each end is spread, as a logarithm. */
function blurOf(durations: number[]): number {
	const logs = durations.map(Math.log);
	const mean = meanOf(logs);
	const variance = meanOf(logs.map((log) => (log - mean) ** 2)) + FIRST_SPREAD ** 2 / logs.length;
	return BLUR * Math.sqrt(variance) * logs.length ** -0.2;
}

function meanOf(values: number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
