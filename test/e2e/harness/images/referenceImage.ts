/* eslint-disable */
import sharp from 'sharp';

/** A small image to edit: a yellow disc on blue. Each call returns the same bytes. */
export async function createReferenceImage(): Promise<Buffer<ArrayBuffer>> {
	const svg =
		'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"><rect width="256" height="256" fill="#2b4c9b"/><circle cx="128" cy="128" r="90" fill="#ffd54a"/></svg>';
	return Buffer.from(await sharp(Buffer.from(svg)).png().toBuffer());
}
