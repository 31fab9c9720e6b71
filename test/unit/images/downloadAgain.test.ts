/* eslint-disable */
import { Readable } from 'node:stream';
import sharp from 'sharp';

import { leapingClock } from '../support/fakeClock';
import { broken, reply, type FakeResponse } from '../support/fakeClient';
import { A, B, down, downloadFrom, gone, image, MINUTE_MS, neverOpened, PNG } from './downloadFrom';

beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterEach(() => void jest.restoreAllMocks());

describe('a download that fails temporarily', () => {
	it.each<[string, FakeResponse]>([
		['503', down],
		['429', reply(429)],
		['408', reply(408)],
		['a broken connection', broken('ECONNRESET', 'read')],
		['a host name that is not found yet', neverOpened],
		['a file that does not exist yet', gone],
		['half a file', reply(200, PNG.subarray(0, 40))],
		['an empty file', reply(200)],
	])('is tried again after %s', async (_fact, response) => {
		const { result, urls, pauses } = await downloadFrom([response, response, image]);

		expect(result).toMatchObject({ kind: 'image', url: A });
		expect(urls).toEqual([A, A, A]);
		expect(pauses).toEqual([600, 1_200]);
	});

	it('is tried until the deadline, with growing pauses of up to eight seconds', async () => {
		const { result, pauses, tookMs } = await downloadFrom([down]);

		expect(result).toEqual({ kind: 'missing', url: A, reason: 'HTTP 503' });
		expect(pauses.slice(0, 6)).toEqual([600, 1_200, 2_400, 4_800, 8_000, 8_000]);
		expect(Math.max(...pauses)).toBe(8_000);
		expect(tookMs).toBeLessThan(10 * MINUTE_MS);
		expect(tookMs).toBeGreaterThan(10 * MINUTE_MS - 8_001);
	});

	it('is tried again after the time in Retry-After', async () => {
		const { result, pauses } = await downloadFrom([reply(429, '', { 'retry-after': '30' }), image]);

		expect([result.kind, pauses]).toEqual(['image', [30_000]]);
	});

	it('is tried again at the date in Retry-After', async () => {
		const moment = new Date(Date.now() + 30_000).toUTCString();
		const { result, pauses } = await downloadFrom([reply(503, '', { 'retry-after': moment }), image]);

		expect(result.kind).toBe('image');
		expect(pauses[0]).toBeGreaterThan(20_000);
		expect(pauses[0]).toBeLessThanOrEqual(30_000);
	});
});

describe('a download that rarely recovers', () => {
	it.each<[string, FakeResponse, string]>([
		['a file that is not found', gone, 'HTTP 404'],
		['a file that has expired', reply(410), 'HTTP 410'],
		['a file without access', reply(403), 'HTTP 403'],
		['an unknown host name', neverOpened, 'The host name was not found'],
		['half a file', reply(200, PNG.subarray(0, 40)), 'The file is incomplete'],
		['a redirect loop', broken('ERR_FR_TOO_MANY_REDIRECTS', 'read'), 'The URL redirects too many times'],
		['damaged compression', broken('Z_DATA_ERROR', 'read'), 'The compressed response cannot be read'],
		['an empty file', reply(204), 'The file is empty'],
		[
			'a web page',
			reply(200, '<html><title>Dashboard of the provider</title></html>'),
			'The URL does not lead to an image',
		],
	])('is tried four times for %s', async (_fact, response, reason) => {
		const { result, urls } = await downloadFrom([response]);

		expect(result).toEqual({ kind: 'missing', url: A, reason });
		expect(urls).toEqual([A, A, A, A]);
	});
});

describe('a file that has not reached its host yet', () => {
	it.each([202, 401, 403, 404, 410])(
		'is tried again for 15 seconds after HTTP %i, because its task has just ended',
		async (status) => {
			const clock = leapingClock();
			const startedAt = clock.now();
			const later = (): ReturnType<typeof reply> =>
				reply(clock.now() - startedAt < 15_000 ? status : 200, clock.now() - startedAt < 15_000 ? 'not yet' : PNG);
			const { result } = await downloadFrom([later], { clock, isFresh: true });

			expect(result).toMatchObject({ kind: 'image', url: A });
		},
	);

	it('is given up at the first try after 20 seconds', async () => {
		const { result, tookMs, pauses } = await downloadFrom([gone], { isFresh: true });

		expect(result).toEqual({ kind: 'missing', url: A, reason: 'HTTP 404' });
		expect(tookMs).toBe(25_000);
		expect(pauses).toEqual([600, 1_200, 2_400, 4_800, 8_000, 8_000]);
	});

	it('is not tried again after the deadline', async () => {
		const clock = leapingClock();
		const { tookMs } = await downloadFrom([gone], { clock, isFresh: true, deadline: clock.now() + 5_000 });

		expect(tookMs).toBeLessThan(5_000);
	});

	it('is tried only four times if it has the wrong content', async () => {
		expect((await downloadFrom([reply(200, '<html></html>')], { isFresh: true })).sent).toHaveLength(4);
	});
});

