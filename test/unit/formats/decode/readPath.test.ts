/* eslint-disable */
import { isPath, readPath } from '../../../../nodes/NanoBanana/formats/decode/readPath';

it.each(['url', 'data.url', 'data.output.pics[*].src', 'data[0]', '[0].url', '[*]', 'a[12][*].b-c_d e', '图片.url'])(
	'%s is a path',
	(path) => expect(isPath(path)).toBe(true),
);

it.each(['', '.', '.a', 'a.', 'a..b', 'a[', 'a[]', 'a[x]', 'a[-1]', 'a[*', 'a]b', 'a[0]b', 'a.[0]', '$[?(@.a)]'])(
	'%j is not a path',
	(path) => expect(isPath(path)).toBe(false),
);

const BODY = { list: [{ url: 'a' }, { url: 'b' }, null], text: '{"inner":[1,2]}', 'odd key': 1, list2: [['c'], ['d']] };

it.each<[string, unknown[]]>([
	['', [BODY]],
	['list[*].url', ['a', 'b']],
	['list[1].url', ['b']],
	['list[3].url', []],
	['list.url', []],
	['list.length', []],
	['list2[*][0]', ['c', 'd']],
	['list2[1][*]', ['d']],
	['text.inner[1]', [2]],
	['odd key', [1]],
	['odd key.more', []],
	['odd key[*]', []],
	['text[0]', []],
	['constructor.name', []],
	['__proto__', []],
])('reads the path %j as %j', (path, values) => expect(readPath(BODY, path)).toEqual(values));

it('returns at most 1,000 values', () => {
	const many = Array.from({ length: 2000 }, () => Array(2000).fill(1) as unknown[]);
	expect(readPath(many, '[*][*]')).toHaveLength(1000);
});

it('checks a path of 100,000 characters', () => {
	for (const part of ['a', 'a.', '[0]', '[*]', '[', '1'])
		expect(isPath(part.repeat(100_000 / part.length))).toBe(['a', '[0]', '[*]', '1'].includes(part));
});
