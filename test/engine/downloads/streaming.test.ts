/* eslint-disable */
// Large images are streamed into n8n's storage. Incomplete, too large, and other files leave nothing there.
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

import { padImage } from '../../mock-api/images/growImage';
import { item, plainImage, sha256, storedDigest, useEngine, type Ran } from '../support/useEngine';
import { sendJson, useRawServer } from '../support/servers/rawServer';
import { filesInDatabase, type BinaryMode } from '../support/runWorkflow';

const engine = useEngine();
const raw = useRawServer();
const MEGABYTE = 1_048_576;
let large: Buffer;

beforeAll(async () => void (large = padImage(await plainImage('red'), 'png', 3 * MEGABYTE)));

const MODES: BinaryMode[] = ['filesystem', 'database', 'default'];

/** Item 0, with the prompt "image 0", gets the first file, and so on. */
function serveTasks(files: Record<string, (response: ServerResponse, count: number) => void>): void {
	const counts = new Map<string, number>();
	raw.on('POST', '/v1/images/tasks', (response, { body }) => {
		const index = /image (\d+)/.exec(body.toString())?.[1] ?? '0';
		sendJson(response, { code: 'success', data: { task_id: `task_${index}`, status: 'queued' } });
	});
	raw.on('GET', '/v1/images/tasks/', (response, { path }) => {
		const name = Object.keys(files)[Number(path.split('_').pop())];
		const data = { task_id: path.split('/').pop(), status: 'succeeded', result_url: `${raw.url}/files/${name}` };
		sendJson(response, { code: 'success', data });
	});
	raw.on('GET', '/files/', (response, { path }) => {
		const name = path.split('/').pop() ?? '';
		counts.set(name, (counts.get(name) ?? 0) + 1);
		files[name](response, counts.get(name) ?? 0);
	});
}

async function run(binaryMode: BinaryMode, count: number, options = {}): Promise<Ran> {
	return await engine.run(
		{ prompt: '={{ "image " + $json.index }}', options: { timeout: 30, ...options } },
		{
			input: Array.from({ length: count }, (_, index) => item({ index })),
			credential: { baseUrl: raw.url },
			binaryMode,
			executionId: `streaming-${Math.random()}`,
		},
	);
}

/** Sizes of all files that this execution left in n8n's storage folder and database, without metadata files. */
function storedFiles(executionId: string): number[] {
	return [...filesInFolder(executionId), ...filesInDatabase(executionId)];
}

function filesInFolder(executionId: string): number[] {
	const folder = join(process.env.N8N_USER_FOLDER ?? '', '.n8n');
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter(
			(path) => path.includes(executionId) && /binary_data[\\/][^\\/]+$/.test(path) && !path.endsWith('.metadata'),
		)
		.map((path) => statSync(join(folder, path)).size);
}

const whole = (response: ServerResponse): void => void response.end(large);
const filesAsked = (): number => raw.requests.filter(({ path }) => path.startsWith('/files')).length;

