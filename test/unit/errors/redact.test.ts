/* eslint-disable */
import { redact, redactResponse } from '../../../nodes/NanoBanana/errors/redact';
import { describeFailure } from '../../../nodes/NanoBanana/errors/failure';

const KEY = 'sk-sandbox-0123456789abcdef';

it.each([
	['ordinary text unchanged', '用户额度不足, 剩余额度: ＄0.000000', '用户额度不足, 剩余额度: ＄0.000000'],
	[
		'a comparison, which is not markup',
		'prompt length must be < 4000 and n > 0',
		'prompt length must be < 4000 and n > 0',
	],
	[
		'the title of a web page',
		'<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>',
		'(web page) 502 Bad Gateway',
	],
	['a placeholder for a web page', '<html><body>x</body></html>', '(web page)'],
	['a placeholder for a key with escaped characters', `Bearer ${'Ab\\/Cd'} \\u002b ok`, 'Bearer [key] + ok'],
	['a placeholder for a key in JSON inside JSON', `Bearer ${'Ab\\\\/Cd'} ok`, 'Bearer [key] ok'],
	[
		'a URL without its signature if its slashes are escaped',
		'{"url":"https:\\/\\/cdn.example\\/a.png?auth_key=1-2-3"}',
		'{"url":"https://cdn.example/a.png"}',
	],
	['text without its markup', 'Sorry, <b>no</b> <a href="https://x.example">image</a>', 'Sorry,  no   image'],
	['a placeholder for the key', `Invalid token ${KEY} given`, 'Invalid token [key] given'],
	[
		'a placeholder for other keys',
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
	['a placeholder for a data URI', 'bad image data:image/png;base64,iVBORw0KGgo= sent', 'bad image [image data] sent'],
	['a placeholder for base64', `bad image ${'iVBORw0KGgo'.repeat(20)}== sent`, 'bad image [image data] sent'],
	[
		'a placeholder for base64 with line breaks',
		`bad image ${`${'A'.repeat(76)}\n`.repeat(4)}end`,
		'bad image [image data]',
	],
	[
		'a placeholder for bytes',
		`bad image [${Array.from({ length: 40 }, (_, index) => index * 6).join(',')}]`,
		'bad image [[bytes]]',
	],
	['one line', 'first\r\nsecond\u0000third', 'first second third'],
])('shows %s', (_fact, text, shown) => {
	expect(redact(text, ` ${KEY}\n`)).toBe(shown);
});

it('shortens a long text, but keeps the request ID', () => {
	const shown = redact(`${'word '.repeat(400)}(request id: 20261122AbCd)`);
	expect(shown).toMatch(/^word .*… \(request id: 20261122AbCd\)$/);
	expect(shown.length).toBeLessThanOrEqual(500);
	expect(redact('word '.repeat(400)).length).toBeLessThanOrEqual(500);
});

it('removes the key and image data from a response without an image, which is saved in the execution', () => {
	const response = `{"note":"${KEY}","data":"${'iVBORw0KGgo'.repeat(20)}"}`;

	expect(redactResponse({ kind: 'images', images: [], response }, KEY)).toEqual({
		kind: 'images',
		images: [],
		response: '{"note":"[key]","data":"[image data]"}',
	});
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
