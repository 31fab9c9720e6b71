// Checks that the demo's files are complete images.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const [folder, minimum] = process.argv.slice(2);
const files = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp)$/.test(name));
if (files.length < Number(minimum)) {
	throw new Error(`${folder} contains ${files.length} images, expected at least ${minimum}`);
}
for (const name of files) {
	const { info } = await sharp(join(folder, name)).raw().toBuffer({ resolveWithObject: true });
	console.log(`${name}: ${info.width} x ${info.height}`);
}
