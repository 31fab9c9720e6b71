/* eslint-disable */
import { Readable } from 'node:stream';

import {
	downloadImage,
	type DownloadOptions,
	type DownloadResult,
	type ImageFile,
} from '../../../nodes/NanoBanana/images/downloadImage';
import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import type { ImageRef } from '../../../nodes/NanoBanana/types';
import { leapingClock } from '../support/fakeClock';
import { broken, BASE_URL, fakeClient, reply, type Sent, type FakeResponse } from '../support/fakeClient';

const MINUTE_MS = 60_000;
const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==',
	'base64',
);
const A = 'https://cdn.example/a.png?signature=1';
const B = 'https://cdn.example/a.png?signature=2';
const image = reply(200, PNG);
const gone = reply(404, 'gone');
const down = reply(503, 'later');
const neverOpened = broken('ENOTFOUND', 'getaddrinfo');

/** A result with its file beside the kind. */
type Flat = ({ kind: 'image'; warning?: string } & ImageFile) | Extract<DownloadResult<ImageFile>, { kind: 'missing' }>;

function flat(result: DownloadResult<ImageFile>): Flat {
	if (result.kind === 'missing') return result;
	const { saved, ...rest } = result;
	return { ...rest, ...saved };
}

interface NodeRun {
	fetched: Flat;
	sent: Sent[];
	urls: string[];
	pauses: number[];
	tookMs: number;
}

const urlRef = (url: string): ImageRef => ({ kind: 'url', url });
const base64Ref = (bytes: Buffer): ImageRef => ({ kind: 'base64', base64: bytes.toString('base64') });

/** Fetches one image from hosts that answer so, on a clock whose pauses are over at once. */
async function fetchFrom(
	answers: FakeResponse[],
	more: Partial<DownloadOptions<ImageFile>> = {},
	ref: ImageRef = urlRef(A),
): Promise<NodeRun> {
	const clock = leapingClock();
	const startedAt = clock.now();
	const { client, sent } = fakeClient(answers);
	const fetched = flat(
		await downloadImage(ref, {
			client,
			clock,
			maxBytes: 1_048_576,
			save: async (file) => await Promise.resolve(file),
			deadline: startedAt + 10 * MINUTE_MS,
			...more,
		}),
	);
	return { fetched, sent, urls: sent.map(({ url }) => url), pauses: clock.pauses, tookMs: clock.now() - startedAt };
}

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('an image', () => {
	it('is fetched once and without the key, and says itself what it is', async () => {
		const { fetched, sent, pauses } = await fetchFrom([image]);

		expect(fetched).toEqual({
			kind: 'image',
			bytes: PNG,
			facts: { mimeType: 'image/png', extension: 'png', width: 2, height: 2, complete: true },
			url: A,
		});
		expect(sent).toMatchObject([{ method: 'GET', url: A, withKey: false, timeout: 601_000, followsRedirects: true }]);
		expect(pauses).toEqual([]);
	});

	it.each([
		[206, 'image'],
		[300, 'missing'],
		[199, 'missing'],
	])('that comes with HTTP %i is: %s', async (status, kind) => {
		const { fetched, sent } = await fetchFrom([reply(status, PNG), reply(400)]);

		expect([fetched.kind, sent[0].url]).toEqual([kind, A]);
	});

	it('is waited for no longer than its deadline, and never less than a second', async () => {
		const left = async (ms: number): Promise<number> => {
			const clock = leapingClock();
			const { sent } = await fetchFrom([image], { clock, deadline: clock.now() + ms });
			return sent[0].timeout - 1000;
		};

		expect([await left(30_000), await left(200), await left(-5_000), await left(10 * MINUTE_MS)]).toEqual([
			30_000, 1_000, 1_000, 600_000,
		]);
	});

	it('reserves memory before more than a small part of it is kept', async () => {
		const reserveMemory = jest.fn(async () => await Promise.resolve());
		const end = jest.fn();
		const large = Buffer.concat([PNG, Buffer.alloc(600_000)]);
		const chunks = Readable.from([large.subarray(0, 300_000), large.subarray(300_000)]);
		const { fetched } = await fetchFrom([reply(200, chunks, { 'content-length': String(large.length) })], {
			startTransfer: async () => await Promise.resolve({ reserveMemory, end }),
		});

		expect(fetched.kind === 'image' && fetched.bytes.equals(large)).toBe(true);
		expect([reserveMemory.mock.calls, end.mock.calls.length]).toEqual([[[large.length]], 1]);
	});
});

