/* eslint-disable */
import { optimumMs } from '../../bench/core/listSchedule';
import { figuresOf } from '../../bench/api/figures';
import type { Exchange } from '../../bench/api/meter';
import { mergeReport, reportGroup, type Report } from '../../bench/report/report';
import type { BenchGroup, Row } from '../../bench/row';
import { isReached, median, shareOf, summarise } from '../../bench/report/statistics';
import { markdownTable, placeTable } from '../../bench/report/table';

describe('the figures of multiple measurements', () => {
	it('have the middle one, or the mean of the two middle ones, as their median', () => {
		expect(median([3, 1, 10])).toBe(3);
		expect(median([10, 1, 4, 2])).toBe(3);
		expect(() => median([])).toThrow('nothing');
	});

	it('are rejected if a row is missing in one measurement', () => {
		const row: Row = { id: 'a', name: 'A', unit: 's' };
		expect(summarise(row, [{ a: 2 }, { a: 1 }, { a: 9 }])).toEqual({ median: 2, least: 1, most: 9, runs: 3 });
		expect(() => summarise(row, [{ a: 2 }, { b: 1 }])).toThrow('a');
	});

	it('reach a target that they equal, and are compared before they are rounded', () => {
		const row: Row = { id: 'a', name: 'A', unit: 'x', digits: 2, target: { atMost: 1.03 } };
		const summary = (figure: number) => ({ median: figure, least: figure, most: figure, runs: 1 });
		expect([1.03, 1.031].map((figure) => isReached(row, summary(figure)))).toEqual([true, false]);
		expect([10, 9.9].map((figure) => isReached({ ...row, target: { atLeast: 10 } }, summary(figure)))).toEqual([
			true,
			false,
		]);
		expect(isReached({ ...row, target: undefined }, summary(1))).toBeUndefined();
		expect(shareOf({ atLeast: 10 }, 20)).toBe(0.5);
		expect([0, 1].map((figure) => isReached({ ...row, target: { atMost: 0 } }, summary(figure)))).toEqual([
			true,
			false,
		]);
	});
});

it('computes the optimum for an API limit by starting each task when a slot is free', () => {
	expect(optimumMs([3, 1, 1, 1], 2)).toBe(3);
	expect(optimumMs([1, 1, 1, 3], 2)).toBe(4);
	expect(optimumMs([2, 5], 64)).toBe(5);
});

describe('a measurement at the API', () => {
	const create: Exchange = { kind: 'create', arrivedAt: 100, servedAt: 101, status: 200 };
	const read = (arrivedAt: number, servedAt = arrivedAt + 1): Exchange => ({
		kind: 'read',
		taskId: 't',
		arrivedAt,
		servedAt,
		status: 200,
	});
	const file: Exchange = { kind: 'file', arrivedAt: 1160, servedAt: 1200, status: 200 };
	const task = { taskId: 't', startedAt: 100, durationMs: 1000 };

	it('lasts from the first paid request, even if rejected, to the last byte', () => {
		const rejected: Exchange = { kind: 'create', arrivedAt: 50, servedAt: 51, status: 429 };
		expect(figuresOf([rejected, create, read(600), read(1150), file], [task])).toEqual({
			makespanMs: 1150,
			lagMs: 50,
			readsPerTask: 2,
			durationsMs: [1000],
			creates: 2,
			rejected: 0.5,
			downloads: 1,
		});
	});

	it('has a lag of 0 if the task ends during a poll', () => {
		expect(figuresOf([create, read(1099, 1101), file], [task]).lagMs).toBe(0);
	});

	it('is rejected if the end was never read or the image never downloaded', () => {
		expect(() => figuresOf([create, read(600), file], [task])).toThrow('not read after its end');
		expect(() => figuresOf([create, read(1150)], [task])).toThrow('0 downloads');
	});
});

describe('the report', () => {
	const group = (name: string): BenchGroup => ({
		name,
		rows: [{ id: `${name}.x`, name: `${name} | x`, unit: 's', target: { atMost: 1 }, why: 'the network was slow' }],
		seconds: 1,
		measure: async () => ({}),
	});
	const [one, two] = [group('one'), group('two')];
	const measured = (of: BenchGroup, figure: number, date: string) =>
		reportGroup(
			{ group: of, rows: { [of.rows[0].id]: { median: figure, least: figure, most: figure, runs: 5 } } },
			date,
		);
	const machine = { cores: 2, processor: 'P', memoryGigabytes: 15, node: '20.20.2', platform: 'linux' };
	const report = (...groups: Report['groups']): Report => ({ machine, command: 'npm run bench', groups });

	it('keeps the figures of groups that were not measured this time, or failed', () => {
		const before = report(measured(one, 1, '2026-01-01'), measured(two, 1, '2026-01-01'));
		const now = report(reportGroup({ group: one, failure: 'no port' }, '2026-02-02'), measured(two, 2, '2026-02-02'));
		expect(mergeReport(before, now, [one, two]).groups).toEqual([before.groups[0], now.groups[1]]);
		expect(mergeReport(before, report(), [two]).groups).toEqual([before.groups[1]]);
	});

	it('drops the figures of another machine', () => {
		const before = { ...report(measured(one, 1, '2026-01-01')), machine: { ...machine, cores: 64 } };
		expect(
			mergeReport(before, report(measured(two, 2, '2026-02-02')), [one, two]).groups.map(({ name }) => name),
		).toEqual(['two']);
	});

	it('contains the reason for each row that misses its target, and for no other row', () => {
		const table = markdownTable(report(measured(one, 2, '2026-02-02'), measured(two, 0.5, '2026-02-02')));
		expect(table).toContain('| one \\| x | at most 1 s | 2.00 s | 2.00 to 2.00 s | 2.00 | missed |');
		expect(table).toContain('| two \\| x | at most 1 s | 0.50 s | 0.50 to 0.50 s | 0.50 | reached |');
		expect(table.match(/the network was slow/g)).toHaveLength(1);
	});

	it('replaces only the text between the markers of the document', () => {
		const document = placeTable(
			'above\n<!-- figures: written by npm run bench -->\nold\n<!-- end of figures -->\nbelow',
			'new',
		);
		expect(document).toBe('above\n<!-- figures: written by npm run bench -->\n\nnew\n\n<!-- end of figures -->\nbelow');
		expect(() => placeTable('no markers', 'new')).toThrow('lacks');
	});
});
