/* eslint-disable */
import type { Lane, LaneOptions } from '../lane';

/** Loads and compiles the code, and downloads some images, before the measurement. */
export async function warmUp(lane: Lane, ...clients: Array<LaneOptions['client']>): Promise<void> {
	for (const client of clients) await lane.run({ seed: 1, taskMs: [100, 400] }, { client, items: 20 });
}
