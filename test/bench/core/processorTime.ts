/* eslint-disable */
import { withLane } from '../lane';
import type { BenchGroup } from '../row';

const ITEMS = 100;
const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 1_000_000 };
const PANEL = 'Own CPU per image of 1 MB';

const WHY =
	"n8n's helpers are the only way to the network that a node has, and they alone take more than that (the row with n8n's helpers): " +
	'a new connection for every request, since they send "Connection: close", axios, and the expression of the credential resolved for every request with the key.';

const WHY_OWN =
	"The script is told when its task has ended, and reads it once. A node polls: two more requests of about 2 ms each in n8n's HTTP helper. n8n's routing takes 1.4 ms per item, the SHA-256 0.8 ms.";

/** In a process that does nothing else; the first run loads and compiles the code and is not counted. */
async function cpuMsPerImage(client: 'node' | 'helpers' | 'bareTasks', seed: number): Promise<number> {
	return await withLane(async (lane) => {
		await lane.run({ ...LOAD, seed }, { client, items: ITEMS });
		return (await lane.run({ ...LOAD, seed }, { client, items: ITEMS })).cpuMs / ITEMS;
	});
}

export const processorTime: BenchGroup = {
	name: 'own CPU per image',
	rows: [
		{
			id: 'cpu.limit',
			name: 'own CPU per image of 1 MB: the limit (bare script that stores the files)',
			unit: 'ms',
			bar: { panel: PANEL, label: 'the limit' },
		},
		{
			id: 'cpu.helpers',
			name: "own CPU per image of 1 MB: the bare script with n8n's engine, HTTP helpers and binary storage",
			unit: 'ms',
			bar: { panel: PANEL, label: "the limit, with n8n's own helpers" },
		},
		{
			id: 'cpu.node',
			name: 'own CPU per image of 1 MB: this node with the n8n engine',
			unit: 'ms',
			bar: { panel: PANEL, label: 'this node' },
		},
		{
			id: 'cpu.own',
			name: "own CPU per image of 1 MB / the bare script with n8n's helpers",
			unit: 'x',
			target: { atMost: 1.25 },
			why: WHY_OWN,
		},
		{
			id: 'cpu.ratio',
			name: 'own CPU per image of 1 MB / limit, after a first run',
			unit: 'x',
			target: { atMost: 2 },
			why: WHY,
		},
	],
	seconds: 32,
	async measure({ seed, report }) {
		report('the limit');
		const limit = await cpuMsPerImage('bareTasks', seed);
		report("n8n's helpers");
		const helpers = await cpuMsPerImage('helpers', seed);
		report('this node');
		const node = await cpuMsPerImage('node', seed);
		return {
			'cpu.limit': limit,
			'cpu.helpers': helpers,
			'cpu.node': node,
			'cpu.own': node / helpers,
			'cpu.ratio': node / limit,
		};
	},
};
