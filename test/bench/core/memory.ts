/* eslint-disable */
import { withLane } from '../lane';
import type { BenchGroup } from '../row';
import { warmUp } from './warmUp';

const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 8_000_000 };
const MEGABYTE = 1_000_000;

/** The warm-up fetches small pictures only: room for large ones counts. */
async function peakMegabytes(items: number, seed: number): Promise<number> {
	return await withLane(async (lane) => {
		await warmUp(lane, 'node');
		const { peakBytes, idleBytes } = await lane.run({ ...LOAD, seed }, { client: 'node', items, watchesMemory: true });
		return (peakBytes - idleBytes) / MEGABYTE;
	});
}

export const memory: BenchGroup = {
	name: 'peak memory',
	rows: [
		{
			id: 'memory.50',
			name: 'peak memory over idle, 50 images of 8 MB, filesystem mode',
			unit: 'MB',
			digits: 0,
			target: { atMost: 150 },
		},
		{
			id: 'memory.200',
			name: 'peak memory over idle, 200 images of 8 MB, filesystem mode',
			unit: 'MB',
			digits: 0,
			target: { atMost: 150 },
		},
		{
			id: 'memory.growth',
			name: 'peak memory over idle, 200 images / 50 images',
			unit: 'x',
			target: { atMost: 1.2 },
			why: "The pictures in memory do not grow with their number (24 MB at a time); n8n's engine and its HTTP client leave more behind before Node.js collects it.",
		},
	],
	seconds: 25,
	async measure({ seed, report }) {
		report('50 images');
		const few = await peakMegabytes(50, seed);
		report('200 images');
		const many = await peakMegabytes(200, seed);
		return { 'memory.50': few, 'memory.200': many, 'memory.growth': many / few };
	},
};
