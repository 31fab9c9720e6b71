/* eslint-disable */
import type { BinaryMode } from '../../engine/support/runWorkflow';
import { withLane } from '../lane';
import type { BenchGroup, Row } from '../row';
import { warmUp } from './warmUp';

const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 8_000_000 };
const MEGABYTE = 1_000_000;
/** In mode 'default' n8n keeps every image in memory as base64, so a thousand of them fit nowhere. */
const COUNTS: Array<[BinaryMode, number[]]> = [
	['filesystem', [50, 200, 1_000]],
	['database', [50, 200, 1_000]],
	['default', [50]],
];
const LARGEST = { target: { atMost: 80 } };

const rowOf = (mode: BinaryMode, count: number): Row => ({
	id: `memory.${mode}.${count}`,
	name: `peak memory over idle, ${count.toLocaleString('en-US')} images of 8 MB, mode ${mode}`,
	unit: 'MB',
	digits: 0,
	...(mode === 'filesystem' && count === 1_000 && LARGEST),
});

/** The warm-up fetches small images only: memory for large ones counts. */
async function peakMegabytes(items: number, seed: number, binaryMode: BinaryMode): Promise<number> {
	return await withLane(async (lane) => {
		await warmUp(lane, 'node');
		const job = { client: 'node', items, binaryMode, watchesMemory: true } as const;
		const { peakBytes, idleBytes } = await lane.run({ ...LOAD, seed }, job);
		return (peakBytes - idleBytes) / MEGABYTE;
	});
}

export const memory: BenchGroup = {
	name: 'peak memory',
	rows: [
		...COUNTS.flatMap(([mode, counts]) => counts.map((count) => rowOf(mode, count))),
		{
			id: 'memory.growth',
			name: 'peak memory over idle, mode filesystem, 1,000 images / 50 images',
			unit: 'x',
			target: { atMost: 1.1 },
		},
	],
	seconds: 200,
	runsAtMost: 3,
	async measure({ seed, report }) {
		const figures: Record<string, number> = {};
		for (const [mode, counts] of COUNTS) {
			for (const count of counts) {
				report(`${count} images, mode ${mode}`);
				figures[`memory.${mode}.${count}`] = await peakMegabytes(count, seed, mode);
			}
		}
		return { ...figures, 'memory.growth': figures['memory.filesystem.1000'] / figures['memory.filesystem.50'] };
	},
};
