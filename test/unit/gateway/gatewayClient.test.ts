/* eslint-disable */
import { Readable } from 'node:stream';

import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { readFile, sendCall, type FileReply } from '../../../nodes/NanoBanana/gateway/gatewayClient';
import type { HttpResponse } from '../../../nodes/NanoBanana/gateway/responseBody';
import { BASE_URL, fakeClient, reply, type FakeResponse } from '../support/fakeClient';

const LIMITS = { timeoutMs: 60_000, maxBytes: 1_048_576 };
const FILE = `${BASE_URL}/files/a.png`;
const ELSEWHERE = 'https://cdn.example/a.png';

const head = async ({ status, headers }: HttpResponse): Promise<FileReply> =>
	await Promise.resolve({ kind: 'reply', status, headers });

/** Reads a file that requires the key and then redirects to this location. */
async function redirectedTo(
	location: string | undefined,
): Promise<{ kind: string; status?: number; journal: Array<[string, boolean, boolean]> }> {
	const { client, sent } = fakeClient([
		reply(401),
		reply(302, '', location === undefined ? {} : { location }),
		reply(200, 'the file'),
	]);
	const result = await readFile(client, FILE, LIMITS, head, () => true);
	return {
		kind: result.kind,
		...(result.kind === 'reply' && { status: result.status }),
		journal: sent.map(({ url, withKey, followsRedirects }) => [url, withKey, followsRedirects]),
	};
}

const ASKED = [
	[FILE, false, true],
	[FILE, true, false],
];

describe('a redirect of a file that was requested with the key', () => {
	it('is followed without the key', async () => {
		expect(await redirectedTo(ELSEWHERE)).toEqual({
			kind: 'reply',
			status: 200,
			journal: [...ASKED, [ELSEWHERE, false, true]],
		});
		expect(await redirectedTo('/elsewhere')).toEqual({
			kind: 'reply',
			status: 200,
			journal: [...ASKED, [`${BASE_URL}/elsewhere`, false, true]],
		});
	});

	it.each([
		['the location is missing', undefined],
		['the location is not a URL', 'https://a b/'],
		['the location is a local file', 'file:///etc/passwd'],
		['the location is a script', 'javascript:alert(1)'],
	])('is not followed if %s', async (_fact, location) => {
		expect(await redirectedTo(location)).toEqual({ kind: 'reply', status: 302, journal: ASKED });
	});
});

it.each([
	[401, BASE_URL, FILE, true, 2],
	[403, BASE_URL, FILE, true, 2],
	[404, BASE_URL, FILE, true, 2],
	[200, BASE_URL, FILE, true, 2],
	[401, BASE_URL, FILE, false, 1],
	[401, BASE_URL, ELSEWHERE, true, 1],
	[401, BASE_URL, 'https://api.example.evil.example/a.png', true, 1],
	[401, BASE_URL, 'http://api.example/a.png', true, 1],
	[401, BASE_URL, 'https://api.example:444/a.png', true, 1],
	[401, '', FILE, true, 1],
])(
	'after HTTP %i, sends the key for %j to %s only on the same origin and if required (%s)',
	async (status, baseURL, url, wantsKey, requests) => {
		const { client, sent } = fakeClient([reply(status)], undefined, { baseURL });
		await readFile(client, url, LIMITS, head, () => wantsKey);

		expect(sent.map(({ withKey }) => withKey)).toEqual([false, true].slice(0, requests));
	},
);

it('does not send a paid request if the base URL is not a URL', async () => {
	const { client, sent } = fakeClient([reply(200)], undefined, { baseURL: 'not a URL' });

	expect(await sendCall(client, { path: '/v1/images/tasks', json: {} }, 'key-1', LIMITS)).toMatchObject({
		kind: 'unsent',
		isPermanent: true,
	});
	expect(sent).toEqual([]);
});

