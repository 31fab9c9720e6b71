/* eslint-disable */
import { NanoBananaApi } from '../../../credentials/NanoBananaApi.credentials';
import { normalizeKey, writtenKeys } from '../../../nodes/NanoBanana/normalizeCredential';
import { redact } from '../../../nodes/NanoBanana/errors/redact';

/** The headers of a request that n8n sends with the credential. */
async function headersFor(apiKey: string): Promise<unknown> {
	const request = { url: 'https://api.example.com', headers: { accept: 'image/png' } };
	return (await new NanoBananaApi().authenticate({ apiKey }, request)).headers;
}

const headersWith = (key: string): unknown => ({ accept: 'image/png', Authorization: `Bearer ${key}` });

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

it.each(PASTED)('reads %j as the key, in the code and in the credential', async (typed) => {
	expect([normalizeKey(typed), await headersFor(typed)]).toEqual([KEY, headersWith(KEY)]);
});

it.each(['bearer-0123', 'Bearer', 'authorization', "it's", '', 'sk-a/b+c=='])('does not change %j', async (typed) => {
	expect([normalizeKey(typed), await headersFor(typed)]).toEqual([typed, headersWith(typed)]);
});

it.each(PASTED)('hides the key entered as %j, in whatever form the API quotes it', (typed) => {
	const quoted = [KEY, typed, `Bearer ${KEY}`, encodeURIComponent(KEY)]
		.map((key) => `Incorrect API key provided: ${key} (see above)`)
		.join(' ');

	expect(redact(quoted, typed)).not.toMatch(/k3y|secret|0123456789/);
});

it('hides a URL-encoded key, with uppercase or lowercase hex digits', () => {
	const key = 'abc+/=@0123';

	expect(redact('at /v1?q=abc%2B%2F%3D%400123 and abc%2b%2f%3d%400123', key)).toBe('at /v1?q=[key] and [key]');
});

it('ignores a key that is too short to redact, and accepts one with invalid Unicode', () => {
	expect(['', 'a', '"b"', '\u200b', '\ud800'].map(writtenKeys)).toEqual([[], [], [], [], []]);
	expect(writtenKeys('\ud800k3y.secret')).toEqual(['\ud800k3y.secret', 'k3y.secret']);
});
