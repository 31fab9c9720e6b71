/* eslint-disable */
// Workflows that users build from n8n's own nodes, compared with this node in the same n8n.
import { optimumMs } from '../core/listSchedule';
import { openLane, type Lane } from '../lane';
import type { BenchGroup, Figures, Row } from '../row';
import type { Run, Server, ApiAccount } from './server';
import { openAccount, runWhole, startServer } from './server';
import { byHand, ours } from './workflows';

const ITEMS = 30;
const TASK_MS: [number, number] = [4_000, 12_000];
const PANEL = 'Time for the whole run, 30 items, tasks of 4-12 s';
/** The row for the same load without a server (core/waiting.ts) measures the node alone. */
const WHY = 'n8n, its database and the mock API share the machine; the limit is measured without n8n';
const LOAD = '30 items, tasks of 4-12 s, linear progress, real n8n';

const CONTENDERS = [
	{ id: 'hand5', name: 'by hand (Wait 5 s)', targets: {} },
	{ id: 'hand1', name: 'by hand (Wait 1 s)', targets: {} },
	{ id: 'ours', name: 'this node', targets: { makespan: 1.03, lag: 0.15, reads: 4 } },
] as const;

/** Short tasks and a limit that the API does not report: the time lost between two tasks matters most here. */
const LIMITED = { items: 64, load: { taskMs: [800, 2_400] as [number, number], tasksAtOnce: 16 } };

type Contender = (typeof CONTENDERS)[number];

let server: Server | undefined;
let account: ApiAccount | undefined;
let lane: Lane | undefined;

const rowsOf = ({ id, name, targets }: Contender): Row[] => {
	const target = (figure: 'makespan' | 'lag' | 'reads'): Pick<Row, 'target' | 'why'> =>
		figure in targets ? { target: { atMost: (targets as Record<string, number>)[figure] }, why: WHY } : {};
	return [
		{
			id: `n8n.${id}.seconds`,
			name: `${LOAD}, ${name}: time for the whole run`,
			unit: 's',
			bar: { panel: PANEL, label: `${name}, real n8n` },
		},
		{
			id: `n8n.${id}.makespan`,
			name: `${LOAD}, ${name}: time for the whole run / limit`,
			unit: 'x',
			digits: 3,
			...target('makespan'),
		},
		{
			id: `n8n.${id}.lag`,
			name: `${LOAD}, ${name}: mean lag after completion`,
			unit: 's',
			digits: 3,
			...target('lag'),
		},
		{ id: `n8n.${id}.reads`, name: `${LOAD}, ${name}: reads per task`, unit: '', ...target('reads') },
		{ id: `n8n.${id}.cpu`, name: `${LOAD}, ${name}: processor time of n8n per image`, unit: 'ms', digits: 0 },
	];
};

export const workflowsByHand: BenchGroup = {
	name: 'workflow by hand in a real n8n',
	rows: [
		...CONTENDERS.flatMap(rowsOf),
		{
			id: 'n8n.short.makespan',
			name: '64 items, tasks of 0.8-2.4 s, unknown limit 16, real n8n, this node: time for the whole run / optimum',
			unit: 'x',
			digits: 3,
			target: { atMost: 1.08 },
		},
	],
	seconds: 75,
	async open({ report }) {
		report('packing the node, starting n8n');
		server = await startServer();
		account = await openAccount(server.client);
		lane = await openLane();
		// The first run loads the code and draws the images.
		const short = { seed: 1, taskMs: [100, 400] as [number, number] };
		for (const { id } of CONTENDERS) await runWhole(server, account, short, workflowOf(id, account));
		await lane.run(short, { client: 'bareTasks', items: ITEMS });
	},
	async close() {
		await Promise.allSettled([server?.stop(), account?.api.stop(), lane?.close()]);
	},
	async measure({ seed, report }) {
		if (!server || !account || !lane) throw new Error('The group is not open');
		report('the limit');
		const load = { seed, taskMs: TASK_MS };
		const limit = await lane.run(load, { client: 'bareTasks', items: ITEMS });
		const figures: Figures = {};
		for (const { id, name } of CONTENDERS) {
			report(name);
			Object.assign(
				figures,
				figuresOf(id, await runWhole(server, account, load, workflowOf(id, account)), limit.makespanMs),
			);
		}
		report('this node at a limit');
		const { items, load: limited } = LIMITED;
		const run = await runWhole(server, account, { seed, ...limited }, ours(account.credentials.ours, items));
		figures['n8n.short.makespan'] = run.makespanMs / optimumMs(run.durationsMs, limited.tasksAtOnce);
		return figures;
	},
};

function workflowOf(id: Contender['id'], { baseUrl, credentials }: ApiAccount) {
	if (id === 'ours') return ours(credentials.ours, ITEMS);
	return byHand(baseUrl, credentials.byHand, ITEMS, { waitSeconds: id === 'hand5' ? 5 : 1 });
}

function figuresOf(id: Contender['id'], run: Run, limitMs: number): Figures {
	return {
		[`n8n.${id}.seconds`]: run.makespanMs / 1000,
		[`n8n.${id}.makespan`]: run.makespanMs / limitMs,
		[`n8n.${id}.lag`]: run.lagMs / 1000,
		[`n8n.${id}.reads`]: run.readsPerTask,
		[`n8n.${id}.cpu`]: run.cpuMs / ITEMS,
	};
}
