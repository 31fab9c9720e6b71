/* eslint-disable */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';

import { oneLine, runDemo } from '../../demo/runDemo';
import { formItem, loadExample, nodeTypes } from '../../demo/workflow';
import { startMockApi, type MockApi } from '../../mock-api';
import { referenceBoxes } from '../../mock-api/images/renderImage';
import { colorAt, plainImage } from '../../mock-api/tests/pixels';
import { runWorkflow } from '../support/runWorkflow';

// Like `npm run`, without the tsx command, which ends a program that does not react to Ctrl-C within 30 ms.
const COMMAND = ['--import', pathToFileURL(require.resolve('tsx')).href, resolve(__dirname, '../../demo/main.ts')];
const PROMPT = 'A small red cube';
const ORANGE = [255, 136, 0];

let folder: string;
let image: string;
let mockApi: MockApi;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'nanobanana-demo-'));
	image = join(folder, 'reference.png');
	writeFileSync(image, await plainImage('#ff8800', 64, 48));
	mockApi = await startMockApi();
});
afterEach(() => {
	mockApi.reset();
	rmSync(join(folder, 'out'), { recursive: true, force: true });
});
afterAll(async () => {
	await mockApi.stop();
	rmSync(folder, { recursive: true, force: true });
});

interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

type Variables = Partial<Record<'NANOBANANA_BASE_URL' | 'NANOBANANA_API_KEY', string>>;

