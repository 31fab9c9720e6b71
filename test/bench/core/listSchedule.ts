/* eslint-disable */
/** The earliest end of these tasks, in order, for a client that knows the limit (`places`) and loses no time. */
export function optimumMs(durationsMs: number[], places: number): number {
	const freeAt = Array<number>(Math.min(places, durationsMs.length)).fill(0);
	for (const durationMs of durationsMs) {
		freeAt.sort((a, b) => a - b);
		freeAt[0] += durationMs;
	}
	return Math.max(...freeAt);
}
