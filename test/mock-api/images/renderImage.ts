/* eslint-disable */
import { createHash } from 'node:crypto';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { padImage } from './growImage';
import type { ReferenceImage } from '../jobs/referenceImages';
import type { PixelSize } from './pixelSizes';
import type { ImageFormat, ServedFile } from '../types';

export interface ImageSpec extends PixelSize {
	prompt: string;
	caption: string;
	index: number;
	format: ImageFormat;
	references: ReferenceImage[];
	padToBytes: number | null;
}

export interface RenderedImage extends ServedFile {
	content: Buffer;
}

export interface Box extends PixelSize {
	left: number;
	top: number;
}

/** Enough for a few 4K images; older ones are rendered again when asked for. */
const CACHE_LIMIT_BYTES = 64 * 1024 * 1024;
const cache = new Map<string, { rendered: Promise<RenderedImage>; bytes: number }>();

// The mock API shares a small machine with the tests that drive it.
sharp.concurrency(1);
sharp.cache(false);

/** Renders an image, or hands out the same one when it was rendered before. */
export async function renderImage(spec: ImageSpec): Promise<RenderedImage> {
	const key = keyOf(spec);
	const entry = cache.get(key) ?? { rendered: renderFresh(spec), bytes: 0 };
	// Set anew, so that the map stays in order of last use.
	cache.delete(key);
	cache.set(key, entry);
	try {
		const image = await entry.rendered;
		entry.bytes = image.bytes;
		trimCache();
		return image;
	} catch (error) {
		cache.delete(key);
		throw error;
	}
}

/** Where an edit shows its references: side by side in the middle half, each fitted into its cell. */
export function referenceBoxes(canvas: PixelSize, references: PixelSize[]): Box[] {
	const cell = { width: canvas.width / references.length, height: canvas.height / 2 };
	return references.map((reference, position) => {
		const scale = Math.min(cell.width / reference.width, cell.height / reference.height) * 0.9;
		const width = Math.max(1, Math.round(reference.width * scale));
		const height = Math.max(1, Math.round(reference.height * scale));
		const left = Math.round(cell.width * position + (cell.width - width) / 2);
		const top = Math.round(canvas.height / 4 + (cell.height - height) / 2);
		return { left, top, width, height };
	});
}

async function renderFresh(spec: ImageSpec): Promise<RenderedImage> {
	const { width, height, format } = spec;
	const canvas = sharp({ create: { width, height, channels: 3, background: backgroundOf(spec) } });
	canvas.composite([...(await referenceLayers(spec)), ...textLayers(spec)]);
	const plain = await encode(canvas.removeAlpha(), format).toBuffer();
	const content = spec.padToBytes === null ? plain : padImage(plain, format, spec.padToBytes);
	const sha256 = createHash('sha256').update(content).digest('hex');
	return { content, sha256, bytes: content.length, mimeType: `image/${format}`, width, height };
}

function encode(canvas: Sharp, format: ImageFormat): Sharp {
	if (format === 'jpeg') return canvas.jpeg({ quality: 88 });
	if (format === 'webp') return canvas.webp({ quality: 85, effort: 0 });
	return canvas.png({ compressionLevel: 2 });
}

async function referenceLayers(spec: ImageSpec): Promise<OverlayOptions[]> {
	const boxes = referenceBoxes(spec, spec.references);
	return await Promise.all(
		boxes.map(async ({ left, top, width, height }, position) => {
			const fitted = sharp(spec.references[position].bytes).resize(width, height, { fit: 'fill' });
			return { input: await fitted.png({ compressionLevel: 0 }).toBuffer(), left, top };
		}),
	);
}

function textLayers(spec: ImageSpec): OverlayOptions[] {
	const { width, height } = spec;
	const fontSize = Math.max(10, Math.round(Math.min(width / 30, height / 16)));
	const lineHeight = Math.round(fontSize * 1.3);
	const rows = Math.max(1, Math.floor((height * 0.25) / lineHeight) - 1);
	const lines = wrap(spec.prompt, Math.max(4, Math.floor(width / (fontSize * 0.62)) - 2), rows);
	const strip = { width, fontSize, lineHeight };
	// The caption stays on one line, so that it shrinks on narrow images.
	const captionStrip = {
		...strip,
		fontSize: Math.min(fontSize, Math.floor(width / (spec.caption.length * 0.62 + 2))),
	};
	return [
		{ input: textStrip(lines, strip), left: 0, top: 0 },
		{ input: textStrip([spec.caption], captionStrip), left: 0, top: height - Math.round(lineHeight * 1.5) },
	];
}

// Small strips rather than one sheet over the whole image: rendering text is the slow part at 4K.
function textStrip(lines: string[], strip: { width: number; fontSize: number; lineHeight: number }): Buffer {
	const height = Math.round(strip.lineHeight * (lines.length + 0.5));
	const rows = lines.map(
		(line, row) => `<text x="${strip.fontSize}" y="${strip.lineHeight * (row + 1)}">${escapeXml(line)}</text>`,
	);
	return Buffer.from(
		`<svg xmlns="http://www.w3.org/2000/svg" width="${strip.width}" height="${height}">` +
			`<g font-family="DejaVu Sans, sans-serif" font-size="${strip.fontSize}" fill="#fff">${rows.join('')}</g></svg>`,
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

function backgroundOf(spec: ImageSpec): string {
	const digest = createHash('sha256').update(`${spec.prompt}/${spec.index}`).digest();
	return `hsl(${(digest[0] * 256 + digest[1]) % 360}, 45%, 32%)`;
}

function keyOf(spec: ImageSpec): string {
	const { references, ...rest } = spec;
	const hash = createHash('sha256').update(JSON.stringify(rest));
	for (const reference of references) hash.update(reference.bytes);
	return hash.digest('hex');
}

function trimCache(): void {
	let total = 0;
	for (const [key, { bytes }] of [...cache].reverse()) {
		total += bytes;
		if (total > CACHE_LIMIT_BYTES) cache.delete(key);
	}
}