describe('a file that asks for the key', () => {
	const own = urlRef(`${BASE_URL}/files/a.png`);

	it('gets it on the origin of the API only', async () => {
		const { fetched, sent } = await fetchFrom([reply(401), image], {}, own);

		expect(fetched.kind).toBe('image');
		expect(sent.map(({ withKey }) => withKey)).toEqual([false, true]);
		expect((await fetchFrom([reply(401)])).sent.some(({ withKey }) => withKey)).toBe(false);
	});

	const loginPage = reply(200, '<html><title>Sign in</title></html>', { 'content-type': 'text/html' });
	const rejection = reply(200, '{"code":401,"message":"no token"}', { 'content-type': 'application/json' });

	it.each<[string, FakeResponse]>([
		['a page to sign in', loginPage],
		['a rejection in JSON', rejection],
		['404', gone],
		['400', reply(400)],
		['a redirect that is not followed', reply(302)],
		['410', reply(410)],
	])('gets it once where it says so with %s', async (_fact, answer) => {
		const { fetched, sent, pauses } = await fetchFrom([answer, image], {}, own);

		expect(fetched).toMatchObject({ kind: 'image', facts: { mimeType: 'image/png' } });
		expect(sent.map(({ withKey, followsRedirects }) => [withKey, followsRedirects])).toEqual([
			[false, true],
			[true, false],
		]);
		expect(pauses).toEqual([]);
	});

	it.each<[string, FakeResponse]>([
		['an API that is down', down],
		['a limit', reply(429)],
		['half an image', reply(200, PNG.subarray(0, 40))],
		['a broken connection', broken('ECONNRESET', 'read')],
	])('is not taken for one because of %s', async (_fact, answer) => {
		expect((await fetchFrom([answer, image], {}, own)).sent.map(({ withKey }) => withKey)).toEqual([false, false]);
	});

	it('gets none on another origin, whatever the response is', async () => {
		for (const answer of [loginPage, rejection, gone, reply(400)])
			expect((await fetchFrom([answer])).sent.some(({ withKey }) => withKey)).toBe(false);
	});

	it('gets none where the user gave the URL', async () => {
		const { fetched, sent } = await fetchFrom([reply(403)], { allowKey: false }, own);

		expect(fetched).toEqual({ kind: 'missing', url: own.kind === 'url' && own.url, reason: 'HTTP 403' });
		expect(sent.some(({ withKey }) => withKey)).toBe(false);
	});
});

describe('base64', () => {
	it('is decoded without a request', async () => {
		const { fetched, sent } = await fetchFrom([], {}, base64Ref(PNG));

		expect(fetched).toEqual({
			kind: 'image',
			bytes: PNG,
			facts: expect.objectContaining({ mimeType: 'image/png' }) as object,
		});
		expect(sent).toEqual([]);
	});

	it('has to be an image', async () => {
		expect((await fetchFrom([], {}, base64Ref(Buffer.from('no image, only words')))).fetched).toEqual({
			kind: 'missing',
			reason: 'The data in the response is not an image',
		});
	});

	const half = base64Ref(PNG.subarray(0, 40));
	const cutOff = {
		kind: 'image',
		bytes: PNG.subarray(0, 40),
		warning: 'is incomplete: the file contains what was in the response',
	};

	it('that is cut off is returned with a warning, as it is paid for', async () => {
		expect((await fetchFrom([], {}, half)).fetched).toMatchObject(cutOff);
	});

	it('is not asked for again', async () => {
		const refreshUrl = jest.fn(async () => await Promise.resolve(A));
		for (const ref of [half, base64Ref(PNG), base64Ref(Buffer.from('words'))]) await fetchFrom([], { refreshUrl }, ref);

		expect(refreshUrl).not.toHaveBeenCalled();
	});

	it.each([
		[PNG.length, 'image'],
		[PNG.length - 1, 'missing'],
	])('of 73 bytes under a limit of %i is a %s one', async (maxBytes, kind) => {
		expect((await fetchFrom([], { maxBytes }, base64Ref(PNG))).fetched.kind).toBe(kind);
	});

	it('that is too large says how much may come', async () => {
		const reasonAt = async (maxBytes: number): Promise<unknown> =>
			(await fetchFrom([], { maxBytes }, base64Ref(Buffer.alloc(3_145_728)))).fetched;

		expect(await reasonAt(2_097_152)).toEqual({
			kind: 'missing',
			reason: "It is larger than 2 MB, the 'Max Download Size' under Options",
		});
		expect(await reasonAt(1_048_576)).toMatchObject({ reason: expect.stringContaining('than 1 MB') as string });
		expect(await reasonAt(524_288)).toMatchObject({ reason: expect.stringContaining('than 0.5 MB') as string });
	});
});

