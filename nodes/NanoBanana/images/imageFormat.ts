/** Type, extension, and dimensions (in pixels) of a file. Width and height are undefined until they are read. */
export interface FileFacts {
	mimeType: string;
	extension: string;
	width?: number;
	height?: number;
}

/** The facts that the bytes of an image contain. */
export interface ImageFormatFacts extends FileFacts {
	/** False until the end was read. Always true for AVIF and HEIC, which do not mark their end. */
	complete: boolean;
}

/** Reads an image in chunks of any size, without keeping it in memory. */
export interface ImageReader {
	push(chunk: Buffer): void;
	/** Undefined until the format is known, and if the file is not an image. Later always the same object. */
	readonly facts: ImageFormatFacts | undefined;
}

/** What the parser needs next: bytes to consume, peek at, or skip, or the next end marker of a JPEG. */
type Step = { take: number } | { peek: number } | { skip: number } | 'findJpegEnd';
type Parser = Generator<Step, void, Buffer>;

const EMPTY = Buffer.alloc(0);
const JPEG_END = Buffer.from([0xff, 0xd9]);

export function createImageReader(): ImageReader {
	let facts: ImageFormatFacts | undefined;
	const parser = parseImage((found) => (facts = found));
	let step = parser.next(EMPTY);
	/** Bytes received for the current step so far. */
	let pending = EMPTY;
	return {
		get facts() {
			return facts;
		},
		push(chunk) {
			let rest = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
			while (!step.done) {
				const wanted = step.value;
				if (wanted === 'findJpegEnd') {
					const at = rest.indexOf(JPEG_END);
					if (at < 0) {
						rest = rest.subarray(rest.length - (rest.at(-1) === 0xff ? 1 : 0));
						break;
					}
					rest = rest.subarray(at + JPEG_END.length);
					step = parser.next(EMPTY);
				} else if ('skip' in wanted) {
					const skipped = Math.min(wanted.skip, rest.length);
					rest = rest.subarray(skipped);
					wanted.skip -= skipped;
					if (wanted.skip > 0) break;
					step = parser.next(EMPTY);
				} else {
					const size = 'take' in wanted ? wanted.take : wanted.peek;
					if (rest.length < size) break;
					step = parser.next(rest.subarray(0, size));
					if ('take' in wanted) rest = rest.subarray(size);
				}
			}
			pending = step.done ? EMPTY : Buffer.from(rest);
		},
	};
}

/** The facts of an image in memory. Undefined if it is not an image. Never throws. */
export function readImageFormat(bytes: Buffer): ImageFormatFacts | undefined {
	const reader = createImageReader();
	reader.push(bytes);
	return reader.facts;
}

/** True if the image is complete. After a broken transfer, AVIF and HEIC never count: their end is not marked. */
export function isWholeImage(facts: ImageFormatFacts | undefined, brokeOff: boolean): boolean {
	if (!facts?.complete) return false;
	return !brokeOff || !['image/avif', 'image/heic'].includes(facts.mimeType);
}

function* parseImage(show: (facts: ImageFormatFacts) => void): Parser {
	const start = yield { peek: 12 };
	const found = (mimeType: string, extension: string, complete = false): ImageFormatFacts => {
		const facts = { mimeType, extension, complete };
		show(facts);
		return facts;
	};
	if (start.readUInt32BE(0) === 0x89504e47 && start.readUInt32BE(4) === 0x0d0a1a0a) {
		yield* parsePng(found('image/png', 'png'));
	} else if (start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff) {
		yield* parseJpeg(found('image/jpeg', 'jpg'));
	} else if (ascii(start, 0, 4) === 'RIFF' && ascii(start, 8, 12) === 'WEBP') {
		yield* parseWebp(found('image/webp', 'webp'));
	} else if (ascii(start, 0, 4) === 'GIF8') {
		const size = { width: start.readUInt16LE(6), height: start.readUInt16LE(8) };
		yield* parseGif(Object.assign(found('image/gif', 'gif'), size));
	} else if (ascii(start, 4, 8) === 'ftyp') {
		const box = yield { peek: Math.min(Math.max(start.readUInt32BE(0), 12), 200) };
		const brands = ascii(box, 8, box.length);
		// 'mif1' is common to both, so the other brands decide.
		if (/avi[fs]/.test(brands)) found('image/avif', 'avif', true);
		else if (/^(hei[cxms]|hevc|m[is]f1)/.test(brands)) found('image/heic', 'heic', true);
	}
}

