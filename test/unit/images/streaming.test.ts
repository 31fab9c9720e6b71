/* eslint-disable */
// Large images are saved while they arrive. Small ones and unknown formats are read into memory.
import { Readable } from 'node:stream';

import { reply } from '../support/fakeClient';
import { A, downloadFrom, PNG } from './downloadFrom';

const MEGABYTE = 1_048_576;
const IEND = PNG.subarray(-12);
/** A valid PNG of this size: its text chunk is empty space. */
function largePng(bytes: number): Buffer {
	const length = bytes - PNG.length - 12;
	const chunk = Buffer.alloc(length + 12);
	chunk.writeUInt32BE(length);
	chunk.write('tEXt', 4);
	return Buffer.concat([PNG.subarray(0, -12), chunk, IEND]);
}

function served(file: Buffer, more: { length?: number; pieces?: number; breaks?: boolean; type?: string } = {}) {
	const { length = file.length, pieces = 10, breaks, type } = more;
	const size = Math.ceil(file.length / pieces);
	async function* parts(): AsyncGenerator<Buffer> {
		for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
		if (breaks) throw new Error('socket hang up');
	}
	const headers = { ...(length > 0 && { 'content-length': String(length) }), ...(type && { 'content-type': type }) };
	return reply(200, Readable.from(parts()), headers);
}

/** How the file was saved, and its bytes. */
async function saved(response: ReturnType<typeof served>, canStream = true) {
	const streamed: Buffer[] = [];
	const heads: object[] = [];
	const { result, sent } = await downloadFrom([response], {
		maxBytes: 20 * MEGABYTE,
		deadline: 1_000_000,
		saveStream: async ({ facts, url }, chunks) => {
			heads.push({ mimeType: facts.mimeType, url });
			if (!canStream) return undefined;
			for await (const chunk of chunks) streamed.push(chunk);
			return { facts, bytes: Buffer.concat(streamed), url };
		},
	});
	return { result, sent: sent.length, heads, isStreamed: streamed.length > 0 };
}

it.each([
	['with its length announced', {}],
	['without an announced length', { length: 0 }],
	['although the connection breaks after its last byte', { breaks: true }],
])('a large image is saved while it arrives, %s', async (_fact, more) => {
	const file = largePng(2 * MEGABYTE);
	const { result, heads, isStreamed } = await saved(served(file, more));

	expect(isStreamed).toBe(true);
	expect(heads).toEqual([{ mimeType: 'image/png', url: A }]);
	expect(result.kind === 'image' && result.bytes.equals(file)).toBe(true);
	expect(result).not.toHaveProperty('warning');
});

it('an image of exactly one megabyte is saved while it arrives', async () => {
	expect((await saved(served(largePng(MEGABYTE)))).isStreamed).toBe(true);
});

it.each([
	['that is small', largePng(MEGABYTE - 1), {}],
	['that is small and has no announced length', largePng(MEGABYTE - 1), { length: 0 }],
	['of two pixels', PNG, {}],
])('an image %s is saved from memory', async (_fact, file, more) => {
	const { result, heads } = await saved(served(file, more));

	expect(heads).toEqual([]);
	expect(result.kind === 'image' && result.bytes.equals(file)).toBe(true);
});

it('a large image is saved from memory if n8n cannot save streams', async () => {
	const file = largePng(2 * MEGABYTE);
	const { result, heads, isStreamed } = await saved(served(file), false);

	expect([heads.length, isStreamed]).toEqual([1, false]);
	expect(result.kind === 'image' && result.bytes.equals(file)).toBe(true);
});

it('a large file of an unknown format is saved from memory, with a warning', async () => {
	const file = Buffer.from(Array.from({ length: 2 * MEGABYTE }, (_, index) => (index * 167 + (index >> 3)) % 256));
	const saveStream = jest.fn();
	const { result } = await downloadFrom([() => served(file, { type: 'image/x-new' })], {
		maxBytes: 20 * MEGABYTE,
		saveStream,
	});

	expect(saveStream).not.toHaveBeenCalled();
	expect(result).toMatchObject({ kind: 'image', warning: 'has an unknown format and was saved as received' });
	expect(result.kind === 'image' && result.bytes.equals(file)).toBe(true);
});

it.each([
	['is cut off', { length: 0 }],
	['breaks off', { length: 0, breaks: true }],
])('a large image that %s is not saved as complete, and is requested again', async (_fact, more) => {
	const file = largePng(2 * MEGABYTE);
	const streamed: boolean[] = [];
	const { result, sent } = await downloadFrom([served(file.subarray(0, -20), more), served(file)], {
		maxBytes: 20 * MEGABYTE,
		saveStream: async ({ facts, url }, chunks) => {
			const parts: Buffer[] = [];
			for await (const chunk of chunks) parts.push(chunk);
			streamed.push(true);
			return { facts, bytes: Buffer.concat(parts), url };
		},
	});

	expect(sent).toHaveLength(2);
	expect(streamed).toEqual([true]);
	expect(result.kind === 'image' && result.bytes.equals(file)).toBe(true);
});

it('an error of saving a stream is thrown, because another try would not help', async () => {
	const saveStream = async (): Promise<never> => await Promise.reject(new Error('no space left on device'));

	await expect(
		downloadFrom([served(largePng(2 * MEGABYTE))], { maxBytes: 20 * MEGABYTE, saveStream }),
	).rejects.toMatchObject({
		failure: { kind: 'internal', gatewayMessage: 'no space left on device' },
	});
});