describe('a response', () => {
	const read = async (response: FakeResponse, maxBytes = LIMITS.maxBytes): Promise<unknown> => {
		const { client } = fakeClient([response]);
		const found = await sendCall(client, { path: '/', json: {} }, 'key-1', { ...LIMITS, maxBytes });
		return found.kind === 'reply' ? found.bytes.toString() : found;
	};

	it.each<[string, unknown, string]>([
		['a stream', Readable.from([Buffer.from('a'), Buffer.from('b')]), 'ab'],
		['an empty stream', Readable.from([]), ''],
		['bytes', Buffer.from('ab'), 'ab'],
		['text', 'ab', 'ab'],
		['an object that n8n has already parsed', { a: 1 }, '{"a":1}'],
		['a missing body', undefined, '""'],
	])('is read from %s', async (_fact, body, text) => {
		expect(await read({ statusCode: 200, headers: {}, body })).toBe(text);
	});

	describe('that arrives slowly', () => {
		beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
		afterEach(() => jest.useRealTimers());

		/** Yields this number of bytes in each of 40 seconds. */
		async function* drops(bytes: number): AsyncGenerator<Buffer> {
			for (let second = 0; second < 40; second += 1) {
				await new Promise((resolve) => setTimeout(resolve, 1000));
				yield Buffer.alloc(bytes);
			}
		}
		const readDrops = async (bytes: number, limits: object): Promise<unknown> => {
			const { client } = fakeClient([reply(200, Readable.from(drops(bytes)))]);
			const sending = sendCall(client, { path: '/', json: {} }, 'key-1', { ...LIMITS, ...limits });
			await jest.advanceTimersByTimeAsync(45_000);
			const found = await sending;
			return found.kind === 'reply' ? found.bytes.length : found;
		};

		it('is read to its end', async () => {
			expect(await readDrops(10, { idleMs: 15_000 })).toBe(400);
		});

		it('is aborted if it makes too little progress', async () => {
			const limits = { idleMs: 15_000, progressBytes: 1024 };

			expect(await readDrops(100, limits)).toBe(4000);
			expect(await readDrops(10, limits)).toMatchObject({
				kind: 'unclear',
				reason: 'There was almost no data within 15 seconds',
			});
		});
	});

	it('can be as large as the limit, but not larger', async () => {
		expect(await read(reply(200, Readable.from([Buffer.from('abc')])), 3)).toBe('abc');
		expect(await read(reply(200, Readable.from([Buffer.from('abcd')])), 3)).toEqual({ kind: 'tooLarge', limit: 3 });
	});

	it('that ends because the execution is canceled counts as canceled', async () => {
		const stop = new AbortController();
		const { client } = fakeClient(
			[
				reply(
					200,
					Readable.from(
						(function* () {
							yield Buffer.from('half');
							stop.abort();
						})(),
					),
				),
			],
			stop.signal,
		);

		await expect(
			sendCall(client, { path: '/', json: {} }, 'key-1', LIMITS).catch((thrown: unknown) => toFailure(thrown).kind),
		).resolves.toBe('canceled');
	});
});

it.each(['4000000000000000', '3000000000'])(
	'a response is read although its Content-Length of %s is wrong, and reserves 16 MB',
	async (length) => {
		const body = JSON.stringify({ data: { task_id: 't-1', more: 'x'.repeat(200_000) } });
		const chunks = [Buffer.from(body.slice(0, 100_000)), Buffer.from(body.slice(100_000))];
		const reserved: number[] = [];
		const { client } = fakeClient([reply(200, Readable.from(chunks), { 'content-length': length })]);
		const reserveMemory = async (bytes: number) => await Promise.resolve(void reserved.push(bytes));
		const result = await sendCall(client, { path: '/v1/images/tasks', json: {} }, 'key-1', {
			...LIMITS,
			reserveMemory,
		});

		expect(result).toMatchObject({ kind: 'reply', bytes: Buffer.from(body) });
		expect(reserved).toEqual([16 * 1_048_576]);
	},
);
