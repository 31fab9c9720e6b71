/* eslint-disable */
import {
	keyOf,
	refsInMarkdown,
	refsInText,
	unique,
	withoutImages,
} from '../../../../nodes/NanoBanana/formats/decode/imagesInText';
import { refFrom } from '../../../../nodes/NanoBanana/formats/decode/imageRef';
import type { ImageRef } from '../../../../nodes/NanoBanana/types';

const BASE_URL = 'https://gateway.example/base/';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.webp?sig=1';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';

const shown = (ref: ImageRef | undefined): string | undefined => (ref ? keyOf(ref) : undefined);
const all = (refs: ImageRef[]): string[] => refs.map(keyOf);

describe('an address', () => {
	it.each([
		[A, A],
		[` ${A}\n`, A],
		['HTTPS://cdn.example/a', 'https://cdn.example/a'],
		['http://cdn.example/a', 'http://cdn.example/a'],
		['/files/a.png', 'https://gateway.example/files/a.png'],
		['./files/a.png', 'https://gateway.example/base/files/a.png'],
		['v1/files/a', 'https://gateway.example/base/v1/files/a'],
		['v1beta/files/a', 'https://gateway.example/base/v1beta/files/a'],
		['//cdn.example/a.png', A],
	])('is read from %j', (text, url) => {
		expect(refFrom(text, BASE_URL)).toEqual({ kind: 'url', url });
	});

	it('is taken below the base URL, with or without a slash at its end', () => {
		for (const base of [
			'https://gateway.example/base',
			'https://gateway.example/base/',
			'https://gateway.example/base//',
		]) {
			expect(shown(refFrom('./a.png', base))).toBe('https://gateway.example/base/a.png');
		}
	});

	it.each([
		['words', 'upstream returned status 400'],
		['an address with words', `${A} is gone`],
		['words with an address', `see ${A}`],
		['another scheme', 'ftp://cdn.example/a.png'],
		['a path that is none', 'v2/files/a'],
		['a path in the middle', 'files/v1/a'],
		['half an address', 'https:/'],
		['no host', 'http://'],
		['a host that cannot be', 'http://a b/'],
		['nothing', ''],
		['a number', 7],
		['null', null],
	])('is not %s', (_fact, value) => {
		expect(refFrom(value, BASE_URL)).toBeUndefined();
	});

	it('is none when it is relative and the base is no address', () => {
		expect(refFrom('/files/a.png', 'no base')).toBeUndefined();
		expect(refFrom('/files/a.png', 'ftp://gateway.example')).toBeUndefined();
	});
});

describe('base64', () => {
	it.each([['iVBORw0KGgoAAAA'], ['/9j/4AAQSkZJRg'], ['UklGRiQAAABXRUJQ'], ['R0lGODlhAQABAIAAAA']])(
		'is a picture when it starts like one (%s)',
		(base64) => {
			expect(refFrom(` ${base64} `, BASE_URL)).toEqual({ kind: 'base64', base64 });
			expect(refFrom(`x${base64}`, BASE_URL)).toBeUndefined();
		},
	);

	it.each([
		['an image', `data:image/avif;base64,AAAA`, 'AAAA'],
		['an image in capitals', `DATA:IMAGE/PNG;BASE64,${PNG}`, PNG],
		['an image with parameters', `data:image/png;name=a;base64,${PNG}`, PNG],
		['another type that holds an image', `data:application/octet-stream;base64,${PNG}`, PNG],
		['no type that holds an image', `data:;base64,${PNG}`, PNG],
	])('is read from a data URI of %s', (_fact, text, base64) => {
		expect(refFrom(text, BASE_URL)).toEqual({ kind: 'base64', base64 });
	});

	it.each([
		['a page', 'data:text/html;base64,PGI+'],
		['an image in words', 'data:image/svg+xml,<svg/>'],
		['an empty image', 'data:image/png;base64,'],
		['nothing behind it', 'data:image/png;base64'],
		['a picture beside a type', `x-data:image/png;base64,${PNG}`],
		['a head without end', `data:image/png${';x'.repeat(200)};base64,${PNG}`],
		['a page that ends alike', `data:text/html;q=data:image/;base64,PGI+`],
	])('is none in a data URI of %s', (_fact, text) => {
		expect(refFrom(text, BASE_URL)).toBeUndefined();
	});
});

describe('text', () => {
	it.each([
		[`${A},${B}`, [A, B]],
		[`${A};${B}`, [A, B]],
		[` ${A} ${B} `, [A, B]],
		[`${A}, ${B};\nhttp://cdn.example/c`, [A, B, 'http://cdn.example/c']],
		[`HTTPS://cdn.example/a,${B}`, ['https://cdn.example/a', B]],
		['https://cdn.example/a,b;c.png', ['https://cdn.example/a,b;c.png']],
		['http://cdn.example/a,http://cdn.example/b', ['http://cdn.example/a', 'http://cdn.example/b']],
		[`![one](${A}) and ![two](${B})`, [A, B]],
		['no address', []],
	])('holds addresses: %j', (text, urls) => {
		expect(all(refsInText(text, BASE_URL, false))).toEqual(urls);
	});

	it('is base64 of any type where base64 is expected', () => {
		const base64 = 'AAAAIGZ0eXBhdmlm';

		expect(refsInText(` ${base64}\n`, BASE_URL, true)).toEqual([{ kind: 'base64', base64 }]);
		expect(refsInText(base64, BASE_URL, false)).toEqual([]);
		expect(refsInText(base64.slice(1), BASE_URL, true)).toEqual([]);
		expect(refsInText('An error occurred!', BASE_URL, true)).toEqual([]);
		expect(refsInText('(AAAAIGZ0eXBhdmlm', BASE_URL, true)).toEqual([]);
	});

	it('is base64 by its first 200 letters', () => {
		expect(refsInText(`${'A'.repeat(200)}!`, BASE_URL, true)).toHaveLength(1);
		expect(refsInText(`${'A'.repeat(199)}!`, BASE_URL, true)).toHaveLength(0);
	});
});

