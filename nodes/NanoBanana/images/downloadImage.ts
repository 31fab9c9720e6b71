import { isPassing } from '../errors/classify';
import { redact } from '../errors/redact';
import { readFile, type FileReply, type GatewayClient } from '../gateway/gatewayClient';
import { assertWhole, readBytes, throwIfCanceled, type HttpResponse, type NoReply } from '../gateway/httpRequest';
import { megabytes, MEGABYTE } from '../lib/bytes';
import { jitter, retryAfterMs } from '../lib/clock';
import type { Clock, ImageRef } from '../types';
import { createImageReader, isWholeImage, readImageFormat, readUnknownFile } from './imageFormat';
import type { FileFacts, ImageFormatFacts, ImageReader } from './imageFormat';

export interface ImageFile {
	facts: FileFacts;
	bytes: Buffer;
	url?: string;
}

/** The right to one transfer, and to the memory that it needs. Its owner ends it, whatever happens. */
export interface Transfer {
	reserveMemory(bytes: number): Promise<void>;
	end(): void;
}

export interface DownloadOptions<T> {
	client: GatewayClient;
	clock: Clock;
	maxBytes: number;
	/** Takes a file that is whole in memory. */
	save: (file: ImageFile) => Promise<T>;
	/**
	 * Takes a known image as it arrives. `chunks` throws at its end when the image is not whole.
	 * Undefined when that is not possible, before it has read anything. `facts` get their size on the way.
	 */
	saveStream?: (file: { facts: FileFacts; url: string }, chunks: AsyncIterable<Buffer>) => Promise<T | undefined>;
	/** Waits until another transfer may start. The time spent waiting is added to the deadline. */
	startTransfer?: () => Promise<Transfer>;
	/** False for URLs that the user entered: the key is never offered there, not even on the API's own origin, and only known images count. */
	allowKey?: boolean;
	deadline: number;
	/** True for a task that has just ended: its file may reach the host of the URL some seconds later. */
	isFresh?: boolean;
	/** Asks the API again where this image is; its URLs are valid for a limited time. */
	refresh?: () => Promise<ImageRef | undefined>;
}

export type DownloadResult<T> =
	/** With a warning where the file may not be what was paid for; it continues "Image 1 of 2 …". */
	{ kind: 'image'; saved: T; warning?: string } | { kind: 'missing'; url?: string; reason: string };

const INCOMPLETE = 'is incomplete: the file contains what was in the response';
const UNKNOWN_FORMAT = 'has an unknown format: the file contains the bytes as they came';

/** A transfer without a byte for so long is tried again, with more patience each time. */
const IDLE_MS = 15_000;
/** Images up to this size are stored from memory, which costs less than a stream. */
const STREAM_FROM_BYTES = MEGABYTE;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8_000;
/** Times that the wrong content, an unknown host or an old file that is gone is tried, as these seldom pass. */
const FEW_TRIES = 4;
/** How long a fresh file may be missing at its URL. */
const LAG_MS = 20_000;
const REFRESHES = 2;

/**
 * One image, saved. A download that does not work is a result: it costs the image's bytes, not the paid task.
 *
 * @throws what `save` throws; a failure when canceled
 */
export async function downloadImage<T>(ref: ImageRef, options: DownloadOptions<T>): Promise<DownloadResult<T>> {
	if (ref.kind === 'url') return await downloadUrl(ref.url, options);
	const first = decodeBase64(ref.base64, options.maxBytes);
	const isWhole = first.file !== undefined && first.warning === undefined;
	// The task may have a better one.
	const fresh = isWhole || first.isTooLarge ? undefined : await options.refresh?.();
	if (fresh?.kind === 'base64') {
		const second = decodeBase64(fresh.base64, options.maxBytes);
		const isBetter = second.file !== undefined && second.warning === undefined;
		return await saveDecoded(isBetter || !first.file ? second : first, options);
	}
	if (fresh) {
		const second = await downloadUrl(fresh.url, { ...options, refresh: undefined });
		if (!first.file || (second.kind === 'image' && !second.warning)) return second;
	}
	return await saveDecoded(first, options);
}

interface Decoded {
	file?: ImageFile;
	warning?: string;
	/** Why there is no file. */
	reason?: string;
	isTooLarge?: boolean;
}

