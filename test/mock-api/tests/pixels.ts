/* eslint-disable */
import sharp from 'sharp';

export type Colour = [red: number, green: number, blue: number];

/** The colour of one pixel of an encoded picture. */
export async function colourAt(picture: Buffer, left: number, top: number): Promise<Colour> {
	const pixel = sharp(picture).extract({ left, top, width: 1, height: 1 }).removeAlpha();
	const [red, green, blue] = await pixel.raw().toBuffer();
	return [red, green, blue];
}

export async function flatPicture(background: string, width = 60, height = 60): Promise<Buffer> {
	return await sharp({ create: { width, height, channels: 3, background } })
		.png()
		.toBuffer();
}
