// The demo's files are pictures that decode to their last pixel.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const [folder, least] = process.argv.slice(2);
const files = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp)$/.test(name));
if (files.length < Number(least)) throw new Error(`${folder} holds ${files.length} pictures, expected ${least}`);
for (const name of files) {
	const { info } = await sharp(join(folder, name)).raw().toBuffer({ resolveWithObject: true });
	console.log(`${name}: ${info.width} x ${info.height}`);
}
