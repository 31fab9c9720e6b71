/* eslint-disable */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import manifest from '../../../package.json';

const ROOT = join(__dirname, '../../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const yaml = (name: string) => parse(read(`.github/${name}`), { strict: true, uniqueKeys: true });

interface Job {
	permissions?: Record<string, string>;
	steps: Array<{ uses?: string; run?: string; with?: Record<string, unknown> }>;
}

const jobsOf = (name: string): Job[] => Object.values(yaml(`workflows/${name}`).jobs);
const commandsOf = (name: string): string[] => jobsOf(name).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));

describe('the workflows on GitHub', () => {
	it.each(['ci.yml', 'publish.yml'])('run only scripts and files that exist (%s)', (name) => {
		const scripts = commandsOf(name).flatMap((command) =>
			[...command.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script),
		);
		const files = commandsOf(name).flatMap((command) =>
			[...command.matchAll(/\.ci\/[\w.-]+/g)].map(([file]) => file.replace('.ci/', '')),
		);

		expect(scripts.length).toBeGreaterThan(1);
		expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
		expect(files.filter((file) => !readdirSync(join(ROOT, '.ci')).includes(file))).toEqual([]);
	});

	it('check every push on the oldest supported Node.js', () => {
		const oldest = manifest.engines.node.replace('>=', '');

		expect(yaml('workflows/ci.yml').jobs.check.strategy.matrix.node).toContain(oldest);
		expect(commandsOf('ci.yml')).toEqual(expect.arrayContaining(['npm test', '.ci/run', 'node .ci/scan-package.mjs']));
	});

	it('check only with commands that .ci/run runs once', () => {
		const lines = read('.ci/run').split('\n');
		const [check] = jobsOf('ci.yml');
		const commands = check.steps.map(({ run }) => run ?? '').filter((run) => run !== '');
		const elsewhere = commands.filter((run) => lines.filter((line) => line.split(' 2>&1')[0] === run).length !== 1);

		expect(commands).toContain('npm run format:check');
		expect(elsewhere).toEqual([]);
		expect(read('.ci/run')).not.toMatch(/onlyFailures/);
	});

	it('publish with provenance, only for a tag, and after the tests', () => {
		const [{ permissions }] = jobsOf('publish.yml');
		const commands = commandsOf('publish.yml');

		expect(yaml('workflows/publish.yml').on).toEqual({ push: { tags: ['v*'] } });
		expect(permissions).toEqual({ 'id-token': 'write', contents: 'write' });
		expect(commands.indexOf('npm test')).toBeGreaterThan(0);
		expect(commands.indexOf('npm publish --provenance --access public')).toBeGreaterThan(commands.indexOf('npm test'));
	});
});

it('the issue forms ask for what is needed to handle a report', () => {
	const fields: Array<{ id?: string; validations?: { required?: boolean } }> = yaml('ISSUE_TEMPLATE/bug.yml').body;
	const required = fields.filter(({ validations }) => validations?.required).map(({ id }) => id);

	expect(fields.map(({ id }) => id)).toEqual(
		expect.arrayContaining(['n8n', 'node', 'provider', 'task', 'request', 'details']),
	);
	expect(required).toEqual(expect.arrayContaining(['n8n', 'node', 'provider', 'details']));
	expect(yaml('ISSUE_TEMPLATE/feature.yml').body.length).toBeGreaterThan(1);
	expect(yaml('ISSUE_TEMPLATE/config.yml').blank_issues_enabled).toBe(false);
});

it('Dependabot ignores the packages that must keep their version', () => {
	const [{ ignore }] = yaml('dependabot.yml').updates as Array<{ ignore: Array<{ 'dependency-name': string }> }>;
	const names = ignore.map((entry) => entry['dependency-name']);

	expect(names).toEqual(
		expect.arrayContaining(['n8n-core', 'n8n-workflow', 'eslint', 'typescript', 'zod', '@types/node']),
	);
	expect(names.filter((name) => !name.endsWith('*') && !(name in manifest.devDependencies))).toEqual([]);
});

describe('the release notes', () => {
	const notesOf = (version: string): string =>
		execFileSync(process.execPath, [join(ROOT, '.ci/release-notes.mjs'), version], { encoding: 'utf8', stdio: 'pipe' });

	it('are rejected for a version other than that of the package', () => {
		expect(() => notesOf('99.0.0')).toThrow(`The package is version ${manifest.version}, not 99.0.0`);
	});

	it('are the section of the changelog, and are rejected if it is marked as unreleased', () => {
		const [title, ...lines] = read('CHANGELOG.md').split(/^## /m)[1].split('\n');

		expect(title.startsWith(manifest.version)).toBe(true);
		if (title.includes('unreleased')) expect(() => notesOf(manifest.version)).toThrow('Enter the date');
		else expect(notesOf(manifest.version).trim()).toBe(lines.join('\n').trim());
	});
});
