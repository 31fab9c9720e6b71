/* eslint-disable */
import type { Lane, LaneJob } from '../lane';

/** Code is loaded and compiled, and a few images are fetched, before anything is measured. */
export async function warmUp(lane: Lane, ...clients: Array<LaneJob['client']>): Promise<void> {
	for (const client of clients) await lane.run({ seed: 1, taskMs: [100, 400] }, { client, items: 20 });
}