describe('a download that passes', () => {
	it.each<[string, FakeResponse]>([
		['503', down],
		['429', reply(429)],
		['408', reply(408)],
		['a broken connection', broken('ECONNRESET', 'read')],
		['a host that is not known yet', neverOpened],
		['a file that is not there yet', gone],
		['half a file', reply(200, PNG.subarray(0, 40))],
		['an empty file', reply(200)],
	])('is tried again after %s', async (_fact, answer) => {
		const { fetched, urls, pauses } = await fetchFrom([answer, answer, image]);

		expect(fetched).toMatchObject({ kind: 'image', url: A });
		expect(urls).toEqual([A, A, A]);
		expect(pauses).toEqual([600, 1_200]);
	});

	it('is tried until the deadline, with growing pauses up to eight seconds', async () => {
		const { fetched, pauses, tookMs } = await fetchFrom([down]);

		expect(fetched).toEqual({ kind: 'missing', url: A, reason: 'HTTP 503' });
		expect(pauses.slice(0, 6)).toEqual([600, 1_200, 2_400, 4_800, 8_000, 8_000]);
		expect(Math.max(...pauses)).toBe(8_000);
		expect(tookMs).toBeLessThan(10 * MINUTE_MS);
		expect(tookMs).toBeGreaterThan(10 * MINUTE_MS - 8_001);
	});

	it('waits as long as Retry-After says', async () => {
		const { fetched, pauses } = await fetchFrom([reply(429, '', { 'retry-after': '30' }), image]);

		expect([fetched.kind, pauses]).toEqual(['image', [30_000]]);
	});

	it.each([
		['600', 1],
		['599', 2],
	])('is given up where Retry-After (%s) leads past the deadline', async (seconds, requests) => {
		const { fetched, sent } = await fetchFrom([reply(503, '', { 'retry-after': seconds })]);

		expect([fetched.kind, sent.length]).toEqual(['missing', requests]);
	});
});

describe('a download that seldom passes', () => {
	it.each<[string, FakeResponse, string]>([
		['a file that is gone', gone, 'HTTP 404'],
		['a file that has expired', reply(410), 'HTTP 410'],
		['a file that is closed', reply(403), 'HTTP 403'],
		['a host that is not known', neverOpened, 'The host name was not found'],
		['half a file', reply(200, PNG.subarray(0, 40)), 'The file is incomplete'],
		['an empty file', reply(204), 'The file is empty'],
		[
			'a web page',
			reply(200, '<html><title>Dashboard of the provider</title></html>'),
			'The URL does not lead to an image',
		],
	])('is tried four times for %s', async (_fact, answer, reason) => {
		const { fetched, urls } = await fetchFrom([answer]);

		expect(fetched).toEqual({ kind: 'missing', url: A, reason });
		expect(urls).toEqual([A, A, A, A]);
	});
});

describe('a file that has not reached its host yet', () => {
	it.each([401, 403, 404, 410])('is waited for after HTTP %i, as it is fresh', async (status) => {
		const clock = leapingClock();
		const startedAt = clock.now();
		const later = (): ReturnType<typeof reply> =>
			reply(clock.now() - startedAt < 15_000 ? status : 200, clock.now() - startedAt < 15_000 ? 'not yet' : PNG);
		const { fetched } = await fetchFrom([later], { clock, isFresh: true });

		expect(fetched).toMatchObject({ kind: 'image', url: A });
	});

	it('is given up after twenty seconds', async () => {
		const { fetched, tookMs, pauses } = await fetchFrom([gone], { isFresh: true });

		expect(fetched).toEqual({ kind: 'missing', url: A, reason: 'HTTP 404' });
		expect(tookMs).toBe(25_000);
		expect(pauses).toEqual([600, 1_200, 2_400, 4_800, 8_000, 8_000]);
	});

	it('is waited for within the deadline only', async () => {
		const clock = leapingClock();
		const { tookMs } = await fetchFrom([gone], { clock, isFresh: true, deadline: clock.now() + 5_000 });

		expect(tookMs).toBeLessThan(5_000);
	});

	it('is told from the wrong content, which seldom becomes the right one', async () => {
		expect((await fetchFrom([reply(200, '<html></html>')], { isFresh: true })).sent).toHaveLength(4);
	});
});

