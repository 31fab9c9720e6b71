/* eslint-disable */
// Lag and reads of our poll schedule and of the usual ones, with the same simulated tasks. Prints a table and draws
// docs/polling.svg. Run it with `npx tsx test/bench/simulation/polling.ts`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { optimalLagMs } from './pollOptimum';
import { exponential, fixed, ours, playMany, PROGRESS, type Figures, type Load, type Policy } from './simulatedTasks';

const SEEDS = 200;
const DOCS = join(__dirname, '../../../docs');

const POLICIES: Array<[name: string, policy: () => Policy, color: string]> = [
	['ours', ours, '#d9480f'],
	['every 1 s', () => fixed(1000), '#1864ab'],
	['every 2 s', () => fixed(2000), '#1c7ed6'],
	['every 5 s', () => fixed(5000), '#74c0fc'],
	['growing by 1.5 to 10 s', exponential, '#5c940d'],
];

const short = { tasks: 30, shortestMs: 4_000, longestMs: 12_000 };
const long = { tasks: 30, shortestMs: 30_000, longestMs: 90_000 };
const LOADS: Array<[name: string, load: Load]> = [
	['4-12 s, linear progress', { ...short, progress: PROGRESS.linear }],
	['4-12 s, linear after a queue', { ...short, progress: PROGRESS.queued }],
	['4-12 s, progress 50 at half time', { ...short, progress: PROGRESS.half }],
	['4-12 s, no progress', { ...short, progress: PROGRESS.none }],
	['30-90 s, linear progress', { ...long, progress: PROGRESS.linear }],
	['30-90 s, no progress', { ...long, progress: PROGRESS.none }],
	['4-12 s, progress 50 after a queue', { ...short, progress: PROGRESS.status }],
	['4-12 s lognormal, linear progress', { ...short, spread: 'lognormal', progress: PROGRESS.linear }],
	['4-12 s lognormal, progress 50 at half time', { ...short, spread: 'lognormal', progress: PROGRESS.half }],
	['4-12 s lognormal, no progress', { ...short, spread: 'lognormal', progress: PROGRESS.none }],
	['30-90 s lognormal, no progress', { ...long, spread: 'lognormal', progress: PROGRESS.none }],
	['4-12 s, one task, no progress', { ...short, tasks: 1, progress: PROGRESS.none }],
	['4-12 s, 3 tasks, no progress', { ...short, tasks: 3, progress: PROGRESS.none }],
	['4-12 s, 64 tasks 8 at a time, no progress', { ...short, tasks: 64, atOnce: 8, progress: PROGRESS.none }],
	['70 % about 5 s, 30 % about 20 s, no progress', { ...short, spread: 'two', progress: PROGRESS.none }],
];

const rows = LOADS.flatMap(([load, settings]) =>
	POLICIES.map(([policy, make, color]) => ({
		load,
		settings,
		policy,
		color,
		figures: playMany(settings, SEEDS, make),
	})),
);

const total = LOADS.reduce((sum, [, { tasks }]) => sum + tasks * SEEDS, 0);
console.log(
	`Medians over ${SEEDS} seeded runs each; ${total} tasks per schedule. Lognormal: 95 % of the tasks take so long.\n`,
);
console.log('| load | schedule | lag | of the duration | reads per task | makespan |\n|---|---|---|---|---|---|');
for (const { load, policy, figures } of rows) {
	console.log(
		`| ${load} | ${policy} | ${seconds(figures)} s | ${(figures.lagShare * 100).toFixed(1)} % | ${figures.reads.toFixed(1)} | ${figures.makespan.toFixed(3)} |`,
	);
}
console.log('\n| load without progress | optimum for a known distribution, at the reads of ours |\n|---|---|');
for (const { load, settings, figures } of rows.filter(({ policy }) => policy === 'ours')) {
	if (settings.progress !== PROGRESS.none) continue;
	console.log(
		`| ${load} | ${(optimalLagMs(settings, figures.reads) / 1000).toFixed(2)} s @ ${figures.reads.toFixed(1)} |`,
	);
}
mkdirSync(DOCS, { recursive: true });
writeFileSync(join(DOCS, 'polling.svg'), chart());
console.log('\nWrote docs/polling.svg');

function seconds({ lagMs }: Figures): string {
	return (lagMs / 1000).toFixed(2);
}

/** One panel per load, both axes logarithmic; the corner at the bottom left is the best. */
function chart(): string {
	const shown = LOADS.slice(0, 6);
	const panels = shown.map(([load], index) => panel(load, 20 + (index % 3) * 300, 70 + Math.floor(index / 3) * 260));
	const legend = POLICIES.map(
		([name, , color], index) =>
			`<circle cx="${30 + index * 180}" cy="44" r="6" fill="${color}"/><text x="${42 + index * 180}" y="48">${name}</text>`,
	);
	return [
		'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 600" font-family="sans-serif" font-size="12" fill="#343a40">',
		'<rect width="920" height="600" fill="#fff"/>',
		'<text x="20" y="24" font-size="16">How late the end of a task is noticed, and how many status reads that takes (30 tasks)</text>',
		...legend,
		...panels,
		'</svg>\n',
	].join('\n');
}

function panel(load: string, left: number, top: number): string {
	const [width, height] = [270, 190];
	const x = (reads: number): number => 40 + (Math.log(reads / 1.5) / Math.log(80 / 1.5)) * (width - 50);
	const y = (lagMs: number): number => height - (Math.log(lagMs / 30) / Math.log(10_000 / 30)) * (height - 10);
	const gridX = [2, 5, 10, 20, 50].map(
		(reads) =>
			`<line x1="${x(reads).toFixed(1)}" x2="${x(reads).toFixed(1)}" y1="10" y2="${height}" stroke="#e9ecef"/><text x="${x(reads).toFixed(1)}" y="${height + 14}" text-anchor="middle" font-size="10">${reads}</text>`,
	);
	const gridY = [100, 300, 1000, 3000].map(
		(lag) =>
			`<line x1="40" x2="${width - 10}" y1="${y(lag).toFixed(1)}" y2="${y(lag).toFixed(1)}" stroke="#e9ecef"/><text x="36" y="${(y(lag) + 3).toFixed(1)}" text-anchor="end" font-size="10">${lag / 1000} s</text>`,
	);
	const dots = rows
		.filter((row) => row.load === load)
		.map(
			({ figures, color, policy }) =>
				`<circle cx="${x(figures.reads).toFixed(1)}" cy="${y(figures.lagMs).toFixed(1)}" r="${policy === 'ours' ? 7 : 5}" fill="${color}"><title>${policy}: ${seconds(figures)} s late, ${figures.reads.toFixed(1)} reads</title></circle>`,
		);
	return [
		`<g transform="translate(${left},${top})"><text x="40" y="4" font-weight="bold">${load}</text>`,
		...gridX,
		...gridY,
		...dots,
		`<text x="${width / 2 + 20}" y="${height + 28}" text-anchor="middle" font-size="10">reads per task</text></g>`,
	].join('\n');
}
