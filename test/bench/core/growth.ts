/* eslint-disable */
import { withLane, type Lane } from '../lane';
import type { BenchGroup } from '../row';
import { warmUp } from './warmUp';

const perItem = async (lane: Lane, seed: number, items: number): Promise<{ tookMs: number; cpuMs: number }> => {
	const { tookMs, cpuMs } = await lane.run({ seed, taskMs: [50, 50] }, { client: 'node', items });
	return { tookMs: tookMs / items, cpuMs: cpuMs / items };
};

export const growth: BenchGroup = {
	name: 'growth',
	rows: [
		{
			id: 'growth.time',
			name: 'time per item, 1,000 items / 10 items, tasks of 50 ms',
			unit: 'x',
			digits: 3,
			target: { atMost: 1.2 },
		},
		{
			id: 'growth.cpu',
			name: 'own CPU per item, 1,000 items / 100 items, tasks of 50 ms',
			unit: 'x',
			target: { atMost: 1.2 },
		},
		{ id: 'growth.time.10', name: 'time per item, 10 items, tasks of 50 ms', unit: 'ms', digits: 1 },
		{ id: 'growth.time.1000', name: 'time per item, 1,000 items, tasks of 50 ms', unit: 'ms', digits: 1 },
	],
	seconds: 15,
	measure: async ({ seed, report }) =>
		await withLane(async (lane) => {
			await warmUp(lane, 'node');
			await perItem(lane, seed, 100);
			report('10 items');
			const few = await perItem(lane, seed, 10);
			report('100 items');
			const some = await perItem(lane, seed, 100);
			report('1,000 items');
			const many = await perItem(lane, seed, 1_000);
			return {
				'growth.time': many.tookMs / few.tookMs,
				'growth.cpu': many.cpuMs / some.cpuMs,
				'growth.time.10': few.tookMs,
				'growth.time.1000': many.tookMs,
			};
		}),
};
