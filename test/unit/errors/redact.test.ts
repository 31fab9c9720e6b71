/* eslint-disable */
import { redact } from '../../../nodes/NanoBanana/errors/redact';
import { describeFailure } from '../../../nodes/NanoBanana/errors/failure';

const KEY = 'sk-sandbox-0123456789abcdef';

it.each([
	['the words as they are', '用户额度不足, 剩余额度: ＄0.000000', '用户额度不足, 剩余额度: ＄0.000000'],
	[
		'a comparison, which is no markup',
		'prompt length must be < 4000 and n > 0',
		'prompt length must be < 4000 and n > 0',
	],
	[
		'the title of a page',
		'<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>',
		'(web page) 502 Bad Gateway',
	],
	['that there was a page', '<html><body>x</body></html>', '(web page)'],
	['words without their markup', 'Sorry, <b>no</b> <a href="https://x.example">image</a>', 'Sorry,  no   image'],
	['that there was a key', `Invalid token ${KEY} given`, 'Invalid token [key] given'],
	[
		"that there was somebody else's key",
		'Incorrect API key: sk-abcdefgh and Bearer abcdefgh',
		'Incorrect API key: sk-[key] and Bearer [key]',
	],
	[
		'a URL without its signature',
		'could not load https://cdn.example/a.png?Signature=abc&Expires=1 now',
		'could not load https://cdn.example/a.png now',
	],
	[
		'a path without its signature',
		'could not load /files/a.png?expires=1&signature=6f2c now',
		'could not load /files/a.png now',
	],
	['a URL without its password', 'proxy http://user:secret@proxy.example failed', 'proxy http://proxy.example failed'],
	['that there was a data URI', 'bad image data:image/png;base64,iVBORw0KGgo= sent', 'bad image [image data] sent'],
	['that there was base64', `bad image ${'iVBORw0KGgo'.repeat(20)}== sent`, 'bad image [image data] sent'],
	['that there was base64 in lines', `bad image ${`${'A'.repeat(76)}\n`.repeat(4)}end`, 'bad image [image data]'],
	[
		'that there were bytes',
		`bad image [${Array.from({ length: 40 }, (_, index) => index * 6).join(',')}]`,
		'bad image [[bytes]]',
	],
	['one line', 'first\r\nsecond\u0000third', 'first second third'],
])('shows %s', (_fact, text, shown) => {
	expect(redact(text, ` ${KEY}\n`)).toBe(shown);
});

it('cuts long words, but never the id of the request', () => {
	const shown = redact(`${'word '.repeat(400)}(request id: 20261122AbCd)`);
	expect(shown).toMatch(/^word .*… \(request id: 20261122AbCd\)$/);
	expect(shown.length).toBeLessThanOrEqual(500);
	expect(redact('word '.repeat(400)).length).toBeLessThanOrEqual(500);
});

it('explains in English what happened, and contains the message and code of the API', () => {
	const { message, description, data } = describeFailure({
		kind: 'insufficient_balance',
		gatewayCode: 'insufficient_user_quota',
		gatewayMessage: '用户额度不足 (request id: 2026)',
		httpStatus: 403,
	});
	expect(message).toBe('Not enough credit for this request');
	expect(description).toContain('API response: 用户额度不足 (request id: 2026)');
	expect(data).toMatchObject({
		errorCode: 'insufficient_balance',
		gatewayCode: 'insufficient_user_quota',
		httpStatus: 403,
	});
});
