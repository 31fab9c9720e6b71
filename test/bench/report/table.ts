/* eslint-disable */
import Table from 'cli-table3';
import { sayMachine } from './machine';
import type { Report, ReportedGroup, ReportedRow } from './report';
import type { Row } from '../row';

const HEAD = ['What', 'To reach', 'Median', 'Range', 'Figure / target', 'Verdict'];

/** For the terminal. */
export function terminalTable({ groups }: Report): string {
	const table = new Table({
		head: HEAD,
		colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
		style: { head: [], border: [], compact: true },
		wordWrap: true,
		colWidths: [70],
	});
	groups.flatMap(cellsOf).forEach((cells) => table.push(cells));
	return table.toString();
}

/** For BENCHMARKS.md: what was measured where and when, and why rows miss their targets. */
export function markdownTable({ machine, command, groups }: Report): string {
	const dates = [...new Set(groups.map(({ date }) => date))].sort();
	const runs = [...new Set(groups.flatMap(({ rows }) => rows.flatMap((row) => row.runs ?? [])))].sort((a, b) => a - b);
	const lines = groups
		.flatMap(cellsOf)
		.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
	const missed = groups.flatMap(({ rows }) => rows.filter((row) => row.isReached === false));
	return [
		`Measured on ${dates.join(', ')} by \`${command}\`: medians of ${[...new Set([runs[0], runs.at(-1)])].join(' to ')} measurements each.`,
		`Machine: ${sayMachine(machine)}.`,
		'',
		`| ${HEAD.join(' | ')} |`,
		'|---|--:|--:|--:|--:|---|',
		...lines,
		...(missed.length > 0
			? [
					'',
					'Why rows miss their target:',
					'',
					...missed.map((row) => `- **${row.name}** (${written(row, row.median)}): ${row.why ?? 'not examined yet.'}`),
				]
			: []),
	].join('\n');
}

function cellsOf({ rows, failure }: ReportedGroup): string[][] {
	return rows.map((row) => [
		row.name,
		targetOf(row),
		failure === undefined ? written(row, row.median) : '-',
		failure === undefined ? `${digits(row, row.least)} to ${written(row, row.most)}` : '-',
		row.share === undefined ? '' : row.share.toFixed(2),
		failure !== undefined ? 'not measured' : row.isReached === undefined ? '' : row.isReached ? 'reached' : 'missed',
	]);
}

function targetOf(row: Row): string {
	if (row.target === undefined) return '';
	const least = 'atLeast' in row.target;
	const value = 'atLeast' in row.target ? row.target.atLeast : row.target.atMost;
	return `${least ? 'at least' : 'at most'} ${withUnit(row, String(value))}`;
}

function written(row: ReportedRow, value: number | undefined): string {
	return withUnit(row, digits(row, value));
}

function digits(row: Row, value: number | undefined): string {
	return (value ?? NaN).toFixed(row.digits ?? 2);
}

function withUnit({ unit }: Row, value: string): string {
	return unit === '' ? value : `${value} ${unit}`;
}

const BEGIN = '<!-- figures: written by npm run bench -->';
const END = '<!-- end of figures -->';

/** Replaces what is between the markers with the table. */
export function placeTable(document: string, table: string): string {
	const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
	if (from < 0 || to < from) throw new Error(`The document lacks the lines "${BEGIN}" and "${END}"`);
	return `${document.slice(0, from + BEGIN.length)}\n\n${table}\n\n${document.slice(to)}`;
}
