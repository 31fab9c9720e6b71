/* eslint-disable */
import sharp from 'sharp';

export type Color = [red: number, green: number, blue: number];

/** The color of one pixel of an encoded image. */
export async function colorAt(image: Buffer, left: number, top: number): Promise<Color> {
	const pixel = sharp(image).extract({ left, top, width: 1, height: 1 }).removeAlpha();
	const [red, green, blue] = await pixel.raw().toBuffer();
	return [red, green, blue];
}

export async function plainImage(background: string, width = 60, height = 60): Promise<Buffer> {
	return await sharp({ create: { width, height, channels: 3, background } })
		.png()
		.toBuffer();
}
