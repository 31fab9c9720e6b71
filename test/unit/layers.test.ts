/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const FOLDER = join(__dirname, '../../nodes/NanoBanana');

/**
 * One story, read downwards: a file imports only from rows below its own, and files of one row do
 * not know each other. A new file gets its place here, or the test names it.
 */
const ROWS: Array<[row: string, files: string[]]> = [
	['shell', ['NanoBanana.node']],
	['fields', ['descriptions/imageToImage', 'descriptions/options', 'descriptions/shared', 'descriptions/tasks']],
	['story', ['lifecycle']],
	['purchase', ['buy']],
	['chapters', ['deliver', 'follow', 'order', 'preview', 'searchModels']],
	['one picture', ['picture']],
	['one item', ['job']],
	['steps', ['download', 'item', 'references', 'request', 'submit', 'wait']],
	['one look', ['fetched', 'status', 'verdict']],
	['a task by name', ['namedTask']],
	['formats', ['formats/index']],
	['one format each', ['formats/asyncTask', 'formats/gemini', 'formats/openAi']],
	['one dialect', ['formats/geminiAnswer']],
	['whole bodies', ['formats/decodeBody']],
	['outcomes of bodies', ['formats/outcomes']],
	['pictures of a task', ['formats/pictures']],
	['images in bodies', ['formats/imageRefs', 'formats/lastResort']],
	['words in bodies', ['formats/complaints', 'formats/taskFacts']],
	['texts in bodies', ['formats/imageText', 'formats/taskIds']],
	['single words', ['formats/places', 'formats/singleRef', 'formats/statusWords']],
	['meeting the others', ['answerLimits', 'ending', 'join', 'secret']],
	['one run', ['run']],
	['engine', ['attempt', 'gate', 'memory', 'room', 'schedule', 'settings', 'spares', 'transport']],
	['when to look', ['planner']],
	['one answer, what answers teach', ['answer', 'backoff', 'durations', 'limit', 'progress', 'queue', 'search']],
	['ages in bins', ['bins']],
	['what marks teach', ['marks']],
	['rules', ['brokenConnection', 'checks', 'classify']],
	['facts', ['clock', 'errors', 'form', 'models']],
	['clean words', ['cleanText']],
	['gateway words', ['bodyText', 'failureKinds', 'gatewayWords']],
	['ground', ['apiKey', 'baseUrl', 'imageBytes', 'json', 'phrases', 'sizes', 'types', 'unknownFile']],
	['below the ground', ['rareImages']],
];

const rowOf = new Map(ROWS.flatMap(([, files], row) => files.map((file) => [file, row] as const)));

function sources(folder = FOLDER): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return sources(path);
		return entry.name.endsWith('.ts') ? [path] : [];
	});
}

const nameOf = (path: string): string => relative(FOLDER, path).replace(/\\/g, '/').replace(/\.ts$/, '');

/** What stands behind `from` or in a call of import or require, types included. */
function importsOf(path: string): string[] {
	const text = readFileSync(path, 'utf8');
	const clause = String.raw`(?:type\s+)?(?:\{[^}]*\}|[\w*]+(?:\s+as\s+\w+)?(?:\s*,\s*\{[^}]*\})?)`;
	const found = text.matchAll(new RegExp(String.raw`^(?:import|export)\s+${clause}\s+from\s+'([^']+)'|^import\s+'([^']+)'|\b(?:import|require)\(\s*'([^']+)'`, 'gm'));
	return [...found].map(([, from, bare, called]) => from ?? bare ?? called);
}

function targetOf(path: string, written: string): string {
	const target = nameOf(join(dirname(path), written));
	return rowOf.has(`${target}/index`) ? `${target}/index` : target;
}

const EDGES = sources().flatMap((path) => importsOf(path).map((written) => ({ path, from: nameOf(path), written })));

it('has a row for every file, and a file for every entry', () => {
	expect([...rowOf.keys()].sort()).toEqual(sources().map(nameOf).sort());
});

it('finds the imports at all', () => {
	expect(EDGES.length).toBeGreaterThan(80);
});

it('imports only downwards', () => {
	const upwards = EDGES.filter(({ written }) => written.startsWith('.'))
		.map(({ path, from, written }) => ({ from, to: targetOf(path, written) }))
		.filter(({ from, to }) => (rowOf.get(to) ?? -1) <= (rowOf.get(from) ?? -1));

	expect(upwards).toEqual([]);
});

it('imports nothing from outside but n8n-workflow and node:crypto', () => {
	const outside = EDGES.filter(({ written }) => !written.startsWith('.')).map(({ written }) => written);

	expect(new Set(outside)).toEqual(new Set(['n8n-workflow', 'node:crypto']));
});

it('leaves no file that nobody imports', () => {
	const imported = new Set(EDGES.filter(({ written }) => written.startsWith('.')).map(({ path, written }) => targetOf(path, written)));

	expect(sources().map(nameOf).filter((name) => !imported.has(name))).toEqual(['NanoBanana.node']);
});
