/* eslint-disable */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

import manifest from '../../package.json';

const ROOT = join(__dirname, '../..');

/** The compiler's own reading of the package's settings. */
const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
const inputs = fileNames.map((path) => relative(ROOT, path).replace(/\\/g, '/'));

it('holds nodes and credentials only: no test, example or tool is compiled into it', () => {
	expect(inputs.filter((path) => !/^(nodes\/NanoBanana|credentials)\//.test(path))).toEqual([]);
	expect(inputs.filter((path) => /test|spec/i.test(path))).toEqual([]);
});

it('holds what n8n is told to load', () => {
	const told = [...manifest.n8n.nodes, ...manifest.n8n.credentials].map((path) => path.replace(/^dist\//, '').replace(/\.js$/, '.ts'));

	expect(inputs).toEqual(expect.arrayContaining([...told, 'nodes/NanoBanana/NanoBanana.node.json']));
});

it('requires n8n-workflow, node:crypto and its own files, nothing else', () => {
	const required = inputs.filter((path) => path.endsWith('.ts')).flatMap((path) => {
		const { outputText } = ts.transpileModule(ts.sys.readFile(join(ROOT, path)) ?? '', { compilerOptions: options });
		return [...outputText.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => ({ path, name }));
	});
	const missing = required.filter(({ path, name }) => name.startsWith('.') && !['.ts', '/index.ts'].some((ending) => existsSync(join(ROOT, path, '..', name + ending))));

	expect(new Set(required.map(({ name }) => name).filter((name) => !name.startsWith('.')))).toEqual(new Set(['n8n-workflow', 'node:crypto']));
	expect(missing).toEqual([]);
});

it('writes neither maps nor build notes beside the code', () => {
	expect(options).toMatchObject({ incremental: false, sourceMap: false, declaration: false });
});

it('needs no package at run time', () => {
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
});
