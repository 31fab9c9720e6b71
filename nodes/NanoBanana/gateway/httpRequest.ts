import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { readNetworkError, readProxyError, type NetworkError } from './networkErrors';
import { FailureError } from '../errors/failure';
import { onAbort } from '../lib/clock';
import { parseJson, record } from '../lib/json';
import { MEGABYTE } from '../lib/bytes';

/** One request and its response, with limits on time and size. What is sent, and with which key, is up to gatewayClient.ts. */

export type HttpReply = { kind: 'reply'; status: number; headers: Record<string, unknown>; bytes: Buffer };
export type NoReply =
	| { kind: 'tooLarge'; limit: number }
	/** `headers` where they came and the body broke off. */
	| (NetworkError & { headers?: Record<string, unknown> });
export type HttpResult = HttpReply | NoReply;

export interface Limits {
	/** From sending to the last byte. Time spent waiting for memory does not count. */
	timeoutMs: number;
	/** The longest time without a byte. */
	idleMs?: number;
	/** Counted while reading, after decompression. */
	maxBytes: number;
	/** Called once before more than a small body is kept in memory, with its expected size; waits until there is room. */
	reserveMemory?: (bytes: number) => Promise<void>;
}

export interface HttpResponse {
	status: number;
	headers: Record<string, unknown>;
	/** Ends without throwing where the transfer breaks off or passes `maxBytes`; `error` says why. */
	chunks: AsyncGenerator<Buffer, undefined>;
	error?: Error;
	reserveMemory: (bytes: number) => Promise<void>;
}

/** Sends a request that gives its body as a stream, within so many ms until its headers come; the signal ends it. */
export type Send = (timeoutMs: number, signal: AbortSignal) => Promise<unknown>;

/** Bodies up to this size are kept without asking; status responses are far smaller. */
const SMALL_BYTES = 64 * 1024;
/** What a body of unknown length is expected to have. */
const UNKNOWN_LENGTH_BYTES = 16 * MEGABYTE;
/** So much of a body waits here for a reader that is slower than the network. */
const QUEUE_BYTES = MEGABYTE;

/** A response with its whole body in memory. A body that is complete JSON counts, however the connection ends. */
export async function httpRequest(
	signal: AbortSignal | undefined,
	url: string,
	limits: Limits,
	send: Send,
): Promise<HttpResult> {
	return await openRequest(signal, url, limits, send, async (response): Promise<HttpReply> => {
		const bytes = await readBytes(response);
		assertWhole(response, () => isCompleteJson(bytes));
		return { kind: 'reply', status: response.status, headers: response.headers, bytes };
	});
}

/**
 * A response as `read` takes it. Only an abort closes the socket of a server that has gone silent,
 * so every way out of here ends with one.
 *
 * @throws what `read` throws, except the response's own error; a failure when canceled
 */
export async function openRequest<T>(
	signal: AbortSignal | undefined,
	url: string,
	limits: Limits,
	send: Send,
	read: (response: HttpResponse) => Promise<T>,
): Promise<T | NoReply> {
	throwIfCanceled(signal);
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	const forgetSignal = onAbort(signal, abort);
	const timer = startTimer(limits, abort);
	let response: HttpResponse | undefined;
	try {
		// n8n's default of five minutes would cut off longer calls.
		const sent = (await send(Math.ceil(limits.timeoutMs) + 1000, controller.signal)) as IN8nHttpFullResponse;
		const headers = record(sent.headers);
		const refused = readProxyError(sent.statusCode, headers, url);
		if (refused) return refused;
		response = openResponse(sent, headers, limits, timer, controller.signal);
		return await read(response);
	} catch (thrown) {
		throwIfCanceled(signal);
		if (response && thrown !== response.error) throw FailureError.from(thrown);
		if (thrown instanceof TooLargeError) return { kind: 'tooLarge', limit: limits.maxBytes };
		const error = readNetworkError(thrown);
		return { ...error, ...(timer.reason && { reason: timer.reason }), ...(response && { headers: response.headers }) };
	} finally {
		timer.stop();
		forgetSignal();
		abort();
	}
}

export function throwIfCanceled(signal?: AbortSignal): void {
	if (signal?.aborted) throw new FailureError({ kind: 'canceled' });
}

/** A body that was read counts when nothing of it is missing, however its connection ended. @throws the response's error */
export function assertWhole({ error }: HttpResponse, isWhole: () => boolean): void {
	if (error && (error instanceof TooLargeError || !isWhole())) throw error;
}

