/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const FOLDER = join(__dirname, '../../../nodes/NanoBanana');

/** A folder imports only from rows after its own. */
const ROWS: string[][] = [
	['NanoBanana.node'],
	['lifecycle'],
	['steps'],
	['run', 'descriptions'],
	['parameters'],
	['submit', 'poll', 'images'],
	['formats', 'gateway'],
	['errors', 'listSearch'],
	['lib', 'models'],
	['types', 'normalizeCredential'],
];

const rowOf = new Map(ROWS.flatMap((names, row) => names.map((name) => [name, row] as const)));
/** The folder of a file, or the file itself if it is not in a folder. */
const placeOf = (name: string): string => name.split('/')[0];

function sources(folder = FOLDER): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return sources(path);
		return entry.name.endsWith('.ts') ? [path] : [];
	});
}

const nameOf = (path: string): string => relative(FOLDER, path).replace(/\\/g, '/').replace(/\.ts$/, '');

/** The module names after `from` and in calls of `import` or `require`, including type imports. */
function importsOf(path: string): string[] {
	const text = readFileSync(path, 'utf8');
	const clause = String.raw`(?:type\s+)?(?:\{[^}]*\}|[\w*]+(?:\s+as\s+\w+)?(?:\s*,\s*\{[^}]*\})?)`;
	const found = text.matchAll(
		new RegExp(
			String.raw`^(?:import|export)\s+${clause}\s+from\s+'([^']+)'|^import\s+'([^']+)'|\b(?:import|require)\(\s*'([^']+)'`,
			'gm',
		),
	);
	return [...found].map(([, from, bare, called]) => from ?? bare ?? called);
}

function targetOf(path: string, written: string): string {
	const target = nameOf(join(dirname(path), written));
	return FILES.includes(`${target}/index`) ? `${target}/index` : target;
}

const FILES = sources().map(nameOf);
const EDGES = sources().flatMap((path) => importsOf(path).map((written) => ({ path, from: nameOf(path), written })));
const INNER_EDGES = EDGES.filter(({ written }) => written.startsWith('.')).map(({ path, from, written }) => ({
	from,
	to: targetOf(path, written),
}));

it('has a row for every file and folder', () => {
	expect([...new Set(FILES.map(placeOf))].sort()).toEqual([...rowOf.keys()].sort());
});

it('finds the imports that the other tests check', () => {
	expect(INNER_EDGES.length).toBeGreaterThan(80);
});

it('imports only from later rows or within a folder', () => {
	const row = (name: string): number => rowOf.get(placeOf(name)) ?? -1;
	const upwards = INNER_EDGES.filter(({ from, to }) => placeOf(from) !== placeOf(to) && row(to) <= row(from));

	expect(upwards).toEqual([]);
});

it('has no circular imports', () => {
	const open = new Set(FILES);
	for (let size = -1; size !== open.size; ) {
		size = open.size;
		for (const name of open) {
			if (!INNER_EDGES.some(({ from, to }) => from === name && open.has(to))) open.delete(name);
		}
	}

	expect([...open]).toEqual([]);
});

it('imports only n8n-workflow and node:crypto from outside', () => {
	const outside = EDGES.filter(({ written }) => !written.startsWith('.')).map(({ written }) => written);

	expect(new Set(outside)).toEqual(new Set(['n8n-workflow', 'node:crypto']));
});

it('imports every file except the node itself', () => {
	const imported = new Set(INNER_EDGES.map(({ to }) => to));

	expect(FILES.filter((name) => !imported.has(name))).toEqual(['NanoBanana.node']);
});

it('has test files of at most 500 lines', () => {
	const tests = sources(join(__dirname, '../..')).filter((path) => path.endsWith('.test.ts'));

	expect(tests.length).toBeGreaterThan(100);
	expect(tests.filter((path) => readFileSync(path, 'utf8').split('\n').length > 501)).toEqual([]);
});
