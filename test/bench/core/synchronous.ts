/* eslint-disable */
import { withLane, type Lane, type LaneOptions } from '../lane';
import type { BenchGroup } from '../row';

const ITEMS = 20;
const PANEL = 'Time for the whole run, synchronous formats, 20 items of 1 s';

const makespan = async (lane: Lane, seed: number, options: LaneOptions): Promise<number> => {
	// The first run loads the code.
	await lane.run({ seed, syncMs: 100 }, options);
	return (await lane.run({ seed, syncMs: 1_000 }, options)).makespanMs / 1000;
};

export const synchronousFormats: BenchGroup = {
	name: 'synchronous formats in the engine',
	rows: [
		{
			id: 'sync.limit',
			name: '20 synchronous calls of 1 s: the limit (bare script)',
			unit: 's',
			bar: { panel: PANEL, label: 'the limit' },
		},
		{
			id: 'sync.openAi',
			name: '20 synchronous calls of 1 s, OpenAI format: time for the whole run',
			unit: 's',
			bar: { panel: PANEL, label: 'this node, OpenAI format' },
		},
		{
			id: 'sync.gemini',
			name: '20 synchronous calls of 1 s, Gemini format: time for the whole run',
			unit: 's',
			bar: { panel: PANEL, label: 'this node, Gemini format' },
		},
	],
	seconds: 12,
	measure: async ({ seed, report }) =>
		await withLane(async (lane) => {
			report('the limit');
			const limit = await makespan(lane, seed, { client: 'bareCalls', items: ITEMS });
			report('OpenAI format');
			const openAi = await makespan(lane, seed, {
				client: 'node',
				items: ITEMS,
				parameters: { options: { apiFormat: 'openAi' } },
			});
			report('Gemini format');
			const gemini = await makespan(lane, seed, {
				client: 'node',
				items: ITEMS,
				parameters: { options: { apiFormat: 'gemini' } },
			});
			return { 'sync.limit': limit, 'sync.openAi': openAi, 'sync.gemini': gemini };
		}),
};
