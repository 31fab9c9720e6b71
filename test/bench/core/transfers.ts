/* eslint-disable */
// Large images from a slow host, and a transfer that stalls.
import type { ApiLoad } from '../api';
import { withLane, type Lane } from '../lane';
import type { BenchGroup, Row } from '../row';
import { warmUp } from './warmUp';

const COUNTS = [12, 40];
/** The node runs this many transfers in parallel (run/memoryBudget.ts). */
const TRANSFERS = 8;
const TASK_MS: [number, number] = [200, 200];
const SLOW: Omit<ApiLoad, 'seed'> = {
	taskMs: TASK_MS,
	imageBytes: 20_000_000,
	faults: [{ route: 'file', fault: 'slowBody', ms: 3_000 }],
};
const STALLED: Omit<ApiLoad, 'seed'> = {
	taskMs: TASK_MS,
	imageBytes: 4_000_000,
	faults: [{ route: 'file', fault: 'stalledBody', times: 1 }],
};
const PANEL = '40 images of 20 MB, 3 s each at the host';

const rowsOf = (count: number): Row[] => {
	const load = `${count} images of 20 MB, 3 s each at the host`;
	const bar = (label: string): Pick<Row, 'bar'> => (count === 40 ? { bar: { panel: PANEL, label } } : {});
	return [
		{ id: `transfers.${count}.limit`, name: `${load}: 8 side by side (bare script)`, unit: 's', ...bar('the limit') },
		{ id: `transfers.${count}.node`, name: `${load}: this node`, unit: 's', ...bar('this node') },
		{
			id: `transfers.${count}.ratio`,
			name: `${load}: this node / 8 side by side`,
			unit: 'x',
			target: { atMost: 1.15 },
		},
	];
};

export const transfers: BenchGroup = {
	name: 'slow and stalled transfers',
	rows: [
		...COUNTS.flatMap(rowsOf),
		{
			id: 'transfers.stalled',
			name: '20 images of 4 MB, one transfer stalls once: time for the whole run',
			unit: 's',
			target: { atMost: 20 },
		},
	],
	seconds: 90,
	runsAtMost: 3,
	measure: async ({ seed, report }) =>
		await withLane(async (lane) => {
			await warmUp(lane, 'node', 'bareTasks');
			const figures: Record<string, number> = {};
			for (const items of COUNTS) {
				report(`${items} images, 8 side by side`);
				const limit = await seconds(lane, { ...SLOW, seed }, 'bareTasks', items);
				report(`${items} images, this node`);
				const node = await seconds(lane, { ...SLOW, seed }, 'node', items);
				figures[`transfers.${items}.limit`] = limit;
				figures[`transfers.${items}.node`] = node;
				figures[`transfers.${items}.ratio`] = node / limit;
			}
			report('a stalled transfer');
			return { ...figures, 'transfers.stalled': await seconds(lane, { ...STALLED, seed }, 'node', 20) };
		}),
};

async function seconds(lane: Lane, load: ApiLoad, client: 'node' | 'bareTasks', items: number): Promise<number> {
	const { makespanMs } = await lane.run(load, { client, items, transfersAtOnce: TRANSFERS });
	return makespanMs / 1000;
}
