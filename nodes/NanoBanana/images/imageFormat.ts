/** What a file is called and stored as. Width and height in pixels; absent until they are read. */
export interface FileFacts {
	mimeType: string;
	extension: string;
	width?: number;
	height?: number;
}

/** What the bytes of an image tell about it. */
export interface ImageFormatFacts extends FileFacts {
	/** False while the end is missing. Always true for AVIF and HEIC, whose end is not marked. */
	complete: boolean;
}

/** Reads an image as it arrives, with any chunk borders, and keeps none of it. */
export interface ImageReader {
	push(chunk: Buffer): void;
	/** Undefined until the format is known, and for anything that is not an image. The same object from then on. */
	readonly facts: ImageFormatFacts | undefined;
}

/** What a parser needs next: bytes to consume, bytes to look at, bytes to pass over, or the next end of a JPEG. */
type Step = { take: number } | { peek: number } | { skip: number } | 'findJpegEnd';
type Parser = Generator<Step, void, Buffer>;

const EMPTY = Buffer.alloc(0);
const JPEG_END = Buffer.from([0xff, 0xd9]);

export function createImageReader(): ImageReader {
	let facts: ImageFormatFacts | undefined;
	const parser = parseImage((found) => (facts = found));
	let step = parser.next(EMPTY);
	/** The start of what the step waits for. */
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

/** The facts of an image in memory; undefined for anything else. Never throws. */
export function readImageFormat(bytes: Buffer): ImageFormatFacts | undefined {
	const reader = createImageReader();
	reader.push(bytes);
	return reader.facts;
}

/** True when nothing of the image is missing. Where the transfer broke off, only a marked end proves it. */
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

/** Chunk by chunk, as the letters IEND may be in a comment too. Bytes after the end are ignored. */
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

/** The size is in the first start-of-frame segment. The end counts only after the segments, as thumbnails have one too. */
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

/** Block by block, as the byte of the trailer is frequent in the data. Bytes after it are ignored. */
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

/** Fewer bytes cannot be an image. */
const LEAST_BYTES = 100;
/** This much of the start tells text from anything else. */
const SAMPLE_BYTES = 2_000;
/** The start of a page or of JSON, in any encoding. */
const TEXT_START = /^[\s\u00ef\u00bb\u00bf]*(<html|<!doctype|<\?xml|\{")/i;

/** Bytes of no known format that are not text either: an image of a newer kind, it may be. Named by what the response says of them. */
export function readUnknownFile(bytes: Buffer, contentType = '', url = ''): FileFacts | undefined {
	if (bytes.length < LEAST_BYTES || isText(bytes.subarray(0, SAMPLE_BYTES))) return undefined;
	const mimeType = contentType.split(';')[0].trim().toLowerCase() || 'application/octet-stream';
	const ofType = /^image\/(?:x-)?([a-z0-9]{2,5})$/.exec(mimeType)?.[1];
	const ofUrl = /\.([a-z0-9]{2,4})$/i.exec(url.split(/[?#]/)[0])?.[1].toLowerCase();
	return { mimeType, extension: (ofType === 'jpeg' ? 'jpg' : ofType) ?? ofUrl ?? 'bin' };
}

/** Text, pages, JSON and XML have none of the control characters that any file of pixels is full of. */
function isText(start: Buffer): boolean {
	if (TEXT_START.test(start.toString('latin1'))) return true;
	const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32 && byte !== 27);
	// A character may be cut in two at the end.
	const text = start.toString('utf8').replace(/\ufffd+$/, '');
	return !start.some(isControl) && !text.includes('\ufffd');
}
