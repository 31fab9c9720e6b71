/* eslint-disable */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchGroup } from '../row';
import { median } from '../report/statistics';

const run = promisify(execFile);
const ROOT = join(__dirname, '../../..');
/** What the build needs. */
const SOURCES = ['nodes', 'credentials', 'icons', 'package.json', 'tsconfig.json', 'gulpfile.js'];
const PROCESSES = 15;

/** n8n has already loaded n8n-workflow when it loads a node. */
const SCRIPT = `
	require('n8n-workflow');
	const from = performance.now();
	require(process.argv[1]);
	console.log(performance.now() - from);
`;

let folder: string | undefined;

/** Builds a copy, because the build in the checkout may be old. */
async function build(): Promise<void> {
	folder = mkdtempSync(join(tmpdir(), 'nanobanana-bench-'));
	for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	await run('npm', ['run', 'build'], { cwd: folder });
}

async function requireMs(path: string): Promise<number> {
	const { stdout } = await run(process.execPath, ['-e', SCRIPT, path], {
		cwd: folder,
		env: { ...process.env, NODE_OPTIONS: '' },
	});
	return Number(stdout);
}

function bytesIn(path: string): number {
	if (!statSync(path).isDirectory()) return statSync(path).size;
	return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

export const loading: BenchGroup = {
	name: 'loading',
	rows: [
		{
			id: 'loading.node',
			name: 'require of the node, n8n-workflow being loaded (median of 15 processes)',
			unit: 'ms',
			digits: 1,
			target: { atMost: 15 },
		},
		{
			id: 'loading.size',
			name: 'files of dist together',
			unit: 'kB',
			digits: 1,
		},
	],
	seconds: 8,
	async open({ report }) {
		report('building');
		await build();
	},
	async close() {
		if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
	},
	async measure({ report }) {
		const dist = join(folder ?? '', 'dist');
		const path = join(dist, 'nodes/NanoBanana/NanoBanana.node.js');
		const times: number[] = [];
		while (times.length < PROCESSES) {
			report(`process ${times.length + 1} of ${PROCESSES}`);
			times.push(await requireMs(path));
		}
		return { 'loading.node': median(times), 'loading.size': bytesIn(dist) / 1000 };
	},
};
