/* eslint-disable */
// Compares reading in chunks with reading the whole image at once: chunk boundaries must not matter.
import * as fc from 'fast-check';
import sharp from 'sharp';

import { createImageReader, readImageFormat } from '../../../nodes/NanoBanana/images/imageFormat';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
let images: Buffer[];

beforeAll(async () => {
	const source = () =>
		sharp({ create: { width: 37, height: 23, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } } });
	images = await Promise.all([
		source().png().toBuffer(),
		source().jpeg().toBuffer(),
		source().jpeg({ progressive: true }).toBuffer(),
		source().webp().toBuffer(),
		source().webp({ lossless: true }).toBuffer(),
		source().gif().toBuffer(),
		source().avif().toBuffer(),
	]);
});

function readInChunks(bytes: Buffer, sizes: number[]): ReturnType<typeof readImageFormat> {
	const reader = createImageReader();
	let at = 0;
	for (let turn = 0; at < bytes.length; turn += 1) {
		const size = sizes[turn % sizes.length];
		reader.push(bytes.subarray(at, at + size));
		at += size;
	}
	return reader.facts;
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 });

it('reads complete, truncated, and damaged images the same in any chunks, and never throws', () => {
	fc.assert(
		fc.property(
			fc.nat(),
			chunkSizes,
			fc.nat(),
			fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
			fc.uint8Array({ maxLength: 30 }),
			(choice, sizes, cut, damage, tail) => {
				const whole = Buffer.from(images[choice % images.length]);
				for (const [place, byte] of damage) whole[place % whole.length] = byte;
				const bytes = Buffer.concat([whole.subarray(0, cut % 3 === 0 ? cut % whole.length : whole.length), tail]);
				expect(readInChunks(bytes, sizes)).toEqual(readImageFormat(bytes));
			},
		),
		{ numRuns: RUNS },
	);
});

it('reads any other bytes the same in any chunks, and never throws', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 400 }), chunkSizes, (bytes, sizes) => {
			expect(readInChunks(Buffer.from(bytes), sizes)).toEqual(readImageFormat(Buffer.from(bytes)));
		}),
		{ numRuns: RUNS },
	);
});