function decodeBase64(base64: string, maxBytes: number): Decoded {
	if (base64.length * 0.75 > maxBytes + 2) return { reason: tooLarge(maxBytes), isTooLarge: true };
	const bytes = Buffer.from(base64, 'base64');
	const facts = readImageFormat(bytes);
	if (facts) return { file: { facts, bytes }, ...(!facts.complete && { warning: INCOMPLETE }) };
	const unknown = isBase64(base64) ? readUnknownFile(bytes) : undefined;
	if (unknown) return { file: { facts: unknown, bytes }, warning: UNKNOWN_FORMAT };
	return { reason: 'The data in the response is not an image' };
}

/** Base64 and nothing else, in lines or in one: words in place of an image can be decoded into bytes as well. */
function isBase64(text: string): boolean {
	const bare = text.trim().replace(/[\r\n]+/g, '');
	return bare.length % 4 !== 1 && /^[\w+/-]+={0,2}$/.test(bare);
}

async function saveDecoded<T>(
	{ file, warning, reason }: Decoded,
	options: DownloadOptions<T>,
): Promise<DownloadResult<T>> {
	if (!file) return { kind: 'missing', reason: reason ?? '' };
	return { kind: 'image', saved: await options.save(file), ...(warning && { warning }) };
}

type Attempt<T> = FileReply & {
	bytes: Buffer;
	facts?: ImageFormatFacts;
	/** Set when the image is whole. */
	image?: { saved: T };
};

async function downloadUrl<T>(address: string, options: DownloadOptions<T>): Promise<DownloadResult<T>> {
	const { clock, client } = options;
	let { deadline } = options;
	let url = address;
	let tries = 0;
	let seldom = 0;
	let refreshes = 0;
	let goneSince: number | undefined;
	const waitFor = async <R>(waiting: Promise<R>): Promise<R> => {
		const since = clock.now();
		const result = await waiting;
		deadline += clock.now() - since;
		return result;
	};
	for (;;) {
		throwIfCanceled(client.signal);
		tries += 1;
		const attempt = await tryDownload(url, options, {
			idleMs: IDLE_MS * tries,
			timeoutMs: () => Math.max(1000, deadline - clock.now()),
			waitFor,
		});
		if (attempt.kind === 'reply' && attempt.image) return { kind: 'image', saved: attempt.image.saved };

		const end = async (): Promise<DownloadResult<T>> => {
			const unknown = options.allowKey !== false && unknownFile(attempt, url);
			if (!unknown) return { kind: 'missing', url, reason: reasonOf(attempt) };
			return { kind: 'image', saved: await options.save(unknown), warning: UNKNOWN_FORMAT };
		};
		if (isGone(attempt) && options.refresh && refreshes < REFRESHES) {
			refreshes += 1;
			const fresh = await options.refresh();
			if (fresh?.kind === 'base64') return await saveDecoded(decodeBase64(fresh.base64, options.maxBytes), options);
			if (fresh && fresh.url !== url) {
				url = fresh.url;
				continue;
			}
		}
		const now = clock.now();
		const isLagging = isGone(attempt) && options.isFresh === true;
		if (isGone(attempt)) goneSince ??= now;
		if (passes(attempt) === 'never') return await end();
		if (isLagging && now - (goneSince ?? now) >= LAG_MS) return await end();
		if (passes(attempt) === 'seldom' && !isLagging && ++seldom >= FEW_TRIES) return await end();
		const asked = attempt.kind === 'reply' ? retryAfterMs(attempt.headers['retry-after'], now) : 0;
		const growth = Math.max(asked, jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10))));
		// The last try comes when that time is over.
		const pauseMs = isLagging ? Math.min(growth, (goneSince ?? now) + LAG_MS - now) : growth;
		if (now + pauseMs >= deadline) return await end();
		await clock.pause(pauseMs, client.signal);
	}
}

interface AttemptLimits {
	idleMs: number;
	timeoutMs: () => number;
	/** Waiting for others is not the transfer's time. */
	waitFor: <R>(waiting: Promise<R>) => Promise<R>;
}

async function tryDownload<T>(
	url: string,
	options: DownloadOptions<T>,
	{ idleMs, timeoutMs, waitFor }: AttemptLimits,
): Promise<Attempt<T> | NoReply> {
	const transfer = options.startTransfer && (await waitFor(options.startTransfer()));
	try {
		throwIfCanceled(options.client.signal);
		const limits = {
			timeoutMs: timeoutMs(),
			idleMs,
			maxBytes: options.maxBytes,
			...(transfer && { reserveMemory: async (bytes: number) => await waitFor(transfer.reserveMemory(bytes)) }),
		};
		const wantsKey = (attempt: Attempt<T>): boolean =>
			options.allowKey !== false && !isPassing(attempt.status) && !attempt.facts && !unknownFile(attempt, url);
		const read = async (response: HttpResponse): Promise<Attempt<T>> => await readImage(response, url, options);
		return await readFile(options.client, url, limits, read, wantsKey);
	} finally {
		transfer?.end();
	}
}

