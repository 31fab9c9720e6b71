import { isPassing } from '../errors/classify';
import { throwIfCanceled } from '../errors/failure';
import { pageTitle, readErrorBody } from '../errors/errorBody';
import { redact } from '../errors/redact';
import { readFile, type FileReply, type GatewayClient } from '../gateway/gatewayClient';
import type { Limits, NoReply } from '../gateway/httpRequest';
import { assertWhole, readBytes, type HttpResponse } from '../gateway/responseBody';
import { megabytes, MEGABYTE } from '../lib/bytes';
import { parseBody } from '../lib/json';
import { jitter, retryAfterMs, type Clock } from '../lib/clock';
import type { ImageRef } from '../types';
import { createImageReader, isWholeImage, readImageFormat, readUnknownFile } from './imageFormat';
import type { FileFacts, ImageFormatFacts, ImageReader } from './imageFormat';

export interface ImageFile {
	facts: FileFacts;
	bytes: Buffer;
	url?: string;
}

/** Permission for one transfer, and for the memory that it needs. */
export interface Transfer {
	reserveMemory(bytes: number): Promise<void>;
	end(): void;
}

export interface DownloadOptions<T> {
	client: GatewayClient;
	clock: Clock;
	maxBytes: number;
	/** How a message refers to the limit, e.g. "the 'Max Download Size (MB)' under Options". */
	maxBytesName: string;
	/** Saves a file that is in memory as a whole. */
	save: (file: ImageFile) => Promise<T>;
	/**
	 * Saves an image of a known format while it is received. `chunks` throws at the end if the image is incomplete.
	 * Returns undefined before reading anything if it cannot save streams. `facts` get width and height later.
	 */
	saveStream?: (file: { facts: FileFacts; url: string }, chunks: AsyncIterable<Buffer>) => Promise<T | undefined>;
	/** Waits until another transfer may start. This wait and the wait for memory extend the deadline. */
	startTransfer?: () => Promise<Transfer>;
	/** The user entered the URL: the key is never sent to it, and the image format must be known. */
	isUserUrl?: boolean;
	deadline: number;
	/** True if the task has just finished. Its file may take some seconds to become available. */
	isFresh?: boolean;
	/** Asks the API for a new URL, because URLs expire. */
	refreshUrl?: () => Promise<string | undefined>;
}

export type DownloadResult<T> =
	/** The warning says what is wrong with the file. It continues "Image 1 of 2 …". */
	| { kind: 'image'; saved: T; warning?: string }
	| { kind: 'missing'; url?: string; isTooLarge?: boolean; reason: string };

const INCOMPLETE = 'is incomplete and was saved as received';
const UNKNOWN_FORMAT = 'has an unknown format and was saved as received';

/** A transfer slower than `PROGRESS_BYTES` in this time makes others wait, so it is tried again with a longer limit. */
const IDLE_MS = 15_000;
const PROGRESS_BYTES = 1024;
/** Images up to this size are stored from memory, which is less work than a stream. */
const STREAM_FROM_BYTES = MEGABYTE;
/** How many bytes of a large image are read to determine its format. */
const HEAD_BYTES = 4096;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 8_000;
/** Maximum tries for lasting failures, such as wrong content, an unknown host, or an old file that is gone. */
const FEW_TRIES = 4;
/** How long a fresh file may be missing at its URL. */
const LAG_MS = 20_000;
const REFRESHES = 2;
const LAST_TRY_MS = 1000;

/**
 * Downloads and saves one image. A failed download is returned, not thrown, so that the paid task is not lost.
 *
 * @throws errors of `save`; a failure if the execution was canceled
 */
export async function downloadImage<T>(ref: ImageRef, options: DownloadOptions<T>): Promise<DownloadResult<T>> {
	return ref.kind === 'url' ? await downloadUrl(ref.url, options) : await decodeImage(ref.base64, options);
}

