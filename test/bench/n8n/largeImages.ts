/* eslint-disable */
// Large images from a slow host: this node, and a workflow whose HTTP Request node downloads them (response format: file).
import type { BenchGroup, Row } from '../row';
import { peakBytes } from './processFigures';
import { openAccount, runWhole, startServer, type ApiAccount, type Server } from './server';
import { byHand, ours } from './workflows';

const ITEMS = 12;
const LOAD = '12 images of 20 MB, 3 s each at the host, real n8n';
const PANEL = 'Time for the whole run, 12 images of 20 MB, real n8n';
const CONTENDERS = [
	{ id: 'hand', name: 'HTTP Request nodes (Wait 1 s)' },
	{ id: 'ours', name: 'this node' },
] as const;

let server: Server | undefined;
let account: ApiAccount | undefined;

const rowsOf = ({ id, name }: (typeof CONTENDERS)[number]): Row[] => [
	{
		id: `n8n.large.${id}.seconds`,
		name: `${LOAD}, ${name}: time for the whole run`,
		unit: 's',
		bar: { panel: PANEL, label: name },
	},
	{
		id: `n8n.large.${id}.memory`,
		name: `${LOAD}, ${name}: peak memory of n8n over idle`,
		unit: 'MB',
		digits: 0,
	},
	{ id: `n8n.large.${id}.cpu`, name: `${LOAD}, ${name}: processor time of n8n per image`, unit: 'ms', digits: 0 },
];

export const largeImages: BenchGroup = {
	name: 'large images in a real n8n',
	rows: CONTENDERS.flatMap(rowsOf),
	seconds: 30,
	runsAtMost: 3,
	async open({ report }) {
		report('packing the node, starting n8n');
		server = await startServer();
		account = await openAccount(server.client);
		for (const { id } of CONTENDERS)
			await runWhole(server, account, { seed: 1, taskMs: [100, 400] }, workflowOf(id, account));
	},
	async close() {
		await Promise.allSettled([server?.stop(), account?.api.stop()]);
	},
	async measure({ seed, report }) {
		if (!server || !account) throw new Error('The group is not open');
		const { n8n } = server;
		const figures: Record<string, number> = {};
		for (const { id, name } of CONTENDERS) {
			report(name);
			const load = {
				seed,
				taskMs: [200, 200] as [number, number],
				imageBytes: 20_000_000,
				faults: [{ route: 'file' as const, fault: 'slowBody' as const, ms: 3_000 }],
			};
			const [idle] = await peakBytes([n8n.userFolder], async () => undefined);
			const [target, contender] = [server, account];
			const [peak] = await peakBytes([n8n.userFolder], async () => {
				const run = await runWhole(target, contender, load, workflowOf(id, contender));
				figures[`n8n.large.${id}.seconds`] = run.makespanMs / 1000;
				figures[`n8n.large.${id}.cpu`] = run.cpuMs / ITEMS;
			});
			figures[`n8n.large.${id}.memory`] = (peak - idle) / 1_000_000;
		}
		return figures;
	},
};

function workflowOf(id: (typeof CONTENDERS)[number]['id'], { baseUrl, credentials }: ApiAccount) {
	if (id === 'ours') return ours(credentials.ours, ITEMS);
	return byHand(baseUrl, credentials.byHand, ITEMS, { waitSeconds: 1 });
}
