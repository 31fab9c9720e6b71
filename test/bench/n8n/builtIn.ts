/* eslint-disable */
// n8n's own image nodes for OpenAI and Gemini, with credentials for the same API.
import { median } from '../report/statistics';
import type { BenchGroup, Row } from '../row';
import { openAccount, runWhole, startServer, type ApiAccount, type Server } from './server';
import { builtInGemini, builtInOpenAi, ours } from './workflows';

const ITEMS = 20;
const LOAD = '20 items, synchronous calls of 1 s, real n8n';
const PANEL = 'Time for the whole run, synchronous formats, 20 items of 1 s';
/** Runs of our node per figure: they are short, and their median is more stable. */
const TIMES = 3;

const FORMATS = [
	{ id: 'openAi', name: 'OpenAI', builtIn: builtInOpenAi },
	{ id: 'gemini', name: 'Gemini', builtIn: builtInGemini },
] as const;

let server: Server | undefined;
let accounts: Record<(typeof FORMATS)[number]['id'], ApiAccount> | undefined;

const rowsOf = ({ id, name }: (typeof FORMATS)[number]): Row[] => [
	{
		id: `n8n.${id}.builtIn`,
		name: `${LOAD}, built-in ${name} node: time for the whole run`,
		unit: 's',
		bar: { panel: PANEL, label: `built-in ${name} node, real n8n` },
	},
	{
		id: `n8n.${id}.ours`,
		name: `${LOAD}, this node, ${name} format: time for the whole run`,
		unit: 's',
		bar: { panel: PANEL, label: `this node, ${name} format, real n8n` },
	},
	{
		id: `n8n.${id}.faster`,
		name: `${LOAD}, this node over the built-in ${name} node`,
		unit: 'x',
		digits: 1,
		target: { atLeast: 10 },
	},
];

export const builtInNodes: BenchGroup = {
	name: 'built-in image nodes in a real n8n',
	rows: FORMATS.flatMap(rowsOf),
	seconds: 33,
	async open({ report }) {
		report('packing the node, starting n8n');
		server = await startServer();
		accounts = { openAi: await openAccount(server.client), gemini: await openAccount(server.client) };
		// The first run loads the code and draws the images.
		for (const { id, builtIn } of FORMATS) {
			const account = accounts[id];
			await runWhole(server, account, { seed: 1, syncMs: 50 }, builtIn(account.credentials[id], ITEMS));
			await runWhole(
				server,
				account,
				{ seed: 1, syncMs: 50 },
				ours(account.credentials.ours, ITEMS, { options: { apiFormat: id } }),
			);
		}
	},
	async close() {
		await Promise.allSettled([server?.stop(), accounts?.openAi.api.stop(), accounts?.gemini.api.stop()]);
	},
	async measure({ seed, report }) {
		if (!server || !accounts) throw new Error('The group is not open');
		const at = { server, accounts };
		const load = { seed, syncMs: 1_000 };
		report('the built-in nodes');
		// In parallel, each with its own API: both only wait for one call after the other.
		const builtIns = await Promise.all(
			FORMATS.map(
				async ({ id, builtIn }) =>
					await runWhole(at.server, at.accounts[id], load, builtIn(at.accounts[id].credentials[id], ITEMS)),
			),
		);
		const figures: Record<string, number> = {};
		for (const [index, { id, name }] of FORMATS.entries()) {
			report(`this node, ${name} format`);
			const times: number[] = [];
			const workflow = ours(accounts[id].credentials.ours, ITEMS, { options: { apiFormat: id } });
			while (times.length < TIMES) times.push((await runWhole(server, accounts[id], load, workflow)).makespanMs);
			figures[`n8n.${id}.builtIn`] = builtIns[index].makespanMs / 1000;
			figures[`n8n.${id}.ours`] = median(times) / 1000;
			figures[`n8n.${id}.faster`] = builtIns[index].makespanMs / median(times);
		}
		return figures;
	},
};
