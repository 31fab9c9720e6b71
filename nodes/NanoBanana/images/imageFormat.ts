import { inspectRareImage, type ImageFormatFacts } from './rareImages';

export type { ImageFormatFacts };

/** Reads type and size from magic bytes; undefined for anything that is no picture. */
export function readImageFormat(bytes: Buffer): ImageFormatFacts | undefined {
	if (bytes.length < 12) return undefined;
	if (bytes.readUInt32BE(0) === 0x89504e47 && bytes.readUInt32BE(4) === 0x0d0a1a0a) return png(bytes);
	if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpeg(bytes);
	if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return webp(bytes);
	if (ascii(bytes, 0, 4) === 'GIF8') return gif(bytes);
	return inspectRareImage(bytes);
}

function ascii(bytes: Buffer, from: number, to: number): string {
	return bytes.toString('latin1', from, to);
}

function png(bytes: Buffer): ImageFormatFacts {
	const sized = bytes.length >= 24 && ascii(bytes, 12, 16) === 'IHDR';
	return {
		mimeType: 'image/png',
		extension: 'png',
		...(sized && { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
		complete: endsWithIend(bytes),
	};
}

/** Walks the chunks, as the letters IEND may stand in a comment too. What follows the end is ignored. */
function endsWithIend(bytes: Buffer): boolean {
	for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
		if (ascii(bytes, at + 4, at + 8) === 'IEND') return true;
	}
	return false;
}

function gif(bytes: Buffer): ImageFormatFacts {
	return {
		mimeType: 'image/gif',
		extension: 'gif',
		width: bytes.readUInt16LE(6),
		height: bytes.readUInt16LE(8),
		complete: endsWithTrailer(bytes),
	};
}

/** Walks the blocks, as the trailer's byte is frequent within a picture. What follows it is ignored. */
function endsWithTrailer(bytes: Buffer): boolean {
	const tableSize = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
	let at = 13 + tableSize(bytes[10]);
	while (at < bytes.length) {
		if (bytes[at] === 0x3b) return true;
		if (bytes[at] === 0x21) at += 2;
		else if (bytes[at] === 0x2c) at += 11 + tableSize(bytes[at + 9]);
		else return false;
		while (bytes[at] > 0) at += bytes[at] + 1;
		at += 1;
	}
	return false;
}

/** The size stands in the first start-of-frame segment; the end mark counts only after it, as thumbnails hold one too. */
function jpeg(bytes: Buffer): ImageFormatFacts {
	const facts: ImageFormatFacts = { mimeType: 'image/jpeg', extension: 'jpg', complete: false };
	let at = 2;
	while (at + 4 <= bytes.length && bytes[at] === 0xff) {
		const marker = bytes[at + 1];
		if (marker === 0xff) {
			at += 1;
			continue;
		}
		const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
		if (isFrame && at + 9 <= bytes.length) {
			facts.height = bytes.readUInt16BE(at + 5);
			facts.width = bytes.readUInt16BE(at + 7);
		}
		if (marker === 0xda || marker === 0xd9) break;
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	facts.complete = bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) >= Math.min(at, bytes.length - 2);
	return facts;
}

function webp(bytes: Buffer): ImageFormatFacts {
	const facts: ImageFormatFacts = {
		mimeType: 'image/webp',
		extension: 'webp',
		complete: bytes.readUInt32LE(4) + 8 <= bytes.length,
	};
	const chunk = ascii(bytes, 12, 16);
	if (bytes.length < 30) return facts;
	if (chunk === 'VP8X') {
		return { ...facts, width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
	}
	if (chunk === 'VP8L') {
		const bits = bytes.readUInt32LE(21);
		return { ...facts, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
	}
	if (chunk === 'VP8 ') {
		return { ...facts, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
	}
	return facts;
}
