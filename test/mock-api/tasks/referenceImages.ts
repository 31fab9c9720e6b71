/* eslint-disable */
import sharp from 'sharp';
import { readImageText } from '../images/imageText';
import type { PixelSize } from '../images/pixelSizes';
import type { ReferenceSource } from '../types';

/** The reference images of one task, during and after their download. */
export type References =
	| { state: 'loading' }
	| { state: 'ready'; at: number; images: ReferenceImage[] }
	| { state: 'failed'; at: number; reason: string };

export interface ReferenceImage extends PixelSize {
	bytes: Buffer;
	/** The prompts of the image, if the mock API generated it. */
	text: string | null;
}

/** The user agent of the API when it downloads references. */
export const UPSTREAM_AGENT = 'mock-api-upstream';

// The mock API must never connect to another machine, whatever URL it gets.
export const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

export async function loadReferences(sources: ReferenceSource[], signal: AbortSignal): Promise<ReferenceImage[]> {
	return await Promise.all(sources.map(async (source) => await loadReference(source, signal)));
}

async function loadReference(source: ReferenceSource, signal: AbortSignal): Promise<ReferenceImage> {
	const bytes = 'bytes' in source ? source.bytes : await downloadReference(source.url, signal);
	try {
		const { width, height, exif } = await sharp(bytes).metadata();
		return { bytes, width, height, text: readImageText(exif) };
	} catch {
		throw new Error('reference image could not be decoded');
	}
}

async function downloadReference(url: string, signal: AbortSignal): Promise<Buffer> {
	if (!LOOPBACK_HOSTS.includes(new URL(url).hostname)) {
		throw new Error('reference image could not be downloaded: the mock API only downloads from loopback');
	}
	const headers = { 'user-agent': UPSTREAM_AGENT };
	const response = await fetch(url, { signal, headers, redirect: 'error' }).catch((cause: unknown) => {
		throw new Error('reference image could not be downloaded', { cause });
	});
	if (!response.ok) throw new Error(`reference image could not be downloaded: status ${response.status}`);
	return Buffer.from(await response.arrayBuffer());
}

/** Reads a reference in any supported form; null if it is not valid. */
export function readReference(written: unknown): ReferenceSource | null {
	if (typeof written === 'string') return readReferenceText(written.trim());
	if (typeof written !== 'object' || written === null) return null;
	const { url, image_url: imageUrl, b64_json: base64 } = written as Record<string, unknown>;
	return readReference(url ?? imageUrl ?? base64);
}

function readReferenceText(text: string): ReferenceSource | null {
	if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? { url: text } : null;
	const dataUri = /^data:image\/[\w.+-]+;base64,/i.exec(text);
	const bytes = Buffer.from(text.slice(dataUri?.[0].length ?? 0), 'base64');
	// Bare base64 is accepted, too, but only if it is an image, because any word decodes to some bytes.
	return isKnownImage(bytes) ? { bytes } : null;
}

function isKnownImage(bytes: Buffer): boolean {
	const start = bytes.subarray(0, 12).toString('latin1');
	return /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start);
}
