/** What the bytes of a picture say about themselves. Sizes in pixels; absent where the header holds none. */
export interface ImageFacts {
	mimeType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/avif' | 'image/heic' | 'image/bmp' | 'image/tiff';
	extension: 'png' | 'jpg' | 'webp' | 'gif' | 'avif' | 'heic' | 'bmp' | 'tiff';
	width?: number;
	height?: number;
	/** False when the end is missing: the body was cut off on its way. */
	complete: boolean;
}

/** Kinds that no model is known to make, but that a gateway may convert to. A paid picture is not thrown away for its kind. */
export function inspectRareImage(bytes: Buffer): ImageFacts | undefined {
	if (bytes.length < 26) return undefined;
	const start = bytes.toString('latin1', 0, 12);
	if (start.slice(4, 8) === 'ftyp') return boxed(bytes, start.slice(8));
	if (start.startsWith('BM') && [12, 40, 52, 56, 64, 108, 124].includes(bytes.readUInt32LE(14))) return bmp(bytes);
	if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return tiff(bytes, start.startsWith('II'));
	return undefined;
}

const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1'];
/** Of the boxes in front of the pixels; what follows them is large and holds no sizes. */
const HEADER_BYTES = 20_000;

/** AVIF and HEIC: boxes of length and name. `mif1` is the common ground of both, so the further brands decide. */
function boxed(bytes: Buffer, brand: string): ImageFacts | undefined {
	const brands = [brand, ...(bytes.toString('latin1', 16, Math.min(bytes.readUInt32BE(0), 200)).match(/.{4}/gs) ?? [])];
	const isAvif = brands.some((name) => AVIF_BRANDS.includes(name));
	if (!isAvif && !HEIC_BRANDS.includes(brand)) return undefined;
	const kind = isAvif ? ({ mimeType: 'image/avif', extension: 'avif' } as const) : ({ mimeType: 'image/heic', extension: 'heic' } as const);
	return { ...kind, ...largestSize(bytes), complete: holdsAllBoxes(bytes) };
}

/** `ispe` states the size of one item; thumbnails and tiles have their own, so the largest is the picture's. */
function largestSize(bytes: Buffer): { width?: number; height?: number } {
	const header = bytes.subarray(0, HEADER_BYTES);
	let found: { width?: number; height?: number } = {};
	for (let at = header.indexOf('ispe'); at >= 0 && at + 16 <= header.length; at = header.indexOf('ispe', at + 4)) {
		const width = header.readUInt32BE(at + 8);
		const height = header.readUInt32BE(at + 12);
		if (width * height > (found.width ?? 0) * (found.height ?? 0)) found = { width, height };
	}
	return found;
}

function holdsAllBoxes(bytes: Buffer): boolean {
	let holdsPixels = false;
	let at = 0;
	while (at + 16 <= bytes.length) {
		const length = bytes.readUInt32BE(at);
		holdsPixels ||= bytes.toString('latin1', at + 4, at + 8) === 'mdat';
		// A length of 0 reaches to the end of the file, wherever that is; one of 1 stands behind the name, in 64 bits.
		if (length === 0) return holdsPixels;
		const step = length === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : length;
		if (step < 8) break;
		at += step;
	}
	return holdsPixels && at <= bytes.length;
}

/** Rows from the top down have a negative height. */
function bmp(bytes: Buffer): ImageFacts {
	const isOld = bytes.readUInt32LE(14) === 12;
	const width = isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
	const height = isOld ? bytes.readUInt16LE(20) : Math.abs(bytes.readInt32LE(22));
	return { mimeType: 'image/bmp', extension: 'bmp', width, height, complete: bytes.readUInt32LE(2) <= bytes.length };
}

/** Tags of a TIFF; tiles have their own for where they are and how long. */
const TIFF = { width: [256], height: [257], starts: [273, 324], lengths: [279, 325] };
const MOST_STRIPS = 100_000;

/** A table of tags, which may stand at the end of the file. Where it is missing, so is the size. */
function tiff(bytes: Buffer, isLittle: boolean): ImageFacts {
	const short = (at: number): number => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
	const long = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
	const facts: ImageFacts = { mimeType: 'image/tiff', extension: 'tiff', complete: false };
	const table = long(4);
	if (table + 2 > bytes.length || table + 2 + short(table) * 12 > bytes.length) return facts;

	/** Type 3 has 16 bits, type 4 has 32. What is longer than the four bytes of its place stands elsewhere. */
	const valuesAt = (at: number): number[] => {
		const size = short(at + 2) === 3 ? 2 : 4;
		const count = Math.min(long(at + 4), MOST_STRIPS);
		const from = count * size <= 4 ? at + 8 : long(at + 8);
		return from + count * size > bytes.length ? [Infinity] : Array.from({ length: count }, (_, index) => (size === 2 ? short : long)(from + index * size));
	};
	const rows = Array.from({ length: short(table) }, (_, index) => table + 2 + index * 12);
	const read = (tags: number[]): number[] => rows.filter((at) => tags.includes(short(at))).slice(0, 2).flatMap(valuesAt);
	const [width] = read(TIFF.width);
	const [height] = read(TIFF.height);
	const lengths = read(TIFF.lengths);
	const complete = read(TIFF.starts).every((start, index) => start + (lengths[index] ?? 0) <= bytes.length);
	return { ...facts, ...(Number.isFinite(width) && Number.isFinite(height) && { width, height }), complete };
}
