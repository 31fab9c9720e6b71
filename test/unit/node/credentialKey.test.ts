/* eslint-disable */
import type { INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { NanoBananaApi } from '../../../credentials/NanoBananaApi.credentials';
import { normalizeKey, writtenKeys } from '../../../nodes/NanoBanana/credentialText';
import { redact } from '../../../nodes/NanoBanana/errors/redact';

const node = {
	id: '1',
	name: 'Node',
	type: 'test',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};
const nodeTypes = { getByNameAndVersion: () => ({ description: { properties: [] } }) } as unknown as INodeTypes;
const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });

/** The header that n8n makes of a credential. */
function headerOf(apiKey: string): unknown {
	const { Authorization } = new NanoBananaApi().authenticate.properties.headers ?? {};
	return workflow.expression.getParameterValue(Authorization as string, null, 0, 0, node.name, [], 'manual', {
		$credentials: { apiKey },
	});
}

const KEY = 'k3y.secret-0123456789';

const PASTED = [
	KEY,
	`  ${KEY}\n`,
	`${KEY}\u200b`,
	`\ufeff${KEY}`,
	`“${KEY}”`,
	`"${KEY}"`,
	`'${KEY}'`,
	`\`${KEY}\``,
	'k3y.secret-\n0123456789',
	'k3y.secret-\r\n  0123456789',
	'k3y.secret\u00ad-0123456789',
	`Bearer ${KEY}`,
	`bearer\u00a0${KEY}`,
	`"Bearer ${KEY}"`,
	`Bearer "${KEY}"`,
	`Authorization: Bearer ${KEY}`,
	`\u201cBearer\t${KEY}\u201d `,
];

it.each(PASTED)('reads %j as the key, in the code and in the credential', (typed) => {
	expect([normalizeKey(typed), headerOf(typed)]).toEqual([KEY, `Bearer ${KEY}`]);
});

it.each(['bearer-0123', 'Bearer', 'authorization', "it's", '', 'sk-a/b+c=='])('leaves %j as it is', (typed) => {
	expect([normalizeKey(typed), headerOf(typed)]).toEqual([typed, `Bearer ${typed}`]);
});

it.each(PASTED)('shows nothing of the key typed as %j, however the API quotes it', (typed) => {
	const quoted = [KEY, typed, `Bearer ${KEY}`, encodeURIComponent(KEY)]
		.map((key) => `Incorrect API key provided: ${key} (see above)`)
		.join(' ');

	expect(redact(quoted, typed)).not.toMatch(/k3y|secret|0123456789/);
});

it('hides a key in a URL, in either case', () => {
	const key = 'abc+/=@0123';

	expect(redact('at /v1?q=abc%2B%2F%3D%400123 and abc%2b%2f%3d%400123', key)).toBe('at /v1?q=[key] and [key]');
});

it('takes no text apart for a key that is too short to be one, or no text at all', () => {
	expect(['', 'a', '"b"', '\u200b', '\ud800'].map(writtenKeys)).toEqual([[], [], [], [], []]);
	expect(writtenKeys('\ud800k3y.secret')).toEqual(['\ud800k3y.secret', 'k3y.secret']);
});
