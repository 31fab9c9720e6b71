/* eslint-disable */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import sharp from 'sharp';

export interface ImageFile {
	bytes: Buffer;
	mimeType: string;
	fileName: string;
}

/** The formats that models accept as references. */
const REFERENCE_FORMATS = ['png', 'jpeg', 'webp', 'gif'];
const LONGEST_NAME = 50;

const REASONS: Record<string, string> = {
	ENOENT: 'the file does not exist',
	ENOTDIR: 'the file does not exist',
	EISDIR: 'it is a folder',
	EACCES: 'reading it is not allowed',
};

/** @throws an error with the path if the file cannot be read or is not a complete image */
export async function readImage(file: string): Promise<ImageFile> {
	const path = resolve(file);
	const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
		throw new Error(`${path} cannot be read: ${REASONS[error.code ?? ''] ?? error.message}`);
	});
	const format = await formatOf(bytes);
	if (format === undefined)
		throw new Error(`${path} is not an image that can be opened: a PNG, JPEG, WebP or GIF file is needed`);
	if (!REFERENCE_FORMATS.includes(format))
		throw new Error(`${path} is an image of type ${format}: a PNG, JPEG, WebP or GIF file is needed`);
	return { bytes, mimeType: `image/${format}`, fileName: basename(path) };
}

// Decodes the image, because the header does not show whether the file is complete.
async function formatOf(bytes: Buffer): Promise<string | undefined> {
	try {
		const { format } = await sharp(bytes).metadata();
		await sharp(bytes).stats();
		return format;
	} catch {
		return undefined;
	}
}

/** Names the file after the prompt, with a number if that name is taken. Returns the path. */
export async function writeImage(folder: string, prompt: string, bytes: Buffer, extension: string): Promise<string> {
	await mkdir(folder, { recursive: true });
	const stem = stemOf(prompt);
	for (let number = 1; ; number += 1) {
		const path = join(folder, `${stem}${number > 1 ? `-${number}` : ''}.${extension}`);
		try {
			await writeFile(path, bytes, { flag: 'wx' });
			return path;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
	}
}

function stemOf(prompt: string): string {
	const words =
		prompt
			.normalize('NFC')
			.toLowerCase()
			.match(/[\p{L}\p{N}]+/gu) ?? [];
	const stem = [...words.join('-')].slice(0, LONGEST_NAME).join('');
	return stem.replace(/-$/, '') || 'image';
}
