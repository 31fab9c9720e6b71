/* eslint-disable */
import type { Lane, LaneOptions } from '../lane';

/** Code is loaded and compiled, and a few images are downloaded, before anything is measured. */
export async function warmUp(lane: Lane, ...clients: Array<LaneOptions['client']>): Promise<void> {
	for (const client of clients) await lane.run({ seed: 1, taskMs: [100, 400] }, { client, items: 20 });
}
