/* eslint-disable */
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import manifest from '../../../package.json';

/** The build's own settings. */
const { bundling } = require('../../../gulpfile.js') as { bundling: BuildOptions };
const ROOT = join(__dirname, '../../..');

let made: { files: Map<string, string>; metafile: Metafile };

beforeAll(async () => {
	const { outputFiles, metafile } = await build({ ...bundling, write: false, metafile: true });
	made = {
		files: new Map(
			(outputFiles ?? []).map((file) => [
				`dist${file.path.slice(join(ROOT, 'dist').length).replace(/\\/g, '/')}`,
				file.text,
			]),
		),
		metafile: metafile!,
	};
});

it('contains one file for each class that n8n loads', () => {
	expect([...made.files.keys()].sort()).toEqual([...manifest.n8n.credentials, ...manifest.n8n.nodes].sort());
});

it('contains only nodes and credentials: no tests, examples, tools, or packages', () => {
	const inputs = Object.keys(made.metafile.inputs);

	expect(inputs.length).toBeGreaterThan(40);
	expect(inputs.filter((path) => !/^(nodes\/NanoBanana|credentials)\/[\w/.]+\.ts$/.test(path))).toEqual([]);
	expect(inputs.filter((path) => /test|spec/i.test(path))).toEqual([]);
});

it('is readable: exported functions keep their names from the source', () => {
	const code = [...made.files.values()].join('\n');
	const names = Object.keys(made.metafile.inputs).flatMap((path) =>
		[...readFileSync(join(ROOT, path), 'utf8').matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name]) => name),
	);
	const missing = names.filter((name) => !new RegExp(`\\bfunction ${name}\\d*\\(`).test(code));

	expect(names.length).toBeGreaterThan(100);
	expect(missing).toEqual([]);
});

it('requires only n8n-workflow and node:crypto', () => {
	const outside = Object.values(made.metafile.outputs).flatMap(({ imports }) =>
		imports.filter(({ external }) => external).map(({ path }) => path),
	);
	const written = [...made.files.values()].flatMap((code) =>
		[...code.matchAll(/\b(?:require|import)\(["'`]([^"'`]+)/g)].map(([, name]) => name),
	);

	expect(new Set(outside)).toEqual(new Set(['n8n-workflow', 'node:crypto']));
	expect(new Set(written)).toEqual(new Set(['n8n-workflow', 'node:crypto']));
});

// The oldest version is the one in the README. Older versions do not export everything that the node imports.
describe.each(['n8n-workflow', 'n8n-workflow-oldest'])('with %s', (workflowPackage) => {
	const asked = (name: string): unknown => require(name === 'n8n-workflow' ? workflowPackage : name);

	function load(path: string): Record<string, new () => { name?: string; description?: { properties: object[] } }> {
		const module = { exports: {} };
		new Function('module', 'exports', 'require', made.files.get(path) ?? '')(module, module.exports, asked);
		return module.exports;
	}

	it('exports the classes that n8n loads by their file names', () => {
		const [node, credential] = [load(manifest.n8n.nodes[0]), load(manifest.n8n.credentials[0])];

		expect([Object.keys(node), Object.keys(credential)]).toEqual([['NanoBanana'], ['NanoBananaApi']]);
		expect(new node.NanoBanana().description?.properties.length).toBeGreaterThan(10);
		expect(new credential.NanoBananaApi().name).toBe('nanoBananaApi');
	});

	it('finds everything that it imports from n8n-workflow', () => {
		const code = [...made.files.values()].join('\n');
		const names = [...code.matchAll(/([\w$]+) = require\("n8n-workflow"\)/g)].flatMap(([, bound]) =>
			[...code.matchAll(new RegExp(`\\b${bound.replaceAll('$', '\\$')}\\.(\\w+)`, 'g'))].map(([, name]) => name),
		);

		expect(names.length).toBeGreaterThan(2);
		expect(
			[...new Set(names)].filter((name) => (asked('n8n-workflow') as Record<string, unknown>)[name] === undefined),
		).toEqual([]);
	});
});

it('is tested with the oldest n8n-workflow version in the README', () => {
	const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

	expect(readme).toContain(`n8n-workflow ${require('n8n-workflow-oldest/package.json').version.replace(/\.0$/, '')}`);
});

it('has only n8n-workflow as a peer dependency, and no dependencies', () => {
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});
