/* eslint-disable */
import { parsePath, readPath } from '../../../../nodes/NanoBanana/formats/decode/readPath';

it.each([
	['url', ['url']],
	['data.url', ['data', 'url']],
	['data.output.pics[*].src', ['data', 'output', 'pics', '[*]', 'src']],
	['data[0]', ['data', '[0]']],
	['[0].url', ['[0]', 'url']],
	['a[12][*].b-c_d e', ['a', '[12]', '[*]', 'b-c_d e']],
	['图片.url', ['图片', 'url']],
])('reads the path %s', (path, steps) => expect(parsePath(path)).toEqual(steps));

it.each(['', '.', '.a', 'a.', 'a..b', 'a[', 'a[]', 'a[x]', 'a[-1]', 'a[*', 'a]b', 'a[0]b', 'a.[0]', '$[?(@.a)]'])(
	'does not read %j',
	(path) => expect(parsePath(path)).toBeUndefined(),
);

const BODY = { list: [{ url: 'a' }, { url: 'b' }, null], text: '{"inner":[1,2]}', 'odd key': 1 };

it.each<[string, unknown[]]>([
	['list[*].url', ['a', 'b']],
	['list[1].url', ['b']],
	['list[3].url', []],
	['list.url', []],
	['text.inner[1]', [2]],
	['odd key', [1]],
	['odd key.more', []],
	['text[0]', []],
	['constructor.name', []],
	['__proto__', []],
])('finds at %s %j', (path, values) => expect(readPath(BODY, parsePath(path) ?? [])).toEqual(values));

it('gives the value itself for no steps, and a bounded number of values', () => {
	expect(readPath(BODY, [])).toEqual([BODY]);
	const many = Array.from({ length: 2000 }, () => Array(2000).fill(1) as unknown[]);
	expect(readPath(many, ['[*]', '[*]'])).toHaveLength(1000);
});
