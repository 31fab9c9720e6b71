/* eslint-disable */
// A complete body counts, no matter how the connection ends. An incomplete body does not.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { plainImage, sha256, storedDigest, useEngine, type Ran } from '../support/useEngine';
import { response, useSocketServers, type SocketServer } from '../support/servers/socketServer';

const engine = useEngine();
const servers = useSocketServers();
let image: Buffer;
let gif: Buffer;

beforeAll(async () => {
	image = await plainImage('red');
	gif = Buffer.from('R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
});

const CUT_TASK = '{"code":"success","data":{"task_id":"task_';
const TASK = JSON.stringify({ code: 'success', data: { task_id: 'task_1', status: 'queued' } });

/** Ways to end a connection after a body. */
const ENDINGS: Array<[string, (socket: Socket, body: Buffer, headers?: string[]) => void]> = [
	[
		'a reset',
		(socket, body, headers = []) =>
			socket.write(response(body, [`content-length: ${body.length + 100}`, ...headers]), () =>
				setImmediate(() => socket.resetAndDestroy()),
			),
	],
	[
		'an end before content-length',
		(socket, body, headers = []) => socket.end(response(body, [`content-length: ${body.length + 1}`, ...headers])),
	],
	[
		'no last chunk',
		(socket, body, headers = []) =>
			socket.end(
				response(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]), [
					'transfer-encoding: chunked',
					...headers,
				]),
			),
	],
];
type Ending = (typeof ENDINGS)[number][1];

const proper: Ending = (socket, body) => socket.end(response(body, [`content-length: ${body.length}`]));

interface Endings {
	create?: Ending;
	status?: Ending;
	file?: Ending;
}

/** An API with one task whose responses end in these ways. */
async function api(endings: Endings, create = TASK, file = image): Promise<SocketServer> {
	const server: SocketServer = await servers.listen((socket, text) => {
		const status = {
			code: 'success',
			data: { task_id: 'task_1', status: 'succeeded', result_url: `http://127.0.0.1:${server.port}/file` },
		};
		if (text.startsWith('POST')) return (endings.create ?? proper)(socket, Buffer.from(create));
		if (text.startsWith('GET /file')) return (endings.file ?? proper)(socket, file);
		return (endings.status ?? proper)(socket, Buffer.from(JSON.stringify(status)));
	});
	return server;
}

const run = async (server: SocketServer, parameters = {}): Promise<Ran> =>
	await engine.run(
		{ prompt: 'a', ...parameters, options: { timeout: 5 } },
		{ credential: { baseUrl: `http://127.0.0.1:${server.port}` } },
	);

it('a connection that the server keeps open after a complete body is closed', async () => {
	const closed: Array<Promise<unknown>> = [];
	const keepsOpen: Ending = (socket, body) => {
		closed.push(once(socket, 'close'));
		socket.write(response(body, ['connection: keep-alive', `content-length: ${body.length}`]));
	};
	const ran = await run(await api({ create: keepsOpen, status: keepsOpen, file: keepsOpen }));

	expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(image));
	expect(await Promise.all(closed)).toHaveLength(3);
});

const posts = (server: SocketServer): number => server.received.filter((text) => text.startsWith('POST')).length;
const files = (server: SocketServer): number => server.received.filter((text) => text.startsWith('GET /file')).length;

