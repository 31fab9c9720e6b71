/* eslint-disable */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Call } from '../call';
import { encodeResponse } from './encodeResponse';
import type { MockResponse } from '../types';
import { pause } from '../state';

/** Responses that fastify would not send: they are written to the raw response. */

const MEGABYTE = 1024 * 1024;
const HUGE_JSON_BYTES = 100 * MEGABYTE;
const BOMB_BYTES = 200 * MEGABYTE;
const TRICKLE_PIECES = 10;

let bomb: Promise<Buffer> | undefined;

/** Announces the whole body, sends a part of it, and breaks the connection. */
export function sendTruncated(call: Call, response: MockResponse, bytes?: number): void {
	const { headers, content } = encodeResponse(response);
	open(call, response.status, { ...headers, 'content-length': String(content.length) });
	const part = content.subarray(0, bytes ?? Math.floor(content.length / 2));
	call.reply.raw.write(part, () => hangUp(call));
}

/** Sends the whole body in chunks, but breaks the connection instead of sending the final, empty chunk. */
export function sendCompleteThenReset(call: Call, response: MockResponse): void {
	const { headers, content } = encodeResponse(response);
	open(call, response.status, headers);
	call.whenDelivered?.();
	call.reply.raw.write(content, () => hangUp(call));
}

/** Sends half of the body, and then nothing until the client disconnects. */
export async function sendStalled(call: Call, response: MockResponse): Promise<void> {
	const { headers, content } = encodeResponse(response);
	open(call, response.status, { ...headers, 'content-length': String(content.length) });
	call.reply.raw.write(content.subarray(0, Math.floor(content.length / 2)));
	await once(call.reply.raw, 'close', { signal: call.mock.stopping.signal });
}

/** Announces more bytes than it sends, and then closes the connection normally. */
export function sendWrongLength(call: Call, response: MockResponse): void {
	const { headers, content } = encodeResponse(response);
	open(call, response.status, { ...headers, 'content-length': String(content.length + 1000), connection: 'close' });
	// Ends the socket: the response of Node.js would keep the connection open for the missing bytes.
	call.hungUp = true;
	call.reply.raw.write(content, () => call.reply.raw.socket?.end());
}

/** Sends the whole body slowly, piece by piece. */
export async function sendTrickle(call: Call, response: MockResponse, ms: number): Promise<void> {
	const { headers, content } = encodeResponse(response);
	open(call, response.status, { ...headers, 'content-length': String(content.length) });
	const size = Math.max(1, Math.ceil(content.length / TRICKLE_PIECES));
	await stream(call, async function* () {
		for (let from = 0; from < content.length; from += size) {
			await pause(call.mock, ms / TRICKLE_PIECES);
			if (from + size >= content.length) call.whenDelivered?.();
			yield content.subarray(from, from + size);
		}
	});
}

/** Starts with the real image, so only the length shows that something is wrong. */
export async function sendEndless(call: Call, response: MockResponse): Promise<void> {
	const { headers, content } = encodeResponse(response);
	open(call, 200, headers);
	const zeros = Buffer.alloc(MEGABYTE / 4);
	await stream(call, async function* () {
		yield content;
		while (true) yield zeros;
	});
}

export async function sendBomb(call: Call, response: MockResponse): Promise<void> {
	const content = await (bomb ??= gzipOfSpaces());
	const { headers } = encodeResponse(response);
	open(call, 200, { ...headers, 'content-encoding': 'gzip', 'content-length': String(content.length) });
	call.reply.raw.end(content);
}

export async function sendHugeJson(call: Call): Promise<void> {
	open(call, 200, { 'content-type': 'application/json; charset=utf-8' });
	const filler = Buffer.alloc(MEGABYTE, 'x');
	await stream(call, async function* () {
		yield Buffer.from('{"code":"success","message":"","data":{"filler":"');
		for (let sent = 0; sent < HUGE_JSON_BYTES; sent += MEGABYTE) yield filler;
		yield Buffer.from('"}}');
	});
}

/** Breaks the connection, and records that the client did not do it. */
export function hangUp(call: Call): void {
	call.hungUp = true;
	call.reply.raw.socket?.destroy();
}

function open(call: Call, status: number, headers: Record<string, string>): void {
	call.reply.hijack();
	call.entry.status = status;
	call.reply.raw.writeHead(status, headers);
}

async function stream(call: Call, pieces: () => AsyncGenerator<Buffer>): Promise<void> {
	try {
		await pipeline(Readable.from(pieces()), call.reply.raw);
	} catch (error) {
		// These bodies usually end because the client disconnects.
		if (!call.entry.clientLeft && !call.mock.stopping.signal.aborted) throw error;
	}
}

async function gzipOfSpaces(): Promise<Buffer> {
	const gzip = createGzip();
	const pieces: Buffer[] = [];
	gzip.on('data', (piece: Buffer) => pieces.push(piece));
	const spaces = Buffer.alloc(MEGABYTE, ' ');
	for (let packed = 0; packed < BOMB_BYTES; packed += MEGABYTE) {
		if (!gzip.write(spaces)) await once(gzip, 'drain');
	}
	gzip.end();
	await once(gzip, 'end');
	return Buffer.concat(pieces);
}
