/* eslint-disable */
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { sha256 } from '../../harness/images/digest';
import { fileOf, type Execution } from '../../harness/n8n/execution';
import { shownError, UNCLEAR, UNREACHABLE } from '../../harness/n8n/shownError';
import { chain, manualTrigger, rows } from '../../harness/n8n/workflow';
import { freePorts } from '../../harness/processes/ports';
import { startRelay, type RelayRequest, type RelayRoute, type WireFault } from '../../harness/servers/startRelay';
import { responseBytes, type SocketServer } from '../../harness/servers/startSocketServer';
import { credentialType, nodeWith, startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';

let environment: TestEnvironment;
let relay: SocketServer | undefined;

beforeAll(async () => {
	environment = await startTestEnvironment({}, { drawing: 'plain' });
});
afterAll(async () => await environment?.close());
afterEach(async () => {
	await relay?.stop();
	relay = undefined;
	environment.mockApi.reset();
});

const quick = { options: { pollInterval: 0.1 } };
const retryOnFail = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

async function runAt(baseUrl: string, parameters: object = {}, more: object = {}, items: object[] = [{}]) {
	const { client, mockApi } = environment;
	const credential = await client.createCredential(credentialType, baseUrl, { baseUrl, apiKey: mockApi.apiKey });
	const generate = nodeWith(credential)('NanoBanana', { prompt: 'a cube', ...parameters } as never, more);
	return await client.run(chain('Broken connections', manualTrigger(), ...rows(items as never), generate), 100_000);
}

/** A run over connections with these faults. */
async function runBehind(
	faults: Partial<Record<RelayRoute, WireFault>>,
	...run: ParametersAfterUrl
): Promise<Execution> {
	relay = await startRelay(environment.mockApi, faults);
	return await runAt(relay.url, ...run);
}
type ParametersAfterUrl = Parameters<typeof runAt> extends [string, ...infer Rest] ? Rest : never;

const creates = () => (relay?.requests ?? []).filter((line) => line.startsWith('POST')).length;

async function expectImage(run: Execution): Promise<void> {
	const { client, mockApi } = environment;
	expect(shownError(run)).toEqual([]);
	const [item] = run.items('NanoBanana');
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe([...mockApi.files.values()][0].sha256);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
	expect(creates()).toBe(1);
}

describe('a charged create request whose response is lost is sent once', () => {
	const afterCharge =
		(end: (request: RelayRequest) => unknown): WireFault =>
		async (request) => {
			await request.forward();
			end(request);
		};
	const half = responseBytes('{"code":"success","data":{"ta', ['content-length: 300']);

	test.each<[string, WireFault, string]>([
		['is reset', afterCharge(({ socket }) => socket.resetAndDestroy()), 'The connection was reset'],
		[
			'is closed',
			afterCharge(({ socket }) => socket.end()),
			'The connection was closed before the response was complete',
		],
		[
			'is closed after half a response',
			afterCharge(({ socket }) => socket.end(half)),
			'The connection was closed before the response was complete',
		],
		[
			'stays open after half a response',
			afterCharge(({ socket }) => socket.write(half)),
			'There was no complete response within 2 seconds',
		],
		['is silent', afterCharge(() => undefined), 'There was no complete response within 2 seconds'],
		[
			'brings something that is not HTTP',
			afterCharge(({ socket }) => socket.end('banana\r\n\r\n')),
			"The server's response is not valid HTTP",
		],
		[
			'brings broken gzip data',
			afterCharge(({ socket }) => socket.end(responseBytes('banana', ['content-encoding: gzip', 'content-length: 6']))),
			'The compressed response cannot be read',
		],
	])('if the connection %s', async (ending, fault, details) => {
		const isTimeout = details.includes('2 seconds');
		const requestOptions = isTimeout ? { timeout: 2_000 } : {};
		const run = await runBehind({ create: fault }, { requestOptions }, retryOnFail);

		const arrived = ending.includes('half') ? ['API response: {"code":"success","data":{"ta'] : [];
		const shown = isTimeout ? [UNCLEAR[0], RAISE_TIMEOUT] : UNCLEAR;
		expect(shownError(run)).toEqual([...shown, 'Request sent: <time>.', `Details: ${details}.`, ...arrived]);
		expect(environment.mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
		expect(creates()).toBe(1);
	});
});

test('a create request that cannot be sent is not charged, and the error contains the reason', async () => {
	const [closedPort] = await freePorts(1);
	relay = await startRelay(environment.mockApi, { create: ({ socket }) => socket.resetAndDestroy() });

	const shown = await Promise.all(
		[`http://127.0.0.1:${closedPort}`, 'http://nowhere.invalid', relay.url.replace('http:', 'https:')].map(
			async (url) => shownError(await runAt(url)),
		),
	);

	expect(shown).toEqual([
		[...UNREACHABLE, 'Details: The connection was refused.'],
		[...UNREACHABLE, 'Details: The host name was not found.'],
		[...UNREACHABLE, 'Details: The connection was closed during the TLS handshake.'],
	]);
	expect(relay.requests).toEqual(Array(3).fill('TLS handshake'));
	expect(environment.mockApi.ledger).toEqual([]);
});

const RAISE_TIMEOUT =
	"You may have been charged. Check the usage log on your provider's dashboard, and raise 'Timeout' under Request Options before you run the node again.";

const NOT_DOWNLOADED =
	"Image 1 of 1 could not be downloaded. You were charged for it. To get it, open its URL or use 'Wait for Task Result' with the task ID. Reason:";

describe('if the connection breaks after the charge', () => {
	const reset: WireFault = ({ socket }) => socket.resetAndDestroy();

	test('at each poll, the error contains the task ID', async () => {
		const run = await runBehind({ status: reset }, { options: { timeout: 2, pollInterval: 0.1 } });

		const [{ taskId, imagesCharged }] = environment.mockApi.ledger;
		expect(shownError(run)).toEqual([
			'The task did not finish within 2 seconds',
			"The task keeps running and is charged. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'. If you run this node again, you will be charged again.",
			`Task ID: ${taskId}.`,
			'Details: The connection was reset.',
		]);
		expect([imagesCharged, creates()]).toEqual([1, 1]);
	});

	test('at each download, the output contains the image URL', async () => {
		const run = await runBehind({ file: reset }, { options: { timeout: 2, pollInterval: 0.1 } });

		const [{ taskId, imagesCharged }] = environment.mockApi.ledger;
		expect(run.items('NanoBanana')).toMatchObject([
			{
				json: {
					taskId,
					status: 'succeeded',
					imageUrl: expect.stringContaining(`${relay?.url}/r/`),
					warnings: [`${NOT_DOWNLOADED} The connection was reset.`],
				},
			},
		]);
		expect([imagesCharged, creates()]).toEqual([1, 1]);
	});
});

describe('a complete body is accepted', () => {
	const shortened: WireFault = async ({ socket, forward }) => {
		const { body, type } = await forward();
		socket.end(responseBytes(body, [type, `content-length: ${body.length + 9}`]));
	};
	const withoutLastChunk: WireFault = async ({ socket, forward }) => {
		const { body, type } = await forward();
		const head = responseBytes(`${body.length.toString(16)}\r\n`, [type, 'transfer-encoding: chunked']);
		socket.end(Buffer.concat([head, body, Buffer.from('\r\n')]));
	};
	const withResetBehind: WireFault = async ({ socket, forward }) => {
		const { body, type } = await forward();
		socket.write(responseBytes(body, [type, `content-length: ${body.length + 9}`]), () =>
			setImmediate(() => socket.resetAndDestroy()),
		);
	};

	test.each<[RelayRoute, string, WireFault]>([
		['create', 'content-length is larger', shortened],
		['create', 'the last chunk is missing', withoutLastChunk],
		['status', 'content-length is larger', shortened],
		['status', 'the last chunk is missing', withoutLastChunk],
		['file', 'content-length is larger', shortened],
		['file', 'the last chunk is missing', withoutLastChunk],
		['file', 'the connection is reset after it', withResetBehind],
	])('in a %s response if %s', async (route, _fault, fault) => {
		await expectImage(await runBehind({ [route]: fault }, quick));
	});
});

describe('an image arrives', () => {
	const compressed =
		(encoding: string, pack: (body: Buffer) => Buffer): WireFault =>
		async ({ socket, forward }) => {
			const { body, type } = await forward();
			const packed = pack(body);
			socket.write(responseBytes(packed, [type, `content-encoding: ${encoding}`, `content-length: ${packed.length}`]));
		};
	const ofHttp10: WireFault = async ({ socket, forward }) => {
		const { body, type } = await forward();
		socket.end(responseBytes(body, [type], 'HTTP/1.0 200 OK'));
	};
	const closedThoughKept: WireFault = async ({ socket, forward }) => {
		const { body, type } = await forward();
		socket.end(responseBytes(body, [type, 'connection: keep-alive', `content-length: ${body.length}`]));
	};

	test.each<[string, WireFault]>([
		['in gzip that was not requested', compressed('gzip', gzipSync)],
		['in brotli that was not requested', compressed('br', brotliCompressSync)],
		['from an HTTP/1.0 server that closes each connection', ofHttp10],
		['from a server that announces keep-alive but closes each connection', closedThoughKept],
	])('%s', async (_name, fault) => {
		await expectImage(await runBehind({ create: fault, status: fault, file: fault }, quick));
	});
});

test('if one of 20 downloads always stalls and another one stalls once, only the first image is missing', async () => {
	environment.mockApi.set({ imageBytes: 2_000_000 });
	const urls: string[] = [];
	const file: WireFault = async ({ line, socket, forward }) => {
		const place = urls.indexOf(line);
		if (place < 0) urls.push(line);
		// The first URL always stalls, the second one only once.
		if (place === 0 || (place < 0 && urls.length <= 2)) {
			return socket.write(responseBytes('banana', ['content-length: 30000000']));
		}
		const { body, type } = await forward();
		return socket.write(responseBytes(body, [type, `content-length: ${body.length}`]));
	};
	const items = Array.from({ length: 20 }, (_, index) => ({ prompt: `cube ${index}` }));

	const run = await runBehind({ file }, { prompt: '={{ $json.prompt }}', options: { timeout: 20 } }, {}, items);

	const output = run.items('NanoBanana');
	const missing = output.filter(({ binary }) => binary === undefined);
	expect(output).toHaveLength(20);
	expect(missing.map(({ json }) => json)).toMatchObject([
		{
			taskId: expect.any(String),
			imageUrl: `${relay?.url}${urls[0].split(' ')[1]}`,
			warnings: [expect.stringMatching(/ Reason: There was no complete response within \d+ seconds\.$/)],
		},
	]);
	expect(environment.mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual(Array(20).fill(1));
	expect(creates()).toBe(20);
});

test.each([
	['300 kB of JSON values in a row', Array.from({ length: 17_000 }, (_, index) => `{"id":"a","k${index}":1}`).join('')],
	['1.5 MB of empty lines', `data:${'\n'.repeat(1_500_000)}`],
])('n8n keeps responding while it reads a status response of %s', async (_name, text) => {
	const { n8n } = environment;
	let health: Promise<Response> | undefined;
	const status: WireFault = async ({ count, socket, forward }) => {
		const body = count === 1 ? text : (await forward()).body;
		socket.write(responseBytes(body), () => {
			health ??= fetch(`${n8n.url}/healthz`, { signal: AbortSignal.timeout(5_000) });
		});
	};

	const run = await runBehind({ status }, { options: { pollInterval: 0.1, timeout: 30 } });

	expect((await health)?.status).toBe(200);
	await expectImage(run);
});