describe('bytes of a kind that is not known', () => {
	/** Noise with a name in front, as any file of pixels is. */
	const noise = (size = 600): Buffer =>
		Buffer.from(Array.from({ length: size }, (_, index) => (index * 167 + (index >> 3)) % 256));
	const WARNING = 'has an unknown format: the file contains the bytes as they came';

	it.each([
		['image/jxl', A, 'image/jxl', 'jxl'],
		['image/x-icon; charset=binary', A, 'image/x-icon', 'icon'],
		['IMAGE/JPEG', A, 'image/jpeg', 'jpg'],
		['application/octet-stream', 'https://cdn.example/a.jxl?sig=1', 'application/octet-stream', 'jxl'],
		['application/octet-stream', 'https://cdn.example/a', 'application/octet-stream', 'bin'],
		['image/vnd.ms-photo', 'https://cdn.example/files.d/a', 'image/vnd.ms-photo', 'bin'],
	])('are a file after all tries: %s at %s', async (type, url, mimeType, extension) => {
		const { fetched, sent } = await fetchFrom([reply(200, noise(), { 'content-type': type })], {}, urlRef(url));

		expect(fetched).toEqual({ kind: 'image', bytes: noise(), facts: { mimeType, extension }, url, warning: WARNING });
		expect(sent).toHaveLength(4);
	});

	it('give way to an image that comes later', async () => {
		expect((await fetchFrom([reply(200, noise(), { 'content-type': 'image/jxl' }), image])).fetched).not.toHaveProperty(
			'warning',
		);
	});

	it.each<[string, string, Buffer | string]>([
		['a page', 'image/png', `<!doctype html><html>${'x'.repeat(500)}</html>`],
		['a drawing', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg">${'<path/>'.repeat(99)}</svg>`],
		['JSON', 'application/octet-stream', JSON.stringify({ message: '未找到'.repeat(300) })],
		['words', 'application/octet-stream', '图片已过期。'.repeat(300)],
		[
			'a page in letters of another time',
			'application/octet-stream',
			Buffer.concat([Buffer.from(' \r\n<HTML><title>'), Buffer.from('cdbcc6acd2d1b9fdc6da'.repeat(30), 'hex')]),
		],
		[
			'JSON in letters of another time',
			'application/octet-stream',
			Buffer.concat([Buffer.from('{"message":"'), Buffer.from('cdbcc6acd2d1b9fdc6da'.repeat(30), 'hex')]),
		],
		['a few bytes', 'image/jxl', noise(99)],
		['a file of another kind', 'application/zip', noise()],
		['a file of no kind', '', noise()],
		['half an image', 'image/png', PNG.subarray(0, 40)],
	])('are none when they are %s (%s)', async (_fact, type, body) => {
		expect((await fetchFrom([reply(200, body, type ? { 'content-type': type } : {})])).fetched.kind).toBe('missing');
	});

	it('are none where they are no result, or a failed response', async () => {
		expect(
			(await fetchFrom([reply(200, noise(), { 'content-type': 'image/jxl' })], { allowKey: false })).fetched.kind,
		).toBe('missing');
		expect((await fetchFrom([reply(404, noise(), { 'content-type': 'image/jxl' })])).fetched.kind).toBe('missing');
	});

	it('are a file from base64 in lines', async () => {
		const base64 = noise().toString('base64').replace(/.{76}/g, '$&\r\n');
		expect((await fetchFrom([], {}, { kind: 'base64', base64 })).fetched).toMatchObject({
			kind: 'image',
			bytes: noise(),
		});
	});

	it('are a file from base64 too, and words are none', async () => {
		expect((await fetchFrom([], {}, base64Ref(noise()))).fetched).toEqual({
			kind: 'image',
			bytes: noise(),
			facts: { mimeType: 'application/octet-stream', extension: 'bin' },
			warning: WARNING,
		});
		for (const base64 of [
			'The image was removed by the content filter. '.repeat(20),
			'the image was removed as it did not keep to the rules '.repeat(8).trim(),
			`https://cdn.example/${'a'.repeat(400)}.png`,
		])
			expect((await fetchFrom([], {}, { kind: 'base64', base64 })).fetched.kind).toBe('missing');
	});
});

describe('a download that never passes', () => {
	it.each<[string, FakeResponse, string]>([
		['a bad request', reply(400), 'HTTP 400'],
		['a page that moved for good', reply(301), 'HTTP 301'],
		['a choice of pages', reply(300), 'HTTP 300'],
		['a certificate that nobody trusts', broken('CERT_HAS_EXPIRED', 'read'), "The server's certificate has expired"],
	])('is tried once for %s', async (_fact, answer, reason) => {
		const { fetched, sent, pauses } = await fetchFrom([answer, image]);

		expect(fetched).toEqual({ kind: 'missing', url: A, reason });
		expect([sent.length, pauses]).toEqual([1, []]);
	});

	it('is tried once for a file that is too large', async () => {
		const { fetched, sent } = await fetchFrom([reply(200, Readable.from([Buffer.alloc(3_000_000)])), image], {
			maxBytes: 2_097_152,
		});

		expect(fetched).toEqual({
			kind: 'missing',
			url: A,
			reason: "It is larger than 2 MB, the 'Max Download Size' under Options",
		});
		expect(sent).toHaveLength(1);
	});
});

describe('a URL that is no longer valid', () => {
	it.each([401, 403, 404, 410])('is refreshed after HTTP %i, and the new one is fetched at once', async (status) => {
		const refreshUrl = jest.fn(async () => await Promise.resolve(B));
		const { fetched, urls, pauses } = await fetchFrom([reply(status), image], { refreshUrl });

		expect(fetched).toMatchObject({ kind: 'image', url: B });
		expect([urls, pauses, refreshUrl.mock.calls.length]).toEqual([[A, B], [], 1]);
	});

	it.each<[string, FakeResponse]>([
		['the host is down', down],
		['the connection broke', broken('ECONNRESET', 'read')],
	])('is not refreshed while %s', async (_fact, answer) => {
		const refreshUrl = jest.fn(async () => await Promise.resolve(B));
		const { urls } = await fetchFrom([answer, image], { refreshUrl });

		expect([urls, refreshUrl.mock.calls.length]).toEqual([[A, A], 0]);
	});

	it('is refreshed twice at most', async () => {
		let count = 0;
		const refreshUrl = jest.fn(async () => await Promise.resolve(`https://cdn.example/${(count += 1)}.png`));
		const { fetched, urls } = await fetchFrom([gone], { refreshUrl });

		expect(refreshUrl).toHaveBeenCalledTimes(2);
		expect(urls).toEqual([A, 'https://cdn.example/1.png', ...Array<string>(4).fill('https://cdn.example/2.png')]);
		expect(fetched).toEqual({ kind: 'missing', url: 'https://cdn.example/2.png', reason: 'HTTP 404' });
	});

	it.each<[string, string | undefined]>([
		['the same', A],
		['none', undefined],
	])('is tried again after a pause when the API names %s', async (_fact, fresh) => {
		const { fetched, urls, pauses } = await fetchFrom([gone, image], {
			refreshUrl: async () => await Promise.resolve(fresh),
		});

		expect(fetched).toMatchObject({ kind: 'image', url: A });
		expect([urls, pauses]).toEqual([[A, A], [600]]);
	});
});

describe('an execution that stops', () => {
	const canceled = async (
		answers: FakeResponse[],
		stop: AbortController,
		more: Partial<DownloadOptions<ImageFile>> = {},
	): Promise<{ kind: string; requests: number }> => {
		const clock = leapingClock();
		const { client, sent } = fakeClient(answers, stop.signal);
		const fetching: DownloadOptions<ImageFile> = {
			client,
			clock,
			maxBytes: 1_048_576,
			save: async (file) => await Promise.resolve(file),
			deadline: clock.now() + MINUTE_MS,
			...more,
		};
		const kind = await downloadImage(urlRef(A), fetching).then(
			(fetched) => fetched.kind,
			(thrown: unknown) => toFailure(thrown).kind,
		);
		return { kind, requests: sent.length };
	};

	it('fetches nothing any more', async () => {
		const stop = new AbortController();
		stop.abort();

		expect(await canceled([image], stop)).toEqual({ kind: 'canceled', requests: 0 });
	});

	it('ends the pause before the next try', async () => {
		const stop = new AbortController();
		const clock = leapingClock();
		const signals: unknown[] = [];
		clock.pause = async (_ms, signal) => {
			signals.push(signal);
			stop.abort();
			return await Promise.resolve();
		};

		expect(await canceled([down], stop, { clock })).toEqual({ kind: 'canceled', requests: 1 });
		expect(signals).toEqual([stop.signal]);
	});
});
