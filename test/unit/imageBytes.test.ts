/* eslint-disable */
import sharp from 'sharp';

import { inspectImage } from '../../nodes/NanoBanana/imageBytes';

async function picture(format: 'png' | 'jpeg' | 'webp' | 'gif', options: object = {}): Promise<Buffer> {
	return await sharp({ create: { width: 37, height: 23, channels: 3, background: '#336699' } }).toFormat(format, options).toBuffer();
}

it.each([
	['png', {}, 'image/png', 'png'],
	['jpeg', {}, 'image/jpeg', 'jpg'],
	['jpeg', { progressive: true }, 'image/jpeg', 'jpg'],
	['webp', {}, 'image/webp', 'webp'],
	['webp', { lossless: true }, 'image/webp', 'webp'],
	['gif', {}, 'image/gif', 'gif'],
] as const)('reads type and size of a whole %s %j', async (format, options, mimeType, extension) => {
	expect(inspectImage(await picture(format, options))).toEqual({ mimeType, extension, width: 37, height: 23, complete: true });
});

it('reads the size of a WebP with an alpha channel, whose size stands elsewhere', async () => {
	const bytes = await sharp({ create: { width: 37, height: 23, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } } }).webp({ alphaQuality: 50 }).toBuffer();

	expect(bytes.toString('latin1', 12, 16)).toBe('VP8X');
	expect(inspectImage(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it('reads the size of a JPEG behind metadata that holds a thumbnail of its own', async () => {
	const thumbnail = await picture('jpeg');
	const big = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } }).jpeg().toBuffer();
	const segment = Buffer.alloc(4);
	segment.writeUInt16BE(0xffe1, 0);
	segment.writeUInt16BE(thumbnail.length + 2, 2);
	const bytes = Buffer.concat([big.subarray(0, 2), segment, thumbnail, big.subarray(2)]);

	expect(inspectImage(bytes)).toMatchObject({ width: 300, height: 200, complete: true });
	// The thumbnail's end mark is not the picture's.
	expect(inspectImage(bytes.subarray(0, thumbnail.length + 300))).toMatchObject({ mimeType: 'image/jpeg', complete: false });
});

it.each(['png', 'jpeg', 'webp', 'gif'] as const)('calls a %s incomplete at every point where it was cut off', async (format) => {
	const bytes = await picture(format);
	const cuts = Array.from({ length: bytes.length - 13 }, (_, index) => index + 12);
	const wronglyComplete = cuts.filter((end) => inspectImage(bytes.subarray(0, end))?.complete);

	// The last bytes after the end mark's name carry no picture.
	expect(wronglyComplete.filter((end) => end < bytes.length - 8)).toEqual([]);
});

