/* eslint-disable */
import { createHash } from 'node:crypto';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { padImage } from './growImage';
import type { ReferenceImage } from '../tasks/referenceImages';
import { describeImage } from './imageText';
import type { PixelSize } from './pixelSizes';
import { drawMark, drawPoster } from './poster';
import { drawScene } from './drawScene';
import { readScene } from './readScene';
import type { ImageFormat, ServedFile } from '../types';

export interface ImageSpec extends PixelSize {
	prompt: string;
	caption: string;
	index: number;
	format: ImageFormat;
	references: ReferenceImage[];
	padToBytes: number | null;
	drawing: Drawing;
}

/** `plain`: one color, cheap. `scene`: what the prompt describes, or a poster with its text. */
export type Drawing = 'plain' | 'scene';

export interface RenderedImage extends ServedFile {
	content: Buffer;
}

export interface Box extends PixelSize {
	left: number;
	top: number;
}

const LARGEST_DRAWING = 2048;
/** Enough for a few 4K images. Older images are rendered again when needed. */
const CACHE_LIMIT_BYTES = 64 * 1024 * 1024;
const cache = new Map<string, { rendered: Promise<RenderedImage>; bytes: number }>();

// The mock API shares a small machine with the tests that use it.
sharp.concurrency(1);
sharp.cache(false);

/** Renders an image, or returns the cached one. */
export async function renderImage(spec: ImageSpec): Promise<RenderedImage> {
	const key = keyOf(spec);
	const entry = cache.get(key) ?? { rendered: renderFresh(spec), bytes: 0 };
	// Set again, so that the map stays in order of last use.
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
	const canvas = spec.drawing === 'plain' ? await drawPlain(spec) : await drawForPeople(spec);
	const encoded = await encode(canvas.removeAlpha(), format).toBuffer();
	const content = spec.padToBytes === null ? encoded : padImage(encoded, format, spec.padToBytes);
	const sha256 = createHash('sha256').update(content).digest('hex');
	return { content, sha256, bytes: content.length, mimeType: `image/${format}`, width, height };
}

/** One color for each prompt and index, with the references: cheap, for tests that only read the bytes. */
async function drawPlain(spec: ImageSpec): Promise<Sharp> {
	const { width, height, prompt, index } = spec;
	const [r, g, b] = createHash('sha256').update(`${prompt}/${index}`).digest();
	return sharp({ create: { width, height, channels: 3, background: { r, g, b } } }).composite(
		await referenceLayers(spec),
	);
}

/** A scene if the words are known, also after edits; otherwise a poster with the text. */
async function drawForPeople(spec: ImageSpec): Promise<Sharp> {
	const { prompt, caption, index, references } = spec;
	const [first] = references;
	const text = [first?.text ?? [], prompt].flat().join('. ');
	const isEditOfScene = references.length === 1 && first.text !== null && readScene(first.text) !== null;
	const scene = references.length === 0 || isEditOfScene ? readScene(text) : null;
	const drawing =
		scene === null ? drawPoster(prompt, spec, index, references.length > 0) : drawScene(scene, spec, index);
	const { width, height } = spec;
	// Drawing a 4K image takes seconds, enlarging a smaller one does not.
	const scale = Math.min(1, LARGEST_DRAWING / Math.max(width, height));
	const svg =
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
		`width="${Math.round(width * scale)}" height="${Math.round(height * scale)}">${drawing}${drawMark(caption, spec)}</svg>`;
	return sharp(Buffer.from(svg))
		.resize(width, height, { fit: 'fill' })
		.composite(scene === null ? await referenceLayers(spec) : [])
		.withExif({ IFD0: { ImageDescription: describeImage(text) } });
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
