/** Distribution of task durations (ms). The hazard (the chance to end at an age) grows with age ** (shape - 1). */
export interface Weibull {
	shape: number;
	scale: number;
}

/** Counts as this many ended tasks with this shape, so that the first few tasks do not decide alone. */
const PRIOR = { shape: 2, ends: 2 };
const MAX_SHAPE = 20;
/** Added to the number of ended tasks: gives a scale, with a constant hazard, before the first task has ended. */
const PART_ENDED = 0.05;

/**
 * Maximum-likelihood fit. Open tasks count as censored, because they take longer than their age. Without them, only the
 * quick tasks would decide. The scale has a closed form. The shape does not, so each call improves the previous one by
 * a fixed-point step.
 *
 * @param ended durations, in ms
 * @param open ages at which tasks were seen pending, in ms
 */
export function fitWeibull(ended: number[], open: number[], previousShape: number): Weibull {
	const ages = [...ended, ...open].map((age) => Math.max(1, age));
	// Relative ages, because powers of absolute ages would overflow.
	const oldest = ages.reduce((max, age) => Math.max(max, age), 1);
	const relative = ages.map((age) => age / oldest);
	const logs = relative.map(Math.log);
	const weights = relative.map((age) => age ** previousShape);
	const meanLog = sum(weights.map((weight, index) => weight * logs[index])) / sum(weights);
	const endedLogs = sum(logs.slice(0, ended.length));
	const inverseShape = (ended.length * meanLog - endedLogs + PRIOR.ends / PRIOR.shape) / (ended.length + PRIOR.ends);
	const shape = ended.length === 0 ? 1 : Math.min(MAX_SHAPE, Math.max(1, 1 / inverseShape));
	const meanPower = sum(relative.map((age) => age ** shape)) / (ended.length + PART_ENDED);
	return { shape, scale: oldest * meanPower ** (1 / shape) };
}

/** The gap (ms, at most `maxMs`) after which a poll is `latenessMs` late on average, for a task pending at `age`. */
export function gapUntilLateness(weibull: Weibull, age: number, latenessMs: number, maxMs: number): number {
	let [low, high] = [0, maxMs];
	while (high - low > 1) {
		const middle = (low + high) / 2;
		if (expectedLateness(weibull, age, age + middle) < latenessMs) low = middle;
		else high = middle;
	}
	return high;
}

/** The integral of hazard(age) * (to - age): how late, on average, a poll at `to` is for a task pending at `from`. */
function expectedLateness({ shape, scale }: Weibull, from: number, to: number): number {
	const powers = (to / scale) ** (shape + 1) + shape * (from / scale) ** (shape + 1);
	return (scale * powers) / (shape + 1) - to * (from / scale) ** shape;
}

function sum(values: number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
