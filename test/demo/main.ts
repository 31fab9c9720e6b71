/* eslint-disable */
import { relative, resolve } from 'node:path';
import { readArguments, USAGE, type Order } from './arguments';
import { openGateway, readAccount, type Gateway } from './gateway';
import { readPicture, writePicture } from './picture';
import { showProgress } from './progress';
import type { Made } from './workflow';

const FOLDER = resolve('out');

/** From the command line to pictures in out/. */
async function main(): Promise<void> {
	const order = readArguments(process.argv.slice(2));
	if (order === null) return console.log(USAGE);
	const account = readAccount(process.env);
	const reference = order.edit === undefined ? undefined : await readPicture(order.edit);
	const stop = stopOnSignal();

	const gateway = await openGateway(account);
	try {
		const title = `${order.edit === undefined ? 'Text to Image' : 'Image to Image'} in the n8n engine, at ${gateway.name}`;
		const made = await showProgress(title, async (report) => {
			// The engine takes seconds to load, which a wrong argument need not wait for.
			const { makePictures } = await import('./workflow');
			return await makePictures(order, reference, gateway, report, stop);
		});
		await present(order, gateway, made);
	} finally {
		await gateway.stop();
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

async function present(order: Order, gateway: Gateway, made: Made): Promise<void> {
	for (const { bytes, extension, width, height, mimeType } of made.pictures) {
		const path = await writePicture(FOLDER, order.prompt, bytes, extension);
		console.log(`Picture        ${relative('', path)}`);
		console.log(`Size           ${width} x ${height} pixels, ${mimeType}, ${Math.ceil(bytes.length / 1024)} kB`);
	}
	console.log(`Task           ${made.taskIds.join(', ') || `none: the format ${order.format} has no tasks`}`);
	const billed = gateway.imagesBilled();
	console.log(
		`Images billed  ${billed === undefined ? `${made.pictures.length} (images returned; the gateway's own bill decides)` : `${billed} (ledger of the sandbox)`}`,
	);
	for (const warning of made.warnings) console.log(`Warning        ${warning}`);
}

main().catch((error: unknown) => {
	const message = error instanceof Error ? error.message : String(error);
	console.error(message.trim().replace(/\s*\n\s*/g, ' '));
	// A pause that was canceled leaves its timer behind, and the process would wait for it.
	process.exit(process.exitCode ?? 1);
});