async function decodeImage<T>(base64: string, options: DownloadOptions<T>): Promise<DownloadResult<T>> {
	const { maxBytes, save } = options;
	const bytes = Buffer.from(base64, 'base64');
	const facts = readImageFormat(bytes);
	if (facts) {
		const oversized = bytes.length > maxBytes ? `is ${larger(options)}, but was part of the API response` : undefined;
		return { kind: 'image', saved: await save({ facts, bytes }), warning: facts.complete ? oversized : INCOMPLETE };
	}
	const unknown = isBase64(base64) ? readUnknownFile(bytes) : undefined;
	if (unknown) return { kind: 'image', saved: await save({ facts: unknown, bytes }), warning: UNKNOWN_FORMAT };
	return { kind: 'missing', reason: 'The data in the response is not an image' };
}

/** True if the text is only base64, with or without line breaks. `Buffer.from` also decodes plain words. */
function isBase64(text: string): boolean {
	const bare = text.trim().replace(/[\r\n]+/g, '');
	return bare.length % 4 !== 1 && /^[\w+/-]+={0,2}$/.test(bare);
}

type Attempt<T> = FileReply & {
	bytes: Buffer;
	facts?: ImageFormatFacts;
	/** Set if the image is complete. */
	image?: { saved: T };
};

async function downloadUrl<T>(firstUrl: string, options: DownloadOptions<T>): Promise<DownloadResult<T>> {
	const { clock, client, startTransfer, refreshUrl } = options;
	let url = firstUrl;
	let { deadline } = options;
	let goneSince: number | undefined;
	let fewTries = 0;
	let refreshes = 0;
	const addWait = async <R>(waiting: Promise<R>): Promise<R> => {
		const since = clock.now();
		const result = await waiting;
		deadline += clock.now() - since;
		return result;
	};
	const transferOnce = async (idleMs: number): Promise<Attempt<T> | NoReply> => {
		const transfer = startTransfer && (await addWait(startTransfer()));
		try {
			throwIfCanceled(client.signal);
			return await tryDownload(url, options, {
				maxBytes: options.maxBytes,
				timeoutMs: Math.max(1000, deadline - clock.now()),
				idleMs,
				progressBytes: PROGRESS_BYTES,
				...(transfer && { reserveMemory: async (bytes: number) => await addWait(transfer.reserveMemory(bytes)) }),
			});
		} finally {
			transfer?.end();
		}
	};
	for (let tries = 1; ; tries += 1) {
		throwIfCanceled(client.signal);
		const attempt = await transferOnce(IDLE_MS * tries);
		if (attempt.kind === 'reply' && attempt.image) return { kind: 'image', saved: attempt.image.saved };

		if ((isGone(attempt) || isRejected(attempt)) && refreshUrl && refreshes < REFRESHES) {
			refreshes += 1;
			const fresh = await refreshUrl();
			if (fresh !== undefined && fresh !== url) {
				url = fresh;
				continue;
			}
		}
		const now = clock.now();
		if (isGone(attempt)) goneSince ??= now;
		const isLate = isGone(attempt) && options.isFresh === true;
		const isOver = now - (goneSince ?? now) >= LAG_MS;
		const retries = isLate ? (isOver ? 'never' : 'untilDeadline') : retriesAfter(attempt);
		if (retries === 'few') fewTries += 1;
		const asked = attempt.kind === 'reply' ? retryAfterMs(attempt.headers['retry-after']) : 0;
		// Before the deadline, there is always one more try.
		const longest = deadline - now - LAST_TRY_MS;
		const pauseMs = Math.max(
			Math.min(asked, longest),
			jitter(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10))),
		);
		if (retries === 'never' || fewTries >= FEW_TRIES || now + pauseMs >= deadline) {
			const unknown = options.isUserUrl ? undefined : unknownFile(attempt, url);
			const isTooLarge = attempt.kind === 'tooLarge';
			if (!unknown)
				return { kind: 'missing', url, ...(isTooLarge && { isTooLarge }), reason: reasonOf(attempt, options) };
			return { kind: 'image', saved: await options.save(unknown), warning: UNKNOWN_FORMAT };
		}
		await clock.pause(pauseMs, client.signal);
	}
}