describe('a download that cannot succeed', () => {
	it.each<[string, FakeResponse, string]>([
		['a bad request', reply(400), 'HTTP 400'],
		['a permanent redirect', reply(301), 'HTTP 301'],
		['a choice of URLs', reply(300), 'HTTP 300'],
		['an expired certificate', broken('CERT_HAS_EXPIRED', 'read'), "The server's certificate has expired"],
	])('is tried once for %s', async (_fact, response, reason) => {
		const { result, sent, pauses } = await downloadFrom([response, image]);

		expect(result).toEqual({ kind: 'missing', url: A, reason });
		expect([sent.length, pauses]).toEqual([1, []]);
	});

	it('is tried once for a file that is too large', async () => {
		const { result, sent } = await downloadFrom([reply(200, Readable.from([Buffer.alloc(3_000_000)])), image], {
			maxBytes: 2_097_152,
		});

		expect(result).toEqual({
			kind: 'missing',
			isTooLarge: true,
			url: A,
			reason: "It is larger than 2 MB, the 'Max Download Size (MB)' under Options",
		});
		expect(sent).toHaveLength(1);
	});
});

describe('a URL that has expired', () => {
	it.each([400, 401, 403, 404, 410])(
		'is refreshed after HTTP %i, and the new URL is downloaded at once',
		async (status) => {
			const refreshUrl = jest.fn(async () => await Promise.resolve(B));
			const { result, urls, pauses } = await downloadFrom([reply(status), image], { refreshUrl });

			expect(result).toMatchObject({ kind: 'image', url: B });
			expect([urls, pauses, refreshUrl.mock.calls.length]).toEqual([[A, B], [], 1]);
		},
	);

	it.each<[string, FakeResponse]>([
		['the host is down', down],
		['the connection broke', broken('ECONNRESET', 'read')],
	])('is not refreshed while %s', async (_fact, response) => {
		const refreshUrl = jest.fn(async () => await Promise.resolve(B));
		const { urls } = await downloadFrom([response, image], { refreshUrl });

		expect([urls, refreshUrl.mock.calls.length]).toEqual([[A, A], 0]);
	});

	it('is refreshed at most twice', async () => {
		let count = 0;
		const refreshUrl = jest.fn(async () => await Promise.resolve(`https://cdn.example/${(count += 1)}.png`));
		const { result, urls } = await downloadFrom([gone], { refreshUrl });

		expect(refreshUrl).toHaveBeenCalledTimes(2);
		expect(urls).toEqual([A, 'https://cdn.example/1.png', ...Array<string>(4).fill('https://cdn.example/2.png')]);
		expect(result).toEqual({ kind: 'missing', url: 'https://cdn.example/2.png', reason: 'HTTP 404' });
	});

	it.each<[string, string | undefined]>([
		['the same URL', A],
		['no URL', undefined],
	])('is tried again after a pause if the API returns %s', async (_fact, fresh) => {
		const { result, urls, pauses } = await downloadFrom([gone, image], {
			refreshUrl: async () => await Promise.resolve(fresh),
		});

		expect(result).toMatchObject({ kind: 'image', url: A });
		expect([urls, pauses]).toEqual([[A, A], [600]]);
	});
});

it.each([
	['<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>', 'HTTP 403 (Request has expired)'],
	['{"error":{"message":"The image was deleted"}}', 'HTTP 403 (The image was deleted)'],
	['<html><head><title>403 Forbidden</title></head></html>', 'HTTP 403 (403 Forbidden)'],
	['', 'HTTP 403'],
])('says why the host did not return a file: %s', async (body, reason) => {
	expect((await downloadFrom([reply(403, body)])).result).toEqual({ kind: 'missing', url: A, reason });
});

it('is tried once more before the deadline if Retry-After ends after it', async () => {
	const later = reply(503, 'later', { 'retry-after': '3600' });
	const { result, pauses } = await downloadFrom([later, image]);

	expect(result).toMatchObject({ kind: 'image' });
	expect(pauses).toEqual([10 * MINUTE_MS - 1000]);
});

it('the wait for another transfer does not count toward the deadline', async () => {
	const clock = leapingClock();
	const startTransfer = async () => {
		// The clock leaps at once, so it must not leap before the wait has begun.
		await Promise.resolve();
		await clock.pause(MINUTE_MS);
		return { reserveMemory: async () => await Promise.resolve(), end: () => undefined };
	};
	const slow = await downloadFrom([down], { clock, startTransfer, deadline: clock.now() + 10 * MINUTE_MS });

	expect(slow.sent.length).toBe((await downloadFrom([down])).sent.length);
});

it.each([
	[false, 1],
	[true, 2],
])('an AVIF image is only complete if the connection did not break (%s)', async (breaks, requests) => {
	const avif = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'red' } })
		.avif()
		.toBuffer();
	async function* parts(): AsyncGenerator<Buffer> {
		yield avif;
		if (breaks) throw new Error('socket hang up');
	}
	const { result, sent } = await downloadFrom([reply(200, Readable.from(parts())), reply(200, avif)]);

	expect(result).toMatchObject({ kind: 'image', facts: { mimeType: 'image/avif' } });
	expect(sent).toHaveLength(requests);
});
