import type { Span } from './marks';

/** Ages in bins, each longer than the one before by a fixed ratio, so that short and long tasks are told apart alike. */

const FIRST_BIN_MS = 200;
export const RATIO = 1.05;
/** Up to some ten hours. */
export const BINS = 250;
/** Where each bin begins, in ms; the last entry is where the last one ends. */
export const LOWER = Array.from({ length: BINS + 1 }, (_, bin) => (bin === 0 ? 0 : FIRST_BIN_MS * RATIO ** (bin - 1)));

/** The bins of a span: from the first up to the one behind its last. */
export function binsOf({ from, to }: Span): { first: number; behind: number } {
	return { first: binOf(from), behind: binOf(to) + 1 };
}

export function binOf(ms: number): number {
	if (ms < FIRST_BIN_MS) return 0;
	return Math.min(BINS - 1, 1 + Math.floor(Math.log(ms / FIRST_BIN_MS) / Math.log(RATIO)));
}

/** Each bin becomes the mean of its neighbours up to so far away. */
export function blurred(shares: Float64Array, width: number): Float64Array {
	const means = new Float64Array(BINS);
	let sum = 0;
	for (let bin = -width; bin < BINS; bin += 1) {
		if (bin + width < BINS) sum += shares[bin + width];
		if (bin > width) sum -= shares[bin - width - 1];
		if (bin >= 0) means[bin] = sum / (2 * width + 1);
	}
	return means;
}

/** At each place the sum of all before it. */
export function sumsOf(shares: Float64Array): Float64Array {
	const sums = new Float64Array(BINS + 1);
	for (let bin = 0; bin < BINS; bin += 1) sums[bin + 1] = sums[bin] + shares[bin];
	return sums;
}