it.each(['png', 'jpeg', 'webp', 'gif'] as const)('takes a %s with bytes behind its end', async (format) => {
	const bytes = Buffer.concat([await picture(format), Buffer.alloc(3, format === 'gif' ? 0x3b : 0)]);

	expect(inspectImage(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it('takes a GIF with any bytes behind its end', async () => {
	const bytes = Buffer.concat([await picture('gif'), Buffer.from('\r\n--boundary--')]);

	expect(inspectImage(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it.each([
	['avif', async () => await sharp({ create: { width: 37, height: 23, channels: 3, background: '#336699' } }).avif().toBuffer(), 'image/avif', 'avif'],
	['tiff', async () => await sharp({ create: { width: 37, height: 23, channels: 3, background: '#336699' } }).tiff({ compression: 'none' }).toBuffer(), 'image/tiff', 'tiff'],
] as const)('reads type and size of a whole %s, and sees that its end is missing', async (_kind, make, mimeType, extension) => {
	const bytes = await make();

	expect(inspectImage(bytes)).toEqual({ mimeType, extension, width: 37, height: 23, complete: true });
	expect(inspectImage(bytes.subarray(0, bytes.length / 2))).toMatchObject({ mimeType, complete: false });
});

/** ftyp with its brands, meta with the sizes of its items, mdat. */
function boxes(brands: string[], sizes: Array<[width: number, height: number]>): Buffer {
	const box = (name: string, content: Buffer): Buffer => {
		const head = Buffer.alloc(8);
		head.writeUInt32BE(content.length + 8, 0);
		head.write(name, 4);
		return Buffer.concat([head, content]);
	};
	const ispe = ([width, height]: [number, number]): Buffer => {
		const content = Buffer.alloc(12);
		content.writeUInt32BE(width, 4);
		content.writeUInt32BE(height, 8);
		return box('ispe', content);
	};
	const type = Buffer.from(`${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 'latin1');
	return Buffer.concat([box('ftyp', type), box('meta', Buffer.concat(sizes.map(ispe))), box('mdat', Buffer.alloc(30))]);
}

it.each([
	[['avif', 'mif1'], 'image/avif'], [['avis'], 'image/avif'], [['mif1', 'miaf', 'avif'], 'image/avif'],
	[['heic', 'mif1'], 'image/heic'], [['heix'], 'image/heic'], [['mif1', 'heic'], 'image/heic'], [['mif1'], 'image/heic'],
])('knows the brands %j, and takes the largest of the sizes', (brands, mimeType) => {
	const bytes = boxes(brands, [[160, 120], [1024, 768], [512, 512]]);

	expect(inspectImage(bytes)).toMatchObject({ mimeType, width: 1024, height: 768, complete: true });
	expect(inspectImage(bytes.subarray(0, -1))).toMatchObject({ complete: false });
	expect(inspectImage(Buffer.concat([bytes, Buffer.alloc(3)]))).toMatchObject({ complete: true });
});

it('takes no video for a picture', () => {
	expect(inspectImage(boxes(['isom', 'mp42'], []))).toBeUndefined();
});

it.each([[23], [-23]])('reads type and size of a BMP with the height %d', (height) => {
	const bytes = Buffer.alloc(80);
	bytes.write('BM');
	bytes.writeUInt32LE(80, 2);
	bytes.writeUInt32LE(40, 14);
	bytes.writeInt32LE(37, 18);
	bytes.writeInt32LE(height, 22);

	expect(inspectImage(bytes)).toEqual({ mimeType: 'image/bmp', extension: 'bmp', width: 37, height: 23, complete: true });
	expect(inspectImage(bytes.subarray(0, 79))).toMatchObject({ complete: false });
	expect(inspectImage(Buffer.from('BMW drives on, and so does this text'))).toBeUndefined();
});

it.each([
	['nothing', ''],
	['a web page', '<!doctype html><html><body>not found</body></html>'],
	['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
	['JSON', '{"error":{"message":"no"}}'],
	['a PDF', '%PDF-1.7 and some more bytes'],
	['a RIFF file that is sound', 'RIFF\x10\x00\x00\x00WAVEfmt and more'],
	['a PNG signature alone', '\x89PNG\r\n\x1a\n'],
])('finds no image in %s', (_what, text) => {
	expect(inspectImage(Buffer.from(text, 'latin1'))).toBeUndefined();
});

it('never throws, whatever follows an image signature', () => {
	const signatures = ['II*\0', 'MM\0*', '\0\0\0\x1cftypavif', 'BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'RIFF\xff\xff\xff\xffWEBPVP8 ', 'RIFF\xff\xff\xff\xffWEBPVP8X', 'RIFF\xff\xff\xff\xffWEBPVP8L', 'GIF89a'];
	for (const signature of signatures) {
		for (let size = 0; size < 64; size += 1) {
			for (const filler of [0x00, 0xff, 0x7f, 0xc0]) {
				const bytes = Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.alloc(size, filler)]);
				expect(() => inspectImage(bytes)).not.toThrow();
			}
		}
	}
});

it('takes a PNG for cut off although the letters of its end mark stand in a comment', async () => {
	const whole = await picture('png');
	const words = Buffer.from('Comment\u0000IEND is near');
	const head = Buffer.alloc(8);
	head.writeUInt32BE(words.length, 0);
	head.write('tEXt', 4);
	const commented = Buffer.concat([whole.subarray(0, 33), head, words, Buffer.alloc(4), whole.subarray(33)]);

	expect(inspectImage(commented)).toMatchObject({ complete: true });
	expect(inspectImage(commented.subarray(0, -12))).toMatchObject({ complete: false });
});
