/* eslint-disable */
import { newImages, refFrom, refIn } from '../../../../nodes/NanoBanana/formats/decode/imageRef';
import { PNG } from '../../support/decoding';

const BASE = 'https://api.example/relay//';
const CODE = 'A'.repeat(20);
const url = (text: string) => ({ kind: 'url', url: text });
const base64 = (text: string) => ({ kind: 'base64', base64: text });

describe('text', () => {
	it.each([
		['https://cdn.example/a.png', 'https://cdn.example/a.png'],
		['http://cdn.example/a.png', 'http://cdn.example/a.png'],
		['  HTTPS://cdn.example/a.png\n', 'https://cdn.example/a.png'],
		['//cdn.example/a.png', 'https://cdn.example/a.png'],
		['/files/a.png', 'https://api.example/files/a.png'],
		['/v1/files/a.png', 'https://api.example/relay/v1/files/a.png'],
		['/v1beta/files/a', 'https://api.example/relay/v1beta/files/a'],
		['/x/v1/files/a', 'https://api.example/x/v1/files/a'],
	])('is a URL: %j', (text, read) => {
		expect(refFrom(text, BASE)).toEqual(url(read));
	});

	it('is a URL on the host of a base URL with http', () => {
		expect(refFrom('/a.png', 'http://api.example')).toEqual(url('http://api.example/a.png'));
	});

	it.each([
		['', '/a.png'],
		['ftp://files.example', '/a.png'],
		['xhttps://files.example', '/a.png'],
		[BASE, 'file:///etc/passwd'],
		[BASE, 'https://cdn.example/a.png failed'],
		[BASE, 'see https://cdn.example/a.png'],
	])('is not an image with the base URL %j: %j', (baseUrl, text) => {
		expect(refFrom(text, baseUrl)).toBeUndefined();
	});

	it('is not searched for white space after 10,000 characters', () => {
		expect(refFrom(`https://cdn.example/${'a'.repeat(10_000)} b`, BASE)?.kind).toBe('url');
	});

	it.each([PNG, '/9j/4AAQSkZJRg', '_9j_4AAQSkZJRg', 'UklGRh4A', 'R0lGODlh'])(
		'is base64 if it starts like an image: %s',
		(text) => expect(refFrom(` ${text} `, BASE)).toEqual(base64(text)),
	);

	it.each(['xx' + PNG, '!' + CODE, CODE + '!', CODE, '', 7, null])('is not base64: %j', (text) => {
		expect(refFrom(text, BASE)).toBeUndefined();
	});

	it('is base64 of an unknown format only where the API returns base64', () => {
		const lines = `${'B'.repeat(76)}\r\n`.repeat(4);

		expect(refFrom(CODE, BASE, true)).toEqual(base64(CODE));
		expect(refFrom(lines, BASE, true)).toEqual(base64(lines.trim()));
		expect(refFrom(`${'A'.repeat(250)}!`, BASE, true)?.kind).toBe('base64');
		for (const text of [`!${CODE}`, `${CODE}!`, 'A'.repeat(15), `${CODE}===`])
			expect(refFrom(text, BASE, true)).toBeUndefined();
	});
});

describe('a data URI', () => {
	it.each([
		['data:image/png;base64,AAAA', 'AAAA'],
		['DATA:IMAGE/PNG;BASE64,AAAA', 'AAAA'],
		['data:image/png;name=a;base64,AAAAdata:AAAA', 'AAAAdata:AAAA'],
		[`data:application/octet-stream;base64,${PNG}`, PNG],
	])('is an image: %s', (text, read) => {
		expect(refFrom(text, BASE)).toEqual(base64(read));
	});

	it.each([
		'data:text/plain;base64,AAAA',
		'data:image/svg+xml,AAAA',
		'data:image/png;base64,',
		'data:image/png;base64,data:image/png;base64,AAAA',
		`see data:image/png;base64,${PNG}`,
		'data:image/png;base64',
	])('is not an image: %s', (text) => {
		expect(refFrom(text, BASE)).toBeUndefined();
	});
});

describe('a result entry', () => {
	it.each<[entry: unknown, read: object | undefined]>([
		['https://cdn.example/a.png', url('https://cdn.example/a.png')],
		[{ url: 'https://cdn.example/a.png', b64_json: '' }, url('https://cdn.example/a.png')],
		[{ url: '', b64_json: CODE }, base64(CODE)],
		[{ url: ' https://cdn.example/my file.png ' }, url('https://cdn.example/my%20file.png')],
		[{ url: 'http://cdn.example/my file.jpg?a=1' }, url('http://cdn.example/my%20file.jpg?a=1')],
		[{ url: 'https://cdn.example/my file.jpeg' }, url('https://cdn.example/my%20file.jpeg')],
		[{ url: 'see https://cdn.example/my file.png' }, undefined],
		[{ url: 'https://cdn.example/my file' }, undefined],
		[{ url: 'https://cdn.example/x failed: see docs.png' }, undefined],
		[{ url: 'https://cdn.example/my file.png was deleted' }, undefined],
		[{ url: `https://cdn.example/${'a b'.repeat(1000)}.png` }, undefined],
		[{ id: 'https://cdn.example/a.png' }, undefined],
	])('%j', (entry, read) => {
		expect(refIn(entry, BASE)).toEqual(read);
	});

	it.each<[entry: string, read: string | undefined]>([
		[' https://cdn.example/my file ', 'https://cdn.example/my%20file'],
		['http://cdn.example/my file', 'http://cdn.example/my%20file'],
		['see https://cdn.example/my file', undefined],
	])('at the path of the user: %j', (entry, read) => {
		expect(refIn(entry, BASE, true)).toEqual(read && url(read));
	});
});

it('removes the references that were sent, and keeps duplicates', () => {
	const refs = [url('https://cdn.example/a.png'), url('https://mine.example/r.png'), base64('AAAA'), base64('BBBB')];
	const references = ['https://mine.example/r.png', 'data:image/png;base64,AAAA', 'not a URL'];
	const all = [...refs, ...refs] as Parameters<typeof newImages>[0];
	const left = [refs[0], refs[3]];

	expect(newImages(all, { references }, BASE)).toEqual([...left, ...left]);
	expect(newImages(all, {}, BASE)).toEqual(all);
});
