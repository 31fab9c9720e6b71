/* eslint-disable */
import sharp from 'sharp';

import { readImageFormat } from '../../../nodes/NanoBanana/images/imageFormat';

async function encodedImage(format: 'png' | 'jpeg' | 'webp' | 'gif', options: object = {}): Promise<Buffer> {
	return await sharp({ create: { width: 37, height: 23, channels: 3, background: '#336699' } })
		.toFormat(format, options)
		.toBuffer();
}

it.each([
	['png', {}, 'image/png', 'png'],
	['jpeg', {}, 'image/jpeg', 'jpg'],
	['jpeg', { progressive: true }, 'image/jpeg', 'jpg'],
	['webp', {}, 'image/webp', 'webp'],
	['webp', { lossless: true }, 'image/webp', 'webp'],
	['gif', {}, 'image/gif', 'gif'],
] as const)('reads type and size of a complete %s %j', async (format, options, mimeType, extension) => {
	expect(readImageFormat(await encodedImage(format, options))).toEqual({
		mimeType,
		extension,
		width: 37,
		height: 23,
		complete: true,
	});
});

it('reads the size of a WebP with an alpha channel from its VP8X header', async () => {
	const bytes = await sharp({
		create: { width: 37, height: 23, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
	})
		.webp({ alphaQuality: 50 })
		.toBuffer();

	expect(bytes.toString('latin1', 12, 16)).toBe('VP8X');
	expect(readImageFormat(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it('reads the size of a JPEG after metadata that contains a thumbnail', async () => {
	const thumbnail = await encodedImage('jpeg');
	const big = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
		.jpeg()
		.toBuffer();
	const segment = Buffer.alloc(4);
	segment.writeUInt16BE(0xffe1, 0);
	segment.writeUInt16BE(thumbnail.length + 2, 2);
	const bytes = Buffer.concat([big.subarray(0, 2), segment, thumbnail, big.subarray(2)]);

	expect(readImageFormat(bytes)).toMatchObject({ width: 300, height: 200, complete: true });
	// The end marker of the thumbnail is not the end of the image.
	expect(readImageFormat(bytes.subarray(0, thumbnail.length + 300))).toMatchObject({
		mimeType: 'image/jpeg',
		complete: false,
	});
});

it.each(['png', 'jpeg', 'webp', 'gif'] as const)(
	'reports a %s as incomplete wherever it is cut off',
	async (format) => {
		const bytes = await encodedImage(format);
		const cuts = Array.from({ length: bytes.length - 13 }, (_, index) => index + 12);
		const wronglyComplete = cuts.filter((end) => readImageFormat(bytes.subarray(0, end))?.complete);

		// The last bytes after the name of the end marker are not part of the image.
		expect(wronglyComplete.filter((end) => end < bytes.length - 8)).toEqual([]);
	},
);

it.each(['png', 'jpeg', 'webp', 'gif'] as const)('accepts a %s with bytes after its end', async (format) => {
	const bytes = Buffer.concat([await encodedImage(format), Buffer.alloc(3, format === 'gif' ? 0x3b : 0)]);

	expect(readImageFormat(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it('accepts a GIF with text after its end', async () => {
	const bytes = Buffer.concat([await encodedImage('gif'), Buffer.from('\r\n--boundary--')]);

	expect(readImageFormat(bytes)).toMatchObject({ width: 37, height: 23, complete: true });
});

it.each([
	[
		'avif',
		async () =>
			await sharp({ create: { width: 37, height: 23, channels: 3, background: '#336699' } })
				.avif()
				.toBuffer(),
		'image/avif',
		'avif',
	],
] as const)('reads the type of %s', async (_kind, make, mimeType, extension) => {
	expect(readImageFormat(await make())).toEqual({ mimeType, extension, complete: true });
});

/** The first box of a file: its length, its name, and its brands. */
function boxed(brands: string[]): Buffer {
	const head = Buffer.alloc(4);
	head.writeUInt32BE(12 + brands.length * 4);
	return Buffer.concat([
		head,
		Buffer.from(`ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 'latin1'),
		Buffer.alloc(30),
	]);
}

it.each([
	[['avif', 'mif1'], 'image/avif'],
	[['avis'], 'image/avif'],
	[['mif1', 'miaf', 'avif'], 'image/avif'],
	[['heic', 'mif1'], 'image/heic'],
	[['heix'], 'image/heic'],
	[['mif1', 'heic'], 'image/heic'],
	[['mif1'], 'image/heic'],
])('reads the type from the brands %j', (brands, mimeType) => {
	expect(readImageFormat(boxed(brands))).toMatchObject({ mimeType, complete: true });
});

it('does not accept a video as an image', () => {
	expect(readImageFormat(boxed(['isom', 'mp42']))).toBeUndefined();
});

it.each([
	['an empty file', ''],
	['a web page', '<!doctype html><html><body>not found</body></html>'],
	['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
	['JSON', '{"error":{"message":"no"}}'],
	['a PDF', '%PDF-1.7 and some more bytes'],
	['a RIFF file with sound', 'RIFF\x10\x00\x00\x00WAVEfmt and more'],
	['only a PNG signature', '\x89PNG\r\n\x1a\n'],
])('does not accept %s as an image', (_what, text) => {
	expect(readImageFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});

it('never throws, whatever follows an image signature', () => {
	const signatures = [
		'II*\0',
		'MM\0*',
		'\0\0\0\x1cftypavif',
		'BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0',
		'\x89PNG\r\n\x1a\n',
		'\xff\xd8\xff',
		'RIFF\xff\xff\xff\xffWEBPVP8 ',
		'RIFF\xff\xff\xff\xffWEBPVP8X',
		'RIFF\xff\xff\xff\xffWEBPVP8L',
		'GIF89a',
	];
	for (const signature of signatures) {
		for (let size = 0; size < 64; size += 1) {
			for (const filler of [0x00, 0xff, 0x7f, 0xc0]) {
				const bytes = Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.alloc(size, filler)]);
				expect(() => readImageFormat(bytes)).not.toThrow();
			}
		}
	}
});

it('recognizes a cut-off PNG even if a comment contains the letters of its end marker', async () => {
	const whole = await encodedImage('png');
	const words = Buffer.from('Comment\u0000IEND is near');
	const head = Buffer.alloc(8);
	head.writeUInt32BE(words.length, 0);
	head.write('tEXt', 4);
	const commented = Buffer.concat([whole.subarray(0, 33), head, words, Buffer.alloc(4), whole.subarray(33)]);

	expect(readImageFormat(commented)).toMatchObject({ complete: true });
	expect(readImageFormat(commented.subarray(0, -12))).toMatchObject({ complete: false });
});
