/* eslint-disable */
import {
	bodyText,
	firstText,
	list,
	mergeJson,
	own,
	parseBody,
	parseJson,
	asObject,
	unwrapText,
} from '../../../nodes/NanoBanana/lib/json';

it('reads only own properties', () => {
	const hostile = JSON.parse('{ "__proto__": { "status": "x" } }') as unknown;

	expect([
		own({}, 'constructor'),
		own({}, '__proto__'),
		own(hostile, 'status'),
		own([], 'length'),
		own(null, 'a'),
		own('text', 'length'),
	]).toEqual(Array(6).fill(undefined));
	expect(own(hostile, '__proto__')).toEqual({ status: 'x' });
});

it.each([[null], [undefined], [7], ['text'], [[1, 2]]])('reads %j as an empty object', (value) => {
	expect(asObject(value)).toEqual({});
});

it('returns the first text that is not empty, trimmed', () => {
	expect(firstText({ a: '  ', b: 7, c: ' found ', d: 'later' }, 'a', 'b', 'c', 'd')).toBe('found');
	expect(firstText({ a: '' }, 'a', 'b')).toBeUndefined();
});

it('reads anything but an array as an empty list', () => {
	expect([list([1]), list('x'), list({ length: 1 }), list(undefined)]).toEqual([[1], [], [], []]);
});

it.each([
	['{"a":1}', { a: 1 }],
	['null', null],
	['{"a"', undefined],
	['<html>', undefined],
	['', undefined],
])('parses %s without throwing', (text, value) => {
	expect(parseJson(text)).toEqual(value);
});

it('parses text that contains JSON and leaves other text unchanged', () => {
	expect([unwrapText(' {"a":1}'), unwrapText('[1]'), unwrapText('{broken'), unwrapText('7'), unwrapText(7)]).toEqual([
		{ a: 1 },
		[1],
		'{broken',
		'7',
		7,
	]);
});

describe('merging', () => {
	it('combines nested objects and replaces everything else', () => {
		const merged = mergeJson(
			{ a: { b: 1, c: 2 }, list: [1, 2], n: 1 },
			{ a: { c: 3, d: 4 }, list: [9], n: 'text', fresh: true },
		);

		expect(merged).toEqual({ a: { b: 1, c: 3, d: 4 }, list: [9], n: 'text', fresh: true });
	});

	it('does not change its inputs', () => {
		const base = { a: { b: 1 } };
		const extra = { a: { c: 2 } };
		mergeJson(base, extra);

		expect([base, extra]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
	});

	it('does not pollute prototypes', () => {
		const merged = mergeJson(
			{},
			JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }'),
		);

		expect(({} as { polluted?: number }).polluted).toBeUndefined();
		expect((merged as { polluted?: number }).polluted).toBeUndefined();
	});
});

describe('a body', () => {
	it.each<[string, unknown]>([
		['{"a":1}', { a: 1 }],
		['\uFEFF {"a":1}\n', { a: 1 }],
		[JSON.stringify('{"a":1}'), { a: 1 }],
		['{"a"', '{"a"'],
		['{"a":1}{"b":2}', '{"a":1}{"b":2}'],
		['data: {"a":1}\n\n', 'data: {"a":1}\n\n'],
		['', ''],
		['\u0000\u0001PNG', '(binary data, 5 bytes)'],
	])('%j is read as %j', (text, value) => expect(parseBody(Buffer.from(text))).toEqual(value));

	it('is shown unchanged, up to 20,000 characters, and binary data as its size', () => {
		expect(bodyText(Buffer.from('{"task_id":12345678901234567890}'))).toBe('{"task_id":12345678901234567890}');
		expect(bodyText(Buffer.from('x'.repeat(1_000_000)))).toHaveLength(20_000);
		expect(bodyText(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]))).toBe('(binary data, 6 bytes)');
	});

	it('is parsed once, whatever its size and content', () => {
		const parse = jest.spyOn(JSON, 'parse');
		const charactersParsed = (text: string): number => {
			parse.mockClear();
			parseBody(Buffer.from(text));
			return parse.mock.calls.reduce((sum, [parsed]) => sum + parsed.length, 0);
		};
		try {
			for (const part of ['{"id":"a","k":1}', 'data: {}\n\n', '\n', '[', '{"a":', '"', '\\"', ")]}'", 'data:']) {
				for (const size of [1_000, 10_000, 100_000])
					expect(charactersParsed(part.repeat(size / part.length))).toBeLessThanOrEqual(size);
			}
		} finally {
			parse.mockRestore();
		}
	});
});

it('shows text without a truncated last character', () => {
	const cut = Buffer.from('{"task_id":"task-1","message":"任务').subarray(0, -1);

	expect(bodyText(cut)).toBe('{"task_id":"task-1","message":"任');
});
