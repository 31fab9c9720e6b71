import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { MEGABYTE } from '../lib/bytes';
import { asObject } from '../lib/json';

export interface BodyLimits {
	/** Checked while reading, after decompression. */
	maxBytes: number;
	/** Called once with the expected size, before more than `SMALL_BYTES` are in memory. Waits until memory is free. */
	reserveMemory?: (bytes: number) => Promise<void>;
}

/** A response whose body is still being received. */
export interface HttpResponse {
	status: number;
	headers: Record<string, unknown>;
	/** Ends without throwing if the transfer breaks off or exceeds `maxBytes`. `error` is the reason. */
	chunks: AsyncGenerator<Buffer, void>;
	readonly error?: Error;
	/** True if the whole body has arrived. */
	readonly isComplete: boolean;
	maxBytes: number;
	reserveMemory: (bytes: number) => Promise<void>;
}

export class TooLargeError extends Error {}

/** Bodies up to this size do not reserve memory. Responses to polls are far smaller. */
const SMALL_BYTES = 64 * 1024;
/** Memory to reserve for a body of unknown length. */
const UNKNOWN_LENGTH_BYTES = 16 * MEGABYTE;
/** The stream is paused while this many received bytes have not been read yet. */
const QUEUE_BYTES = MEGABYTE;

/** `fromNetwork` wraps every wait for the next chunk. */
export function openResponse(
	{ statusCode, headers, body }: IN8nHttpFullResponse,
	{ maxBytes, reserveMemory = async () => undefined }: BodyLimits,
	fromNetwork: <T>(waiting: Promise<T>) => Promise<T>,
	signal: AbortSignal,
): HttpResponse {
	const source = isStream(body) ? readStream(body, signal) : bytesAt(body);
	let tooLarge: TooLargeError | undefined;
	const next = async (): Promise<Buffer | undefined> => await fromNetwork(source.next());
	async function* read(): AsyncGenerator<Buffer, void> {
		let size = 0;
		for (let chunk = await next(); chunk; chunk = await next()) {
			size += chunk.length;
			if (size > maxBytes) {
				tooLarge = new TooLargeError();
				return;
			}
			yield chunk;
		}
	}
	return {
		status: statusCode,
		headers: asObject(headers),
		chunks: read(),
		get error() {
			return tooLarge ?? source.error;
		},
		get isComplete() {
			return source.isOver && !this.error;
		},
		maxBytes,
		reserveMemory,
	};
}

/** Reads the rest of a body and appends it to `start`. The caller must check `error`. */
export async function readBytes(response: HttpResponse, start: Buffer = Buffer.alloc(0)): Promise<Buffer> {
	const announced = Number(response.headers['content-length']);
	let bytes = start;
	let size = start.length;
	let isReserved = false;
	for await (const chunk of response.chunks) {
		const end = size + chunk.length;
		const isAnnounced = announced >= end && announced <= response.maxBytes;
		if (end > SMALL_BYTES && !isReserved) {
			isReserved = true;
			await response.reserveMemory(isAnnounced ? announced : UNKNOWN_LENGTH_BYTES);
		}
		if (end > bytes.length) {
			// Uses one growing buffer: joining the chunks at the end would need twice the memory.
			const larger = Buffer.allocUnsafe(isReserved ? Math.max(isAnnounced ? announced : bytes.length * 2, end) : end);
			bytes.copy(larger, 0, 0, size);
			bytes = larger;
		}
		chunk.copy(bytes, size);
		size = end;
	}
	return bytes.subarray(0, size);
}

/** Accepts a complete body even if its connection broke. @throws the response's error for any other body */
export function assertWhole({ error }: HttpResponse, isWhole: () => boolean): void {
	if (error && (error instanceof TooLargeError || !isWhole())) throw error;
}

interface Source {
	/** Undefined at the end. */
	next(): Promise<Buffer | undefined>;
	/** Why the body ended early. Undefined if it is complete. */
	error?: Error;
	isOver: boolean;
}

function isStream(body: unknown): body is NodeJS.ReadableStream {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** Uses events: an iterator would lose the data buffered in the stream when the connection breaks. */
function readStream(stream: NodeJS.ReadableStream, signal: AbortSignal): Source {
	const queue: Buffer[] = [];
	let queued = 0;
	let wake = (): void => undefined;
	const source: Source = {
		isOver: false,
		async next() {
			while (queue.length === 0 && !source.isOver) await new Promise<void>((resolve) => (wake = resolve));
			const chunk = queue.shift();
			queued -= chunk?.length ?? 0;
			if (queued < QUEUE_BYTES) stream.resume();
			return chunk;
		},
	};
	const end = (error?: Error): void => {
		if (!source.isOver) source.error = error;
		source.isOver = true;
		wake();
	};
	stream.on('data', (chunk: Buffer) => {
		queue.push(chunk);
		queued += chunk.length;
		if (queued >= QUEUE_BYTES) stream.pause();
		wake();
	});
	stream.on('end', () => end());
	stream.on('error', end);
	stream.on('close', () => end(new Error('premature close')));
	signal.addEventListener('abort', () => end(new Error('aborted')), { once: true });
	return source;
}

/** A body that n8n has already read. */
function bytesAt(body: unknown): Source {
	const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
	const chunks = [Buffer.isBuffer(body) ? body : Buffer.from(text)];
	return { isOver: true, next: async () => await Promise.resolve(chunks.shift()) };
}
