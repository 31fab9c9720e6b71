/* eslint-disable */
import {
	byName,
	firstText,
	list,
	mergeJson,
	own,
	parseJson,
	record,
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

it.each([[null], [undefined], [7], ['text'], [[1, 2]]])('reads %j as an empty record', (value) => {
	expect(record(value)).toEqual({});
});

it('takes the first text that says something, trimmed', () => {
	expect(firstText({ a: '  ', b: 7, c: ' found ', d: 'later' }, 'a', 'b', 'c', 'd')).toBe('found');
	expect(firstText({ a: '' }, 'a', 'b')).toBeUndefined();
});

it('finds properties however their names are written, the first that is not empty', () => {
	expect([...byName({ result_url: '', 'Result-URL': 'a', resultUrl: 'b', TaskId: 7, __proto: 1, 图片: 2 })]).toEqual([
		['resulturl', 'a'],
		['taskid', 7],
		['proto', 1],
		['图片', 2],
	]);
	expect(byName([1]).size).toBe(0);
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

it('opens text that holds JSON and leaves other text alone', () => {
	expect([unwrapText(' {"a":1}'), unwrapText('[1]'), unwrapText('{broken'), unwrapText('7'), unwrapText(7)]).toEqual([
		{ a: 1 },
		[1],
		'{broken',
		'7',
		7,
	]);
});

describe('merging', () => {
	it('goes into objects and replaces everything else', () => {
		const merged = mergeJson(
			{ a: { b: 1, c: 2 }, list: [1, 2], n: 1 },
			{ a: { c: 3, d: 4 }, list: [9], n: 'text', fresh: true },
		);

		expect(merged).toEqual({ a: { b: 1, c: 3, d: 4 }, list: [9], n: 'text', fresh: true });
	});

	it('changes neither side', () => {
		const base = { a: { b: 1 } };
		const extra = { a: { c: 2 } };
		mergeJson(base, extra);

		expect([base, extra]).toEqual([{ a: { b: 1 } }, { a: { c: 2 } }]);
	});

	it('pollutes no prototype', () => {
		const merged = mergeJson(
			{},
			JSON.parse('{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }'),
		);

		expect(({} as { polluted?: number }).polluted).toBeUndefined();
		expect((merged as { polluted?: number }).polluted).toBeUndefined();
	});
});