/** Reads a response and saves the image in it. */
async function readImage<T>(response: HttpResponse, url: string, options: DownloadOptions<T>): Promise<Attempt<T>> {
	const { status, headers } = response;
	const reply: FileReply = { kind: 'reply', status, headers };
	const isFile = status >= 200 && status < 300;
	const start = await readStart(response, isFile && options.saveStream ? STREAM_FROM_BYTES : 0);
	if (start.length >= STREAM_FROM_BYTES && options.saveStream) {
		const reader = createImageReader();
		reader.push(start);
		const { facts } = reader;
		const rest = restOfImage(response, start, reader);
		const saved = facts && (await options.saveStream({ facts, url }, rest).catch(unlessIncomplete));
		if (facts && saved !== undefined) return { ...reply, bytes: start, facts, image: { saved } };
	}
	const bytes = await readBytes(response, start);
	const facts = isFile ? readImageFormat(bytes) : undefined;
	const isWhole = isWholeImage(facts, response.error !== undefined);
	assertWhole(response, () => isWhole);
	if (!facts || !isWhole) return { ...reply, bytes, facts };
	return { ...reply, bytes, facts, image: { saved: await options.save({ facts, bytes, url }) } };
}

/** The first bytes of a body: all of it, or at least `size`. */
async function readStart({ chunks }: HttpResponse, size: number): Promise<Buffer> {
	const parts: Buffer[] = [];
	let length = 0;
	while (length < size) {
		const next = await chunks.next();
		if (next.done) break;
		parts.push(next.value);
		length += next.value.length;
	}
	return Buffer.concat(parts, length);
}

async function* restOfImage(response: HttpResponse, start: Buffer, reader: ImageReader): AsyncGenerator<Buffer> {
	yield start;
	for await (const chunk of response.chunks) {
		reader.push(chunk);
		yield chunk;
	}
	const isWhole = isWholeImage(reader.facts, response.error !== undefined);
	assertWhole(response, () => isWhole);
	if (!isWhole) throw new IncompleteError();
}

class IncompleteError extends Error {}

function unlessIncomplete(thrown: Error): undefined {
	if (!(thrown instanceof IncompleteError)) throw thrown;
}

/** Paid bytes of an unknown format are no reason to lose them. */
function unknownFile<T>(attempt: Attempt<T> | NoReply, url: string): ImageFile | undefined {
	if (attempt.kind !== 'reply' || attempt.status < 200 || attempt.status >= 300 || attempt.facts) return undefined;
	const type = String(attempt.headers['content-type'] ?? '');
	if (!/^\s*(image\/|application\/octet-stream)/i.test(type)) return undefined;
	const facts = readUnknownFile(attempt.bytes, type, url);
	return facts && { facts, bytes: attempt.bytes, url };
}

function isGone<T>(attempt: Attempt<T> | NoReply): boolean {
	return attempt.kind === 'reply' && [401, 403, 404, 410].includes(attempt.status);
}

function passes<T>(attempt: Attempt<T> | NoReply): 'often' | 'seldom' | 'never' {
	if (attempt.kind === 'tooLarge') return 'never';
	if (attempt.kind === 'unsent') return attempt.lasting ? 'never' : 'seldom';
	if (attempt.kind === 'unclear' || isPassing(attempt.status)) return 'often';
	return attempt.status < 300 || isGone(attempt) ? 'seldom' : 'never';
}

function reasonOf<T>(attempt: Attempt<T> | NoReply): string {
	if (attempt.kind === 'tooLarge') return tooLarge(attempt.limit);
	if (attempt.kind !== 'reply') return redact(attempt.reason);
	if (attempt.status >= 300) return `HTTP ${attempt.status}`;
	if (attempt.facts) return 'The file is incomplete';
	return attempt.bytes.length === 0 ? 'The file is empty' : 'The URL does not lead to an image';
}

function tooLarge(limit: number): string {
	return `It is larger than ${megabytes(limit)}, the 'Max Download Size' under Options`;
}
