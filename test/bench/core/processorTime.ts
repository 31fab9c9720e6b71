/* eslint-disable */
import { withLane } from '../lane';
import type { BenchGroup } from '../row';

const ITEMS = 100;
const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 1_000_000 };
const PANEL = 'Own CPU per image of 1 MB';

const WHY =
	"n8n's helpers are the only way to the network that a node has, and they alone take more than that (the row with n8n's helpers): " +
	'a new connection for every request, since they send "Connection: close", axios, and the storage.';

const WHY_OWN =
	"The script is told when its task has ended, and reads it once. A node polls, which is most of the difference (see the row with as many status requests). In addition, n8n's routing resolves two expressions per item, and the SHA-256 of the image is an output field.";

/** In a separate process. The first run loads and compiles the code and is not counted. */
async function cpuOf(
	client: 'node' | 'helpers' | 'bareTasks',
	seed: number,
	readsPerTask?: number,
): Promise<{ perImage: number; readsPerTask: number }> {
	return await withLane(async (lane) => {
		const options = { client, items: ITEMS, readsPerTask };
		await lane.run({ ...LOAD, seed }, options);
		const used = await lane.run({ ...LOAD, seed }, options);
		return { perImage: used.cpuMs / ITEMS, readsPerTask: used.readsPerTask };
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
			id: 'cpu.polling',
			name: 'own CPU per image of 1 MB: the same script with as many status requests as this node',
			unit: 'ms',
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
			id: 'cpu.overPolling',
			name: 'own CPU per image of 1 MB / the script with as many status requests',
			unit: 'x',
		},
		{
			id: 'cpu.ratio',
			name: 'own CPU per image of 1 MB / limit, after a first run',
			unit: 'x',
			target: { atMost: 2 },
			why: WHY,
		},
	],
	seconds: 42,
	async measure({ seed, report }) {
		report('the limit');
		const limit = await cpuOf('bareTasks', seed);
		report("n8n's helpers");
		const helpers = await cpuOf('helpers', seed);
		report('this node');
		const node = await cpuOf('node', seed);
		report("n8n's helpers, polling");
		const polling = await cpuOf('helpers', seed, node.readsPerTask);
		return {
			'cpu.limit': limit.perImage,
			'cpu.helpers': helpers.perImage,
			'cpu.polling': polling.perImage,
			'cpu.node': node.perImage,
			'cpu.own': node.perImage / helpers.perImage,
			'cpu.overPolling': node.perImage / polling.perImage,
			'cpu.ratio': node.perImage / limit.perImage,
		};
	},
};
