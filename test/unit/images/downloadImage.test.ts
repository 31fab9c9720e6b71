/* eslint-disable */
import { Readable } from 'node:stream';

import { downloadImage, type DownloadOptions, type ImageFile } from '../../../nodes/NanoBanana/images/downloadImage';
import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { leapingClock } from '../support/fakeClock';
import { broken, BASE_URL, fakeClient, reply, type FakeResponse } from '../support/fakeClient';
import { A, base64Ref, down, downloadFrom, gone, image, MINUTE_MS, PNG, urlRef } from './downloadFrom';

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('an image', () => {
	it('is downloaded once, without the key, and its type is read from its bytes', async () => {
		const { result, sent, pauses } = await downloadFrom([image]);

		expect(result).toEqual({
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
	])('with HTTP %i has the result "%s"', async (status, kind) => {
		const { result, sent } = await downloadFrom([reply(status, PNG), reply(400)]);

		expect([result.kind, sent[0].url]).toEqual([kind, A]);
	});

	it('has a timeout that ends at its deadline, but at least one second', async () => {
		const left = async (ms: number): Promise<number> => {
			const clock = leapingClock();
			const { sent } = await downloadFrom([image], { clock, deadline: clock.now() + ms });
			return sent[0].timeout - 1000;
		};

		expect([await left(30_000), await left(200), await left(-5_000), await left(10 * MINUTE_MS)]).toEqual([
			30_000, 1_000, 1_000, 600_000,
		]);
	});

	it('reserves memory for its Content-Length once', async () => {
		const reserveMemory = jest.fn(async () => await Promise.resolve());
		const end = jest.fn();
		const large = Buffer.concat([PNG, Buffer.alloc(600_000)]);
		const chunks = Readable.from([large.subarray(0, 300_000), large.subarray(300_000)]);
		const { result } = await downloadFrom([reply(200, chunks, { 'content-length': String(large.length) })], {
			startTransfer: async () => await Promise.resolve({ reserveMemory, end }),
		});

		expect(result.kind === 'image' && result.bytes.equals(large)).toBe(true);
		expect([reserveMemory.mock.calls, end.mock.calls.length]).toEqual([[[large.length]], 1]);
	});
});

describe('a file that requires the key', () => {
	const own = urlRef(`${BASE_URL}/files/a.png`);

	it('is requested with it only on the origin of the API', async () => {
		const { result, sent } = await downloadFrom([reply(401), image], {}, own);

		expect(result.kind).toBe('image');
		expect(sent.map(({ withKey }) => withKey)).toEqual([false, true]);
		expect((await downloadFrom([reply(401)])).sent.some(({ withKey }) => withKey)).toBe(false);
	});

	const loginPage = reply(200, '<html><title>Sign in</title></html>', { 'content-type': 'text/html' });
	const rejection = reply(200, '{"code":401,"message":"no token"}', { 'content-type': 'application/json' });

	it.each<[string, FakeResponse]>([
		['a sign-in page', loginPage],
		['a rejection in JSON', rejection],
		['404', gone],
		['400', reply(400)],
		['a redirect that is not followed', reply(302)],
		['410', reply(410)],
	])('is requested with it once after %s', async (_fact, response) => {
		const { result, sent, pauses } = await downloadFrom([response, image], {}, own);

		expect(result).toMatchObject({ kind: 'image', facts: { mimeType: 'image/png' } });
		expect(sent.map(({ withKey, followsRedirects }) => [withKey, followsRedirects])).toEqual([
			[false, true],
			[true, false],
		]);
		expect(pauses).toEqual([]);
	});

	it.each<[string, FakeResponse]>([
		['an API that is down', down],
		['a rate limit', reply(429)],
		['half an image', reply(200, PNG.subarray(0, 40))],
		['a broken connection', broken('ECONNRESET', 'read')],
	])('is requested again without it after %s', async (_fact, response) => {
		expect((await downloadFrom([response, image], {}, own)).sent.map(({ withKey }) => withKey)).toEqual([false, false]);
	});

	it('is never requested with it on another origin', async () => {
		for (const response of [loginPage, rejection, gone, reply(400)])
			expect((await downloadFrom([response])).sent.some(({ withKey }) => withKey)).toBe(false);
	});

	it('is not requested with it if the user entered the URL', async () => {
		const { result, sent } = await downloadFrom([reply(403)], { isUserUrl: true }, own);

		expect(result).toEqual({ kind: 'missing', url: own.kind === 'url' && own.url, reason: 'HTTP 403' });
		expect(sent.some(({ withKey }) => withKey)).toBe(false);
	});
});

describe('base64', () => {
	it('is decoded without a request', async () => {
		const { result, sent } = await downloadFrom([], {}, base64Ref(PNG));

		expect(result).toEqual({
			kind: 'image',
			bytes: PNG,
			facts: expect.objectContaining({ mimeType: 'image/png' }) as object,
		});
		expect(sent).toEqual([]);
	});

	it('must be an image', async () => {
		expect((await downloadFrom([], {}, base64Ref(Buffer.from('no image, only words')))).result).toEqual({
			kind: 'missing',
			reason: 'The data in the response is not an image',
		});
	});

	const half = base64Ref(PNG.subarray(0, 40));
	const cutOff = {
		kind: 'image',
		bytes: PNG.subarray(0, 40),
		warning: 'is incomplete and was saved as received',
	};

	it('that is cut off is returned with a warning, because it was charged', async () => {
		expect((await downloadFrom([], {}, half)).result).toMatchObject(cutOff);
	});

	it('does not request a new URL', async () => {
		const refreshUrl = jest.fn(async () => await Promise.resolve(A));
		for (const ref of [half, base64Ref(PNG), base64Ref(Buffer.from('words'))])
			await downloadFrom([], { refreshUrl }, ref);

		expect(refreshUrl).not.toHaveBeenCalled();
	});

	it.each([
		[PNG.length, undefined],
		[
			PNG.length - 1,
			"is larger than 0 MB, the 'Max Download Size (MB)' under Options, but was part of the API response",
		],
	])('of 73 bytes with a limit of %i is kept, because it is already in memory', async (maxBytes, warning) => {
		const { result } = await downloadFrom([], { maxBytes }, base64Ref(PNG));

		expect(result).toMatchObject({ kind: 'image', ...(warning && { warning }) });
		expect('warning' in result && result.warning).toBe(warning);
	});
});

describe('a file of an unknown format', () => {
	/** Noise, like compressed pixels. */
	const noise = (size = 600): Buffer =>
		Buffer.from(Array.from({ length: size }, (_, index) => (index * 167 + (index >> 3)) % 256));
	const WARNING = 'has an unknown format and was saved as received';

	it.each([
		['image/jxl', A, 'image/jxl', 'jxl'],
		['image/x-icon; charset=binary', A, 'image/x-icon', 'icon'],
		['IMAGE/JPEG', A, 'image/jpeg', 'jpg'],
		['application/octet-stream', 'https://cdn.example/a.jxl?sig=1', 'application/octet-stream', 'jxl'],
		['application/octet-stream', 'https://cdn.example/a', 'application/octet-stream', 'bin'],
		['image/vnd.ms-photo', 'https://cdn.example/files.d/a', 'image/vnd.ms-photo', 'bin'],
	])('is returned after four tries: %s at %s', async (type, url, mimeType, extension) => {
		const { result, sent } = await downloadFrom([reply(200, noise(), { 'content-type': type })], {}, urlRef(url));

		expect(result).toEqual({ kind: 'image', bytes: noise(), facts: { mimeType, extension }, url, warning: WARNING });
		expect(sent).toHaveLength(4);
	});

	it('in base64 must have a valid length, and may have spaces around it', async () => {
		const base64 = noise().toString('base64');
		const resultOf = async (text: string) => (await downloadFrom([], {}, { kind: 'base64', base64: text })).result;

		expect(await resultOf(` ${base64} `)).toMatchObject({ kind: 'image', warning: WARNING });
		expect(await resultOf(`${base64}A`)).toMatchObject({ kind: 'missing' });
	});

	it.each([
		[' image/jxl', 'image'],
		['text/plain; image/jxl', 'missing'],
	])('has the result of its content type "%s": %s', async (type, kind) => {
		expect((await downloadFrom([reply(200, noise(), { 'content-type': type })])).result.kind).toBe(kind);
	});

	it('is ignored if a later try returns an image', async () => {
		expect(
			(await downloadFrom([reply(200, noise(), { 'content-type': 'image/jxl' }), image])).result,
		).not.toHaveProperty('warning');
	});

	it.each<[string, string, Buffer | string]>([
		['a web page', 'image/png', `<!doctype html><html>${'x'.repeat(500)}</html>`],
		['an SVG', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg">${'<path/>'.repeat(99)}</svg>`],
		['JSON', 'application/octet-stream', JSON.stringify({ message: '未找到'.repeat(300) })],
		['text', 'application/octet-stream', '图片已过期。'.repeat(300)],
		[
			'a web page in an old encoding',
			'application/octet-stream',
			Buffer.concat([Buffer.from(' \r\n<HTML><title>'), Buffer.from('cdbcc6acd2d1b9fdc6da'.repeat(30), 'hex')]),
		],
		[
			'JSON in an old encoding',
			'application/octet-stream',
			Buffer.concat([Buffer.from('{"message":"'), Buffer.from('cdbcc6acd2d1b9fdc6da'.repeat(30), 'hex')]),
		],
		['a few bytes', 'image/jxl', noise(99)],
		['a file of another type', 'application/zip', noise()],
		['a file without a type', '', noise()],
		['half an image', 'image/png', PNG.subarray(0, 40)],
	])('is not returned if it is %s (%s)', async (_fact, type, body) => {
		expect((await downloadFrom([reply(200, body, type ? { 'content-type': type } : {})])).result.kind).toBe('missing');
	});

	it('is not returned for a URL that the user entered or a failed response', async () => {
		expect(
			(await downloadFrom([reply(200, noise(), { 'content-type': 'image/jxl' })], { isUserUrl: true })).result.kind,
		).toBe('missing');
		expect((await downloadFrom([reply(404, noise(), { 'content-type': 'image/jxl' })])).result.kind).toBe('missing');
	});

	it('is returned from base64 with line breaks', async () => {
		const base64 = noise().toString('base64').replace(/.{76}/g, '$&\r\n');
		expect((await downloadFrom([], {}, { kind: 'base64', base64 })).result).toMatchObject({
			kind: 'image',
			bytes: noise(),
		});
	});

	it('is returned from base64, but text is not', async () => {
		expect((await downloadFrom([], {}, base64Ref(noise()))).result).toEqual({
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
			expect((await downloadFrom([], {}, { kind: 'base64', base64 })).result.kind).toBe('missing');
	});
});

describe('a canceled execution', () => {
	const canceled = async (
		responses: FakeResponse[],
		stop: AbortController,
		more: Partial<DownloadOptions<ImageFile>> = {},
	): Promise<{ kind: string; requests: number }> => {
		const clock = leapingClock();
		const { client, sent } = fakeClient(responses, stop.signal);
		const downloading: DownloadOptions<ImageFile> = {
			client,
			clock,
			maxBytes: 1_048_576,
			maxBytesName: "the 'Max Download Size (MB)' under Options",
			save: async (file) => await Promise.resolve(file),
			deadline: clock.now() + MINUTE_MS,
			...more,
		};
		const kind = await downloadImage(urlRef(A), downloading).then(
			(result) => result.kind,
			(thrown: unknown) => toFailure(thrown).kind,
		);
		return { kind, requests: sent.length };
	};

	it('downloads nothing', async () => {
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
