/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { NanoBananaApi } from '../../../credentials/NanoBananaApi.credentials';
import { classify } from '../../../nodes/NanoBanana/errors/classify';
import { describeFailure } from '../../../nodes/NanoBanana/errors/failure';
import { KINDS, type FailureKind } from '../../../nodes/NanoBanana/errors/failureKinds';
import { NanoBanana } from '../../../nodes/NanoBanana/NanoBanana.node';
import { readSubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';

const ROOT = join(__dirname, '../../..');
const BANNED =
	/\b(gateways?|pictures?|address(es)?|holds|(?<!there )is no|has no such|as a rule|anew|beside|goes on|puts? out|at the moment|paid for|billed|purchase|refused|licence|colour|behaviour|catalogue|above|below)\b|;/i;
/** "Address" is only allowed in "IP address". */
const checked = (text: string): string => text.replace(/IP address(es)?/g, 'IP');

const { description } = new NanoBanana();
const credential = new NanoBananaApi();

type Entry = INodeProperties & INodePropertyOptions;

/** Every field and list entry with its path, also inside Options. */
function entriesIn(fields: readonly unknown[] = [], at = ''): Array<{ path: string; entry: Entry }> {
	return fields.flatMap((field) => {
		const entry = field as Entry;
		const path = `${at}${entry.displayName ?? entry.name}`;
		return [{ path, entry }, ...entriesIn([...(entry.options ?? []), ...(entry.modes ?? [])], `${path} > `)];
	});
}

const entries = entriesIn([...description.properties, ...credential.properties]);
const fieldTexts = entries.flatMap(({ path, entry }) =>
	[entry.displayName ?? entry.name, entry.description, entry.hint]
		.filter((text) => text !== undefined)
		.map((text) => [path, text] as const),
);
const otherTexts: Array<readonly [string, string]> = [
	['node', description.description],
	['builder hint', description.builderHint?.searchHint ?? ''],
	...(description.hints ?? []).map(({ message }) => ['hint', message] as const),
	...(credential.test.rules ?? []).map(({ properties }) => ['credential test', properties.message] as const),
];
const notes = readdirSync(join(ROOT, 'examples'))
	.filter((file) => file.endsWith('.json'))
	.flatMap((file) => {
		const workflow: { nodes: Array<{ type: string; parameters: { content?: string } }> } = JSON.parse(
			readFileSync(join(ROOT, 'examples', file), 'utf8'),
		);
		return workflow.nodes.filter(({ type }) => /stickyNote/.test(type)).map((n) => [file, n.parameters.content ?? '']);
	})
	// Shell commands in a note may contain names from a server.
	.map(([file, text]) => [file, text.replace(/```[\s\S]*?```|`[^`]*`/g, '')] as const);
const kinds = Object.keys(KINDS) as FailureKind[];

describe('banned words', () => {
	it.each([...fieldTexts, ...otherTexts, ...notes])('are not in %s: %s', (_, text) => {
		expect(checked(text)).not.toMatch(BANNED);
	});

	it.each(kinds)('are not in the texts of the failure %s', (kind) => {
		expect(checked(`${KINDS[kind].message}. ${KINDS[kind].nextStep}`)).not.toMatch(BANNED);
	});
});

describe('the length', () => {
	it.each(fieldTexts)('of %s is at most 140 characters: %s', (_, text) => expect(text.length).toBeLessThanOrEqual(140));

	it('of the hint of API Format, which is shown under the field, is at most 120 characters', () => {
		const apiFormat = entries.find(({ entry }) => entry.name === 'apiFormat')?.entry;
		expect(apiFormat?.hint?.length).toBeLessThanOrEqual(120);
	});

	it.each(kinds)('of the failure %s is at most 60 characters in the title and 180 in the next step', (kind) => {
		const { message, nextStep } = KINDS[kind];
		expect(message.length).toBeLessThanOrEqual(60);
		expect(message).not.toMatch(/\.$|\b(error|problem|failure|mistake)s?\b/i);
		expect(nextStep.length).toBeLessThanOrEqual(180);
	});
});

describe('the cost', () => {
	const phrases = (text: string): string[] => text.match(/You (were|were not|may have been) charged\./g) ?? [];

	it.each([
		['a proxy that requires a password', classify(407, '')],
		['a redirect', classify(302, '', { location: 'https://api.example/' })],
		['a Cloudflare challenge', classify(403, '', { 'cf-mitigated': 'challenge' })],
		['a Cloudflare challenge with HTTP 503', classify(503, '', { 'cf-mitigated': 'challenge' })],
		['a request that is too large', classify(413, '')],
		['an invalid key', classify(401, '')],
		['no credit', classify(402, '')],
	])('is stated once: %s', (_, failure) => {
		expect(phrases(describeFailure(failure).description)).toEqual(['You were not charged.']);
	});

	it('is stated once: a response that is too large to read', () => {
		const options = { decode: () => ({ kind: 'pending', status: 'unknown' }), prompt: '' } as never;
		const result = readSubmitResult({ kind: 'tooLarge', limit: 1_000_000 } as never, options);
		const { failure } = result as Extract<typeof result, { kind: 'failed' }>;
		expect(phrases(describeFailure(failure).description)).toEqual(['You may have been charged.']);
	});

	it.each(kinds.filter((kind) => 'cost' in KINDS[kind] && KINDS[kind].cost))('is stated once: %s', (kind) => {
		expect(phrases(describeFailure({ kind }).description)).toHaveLength(1);
	});
});
