/* eslint-disable */
import type { BinaryMode } from '../../engine/support/runWorkflow';
import { withLane, type LaneOptions } from '../lane';
import type { BenchGroup, Row } from '../row';
import { warmUp } from './warmUp';

const LOAD = { taskMs: [1_000, 3_000] as [number, number], imageBytes: 8_000_000 };
const MEGABYTE = 1_000_000;
/** In mode 'default', n8n keeps every image in memory as base64, so 1,000 images do not fit. */
const COUNTS: Array<[BinaryMode, number[]]> = [
	['filesystem', [50, 200, 1_000]],
	['database', [50, 200, 1_000]],
	['default', [50]],
];
/** What n8n's engine, HTTP client, and storage need in any node, with as many parallel transfers as in this one. */
const HELPERS = { counts: [50, 1_000], transfersAtOnce: 8 };
const WHY =
	"Most of it is garbage that V8 collects only after its old space has grown by 80 MB. A node that only streams with n8n's helpers misses the target as well (see Large images).";
const LARGEST = { target: { atMost: 80 }, why: WHY };

const rowOf = (mode: BinaryMode, count: number): Row => ({
	id: `memory.${mode}.${count}`,
	name: `peak memory over idle, ${count.toLocaleString('en-US')} images of 8 MB, mode ${mode}`,
	unit: 'MB',
	digits: 0,
	...(mode === 'filesystem' && count === 1_000 && LARGEST),
});

/** The warm-up only downloads small images, so the memory for large ones is measured. */
async function peakMegabytes(seed: number, options: LaneOptions): Promise<number> {
	return await withLane(async (lane) => {
		await warmUp(lane, options.client);
		const { peakBytes, idleBytes } = await lane.run({ ...LOAD, seed }, { ...options, watchesMemory: true });
		return (peakBytes - idleBytes) / MEGABYTE;
	});
}

export const memory: BenchGroup = {
	name: 'peak memory',
	rows: [
		...COUNTS.flatMap(([mode, counts]) => counts.map((count) => rowOf(mode, count))),
		...HELPERS.counts.map((count): Row => {
			const { id, name, unit, digits } = rowOf('filesystem', count);
			return { id: `${id}.helpers`, name: `${name}, a node that only streams with n8n's helpers`, unit, digits };
		}),
		{
			id: 'memory.growth',
			name: 'peak memory over idle, mode filesystem, 1,000 images / 50 images',
			unit: 'x',
			target: { atMost: 1.1 },
			why: WHY,
		},
	],
	seconds: 300,
	runsAtMost: 3,
	async measure({ seed, report }) {
		const figures: Record<string, number> = {};
		for (const [mode, counts] of COUNTS) {
			for (const count of counts) {
				report(`${count} images, mode ${mode}`);
				figures[`memory.${mode}.${count}`] = await peakMegabytes(seed, {
					client: 'node',
					items: count,
					binaryMode: mode,
				});
			}
		}
		for (const items of HELPERS.counts) {
			report(`${items} images, n8n's helpers`);
			const { transfersAtOnce } = HELPERS;
			figures[`memory.filesystem.${items}.helpers`] = await peakMegabytes(seed, {
				client: 'helpers',
				items,
				transfersAtOnce,
			});
		}
		return { ...figures, 'memory.growth': figures['memory.filesystem.1000'] / figures['memory.filesystem.50'] };
	},
};