describe('Markdown', () => {
	it.each([
		['an image', `Here: ![cube](${A}) done`, [A]],
		['an image with a title', `![cube](${A} "A cube")`, [A]],
		['an image with spaces around its address', `![cube]( ${A} )`, [A]],
		['an image without words', `![](${A})`, [A]],
		['an image of the gateway', '![cube](/files/a)', ['https://gateway.example/files/a']],
		['an image with its bytes', `![cube](data:image/png;base64,${PNG})`, [PNG]],
		['the same image twice', `![a](${A}) ![b](${A})`, [A]],
		['images before links', `[b](${B}) ![a](${A})`, [A]],
		['links to images where nothing is shown', `[a](${A}) and [b](${B})`, [A, B]],
		['links to images of the gateway', '[a](/files/a.png)', ['https://gateway.example/files/a.png']],
		['an image in a link', `[![a](${A})](https://shop.example/buy)`, [A]],
		['an image after an exclamation', `Done! [a](${A}) ![b](${B})`, [B]],
	])('shows %s', (_fact, text, urls) => {
		expect(all(refsInMarkdown(text, BASE_URL))).toEqual(urls);
	});

	it.each([
		['a link that is no image', '[shop](https://shop.example/buy)'],
		['a link to words', '[shop](not an address)'],
		['a linked picture in bytes', `[a](data:image/png;base64,${PNG})`],
		['a bracket that never closes', `![cube](${A.replace('.png', '')}`],
		['an address that cannot be', 'http://[no/a.png'],
		['a name that only looks like an image', 'https://cdn.example/a.pngx'],
	])('shows nothing in %s', (_fact, text) => {
		expect(refsInMarkdown(text, BASE_URL)).toEqual([]);
	});

	it.each(['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif', 'PNG'])('knows bare addresses that end in .%s', (ending) => {
		for (const tail of ['', '?sig=1', '#top']) {
			expect(
				all(
					refsInMarkdown(
						`Take <https://cdn.example/a.${ending}${tail}> or "http://cdn.example/b.${ending}".`,
						BASE_URL,
					),
				),
			).toEqual([`https://cdn.example/a.${ending}${tail}`, `http://cdn.example/b.${ending}`]);
		}
	});

	it.each([
		['a full stop', 'Here it is: https://cdn.example/a.png.'],
		['a comma', 'https://cdn.example/a.png, as you asked'],
		['an exclamation', 'Done! https://cdn.example/a.png!'],
		['bold type', '**https://cdn.example/a.png**'],
		['code', '`https://cdn.example/a.png`'],
		['a Chinese full stop', '图片在这里：https://cdn.example/a.png。请查收'],
		['a Chinese bracket', '（https://cdn.example/a.png）'],
	])('does not take %s for a part of a bare address', (_what, text) => {
		expect(all(refsInMarkdown(text, BASE_URL))).toEqual(['https://cdn.example/a.png']);
	});

	it('leaves full stops and commas within a bare address', () => {
		expect(all(refsInMarkdown('See https://cdn.example/v1.2/a,b.png?size=1.5.', BASE_URL))).toEqual([
			'https://cdn.example/v1.2/a,b.png?size=1.5',
		]);
	});

	it('looks for bare addresses in the first 100,000 characters', () => {
		expect(all(refsInMarkdown(`${' '.repeat(90_000)}${A}`, BASE_URL))).toEqual([A]);
		expect(refsInMarkdown(`${' '.repeat(100_000)}${A}`, BASE_URL)).toEqual([]);
	});

	it('shows a hundred images at most, however they are named', () => {
		const addresses = Array.from({ length: 120 }, (_, index) => `https://cdn.example/${index}.png`);

		for (const write of [(url: string) => `![](${url})`, (url: string) => `[a](${url})`, (url: string) => url]) {
			expect(all(refsInMarkdown(addresses.map(write).join(' '), BASE_URL))).toEqual(addresses.slice(0, 100));
		}
	});
});

it('counts the same picture once', () => {
	expect(
		unique([
			{ kind: 'url', url: A },
			{ kind: 'base64', base64: PNG },
			{ kind: 'url', url: A },
		]),
	).toEqual([
		{ kind: 'url', url: A },
		{ kind: 'base64', base64: PNG },
	]);
});

it.each([
	[`Here: ![cube](${A}) done`, 'Here:  done'],
	[`![a](${A})`, ''],
	[` ![a](${A}) one ![b](${B}) two `, 'one  two'],
	['no image) at all', 'no image) at all'],
])('keeps the words of %j', (text, words) => {
	expect(withoutImages(text)).toBe(words);
});
