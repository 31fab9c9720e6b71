import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { readNetworkError, type NetworkError } from './networkErrors';
import { onAbort } from '../lib/clock';
import { failureError } from '../errors/failure';
import { record } from '../lib/json';
import { MEGABYTE } from '../lib/bytes';

/** One request and its answer, with limits on time and size. What is sent, and with which key, is decided in transport.ts. */

export type HttpResult =
	| { kind: 'reply'; status: number; headers: Record<string, unknown>; bytes: Buffer }
	| { kind: 'tooLarge'; limit: number }
	/** `headers` where they came and the body broke off. */
	| (NetworkError & { headers?: Record<string, unknown> });

export interface Limits {
	/** From sending to the last byte. */
	timeoutMs: number;
	maxBytes: number;
	/** Called once before more than a small body is held in memory, with its expected size; waits for room. */
	reserveMemory?: (bytes: number) => Promise<void>;
	/** Where a body of known size is read to; the caller knows when it may be used again. */
	allocate?: (bytes: number) => Buffer;
}

/** Bodies up to this size are read at once; status answers are far smaller. */
const LIGHT_BYTES = 64 * 1024;
/** What a body of unknown length is taken for. */
const UNKNOWN_LENGTH_BYTES = 16 * MEGABYTE;

/** Sends a request that gives its body as a stream, within so many ms until its headers come; the signal ends it. */
export type Send = (timeoutMs: number, signal: AbortSignal) => Promise<unknown>;

/**
 * One exchange with a time limit over all of it. Only an abort closes the socket of a server that
 * has gone silent, so every way out of here ends with one.
 */
export async function httpRequest(signal: AbortSignal | undefined, limits: Limits, send: Send): Promise<HttpResult> {
	throwIfCanceled(signal);
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	const end = AbortSignal.timeout(Math.max(1, Math.ceil(limits.timeoutMs)));
	end.addEventListener('abort', abort, { once: true });
	const forgetSignal = onAbort(signal, abort);
	let headers: Record<string, unknown> | undefined;
	try {
		// n8n's default of five minutes would cut off longer calls.
		const response = (await send(Math.ceil(limits.timeoutMs) + 1000, controller.signal)) as IN8nHttpFullResponse;
		headers = record(response.headers);
		const bytes = await readBody(response, limits, controller.signal);
		if (bytes === undefined) return { kind: 'tooLarge', limit: limits.maxBytes };
		return { kind: 'reply', status: response.statusCode, headers, bytes };
	} catch (thrown) {
		throwIfCanceled(signal);
		const broken: NetworkError = end.aborted
			? { kind: 'unclear', reason: `no complete answer within ${Math.round(limits.timeoutMs / 1000)} seconds` }
			: readNetworkError(thrown);
		return { ...broken, ...(headers && { headers }) };
	} finally {
		end.removeEventListener('abort', abort);
		forgetSignal();
		abort();
	}
}

export function throwIfCanceled(signal?: AbortSignal): void {
	if (signal?.aborted) throw failureError({ kind: 'canceled' });
}

/** The whole body, or undefined past `maxBytes`: the limit is kept while reading, also for compressed bodies. */
async function readBody(
	response: IN8nHttpFullResponse,
	limits: Limits,
	signal: AbortSignal,
): Promise<Buffer | undefined> {
	const body: unknown = response.body;
	if (!isStream(body))
		return Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''));
	const announced = Number(record(response.headers)['content-length']);
	let pieces: Buffer[] = [];
	let whole: Buffer | undefined;
	let size = 0;
	let isHeavy = false;
	for await (const chunk of body) {
		const end = size + chunk.length;
		if (end > limits.maxBytes) return undefined;
		if (end > LIGHT_BYTES && !isHeavy) {
			isHeavy = true;
			const isKnown = announced >= end && announced <= limits.maxBytes;
			await limits.reserveMemory?.(isKnown ? announced : UNKNOWN_LENGTH_BYTES);
			// One buffer from here on: pieces that are put together at the end would be in memory twice.
			if (isKnown) {
				whole = (limits.allocate ?? Buffer.allocUnsafe)(announced);
				Buffer.concat(pieces).copy(whole);
			}
		}
		if (whole && end > whole.length) {
			// A compressed body is longer than its header says.
			pieces = [whole.subarray(0, size)];
			whole = undefined;
		}
		if (whole) chunk.copy(whole, size);
		else pieces.push(chunk);
		size = end;
	}
	if (signal.aborted) throw new Error('The body was not read to its end');
	return whole?.subarray(0, size) ?? (pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, size));
}

function isStream(body: unknown): body is AsyncIterable<Buffer> {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