/** Reads chunk by chunk, because a comment may also contain the letters IEND. Ignores bytes after the end. */
function* parsePng(facts: ImageFormatFacts): Parser {
	yield { take: 8 };
	for (;;) {
		const chunk = yield { take: 8 };
		let length = chunk.readUInt32BE(0);
		const name = ascii(chunk, 4, 8);
		if (name === 'IHDR' && length >= 8) {
			const size = yield { take: 8 };
			facts.width = size.readUInt32BE(0);
			facts.height = size.readUInt32BE(4);
			length -= 8;
		}
		yield { skip: length + 4 };
		if (name === 'IEND') break;
	}
	facts.complete = true;
}

/** Width and height are in the start-of-frame segment. Skips segments, because a thumbnail has its own end marker. */
function* parseJpeg(facts: ImageFormatFacts): Parser {
	yield { take: 2 };
	for (;;) {
		const [start, marker] = yield { peek: 2 };
		if (start !== 0xff || marker === 0xda || marker === 0xd9) break;
		if (marker === 0xff) {
			yield { skip: 1 };
			continue;
		}
		if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
			const frame = yield { peek: 9 };
			facts.height = frame.readUInt16BE(5);
			facts.width = frame.readUInt16BE(7);
		}
		const head = yield { peek: 4 };
		yield { skip: 2 + head.readUInt16BE(2) };
	}
	yield 'findJpegEnd';
	facts.complete = true;
}

function* parseWebp(facts: ImageFormatFacts): Parser {
	const start = yield { peek: 30 };
	const chunk = ascii(start, 12, 16);
	if (chunk === 'VP8X') {
		facts.width = start.readUIntLE(24, 3) + 1;
		facts.height = start.readUIntLE(27, 3) + 1;
	} else if (chunk === 'VP8L') {
		const bits = start.readUInt32LE(21);
		facts.width = (bits & 0x3fff) + 1;
		facts.height = ((bits >> 14) & 0x3fff) + 1;
	} else if (chunk === 'VP8 ') {
		facts.width = start.readUInt16LE(26) & 0x3fff;
		facts.height = start.readUInt16LE(28) & 0x3fff;
	}
	yield { skip: start.readUInt32LE(4) + 8 };
	facts.complete = true;
}

/** Reads block by block, because the trailer byte is also frequent in the data. Ignores bytes after the trailer. */
function* parseGif(facts: ImageFormatFacts): Parser {
	const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
	const screen = yield { take: 13 };
	yield { skip: tableBytes(screen[10]) };
	for (;;) {
		const [block] = yield { take: 1 };
		if (block === 0x3b) break;
		if (block === 0x21) {
			yield { skip: 1 };
		} else if (block === 0x2c) {
			const image = yield { take: 9 };
			yield { skip: tableBytes(image[8]) + 1 };
		} else return;
		for (let [size] = yield { take: 1 }; size > 0; [size] = yield { take: 1 }) yield { skip: size };
	}
	facts.complete = true;
}

function ascii(bytes: Buffer, from: number, to: number): string {
	return bytes.toString('latin1', from, to);
}

/** A smaller file cannot be an image. */
const LEAST_BYTES = 100;
/** This many bytes are enough to tell text from binary data. */
const SAMPLE_BYTES = 2_000;
/** The start of HTML, XML, or JSON, in any ASCII-compatible encoding. */
const TEXT_START = /^[\s\u00ef\u00bb\u00bf]*(<html|<!doctype|<\?xml|\{")/i;

/** Facts of a binary file that may be a newer image format. The response determines its type and extension. */
export function readUnknownFile(bytes: Buffer, contentType = '', url = ''): FileFacts | undefined {
	if (bytes.length < LEAST_BYTES || isText(bytes.subarray(0, SAMPLE_BYTES))) return undefined;
	const mimeType = contentType.split(';')[0].trim().toLowerCase() || 'application/octet-stream';
	const ofType = /^image\/(?:x-)?([a-z0-9]{2,5})$/.exec(mimeType)?.[1];
	const ofUrl = /\.([a-z0-9]{2,4})$/i.exec(url.split(/[?#]/)[0])?.[1].toLowerCase();
	return { mimeType, extension: (ofType === 'jpeg' ? 'jpg' : ofType) ?? ofUrl ?? 'bin' };
}

/** True for HTML, XML, JSON, and UTF-8 text without the control characters that every image file contains. */
function isText(start: Buffer): boolean {
	if (TEXT_START.test(start.toString('latin1'))) return true;
	const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32 && byte !== 27);
	// The last character may be cut off.
	const text = start.toString('utf8').replace(/\ufffd+$/, '');
	return !start.some(isControl) && !text.includes('\ufffd');
}