describe.each(MODES)('in binary mode %s', (mode) => {
	it('a large image is stored with its exact bytes and size', async () => {
		serveTasks({ a: whole });
		const ran = await run(mode, 1, { simplify: false });

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(large));
		expect(ran.rows[0].binary?.data).toMatchObject({
			mimeType: 'image/png',
			fileExtension: 'png',
			bytes: large.length,
		});
		expect(ran.json).toMatchObject([{ width: 48, height: 32, mimeType: 'image/png' }]);
		expect(filesAsked()).toBe(1);
	});

	it('an incomplete image is downloaded again, and nothing of the first try is stored', async () => {
		serveTasks({
			a: (response, count) => {
				if (count > 1) return whole(response);
				response.writeHead(200, { 'content-length': large.length });
				response.write(large.subarray(0, 2 * MEGABYTE), () => response.destroy());
			},
		});
		const executionId = `cut-${mode}`;
		const ran = await engine.run(
			{ prompt: 'a', options: { timeout: 30 } },
			{ credential: { baseUrl: raw.url }, binaryMode: mode, executionId },
		);

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(large));
		expect(ran.json[0]).not.toHaveProperty('warnings');
		expect(storedFiles(executionId)).toEqual(mode === 'default' ? [] : [large.length]);
		expect(filesAsked()).toBe(2);
	});

	it('a file that is too large, incomplete, or a web page is not stored', async () => {
		serveTasks({
			large: whole,
			cut: (response) => void response.end(large.subarray(0, 1.5 * MEGABYTE)),
			page: (response) => void response.end(`<html>${'x'.repeat(1.5 * MEGABYTE)}`),
		});
		const executionId = `bad-${mode}`;
		const ran = await engine.run(
			{ prompt: '={{ "image " + $json.index }}', options: { timeout: 30, maxImageSize: 2 } },
			{
				input: [0, 1, 2].map((index) => item({ index })),
				credential: { baseUrl: raw.url },
				binaryMode: mode,
				executionId,
			},
		);

		expect(ran.json).toMatchObject([
			{ warnings: [expect.stringContaining('It is larger than 2 MB')] },
			{ warnings: [expect.stringContaining('The file is incomplete')] },
			{ warnings: [expect.stringContaining('The URL does not lead to an image')] },
		]);
		expect(ran.rows.map(({ binary }) => binary)).toEqual([undefined, undefined, undefined]);
		expect(storedFiles(executionId)).toEqual([]);
	});
});

it.each(['filesystem', 'database'] as const)(
	'a stalled download is aborted and repeated, and no image is lost (binary mode %s)',
	async (mode) => {
		const files = Object.fromEntries(
			Array.from({ length: 6 }, (_, index) => [`f${index}`, whole] as [string, typeof whole]),
		) as Parameters<typeof serveTasks>[0];
		files.f0 = (response, count) => {
			if (count > 1) return whole(response);
			// Announces more than the memory budget, but never sends the rest.
			response.writeHead(200, { 'content-length': 30 * MEGABYTE });
			response.write(large.subarray(0, 2 * MEGABYTE));
		};
		serveTasks(files);
		const { rows, json } = await run(mode, 6, { timeout: 20 });

		expect(rows.map(({ binary }) => binary?.data.bytes)).toEqual(Array(6).fill(large.length));
		expect(json.flatMap(({ warnings = [] }) => warnings)).toEqual([]);
		expect(filesAsked()).toBe(7);
	},
	60_000,
);

it('images of one task are downloaded in parallel, and returned in the order of the response', async () => {
	const colors = await Promise.all(['red', 'green', 'blue'].map(async (color) => await plainImage(color as never)));
	raw.on('POST', '/v1/images/tasks', (response) =>
		sendJson(response, { code: 'success', data: { task_id: 'task_1', status: 'queued' } }),
	);
	raw.on('GET', '/v1/images/tasks/', (response) =>
		sendJson(response, {
			code: 'success',
			data: { task_id: 'task_1', status: 'succeeded', result_urls: [0, 1, 2].map((n) => `${raw.url}/files/${n}.png`) },
		}),
	);
	const open: ServerResponse[] = [];
	// No file is sent before all are requested.
	raw.on('GET', '/files/', (response, { path }) => {
		open.push(Object.assign(response, { number: Number(/(\d)\.png/.exec(path)?.[1]) }));
		if (open.length === 3)
			open.reverse().forEach((waiting) => waiting.end(colors[(waiting as never as { number: number }).number]));
	});
	const ran = await run('filesystem', 1);

	expect(await Promise.all(ran.rows.map(async ({ binary }) => await storedDigest(binary?.data)))).toEqual(
		colors.map(sha256),
	);
});

it('at most eight files are downloaded at a time', async () => {
	const held: ServerResponse[] = [];
	let isHeld = true;
	const serve = (response: ServerResponse): void => void (isHeld ? held.push(response) : whole(response));
	serveTasks(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, serve])));
	const running = run('filesystem', 20);
	while (held.length < 8) await new Promise(setImmediate);
	// Another run takes long enough for a ninth request to arrive.
	await engine.run({ prompt: 'another' });

	expect(held).toHaveLength(8);
	isHeld = false;
	held.forEach(whole);
	expect((await running).rows.map(({ binary }) => binary?.data.bytes)).toEqual(Array(20).fill(large.length));
}, 60_000);
