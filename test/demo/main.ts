/* eslint-disable */
import { relative, resolve } from 'node:path';
import { readArguments, USAGE, type DemoArguments } from './arguments';
import { openApi, readAccount, type Api } from './api';
import { readImage, writeImage } from './imageFile';
import { showProgress } from './progress';
import type { Made } from './workflow';

const FOLDER = resolve('out');

/** From the command line to images in out/. */
async function main(): Promise<void> {
	const args = readArguments(process.argv.slice(2));
	if (args === null) return console.log(USAGE);
	const account = readAccount(process.env);
	const reference = args.edit === undefined ? undefined : await readImage(args.edit);
	const stop = stopOnSignal();

	const api = await openApi(account);
	try {
		const title = `${args.edit === undefined ? 'Text to Image' : 'Image to Image'} in the n8n engine, at ${api.name}`;
		const made = await showProgress(title, async (report) => {
			// The engine takes seconds to load, which a wrong argument need not wait for.
			const { makeImages } = await import('./workflow');
			return await makeImages(args, reference, api, report, stop);
		});
		await present(args, api, made);
	} finally {
		await api.stop();
	}
}

function stopOnSignal(): AbortSignal {
	const controller = new AbortController();
	for (const [signal, exitCode] of [
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const) {
		// Every time, as npm and the terminal both send it.
		process.on(signal, () => {
			process.exitCode ??= exitCode;
			controller.abort();
		});
	}
	return controller.signal;
}

async function present(args: DemoArguments, api: Api, made: Made): Promise<void> {
	for (const { bytes, extension, width, height, mimeType } of made.images) {
		const path = await writeImage(FOLDER, args.prompt, bytes, extension);
		console.log(`Picture        ${relative('', path)}`);
		console.log(`Size           ${width} x ${height} pixels, ${mimeType}, ${Math.ceil(bytes.length / 1024)} kB`);
	}
	console.log(`Task           ${made.taskIds.join(', ') || `none: the format ${args.format} has no tasks`}`);
	const billed = api.imagesBilled();
	console.log(
		`Images billed  ${billed === undefined ? `${made.images.length} (images returned; the gateway's own bill decides)` : `${billed} (ledger of the mock API)`}`,
	);
	for (const warning of made.warnings) console.log(`Warning        ${warning}`);
}

main().catch((error: unknown) => {
	const message = error instanceof Error ? error.message : String(error);
	console.error(message.trim().replace(/\s*\n\s*/g, ' '));
	// A pause that was canceled leaves its timer behind, and the process would wait for it.
	process.exit(process.exitCode ?? 1);
});
