/* eslint-disable */
import { withLane } from '../lane';
import type { BenchGroup } from '../row';

const ITEMS = 100;
const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 1_000_000 };
const PANEL = 'Own CPU per image of 1 MB';

/** In a process that does nothing else; the first run loads and compiles the code and is not counted. */
async function cpuMsPerImage(client: 'node' | 'bareTasks', seed: number): Promise<number> {
	return await withLane(async (lane) => {
		await lane.run({ ...LOAD, seed }, { client, items: ITEMS });
		return (await lane.run({ ...LOAD, seed }, { client, items: ITEMS })).cpuMs / ITEMS;
	});
}

export const processorTime: BenchGroup = {
	name: 'own CPU per image',
	rows: [
		{ id: 'cpu.limit', name: 'own CPU per image of 1 MB: the limit (bare script that stores the files)', unit: 'ms', bar: { panel: PANEL, label: 'the limit' } },
		{ id: 'cpu.node', name: 'own CPU per image of 1 MB: this node with the n8n engine', unit: 'ms', bar: { panel: PANEL, label: 'this node' } },
		{ id: 'cpu.ratio', name: 'own CPU per image of 1 MB / limit, after a first run', unit: 'x', target: { atMost: 2 } },
	],
	seconds: 25,
	async measure({ seed, report }) {
		report('the limit');
		const limit = await cpuMsPerImage('bareTasks', seed);
		report('this node');
		const node = await cpuMsPerImage('node', seed);
		return { 'cpu.limit': limit, 'cpu.node': node, 'cpu.ratio': node / limit };
	},
};
