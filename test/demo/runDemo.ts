/* eslint-disable */
import { relative } from 'node:path';
import { readArguments, USAGE, type DemoArguments } from './arguments';
import { openApi, readAccount, type Api } from './api';
import { readImage, writeImage } from './imageFile';
import { showProgress, type Output } from './progress';
import type { Made } from './workflow';

export interface DemoOptions {
	args: string[];
	env: NodeJS.ProcessEnv;
	/** The folder for the images. */
	folder: string;
	output: Output;
	/** Cancels the execution. */
	stop: AbortSignal;
}

/**
 * From the command line to images in a folder.
 *
 * @throws an error that explains why the image is missing
 */
export async function runDemo({ args: written, env, folder, output, stop }: DemoOptions): Promise<void> {
	const args = readArguments(written);
	if (args === null) return output.print(USAGE);
	const account = readAccount(env);
	const reference = args.edit === undefined ? undefined : await readImage(args.edit);

	const api = await openApi(account);
	try {
		const title = `${args.edit === undefined ? 'Text to Image' : 'Image to Image'} in the n8n engine, at ${api.name}`;
		const made = await showProgress(title, output, async (report) => {
			// Loaded only now, because the engine takes seconds to load, and an invalid argument should fail at once.
			const { makeImages } = await import('./workflow');
			return await makeImages(args, reference, api, report, stop);
		});
		await present(args, api, made, folder, output.print);
	} finally {
		await api.stop();
	}
}

/** The message of an error, in one line. */
export function oneLine(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return message.trim().replace(/\s*\n\s*/g, ' ');
}

async function present(
	args: DemoArguments,
	api: Api,
	made: Made,
	folder: string,
	print: Output['print'],
): Promise<void> {
	for (const { bytes, extension, width, height, mimeType } of made.images) {
		const path = await writeImage(folder, args.prompt, bytes, extension);
		print(`Image          ${relative('', path)}`);
		print(`Size           ${width} x ${height} pixels, ${mimeType}, ${Math.ceil(bytes.length / 1024)} kB`);
	}
	print(`Task           ${made.taskIds.join(', ') || `none: the format ${args.format} has no tasks`}`);
	const imagesCharged = api.imagesCharged();
	print(
		`Images charged ${imagesCharged === undefined ? `${made.images.length} (images returned; check your provider's invoice)` : `${imagesCharged} (ledger of the mock API)`}`,
	);
	for (const warning of made.warnings) print(`Warning        ${warning}`);
}