function start(args: string[], variables: Variables = {}): ChildProcess {
	const { NANOBANANA_BASE_URL: _url, NANOBANANA_API_KEY: _key, ...env } = process.env;
	return spawn(process.execPath, [...COMMAND, ...args], {
		cwd: folder,
		env: { ...env, ...variables },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

async function end(child: ChildProcess): Promise<Ended> {
	const said = { stdout: '', stderr: '' };
	child.stdout?.on('data', (piece) => (said.stdout += String(piece)));
	child.stderr?.on('data', (piece) => (said.stderr += String(piece)));
	const [code] = (await once(child, 'close')) as [number | null];
	return { code, ...said };
}

/** The demo as a separate process, for exit codes and signals. */
async function runProcess(args: string[]): Promise<Ended> {
	return await end(start(args));
}

/** The same in this process, which has already loaded the engine. */
async function run(args: string[], variables: Variables = {}): Promise<Ended> {
	const ended: Ended = { code: 0, stdout: '', stderr: '' };
	const output = { print: (line: string) => void (ended.stdout += `${line}\n`), isTerminal: false };
	const options = { args, env: variables, folder: join(folder, 'out'), output, stop: new AbortController().signal };
	return await runDemo(options).then(
		() => ended,
		(error: unknown) => ({ ...ended, code: 1, stderr: `${oneLine(error)}\n` }),
	);
}

function account(apiKey = mockApi.apiKey, baseUrl = mockApi.baseUrl): Variables {
	return { NANOBANANA_BASE_URL: baseUrl, NANOBANANA_API_KEY: apiKey };
}

function valuesOf(stdout: string, label: string): string[] {
	return stdout
		.split('\n')
		.filter((line) => line.startsWith(label))
		.map((line) => line.slice(label.length).trim());
}

function expectOneLine({ code, stderr }: Ended, message: string | RegExp): void {
	expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(message)]);
	expect(stderr).not.toMatch(/\.ts:\d+|node_modules/);
	expect(code).toBe(1);
}

describe('the demo', () => {
	it('starts the mock API, shows progress and charged images, and saves the image; an edit contains its reference', async () => {
		const plain = await runProcess([PROMPT]);
		expect(plain).toMatchObject({ code: 0, stderr: '' });
		const [taskId] = valuesOf(plain.stdout, 'Task');
		expect(taskId).toMatch(/^task_\w+$/);
		expect(plain.stdout).toMatch(
			new RegExp(`${taskId}  queued +0 %[^]*${taskId}  running +\\d+ %[^]*${taskId}  succeeded +100 %`),
		);
		expect(valuesOf(plain.stdout, 'Image  ')).toEqual([join('out', 'a-small-red-cube.png')]);
		expect(valuesOf(plain.stdout, 'Size')).toEqual([expect.stringContaining('1024 x 1024 pixels, image/png')]);
		expect(valuesOf(plain.stdout, 'Images charged')).toEqual(['1 (ledger of the mock API)']);
		const made = readFileSync(join(folder, 'out', 'a-small-red-cube.png'));
		expect(await sharp(made).metadata()).toMatchObject({ format: 'png', width: 1024, height: 1024 });

		const edit = await run(['--edit', image, PROMPT]);
		expect(edit).toMatchObject({ code: 0, stderr: '' });
		expect(valuesOf(edit.stdout, 'Image  ')).toEqual([expect.stringMatching(/a-small-red-cube-2\.png$/)]);
		expect(readFileSync(join(folder, 'out', 'a-small-red-cube.png'))).toEqual(made);
		const edited = readFileSync(join(folder, 'out', 'a-small-red-cube-2.png'));
		const { width, height } = await sharp(edited).metadata();
		expect([width, height]).toEqual([1200, 896]);
		const [box] = referenceBoxes({ width, height }, [{ width: 64, height: 48 }]);
		expect(await colorAt(edited, box.left + 5, box.top + 5)).toEqual(ORANGE);
		expect(await colorAt(made, 512, 512)).not.toEqual(ORANGE);
	});

	it('uses the API from the environment variables, with --n, --model, and --ratio', async () => {
		const args = ['--n', '2', '--model', 'NanoBanana2-0.5K', '--ratio', '16:9', '=A cube at 50 % {{ off }}'];
		const { code, stdout } = await run(args, account());
		expect(code).toBe(0);
		expect(mockApi.ledger).toMatchObject([
			{ kind: 'task', model: 'NanoBanana2-0.5K', prompt: '=A cube at 50 % {{ off }}', n: 2, imagesCharged: 2 },
		]);
		expect(valuesOf(stdout, 'Task')).toEqual([mockApi.ledger[0].taskId]);
		expect(valuesOf(stdout, 'Size')).toEqual(Array(2).fill(expect.stringContaining('688 x 384')));
		expect(valuesOf(stdout, 'Images charged')).toEqual([expect.stringMatching(/^2 \(images returned/)]);
		expect(readdirSync(join(folder, 'out'))).toEqual(['a-cube-at-50-off-2.png', 'a-cube-at-50-off.png']);
	});

	it.each([
		['openAi', 'edits'],
		['gemini', 'generateContent'],
	])('supports the format %s', async (format, kind) => {
		const { code, stdout } = await run(['--format', format, '--edit', image, '../日本 / x'], account());
		expect(code).toBe(0);
		expect(mockApi.ledger).toMatchObject([{ kind, references: 1, imagesCharged: 1 }]);
		expect(valuesOf(stdout, 'Task')).toEqual([`none: the format ${format} has no tasks`]);
		expect(readdirSync(join(folder, 'out'))).toEqual(['日本-x.png']);
	});

	it('cancels the execution on Ctrl-C and reports the open task', async () => {
		mockApi.set({ taskMs: 600_000 });
		const child = start([PROMPT], account());
		child.stdout?.on('data', (piece) => String(piece).includes('queued') && child.kill('SIGINT'));
		const { code, stdout, stderr } = await end(child);
		expect(code).toBe(130);
		expect(stderr).toBe(
			`The execution was canceled; its open tasks keep running and are charged; get their images with 'Wait for Task Result': ${mockApi.ledger[0].taskId}\n`,
		);
		expect(valuesOf(stdout, 'Image  ')).toEqual([]);
		expect(readdirSync(folder)).toEqual(['reference.png']);
	});

	it('shows its usage with --help', async () => {
		expect(await run(['--help'])).toMatchObject({
			code: 0,
			stderr: '',
			stdout: expect.stringContaining('Usage: npm run demo'),
		});
	});
});

describe('the demo rejects with one line', () => {
	it('and exit code 1', async () => {
		const ended = await runProcess([]);
		expectOneLine(ended, 'The prompt is missing');
		expect(ended.stdout).toBe('');
	});

	it.each<[string, string[], string]>([
		['no prompt', [], 'The prompt is missing'],
		['an empty prompt', [' '], 'The prompt is missing'],
		['a prompt without quotes', ['A', 'cube'], 'The prompt must be in quotes'],
		['an unknown option', ['--color', 'red', PROMPT], "Unknown option '--color'"],
		['an option without its value', ['--edit', '--n', '2', PROMPT], "Option '--edit' argument is ambiguous"],
		['0 images', ['--n', '0', PROMPT], '--n must be a whole number from 1 to 10, not "0"'],
		['1.5 images', ['--n', '1.5', PROMPT], '--n must be a whole number from 1 to 10, not "1.5"'],
		['an invalid model ID', ['--model', '=1', PROMPT], '--model must be a model ID'],
		['an unknown ratio', ['--ratio', '7:5', PROMPT], '--ratio must be one of 1:1'],
		['an unknown format', ['--format', 'soap', PROMPT], '--format must be one of asyncTask, openAi, gemini'],
		['a missing file', ['--edit', 'missing.png', PROMPT], 'missing.png cannot be read: the file does not exist'],
		['a folder', ['--edit', '.', PROMPT], 'cannot be read: it is a folder'],
	])('%s', async (_case, args, message) => {
		const ended = await run(args);
		expectOneLine(ended, message);
		expect(ended.stdout).toBe('');
	});

	it.each<[string, () => Promise<Buffer>, string]>([
		[
			'a file that is not an image',
			async () => await Promise.resolve(Buffer.from('no image')),
			'is not an image that can be opened',
		],
		[
			'an incomplete image',
			async () =>
				(
					await sharp({
						create: {
							width: 400,
							height: 400,
							channels: 3,
							background: 'red',
							noise: { type: 'gaussian', mean: 128, sigma: 30 },
						},
					})
						.png()
						.toBuffer()
				).subarray(0, 5_000),
			'is not an image that can be opened',
		],
		['an image of another type', async () => await sharp(image).tiff().toBuffer(), 'is an image of type tiff'],
	])('%s', async (_case, content, message) => {
		mkdirSync(join(folder, 'out'));
		const file = join(folder, 'out', 'input.png');
		writeFileSync(file, await content());
		const ended = await run(['--edit', file, PROMPT]);
		expectOneLine(ended, message);
		expect(ended.stdout).toBe('');
	});

	it.each<[Variables, string]>([
		[{ NANOBANANA_BASE_URL: 'https://example.com' }, 'NANOBANANA_API_KEY is not'],
		[{ NANOBANANA_API_KEY: 'sk-1234567890' }, 'NANOBANANA_BASE_URL is not'],
	])('an incomplete account: %j', async (variables, message) => {
		const ended = await run([PROMPT], variables);
		expectOneLine(ended, message);
		expect(ended.stderr).not.toContain('sk-1234567890');
	});

	it.each<[string, () => Variables, RegExp]>([
		['an invalid key', () => account('sk-wrong-0123456789'), /^The API key is not valid .*Check NANOBANANA_API_KEY\.$/],
		[
			'a URL without a server',
			() => account(undefined, 'http://127.0.0.1:1'),
			/^The API could not be reached .*connection was refused.*Check NANOBANANA_BASE_URL\.$/,
		],
		['a URL that does not lead to the API', () => account(undefined, mockApi.filesUrl), /Check NANOBANANA_BASE_URL\.$/],
		['a URL that is not valid', () => account(undefined, 'no URL'), /Check NANOBANANA_BASE_URL\.$/],
	])('%s', async (_case, variables, message) => {
		const ended = await run([PROMPT], variables());
		expectOneLine(ended, message);
		expect(ended.stderr).not.toContain(variables().NANOBANANA_API_KEY);
		expect(mockApi.created()).toBe(0);
	});

	it('an aspect ratio that the model does not support', async () => {
		const ended = await run(['--model', 'NanoBananaPro-1K', '--ratio', '1:8', PROMPT], account());
		expectOneLine(
			ended,
			/^NanoBananaPro-1K does not support the aspect ratio 1:8\. You were not charged\. Set 'Aspect Ratio' to one of/,
		);
		expect(mockApi.created()).toBe(0);
	});
});

describe('the example', () => {
	it('quick-start generates one image without changes', async () => {
		const workflow = loadExample('examples/quick-start.json');
		const { status, output } = await runWorkflow(workflow, { credentials: credentials() });
		expect(status).toBe('success');
		expect(output('NanoBanana')[0]).toMatchObject([
			{ json: { status: 'succeeded', width: 1024 }, binary: { data: { mimeType: 'image/png' } } },
		]);
		expect(mockApi.ledger).toMatchObject([{ kind: 'task', references: 0, imagesCharged: 1, downloads: 1 }]);
	});

	it('image-to-image edits the image from its form', async () => {
		const file = { bytes: readFileSync(image), mimeType: 'image/png', fileName: 'reference.png' };
		const workflow = loadExample('examples/image-to-image.json');
		const { status, output } = await runWorkflow(workflow, {
			nodeTypes,
			credentials: credentials(),
			input: [formItem('Make it night', file)],
		});
		expect(status).toBe('success');
		expect(output('NanoBanana')[0]).toMatchObject([
			{ json: { status: 'succeeded', width: 1200, height: 896 }, binary: { data: { mimeType: 'image/png' } } },
		]);
		expect(mockApi.ledger).toMatchObject([
			{ kind: 'task', prompt: 'Make it night', references: 1, imagesCharged: 1, downloads: 1 },
		]);
	});
});

function credentials() {
	return { nanoBananaApi: { baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey } };
}
