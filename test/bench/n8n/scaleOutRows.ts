/* eslint-disable */
import type { Row } from '../row';

export const EXECUTIONS = 120;
export const TASK_MS = 2_000;
const LOAD = `${EXECUTIONS} webhook executions, tasks of 2 s, images of 1 MB`;
const BATCH = `One execution of ${EXECUTIONS} items, tasks of 2 s, images of 1 MB, one n8n`;
const PANEL = `Images per second, ${EXECUTIONS} at once, tasks of 2 s, images of 1 MB`;

export const SETUPS = [
	{ id: 'single', name: 'one n8n, no queue', workers: 0, concurrency: 0 },
	{ id: 'one', name: 'queue, 1 worker of 10', workers: 1, concurrency: 10 },
	{ id: 'two', name: 'queue, 2 workers of 10', workers: 2, concurrency: 10 },
	{ id: 'three', name: 'queue, 3 workers of 10', workers: 3, concurrency: 10 },
	{ id: 'wide', name: 'queue, 1 worker of 40', workers: 1, concurrency: 40 },
] as const;

export type Setup = (typeof SETUPS)[number];

const rowsOf = ({ id, name, workers }: Setup): Row[] => {
	const load = `${LOAD}, ${name}`;
	return [
		{
			id: `scale.${id}.perSecond`,
			name: `${load}: executions per second`,
			unit: '/s',
			bar: { panel: PANEL, label: name },
		},
		{
			id: `scale.${id}.main`,
			name: `${load}: memory of ${workers ? 'main' : 'n8n'} at its peak`,
			unit: 'MB',
			digits: 0,
		},
		...(workers
			? [{ id: `scale.${id}.worker`, name: `${load}: memory of the largest worker at its peak`, unit: 'MB', digits: 0 }]
			: []),
		{ id: `scale.${id}.cpu`, name: `${load}: processor time per execution, all servers`, unit: 'ms', digits: 0 },
		{ id: `scale.${id}.lost`, name: `${load}: lost or charged twice`, unit: '', digits: 0, target: { atMost: 0 } },
	];
};

export const scaleOutRows: Row[] = [
	...SETUPS.flatMap(rowsOf),
	{
		id: 'scale.batch.perSecond',
		name: `${BATCH}: images per second`,
		unit: '/s',
		bar: { panel: PANEL, label: 'one n8n, one execution of all items' },
	},
	{ id: 'scale.batch.main', name: `${BATCH}: memory of n8n at its peak`, unit: 'MB', digits: 0 },
	{ id: 'scale.batch.cpu', name: `${BATCH}: processor time per image`, unit: 'ms', digits: 0 },
	{
		id: 'scale.one.mainCpu',
		name: `${LOAD}, queue, 1 worker of 10: processor time per execution, main`,
		unit: 'ms',
		digits: 0,
	},
	{
		id: 'scale.one.workerCpu',
		name: `${LOAD}, queue, 1 worker of 10: processor time per execution, worker`,
		unit: 'ms',
		digits: 0,
	},
	{
		id: 'scale.one.storeCpu',
		name: `${LOAD}, queue, 1 worker of 10: processor time per execution, PostgreSQL and Redis`,
		unit: 'ms',
		digits: 0,
	},
];
