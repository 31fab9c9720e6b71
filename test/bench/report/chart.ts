/* eslint-disable */
// docs/bench.svg: first the comparisons, then every figure as a share of its target.
import type { Report, ReportedRow } from './report';

const BAR = 340;
/** The width of the value to the right of the longest bar. */
const VALUE = 110;
const LINE = 20;
const SIZE = 12;
/** For the names of the rows, which are long. */
const SMALL = 10;
/** The average width of a letter as a share of the font size, for the widest of the usual sans-serif fonts. */
const LETTER = 0.6;
const INK = '#343a40';
const OURS = '#d9480f';
const OTHERS = '#adb5bd';
const REACHED = '#2b8a3e';
const MISSED = '#c92a2a';
/** Bars end at this multiple of the target. */
const MOST = 2;

export function chartOf({ groups }: Report): string {
	const rows = groups.flatMap((group) => (group.failure === undefined ? group.rows : []));
	const aimed = rows.filter(({ share }) => share !== undefined);
	const widths = [
		...rows.map(({ bar }) => (bar?.label.length ?? 0) * SIZE),
		...aimed.map(({ name }) => name.length * SMALL),
	];
	const left = Math.ceil(20 + LETTER * Math.max(0, ...widths));
	const width = left + BAR + VALUE;
	const parts: string[] = [];
	let top = 34;
	const write = (x: number, text: string, more = ''): void =>
		void parts.push(`<text x="${x}" y="${top}" ${more}>${escapeXml(text)}</text>`);

	const panels = [...new Set(rows.flatMap(({ bar }) => bar?.panel ?? []))];
	for (const panel of panels) {
		const bars = rows.filter(({ bar }) => bar?.panel === panel);
		const longest = Math.max(...bars.map(({ median = 0 }) => median));
		write(20, `${panel} (${bars[0].unit === '/s' ? 'longer' : 'shorter'} is better)`, 'font-weight="bold"');
		for (const row of bars) {
			top += LINE;
			const label = row.bar?.label ?? '';
			write(left - 8, label, 'text-anchor="end"');
			bar(((row.median ?? 0) / longest) * BAR, label.startsWith('this node') ? OURS : OTHERS, valueOf(row));
		}
		top += 2 * LINE;
	}

	if (aimed.length > 0)
		write(
			20,
			'Figures as shares of their targets (shorter is better; reached up to the dashed line, red where it is missed)',
			'font-weight="bold"',
		);
	const from = top + 6;
	for (const row of aimed) {
		top += LINE;
		const share = row.share ?? 0;
		write(left - 8, row.name, `text-anchor="end" font-size="${SMALL}"`);
		bar(
			(Math.min(MOST, share) / MOST) * BAR,
			row.isReached ? REACHED : MISSED,
			`${valueOf(row)}${share > MOST ? ` (${share.toFixed(1)} x)` : ''}`,
			BAR / MOST,
		);
	}
	const line = left + BAR / MOST;
	if (aimed.length > 0)
		parts.push(`<line x1="${line}" x2="${line}" y1="${from}" y2="${top + 6}" stroke="${INK}" stroke-dasharray="4 3"/>`);
	const height = top + LINE;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="${SIZE}" fill="${INK}">`,
		`<rect width="${width}" height="${height}" fill="#fff"/>`,
		...parts,
		'</svg>\n',
	].join('\n');

	/** The value is to the right of the bar, and of the dashed line if there is one. */
	function bar(length: number, color: string, value: string, lineAt = 0): void {
		parts.push(
			`<rect x="${left}" y="${top - 11}" width="${Math.max(1, length).toFixed(1)}" height="14" fill="${color}"/>`,
		);
		parts.push(
			`<text x="${(left + Math.max(length, lineAt) + 6).toFixed(1)}" y="${top}" font-size="11">${escapeXml(value)}</text>`,
		);
	}
}

function valueOf({ median = NaN, digits = 2, unit }: ReportedRow): string {
	return `${median.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

function escapeXml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
