/* eslint-disable */
// docs/bench.svg: on top what stands side by side, below every figure against its target.
import type { Report, ReportedRow } from './report';

const WIDTH = 920;
const LABEL = 470;
const BAR = WIDTH - LABEL - 110;
const LINE = 20;
const INK = '#343a40';
const OURS = '#d9480f';
const OTHERS = '#adb5bd';
const REACHED = '#2b8a3e';
const MISSED = '#c92a2a';
/** Bars end here: so many times the target. */
const MOST = 2;

export function chartOf({ groups }: Report): string {
	const rows = groups.flatMap((group) => (group.failure === undefined ? group.rows : []));
	const parts: string[] = [];
	let top = 34;
	const write = (x: number, text: string, more = ''): void => void parts.push(`<text x="${x}" y="${top}" ${more}>${escapeXml(text)}</text>`);

	const panels = [...new Set(rows.flatMap(({ bar }) => bar?.panel ?? []))];
	for (const panel of panels) {
		const bars = rows.filter(({ bar }) => bar?.panel === panel);
		const longest = Math.max(...bars.map(({ median = 0 }) => median));
		write(20, panel, 'font-weight="bold"');
		for (const row of bars) {
			top += LINE;
			const label = row.bar?.label ?? '';
			write(LABEL - 8, label, 'text-anchor="end"');
			bar(((row.median ?? 0) / longest) * BAR, label.startsWith('this node') ? OURS : OTHERS, valueOf(row));
		}
		top += 2 * LINE;
	}

	const aimed = rows.filter(({ share }) => share !== undefined);
	if (aimed.length > 0) write(20, 'Figure / target: within the line is reached', 'font-weight="bold"');
	const from = top + 6;
	for (const row of aimed) {
		top += LINE;
		const share = row.share ?? 0;
		write(LABEL - 8, row.name, 'text-anchor="end" font-size="10"');
		bar((Math.min(MOST, share) / MOST) * BAR, row.isReached ? REACHED : MISSED, `${valueOf(row)}${share > MOST ? ` (${share.toFixed(1)} x)` : ''}`);
	}
	const line = LABEL + BAR / MOST;
	if (aimed.length > 0) parts.push(`<line x1="${line}" x2="${line}" y1="${from}" y2="${top + 6}" stroke="${INK}" stroke-dasharray="4 3"/>`);
	const height = top + LINE;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="${INK}">`,
		`<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
		...parts,
		'</svg>\n',
	].join('\n');

	function bar(length: number, color: string, value: string): void {
		parts.push(`<rect x="${LABEL}" y="${top - 11}" width="${Math.max(1, length).toFixed(1)}" height="14" fill="${color}"/>`);
		parts.push(`<text x="${(LABEL + length + 6).toFixed(1)}" y="${top}" font-size="11">${escapeXml(value)}</text>`);
	}
}

function valueOf({ median = NaN, digits = 2, unit }: ReportedRow): string {
	return `${median.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

function escapeXml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