describe.each(ENDINGS)('a body followed by %s', (_name, ending) => {
	it('counts as the created task', async () => {
		const server = await api({ create: ending });
		const ran = await run(server);

		expect(ran.error).toBeUndefined();
		expect(ran.json).toMatchObject([{ taskId: 'task_1', status: 'succeeded' }]);
		expect(posts(server)).toBe(1);
	});

	it('counts as the end of the task', async () => {
		const ran = await run(await api({ status: ending }));

		expect(ran.json).toMatchObject([{ status: 'succeeded', mimeType: 'image/png' }]);
	});

	it('counts as the image if the response to the create request contains it', async () => {
		const create = JSON.stringify({ created: 1, data: [{ b64_json: image.toString('base64') }] });
		const server = await api({ create: ending }, create);
		const ran = await engine.run(
			{ prompt: 'a', options: { apiFormat: 'openAi' } },
			{ credential: { baseUrl: `http://127.0.0.1:${server.port}` } },
		);

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(image));
		expect(posts(server)).toBe(1);
	});

	it('counts as the image if that response is the file itself, but not if half of it is missing', async () => {
		const asImage: Ending = (socket, body) => ending(socket, body, ['content-type: image/png']);
		const half: Ending = (socket, body) => asImage(socket, body.subarray(0, body.length >> 1));
		const ask = async (create: Ending): Promise<Ran> => {
			const server = await servers.listen((socket) => create(socket, image));
			const credential = { baseUrl: `http://127.0.0.1:${server.port}` };
			return await engine.run({ prompt: 'a', options: { apiFormat: 'openAi' } }, { credential });
		};
		const whole = await ask(asImage);

		expect(await storedDigest(whole.rows[0].binary?.data)).toBe(sha256(image));
		expect(whole.json[0]).not.toHaveProperty('warnings');
		expect(JSON.stringify((await ask(half)).data.resultData.error)).toContain('unclear_submission');
	});

	it('counts as the downloaded file', async () => {
		const server = await api({ file: ending });
		const ran = await run(server);

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(image));
		expect(ran.json[0]).not.toHaveProperty('warnings');
		expect(files(server)).toBe(1);
	});

	it('counts as the downloaded file of another format that marks its end (GIF)', async () => {
		const ran = await run(await api({ file: ending }, TASK, gif));

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(gif));
	});

	it.each([
		['', {}],
		[' after all tries of Retry On Fail', { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 }],
	])('does not count as a task if its ID is cut off, and the error shows it%s', async (_when, settings) => {
		const server = await api({ create: ending }, CUT_TASK);
		const credential = { baseUrl: `http://127.0.0.1:${server.port}` };
		const ran = await engine.run({ prompt: 'a' }, { credential, settings });

		expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
			errorCode: 'unclear_submission',
			response: CUT_TASK,
			description: expect.stringContaining(`API response: ${CUT_TASK}`) as string,
		});
		expect(posts(server)).toBe(1);
	});

	it('counts as a task if only the end after its ID is missing', async () => {
		const server = await api({ create: ending }, TASK.slice(0, -10));
		const ran = await run(server);

		expect(ran.json).toMatchObject([{ taskId: 'task_1', status: 'succeeded' }]);
		expect(posts(server)).toBe(1);
	});

	it('does not count as the file if half of it is missing, so the node downloads it again', async () => {
		let count = 0;
		const half: Ending = (socket, body) =>
			(count += 1) === 1 ? ending(socket, body.subarray(0, body.length >> 1)) : proper(socket, body);
		const server = await api({ file: half });
		const ran = await run(server);

		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(image));
		expect(files(server)).toBe(2);
	});
});

it.each<[string, (body: Buffer) => Buffer, string]>([
	['gzip', gzipSync, 'content-encoding: gzip'],
	['brotli', brotliCompressSync, 'content-encoding: br'],
])('a %s body that was not requested counts, too, after it is decompressed', async (_name, compress, header) => {
	const late: Ending = (socket, body) => {
		const packed = compress(body);
		socket.write(
			response(packed, [`content-length: ${packed.length + 9}`, header]),
			() =>
				void import('node:timers/promises').then(async ({ setTimeout: wait }) => {
					// Long enough to decompress the body, even on a busy machine: the reset discards the rest.
					await wait(500);
					socket.resetAndDestroy();
				}),
		);
	};
	const server = await api({ create: late });
	const ran = await run(server);

	expect(ran.json).toMatchObject([{ taskId: 'task_1' }]);
	expect(server.received[0]).toMatch(/accept-encoding: identity/i);
});

it('a body is limited by its decompressed size', async () => {
	let sentAll = false;
	const server = createServer((request, response) => {
		request.resume();
		response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
		response.end(gzipSync(Buffer.alloc(60_000_000, 10)), () => (sentAll = true));
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	try {
		const { port } = server.address() as import('node:net').AddressInfo;
		const ran = await engine.run(
			{ prompt: 'a', options: { maxImageSize: 1 } },
			{ credential: { baseUrl: `http://127.0.0.1:${port}` } },
		);

		expect(sentAll).toBe(true);
		expect(JSON.stringify(ran.data.resultData.error)).toMatch(/larger than 2\.\d MB/);
	} finally {
		server.closeAllConnections();
		server.close();
	}
});
