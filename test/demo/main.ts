/* eslint-disable */
import { resolve } from 'node:path';
import { oneLine, runDemo } from './runDemo';

const { isTTY, columns } = process.stdout;
const controller = new AbortController();

for (const [signal, exitCode] of [
	['SIGINT', 130],
	['SIGTERM', 143],
] as const) {
	// Not only once, because npm and the terminal both send the signal.
	process.on(signal, () => {
		process.exitCode ??= exitCode;
		controller.abort();
	});
}

runDemo({
	args: process.argv.slice(2),
	env: process.env,
	folder: resolve('out'),
	output: { print: (line) => console.log(line), isTerminal: isTTY && columns > 0 },
	stop: controller.signal,
}).catch((error: unknown) => {
	console.error(oneLine(error));
	// Otherwise the process would wait for the timer of a canceled pause.
	process.exit(process.exitCode ?? 1);
});