async function tryDownload<T>(url: string, options: DownloadOptions<T>, limits: Limits): Promise<Attempt<T> | NoReply> {
	const wantsKey = (attempt: Attempt<T>): boolean =>
		!options.isUserUrl && !isPassing(attempt.status) && !attempt.facts && !unknownFile(attempt, url);
	const read = async (response: HttpResponse): Promise<Attempt<T>> => await readImage(response, url, options);
	return await readFile(options.client, url, limits, read, wantsKey);
}

async function readImage<T>(response: HttpResponse, url: string, options: DownloadOptions<T>): Promise<Attempt<T>> {
	const { status, headers } = response;
	const reply: FileReply = { kind: 'reply', status, headers };
	const isFile = status >= 200 && status < 300;
	const isLarge = Number(headers['content-length']) >= STREAM_FROM_BYTES;
	const startBytes = isLarge ? HEAD_BYTES : STREAM_FROM_BYTES;
	const start = await readStart(response, isFile && options.saveStream ? startBytes : 0);
	if (start.length >= startBytes && options.saveStream) {
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

/** Reads at least `size` bytes, or the whole body if it is shorter. */
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

/** A file in an unknown format was also charged, so it is kept. */
function unknownFile(attempt: Attempt<unknown> | NoReply, url: string): ImageFile | undefined {
	if (attempt.kind !== 'reply' || attempt.status < 200 || attempt.status >= 300 || attempt.facts) return undefined;
	const type = String(attempt.headers['content-type'] ?? '');
	if (!/^\s*(image\/|(application|binary)\/octet-stream)/i.test(type)) return undefined;
	const facts = readUnknownFile(attempt.bytes, type, url);
	return facts && { facts, bytes: attempt.bytes, url };
}

function isGone(attempt: Attempt<unknown> | NoReply): boolean {
	return attempt.kind === 'reply' && [401, 403, 404, 410].includes(attempt.status);
}

/** Google Cloud Storage and S3 respond with 400 if the signature has expired (ExpiredToken). */
function isRejected(attempt: Attempt<unknown> | NoReply): boolean {
	return attempt.kind === 'reply' && attempt.status === 400;
}

function retriesAfter(attempt: Attempt<unknown> | NoReply): 'untilDeadline' | 'few' | 'never' {
	if (attempt.kind === 'tooLarge') return 'never';
	if (attempt.kind === 'unsent') return attempt.isPermanent ? 'never' : 'few';
	if (attempt.kind === 'unclear') return attempt.isPermanent ? 'few' : 'untilDeadline';
	// 202: the file is still being prepared.
	if (isPassing(attempt.status) || attempt.status === 202) return 'untilDeadline';
	return attempt.status < 300 || isGone(attempt) ? 'few' : 'never';
}

function reasonOf(attempt: Attempt<unknown> | NoReply, options: DownloadOptions<unknown>): string {
	if (attempt.kind === 'tooLarge') return `It is ${larger(options)}`;
	if (attempt.kind !== 'reply') return redact(attempt.reason);
	if (attempt.status >= 300) return `HTTP ${attempt.status}${detailsOf(attempt.bytes)}`;
	if (attempt.facts) return 'The file is incomplete';
	return attempt.bytes.length === 0 ? 'The file is empty' : 'The URL does not lead to an image';
}

/** The message of an error response: JSON, XML (S3 and its relatives), or a web page. */
function detailsOf(bytes: Buffer): string {
	const body = parseBody(bytes);
	const said =
		typeof body === 'string'
			? (/<message>([^<]{1,200})/i.exec(body)?.[1] ?? pageTitle(body))
			: readErrorBody(body).message;
	return said && ` (${redact(said, undefined, 200)})`;
}

function larger({ maxBytes, maxBytesName }: DownloadOptions<unknown>): string {
	return `larger than ${megabytes(maxBytes)}, ${maxBytesName}`;
}
