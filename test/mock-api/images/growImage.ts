/* eslint-disable */
import { crc32 } from 'node:zlib';
import { createRandom } from '../random';
import type { ImageFormat } from '../types';

const PNG_END_BYTES = 12;
const CHUNK_OVERHEAD_BYTES = 12;
const NOISE_PERIOD_BYTES = 256 * 1024;
const JPEG_SEGMENT_BYTES = 65_533;

/** Grows a valid image to about `target` bytes without changing its pixels; never shrinks it. */
export function padImage(image: Buffer, format: ImageFormat, target: number): Buffer {
	const missing = target - image.length;
	if (missing <= CHUNK_OVERHEAD_BYTES) return image;
	const noise = noiseBytes(missing - CHUNK_OVERHEAD_BYTES);
	if (format === 'png') return padPng(image, noise);
	if (format === 'jpeg') return padJpeg(image, noise);
	return padWebp(image, noise);
}

// An ancillary, private chunk: every PNG reader must skip it.
function padPng(image: Buffer, noise: Buffer): Buffer {
	const typed = Buffer.concat([Buffer.from('npAd'), noise]);
	const end = image.length - PNG_END_BYTES;
	return Buffer.concat([
		image.subarray(0, end),
		uint32(noise.length),
		typed,
		uint32(crc32(typed)),
		image.subarray(end),
	]);
}

function padJpeg(image: Buffer, noise: Buffer): Buffer {
	const segments: Buffer[] = [];
	for (let from = 0; from < noise.length; from += JPEG_SEGMENT_BYTES) {
		const part = noise.subarray(from, from + JPEG_SEGMENT_BYTES);
		segments.push(Buffer.from([0xff, 0xef, (part.length + 2) >> 8, (part.length + 2) & 0xff]), part);
	}
	// APP15 segments right after the start marker.
	return Buffer.concat([image.subarray(0, 2), ...segments, image.subarray(2)]);
}

function padWebp(image: Buffer, noise: Buffer): Buffer {
	const even = noise.subarray(0, noise.length - (noise.length % 2));
	const size = Buffer.alloc(4);
	size.writeUInt32LE(even.length);
	const padded = Buffer.concat([image, Buffer.from('npAd'), size, even]);
	padded.writeUInt32LE(padded.length - 8, 4);
	return padded;
}

// Noise, so that gzip does not make the file small again.
function noiseBytes(length: number): Buffer {
	const random = createRandom(length);
	const words = new Uint32Array(Math.ceil(Math.min(length, NOISE_PERIOD_BYTES) / 4));
	for (let at = 0; at < words.length; at += 1) words[at] = random.next() * 4294967296;
	return Buffer.alloc(length, Buffer.from(words.buffer));
}

function uint32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value >>> 0);
	return bytes;
}
