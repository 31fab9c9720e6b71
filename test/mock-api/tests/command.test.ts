/* eslint-disable */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { readArguments } from '../commandLine';

// Like `npm run mock-api`, not with the tsx command: it ends a program that takes more than 30 ms to react to Ctrl-C.
const COMMAND = ['--import', pathToFileURL(require.resolve('tsx')).href, resolve(__dirname, '../main.ts')];
const START_MS = 60_000;

/** The returned function reads the output until it contains `wanted`, and returns all output so far. */
function listenTo(child: ChildProcess): (wanted: string) => Promise<string> {
	const output = child.stdout?.iterator({ destroyOnReturn: false });
	let text = '';
	return async (wanted) => {
		while (!text.includes(wanted)) {
			const piece = await output?.next();
			if (piece === undefined || piece.done === true) throw new Error(`ended without saying "${wanted}": ${text}`);
			text += String(piece.value);
		}
		return text;
	};
}

describe('the mock-api command', () => {
	it(
		'prints its URL and key, logs each request, and stops on Ctrl-C',
		async () => {
			const child = spawn(process.execPath, [...COMMAND, '--task-ms', '0', '--dialect', 'taskDto'], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const said = listenTo(child);
			const greeting = await said('Ctrl-C');
			const [, url = ''] = /API +(\S+)/.exec(greeting) ?? [];
			const [, key = ''] = /key +(\S+)/.exec(greeting) ?? [];
			const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
			const body = JSON.stringify({ model: 'NanoBanana', prompt: 'x' });
			const response = await fetch(`${url}/v1/images/tasks`, { method: 'POST', headers, body });
			expect(await response.json()).toMatchObject({ data: { platform: 'image' } });
			await said('POST /v1/images/tasks  200');
			child.kill('SIGINT');
			expect(await once(child, 'exit')).toEqual([0, null]);
		},
		START_MS,
	);

	it.each([
		['--port', '70000', '--port must be a whole number'],
		['--task-ms', '9-3', '--task-ms must be'],
		['--progress', 'fast', '--progress must be one of linear, coarse, none'],
		['--dialect', 'french', '--dialect must be one of seed'],
		['--limit', '0', '--limit must be a whole number'],
		['--color', 'red', "Unknown option '--color'"],
	])('rejects %s %s', (name, value, message) => {
		expect(() => readArguments([name, value])).toThrow(message);
	});

	it(
		'reports an unknown option in one line, and exits with code 1',
		() => {
			const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, '--color', 'red'], {
				encoding: 'utf8',
			});
			expect([status, stdout]).toEqual([1, '']);
			expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining("Unknown option '--color'")]);
		},
		START_MS,
	);
});
