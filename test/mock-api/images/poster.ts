/* eslint-disable */
import { createHash } from 'node:crypto';
import type { PixelSize } from './pixelSizes';

const FONT = 'font-family="DejaVu Sans, sans-serif"';

/** Returns SVG elements of a background with the text in the middle, or at the top if references need the middle. */
export function drawPoster(text: string, { width, height }: PixelSize, variant: number, atTop: boolean): string {
	const hue = createHash('sha256').update(`${text}/${variant}`).digest().readUInt16BE() % 360;
	const fontSize = Math.max(10, Math.round(Math.min(width / (atTop ? 30 : 15), height / 16)));
	const lineHeight = Math.round(fontSize * 1.4);
	const rows = Math.max(1, Math.floor((height * (atTop ? 0.2 : 0.6)) / lineHeight));
	const lines = wrap(text, Math.max(4, Math.floor((width * 0.84) / (fontSize * 0.6))), rows);
	const top = atTop ? fontSize * 1.6 : (height - (lines.length - 1) * lineHeight) / 2 + fontSize * 0.35;
	return (
		`<linearGradient id="poster" x2="0.4" y2="1"><stop offset="0" stop-color="hsl(${hue}, 32%, 40%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360}, 36%, 24%)"/></linearGradient>` +
		`<rect width="${width}" height="${height}" fill="url(#poster)"/>` +
		`<circle cx="${width * 0.85}" cy="${height * 0.15}" r="${Math.min(width, height) * 0.38}" fill="#ffffff" opacity="0.06"/>` +
		`<g ${FONT} font-size="${fontSize}" fill="#ffffff" text-anchor="middle">` +
		lines
			.map((line, row) => `<text x="${width / 2}" y="${top + row * lineHeight}">${escapeXml(line)}</text>`)
			.join('') +
		'</g>'
	);
}

/** The label in the corner, which shows that no model generated this image. */
export function drawMark(caption: string, { width, height }: PixelSize): string {
	const text = `mock · ${caption}`;
	const fontSize = Math.max(6, Math.min(width / 45, height / 20, width / (text.length * 0.62 + 3)));
	const [markWidth, markHeight] = [fontSize * (text.length * 0.58 + 1.6), fontSize * 1.9];
	const [x, y] = [width - markWidth - fontSize * 0.8, height - markHeight - fontSize * 0.8];
	return (
		`<rect x="${x}" y="${y}" width="${markWidth}" height="${markHeight}" rx="${markHeight / 2}" fill="#10131a" opacity="0.5"/>` +
		`<text x="${x + markWidth / 2}" y="${y + fontSize * 1.3}" ${FONT} font-size="${fontSize}" fill="#ffffff" text-anchor="middle">${escapeXml(text)}</text>`
	);
}

function wrap(text: string, columns: number, rows: number): string[] {
	const lines: string[] = [''];
	for (const word of text.trim().split(/\s+/)) {
		const pieces = word.match(new RegExp(`.{1,${columns}}`, 'gsu')) ?? [''];
		for (const piece of pieces) {
			const line = lines[lines.length - 1];
			if (line === '') lines[lines.length - 1] = piece;
			else if (line.length + 1 + piece.length <= columns) lines[lines.length - 1] = `${line} ${piece}`;
			else lines.push(piece);
		}
	}
	return lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `${lines[rows - 1]} …`];
}

function escapeXml(text: string): string {
	const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
	// Control characters and lone surrogates are not allowed in XML at all.
	return text
		.replace(/\p{Surrogate}/gu, '')
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
		.replace(/[&<>"]/g, (sign) => named[sign]);
}
