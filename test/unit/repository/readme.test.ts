/* eslint-disable */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { KINDS } from '../../../nodes/NanoBanana/errors/failureKinds';
import manifest from '../../../package.json';
import { fieldsPage } from '../../docs/fieldsPage';

const ROOT = join(__dirname, '../../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const README = read('README.md');
const DOCUMENTS = [
	'README.md',
	'CONTRIBUTING.md',
	'CHANGELOG.md',
	'SECURITY.md',
	'BENCHMARKS.md',
	'SCALING.md',
	'docs/README.md',
	'docs/api.md',
	'docs/billing.md',
	'docs/errors.md',
	'docs/examples.md',
	'docs/fields.md',
	'docs/n8n-3.md',
	'docs/recipes.md',
	'docs/ux-checklist.md',
];

/** The text from this heading (level 2 or 3) to the next one. */
function chapter(title: string, document = README): string {
	const [, rest] = document.split(new RegExp(`\\n###? ${title}\\n`));
	if (rest === undefined) throw new Error(`The README does not contain the heading ${title}`);
	return rest.split(/\n###? /)[0];
}

const firstCells = (text: string, cell: RegExp): string[] => [...text.matchAll(cell)].map(([, name]) => name);

/** The anchor that GitHub creates for a heading. */
const anchorOf = (heading: string): string =>
	`#${heading
		.toLowerCase()
		.replace(/[^\w\- ]/g, '')
		.replace(/ /g, '-')}`;

describe('the documentation', () => {
	it('has a page with all fields as in the node (npm run docs writes it)', () => {
		expect(read('docs/fields.md')).toBe(fieldsPage());
		expect(README).toContain('](docs/fields.md)');
	});

	it('lists exactly the existing error codes with their titles, in alphabetical order', () => {
		const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)].map(
			([, code, title]) => [code, title.replace(/\*/g, "'")],
		);

		expect(rows).toEqual(
			Object.entries(KINDS)
				.map(([code, { message }]) => [code, message])
				.sort(),
		);
		expect(README).toContain('](docs/errors.md)');
	});

	it('lists exactly the existing examples, with file and workflow name', () => {
		const listed = [
			...read('docs/examples.md').matchAll(/^\| \[([\w-]+)\]\(\.\.\/examples\/\1\.json\) \| ([^|]+) \|/gm),
		].map(([, file, name]) => [`${file}.json`, name]);
		const there = readdirSync(join(ROOT, 'examples')).map((file) => [file, JSON.parse(read(`examples/${file}`)).name]);

		expect(listed.sort()).toEqual(there.sort());
		expect(README).toContain('](docs/examples.md)');
	});

	it('shows existing screenshots in the README, a complete workflow first', () => {
		const shown = firstCells(README, /\]\(docs\/screenshots\/([\w-]+)\.png\)/g);
		const taken = readdirSync(join(ROOT, 'docs/screenshots')).map((file) => file.replace('.png', ''));

		expect(shown[0]).toBe('hero');
		expect(shown.filter((name) => !taken.includes(name))).toEqual([]);
	});

	it('has a README of fewer than 1,200 words', () => {
		expect(README.match(/\S*\w\S*/g)?.length).toBeLessThan(1_200);
	});

	it('has the exact commands to clone, test, and try the package in the README', () => {
		const commands = [...README.matchAll(/```bash\n([\s\S]*?)```/g)].flatMap(([, lines]) => lines.trim().split('\n'));

		expect(commands).toEqual(
			expect.arrayContaining([
				'npm ci && npm test',
				'npm ci && npm run demo -- "A small red cube on a clean white desk"',
				'npm ci && npm start',
			]),
		);
		expect(commands).toContain(`git clone ${manifest.repository.url.replace('git+', '')}`);
	});

	it("has the chapters of n8n's README template, in the same order", () => {
		const asked = [
			'Installation',
			'Operations',
			'Credentials',
			'Compatibility',
			'Usage',
			'Resources',
			'Version history',
		];

		expect(firstCells(README, /^## (.+)$/gm).filter((title) => asked.includes(title))).toEqual(asked);
	});
});

it('the page of fields shows what applies if an option is not added', () => {
	const defaults = new Map(
		[...fieldsPage().matchAll(/^\| .+? \| `(\w+)` \| [^|]+ \| ([^|]*) \|/gm)].map(([, name, value]) => [name, value]),
	);

	expect(defaults.get('maxImages')).toBe('`100` when added; else no limit');
	expect(defaults.get('unitPrice')).toBe('none');
	expect(defaults.get('timeout')).toBe('`600`');
});

describe.each(DOCUMENTS)('%s', (name) => {
	const text = read(name);
	const links = firstCells(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));

	it('links only to files and headings that exist', () => {
		const broken = links.filter((link) => {
			const [file, anchor] = link.split('#');
			const path = join(ROOT, name, '..', file);
			if (file !== '' && !existsSync(path)) return true;
			if (anchor === undefined) return false;
			const target = file === '' ? text : readFileSync(path, 'utf8');
			return !firstCells(target, /^#+ (.+)$/gm)
				.map(anchorOf)
				.includes(`#${anchor}`);
		});

		expect(broken).toEqual([]);
	});

	it('mentions only npm scripts that exist', () => {
		const scripts = firstCells(text, /npm run ([\w:-]+)/g);

		expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
	});
});

it('the UX checklist has all 84 guidelines and mentions only test files that exist', () => {
	const list = read('docs/ux-checklist.md');
	const tests = ['unit', 'engine', 'e2e/tests'].flatMap((folder) =>
		readdirSync(join(ROOT, 'test', folder), { recursive: true }).map((file) => basename(String(file))),
	);

	expect(firstCells(list, /^\| (\d+) \|/gm).map(Number)).toEqual(Array.from({ length: 84 }, (_, index) => index + 1));
	expect(firstCells(list, /`(\w+\.test\.ts)`/g).filter((file) => !tests.includes(file))).toEqual([]);
});

it('the folder table contains every folder and file of the node', () => {
	const table = chapter('Folders', read('CONTRIBUTING.md'));
	const names = readdirSync(join(ROOT, 'nodes/NanoBanana'));

	expect(names.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
});