/** The rest of a body behind the part that was read already. Its `error` is left to the caller. */
export async function readBytes(response: HttpResponse, start: Buffer = Buffer.alloc(0)): Promise<Buffer> {
	const announced = Number(response.headers['content-length']);
	let bytes = start;
	let size = start.length;
	let isReserved = false;
	for await (const chunk of response.chunks) {
		const end = size + chunk.length;
		const isAnnounced = announced >= end;
		if (end > SMALL_BYTES && !isReserved) {
			isReserved = true;
			await response.reserveMemory(isAnnounced ? announced : UNKNOWN_LENGTH_BYTES);
		}
		if (end > bytes.length) {
			// One buffer that grows: pieces that are joined at the end would be in memory twice.
			const larger = Buffer.allocUnsafe(isReserved ? Math.max(isAnnounced ? announced : bytes.length * 2, end) : end);
			bytes.copy(larger, 0, 0, size);
			bytes = larger;
		}
		chunk.copy(bytes, size);
		size = end;
	}
	return bytes.subarray(0, size);
}

function isCompleteJson(bytes: Buffer): boolean {
	const value = parseJson(bytes.toString('utf8'));
	return typeof value === 'object' && value !== null;
}

class TooLargeError extends Error {}

interface ByteStream {
	on(event: 'data', listener: (chunk: Buffer) => void): void;
	on(event: 'end' | 'close', listener: () => void): void;
	on(event: 'error', listener: (error: Error) => void): void;
	pause(): void;
	resume(): void;
}

function openResponse(
	sent: IN8nHttpFullResponse,
	headers: Record<string, unknown>,
	{ maxBytes, reserveMemory }: Limits,
	timer: Timer,
	signal: AbortSignal,
): HttpResponse {
	const body: unknown = sent.body;
	const queue: Buffer[] = [];
	let queued = 0;
	let isOver = false;
	let wake = (): void => undefined;

	const add = (chunk: Buffer): void => {
		queue.push(chunk);
		queued += chunk.length;
		timer.touch();
		wake();
	};
	const end = (error?: Error): void => {
		if (!isOver) response.error = error;
		isOver = true;
		wake();
	};
	async function* read(): AsyncGenerator<Buffer, undefined> {
		for (let size = 0; ; ) {
			timer.touch();
			const chunk = queue.shift();
			if (chunk) {
				queued -= chunk.length;
				size += chunk.length;
				if (size > maxBytes) {
					response.error = new TooLargeError();
					return;
				}
				if (isStream(body) && queued < QUEUE_BYTES) body.resume();
				yield chunk;
			} else if (isOver) return;
			else await new Promise<void>((resolve) => (wake = resolve));
		}
	}
	const response: HttpResponse = {
		status: sent.statusCode,
		headers,
		chunks: read(),
		reserveMemory: async (bytes) => await timer.paused(reserveMemory?.(bytes)),
	};
	if (isStream(body)) {
		// Iterating the stream itself would lose what is buffered in it when the connection breaks.
		body.on('data', (chunk) => {
			add(chunk);
			if (queued >= QUEUE_BYTES) body.pause();
		});
		body.on('end', () => end());
		body.on('error', end);
		body.on('close', () => end(new Error('premature close')));
		signal.addEventListener('abort', () => end(new Error('aborted')), { once: true });
	} else {
		add(Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? '')));
		end();
	}
	return response;
}

function isStream(body: unknown): body is ByteStream {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

interface Timer {
	/** A byte came, or somebody waits for the next one. */
	touch(): void;
	/** Stands still until this is done. */
	paused(waiting: Promise<void> | undefined): Promise<void>;
	stop(): void;
	/** Why it ended the request; absent while it has not. */
	reason?: string;
}

/** Calls `onEnd` after `timeoutMs` in all, or `idleMs` without a touch. */
function startTimer({ timeoutMs, idleMs = Infinity }: Limits, onEnd: () => void): Timer {
	let endsAt = Date.now() + timeoutMs;
	let touchedAt = Date.now();
	let alarm: AbortSignal | undefined;
	const stop = (): void => alarm?.removeEventListener('abort', check);
	const check = (): void => {
		const restMs = endsAt - Date.now();
		const quietRestMs = touchedAt + idleMs - Date.now();
		if (Math.min(restMs, quietRestMs) > 0) return arm(Math.min(restMs, quietRestMs));
		const [what, ms] = restMs <= 0 ? ['no complete response', timeoutMs] : ['no data', idleMs];
		timer.reason = `There was ${what} within ${Math.round(ms / 1000)} seconds`;
		onEnd();
	};
	const arm = (ms: number): void => {
		alarm = AbortSignal.timeout(Math.max(1, Math.ceil(ms)));
		alarm.addEventListener('abort', check, { once: true });
	};
	const timer: Timer = {
		touch: () => void (touchedAt = Date.now()),
		async paused(waiting) {
			stop();
			const since = Date.now();
			await waiting;
			endsAt += Date.now() - since;
			timer.touch();
			check();
		},
		stop,
	};
	check();
	return timer;
}
