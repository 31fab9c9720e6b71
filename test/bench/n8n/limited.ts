/* eslint-disable */
// Like byHand.ts, with an API that accepts eight tasks at a time: the ninth gets a 429.
import { optimumMs } from '../core/listSchedule';
import type { BenchGroup, Row } from '../row';
import { openAccount, runOnce, runWhole, startServer, type Server } from './server';
import { byHand, ours } from './workflows';

const ITEMS = 30;
const LIMIT = 8;
const TASK_MS: [number, number] = [4_000, 12_000];
const LOAD = '30 items, tasks of 4-12 s, API limit 8, real n8n';
const PANEL = 'Charged and lost, 30 items, API limit 8';

const CONTENDERS = [
	{ id: 'hand', name: 'by hand (Wait 5 s)' },
	{ id: 'retry', name: 'by hand (Wait 5 s, Retry On Fail 3 times)' },
	{ id: 'ours', name: 'this node' },
] as const;

let server: Server | undefined;

const rowsOf = ({ id, name }: (typeof CONTENDERS)[number]): Row[] => {
	const none = id === 'ours' ? { target: { atMost: 0 } } : {};
	return [
		{ id: `n8n.limited.${id}.images`, name: `${LOAD}, ${name}: images that arrive`, unit: '', digits: 0 },
		{
			id: `n8n.limited.${id}.lost`,
			name: `${LOAD}, ${name}: charged and lost`,
			unit: '',
			digits: 0,
			...none,
			bar: { panel: PANEL, label: name },
		},
		{ id: `n8n.limited.${id}.twice`, name: `${LOAD}, ${name}: charged again`, unit: '', digits: 0, ...none },
	];
};

export const limitedByHand: BenchGroup = {
	name: 'workflow by hand in a real n8n, with an API that has a limit',
	rows: [
		...CONTENDERS.flatMap(rowsOf),
		{
			id: 'n8n.limited.ours.makespan',
			name: `${LOAD}, this node: time for the whole run / optimum`,
			unit: 'x',
			digits: 3,
			target: { atMost: 1.08 },
		},
		{ id: 'n8n.limited.ours.rejected', name: `${LOAD}, this node: create requests with 429`, unit: '%', digits: 1 },
	],
	seconds: 65,
	// They mostly wait, for eight tasks each.
	sideBySide: 5,
	async open({ report }) {
		report('packing the node, starting n8n');
		server = await startServer();
	},
	async close() {
		await server?.stop();
	},
	async measure({ seed, report }) {
		if (!server) throw new Error('The group is not open');
		const account = await openAccount(server.client);
		const { baseUrl, credentials, api } = account;
		try {
			await runWhole(server, account, { seed, taskMs: [100, 400] }, ours(credentials.ours, ITEMS));
			const load = { seed, taskMs: TASK_MS, tasksAtOnce: LIMIT };
			const workflows = {
				hand: byHand(baseUrl, credentials.byHand, ITEMS, { waitSeconds: 5 }),
				retry: byHand(baseUrl, credentials.byHand, ITEMS, { waitSeconds: 5, retries: true }),
				ours: ours(credentials.ours, ITEMS),
			};
			const figures: Record<string, number> = {};
			for (const { id, name } of CONTENDERS) {
				report(name);
				const run = await runOnce(server, account, load, workflows[id]);
				figures[`n8n.limited.${id}.images`] = run.charged - run.lost;
				figures[`n8n.limited.${id}.lost`] = run.lost;
				figures[`n8n.limited.${id}.twice`] = run.twice;
				if (id !== 'ours') continue;
				figures['n8n.limited.ours.makespan'] = run.makespanMs / optimumMs(run.durationsMs, LIMIT);
				figures['n8n.limited.ours.rejected'] = 100 * run.rejected;
			}
			return figures;
		} finally {
			await api.stop();
		}
	},
};
