/* eslint-disable */
// How late the end of a task is noticed, how many reads this takes, and how long the whole run takes.
import type { ApiLoad } from '../api';
import { mean } from '../report/statistics';
import { withLane } from '../lane';
import type { BenchGroup, Row } from '../row';
import { warmUp } from './warmUp';

const ITEMS = 30;
/** The simulation of the poll schedule (simulation/polling.ts) has more runs and no network. */
const WHY_LATE =
	'The node learns how long tasks take when the first one ends. Until then, it uses up status requests that it lacks later. Over 200 simulated runs, the delay is smaller (see _The polling schedule by itself_).';
const SHORT: [number, number] = [4_000, 12_000];
const LONG: [number, number] = [30_000, 90_000];
const PANEL = 'Time for the whole run, 30 items, tasks of 4-12 s';

interface Progress {
	id: string;
	name: string;
	load: Pick<ApiLoad, 'progress' | 'queuedShare'>;
	atMost: { lag: number; reads: number; makespan: number };
}

const COARSE = { lag: 0.5, reads: 5, makespan: 1.06 };
const PROGRESS: Progress[] = [
	{
		id: 'linear',
		name: 'linear progress',
		load: { progress: 'linear' },
		atMost: { lag: 0.15, reads: 4, makespan: 1.03 },
	},
	{ id: 'status', name: 'progress 0, 50, 100 % by status', load: { progress: 'coarse' }, atMost: COARSE },
	{
		id: 'half',
		name: 'progress 0, 50, 100 % by halves',
		load: { progress: 'coarse', queuedShare: 0.5 },
		atMost: COARSE,
	},
	{ id: 'none', name: 'no progress', load: { progress: 'none' }, atMost: { lag: 0.6, reads: 5, makespan: 1.08 } },
];

const limitRow: Row = {
	id: 'short.limit',
	name: '30 items, tasks of 4-12 s: the limit (bare script)',
	unit: 's',
	digits: 2,
	bar: { panel: PANEL, label: 'the limit' },
};

const rowsOf = ({ id, name, atMost }: Progress): Row[] => {
	const load = `30 items, tasks of 4-12 s, ${name}`;
	return [
		{
			id: `short.${id}.seconds`,
			name: `${load}: time for the whole run`,
			unit: 's',
			bar: { panel: PANEL, label: `this node, ${name}` },
		},
		{
			id: `short.${id}.makespan`,
			name: `${load}: time for the whole run / limit`,
			unit: 'x',
			digits: 3,
			target: { atMost: atMost.makespan },
		},
		{
			id: `short.${id}.lag`,
			name: `${load}: mean lag after completion`,
			unit: 's',
			digits: 3,
			target: { atMost: atMost.lag },
			why: WHY_LATE,
		},
		{
			id: `short.${id}.reads`,
			name: `${load}: reads per task`,
			unit: '',
			target: { atMost: atMost.reads },
			why: WHY_LATE,
		},
	];
};

export const shortTasks: BenchGroup = {
	name: 'waiting for tasks of 4-12 s',
	rows: [limitRow, ...PROGRESS.flatMap(rowsOf)],
	seconds: 95,
	sideBySide: 5,
	measure: async ({ seed, report }) =>
		await withLane(async (lane) => {
			await warmUp(lane, 'bareTasks', 'node');
			report('the limit');
			const limit = await lane.run({ seed, taskMs: SHORT }, { client: 'bareTasks', items: ITEMS });
			const figures: Record<string, number> = { 'short.limit': limit.makespanMs / 1000 };
			for (const { id, name, load } of PROGRESS) {
				report(name);
				const ours = await lane.run({ seed, taskMs: SHORT, ...load }, { client: 'node', items: ITEMS });
				figures[`short.${id}.seconds`] = ours.makespanMs / 1000;
				figures[`short.${id}.makespan`] = ours.makespanMs / limit.makespanMs;
				figures[`short.${id}.lag`] = ours.lagMs / 1000;
				figures[`short.${id}.reads`] = ours.readsPerTask;
			}
			return figures;
		}),
};

export const longTasks: BenchGroup = {
	name: 'waiting for tasks of 30-90 s',
	rows: [
		{
			id: 'long.none.lag',
			name: '30 items, tasks of 30-90 s, no progress: mean lag / mean duration',
			unit: '%',
			target: { atMost: 4 },
			why: WHY_LATE,
		},
		{
			id: 'long.none.reads',
			name: '30 items, tasks of 30-90 s, no progress: reads per task',
			unit: '',
			target: { atMost: 10 },
			why: WHY_LATE,
		},
	],
	seconds: 110,
	sideBySide: 5,
	measure: async ({ seed, report }) =>
		await withLane(async (lane) => {
			await warmUp(lane, 'node');
			report('no progress');
			const ours = await lane.run({ seed, taskMs: LONG, progress: 'none' }, { client: 'node', items: ITEMS });
			return { 'long.none.lag': (100 * ours.lagMs) / mean(ours.durationsMs), 'long.none.reads': ours.readsPerTask };
		}),
};
