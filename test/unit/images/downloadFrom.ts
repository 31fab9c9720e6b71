/* eslint-disable */
import {
	downloadImage,
	type DownloadOptions,
	type DownloadResult,
	type ImageFile,
} from '../../../nodes/NanoBanana/images/downloadImage';
import type { ImageRef } from '../../../nodes/NanoBanana/types';
import { leapingClock } from '../support/fakeClock';
import { broken, fakeClient, reply, type Sent, type FakeResponse } from '../support/fakeClient';

export const MINUTE_MS = 60_000;
export const PNG = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==',
	'base64',
);
export const A = 'https://cdn.example/a.png?signature=1';
export const B = 'https://cdn.example/a.png?signature=2';
export const image = reply(200, PNG);
export const gone = reply(404, 'gone');
export const down = reply(503, 'later');
export const neverOpened = broken('ENOTFOUND', 'getaddrinfo');

/** A result whose file properties are next to the kind. */
type Flat = ({ kind: 'image'; warning?: string } & ImageFile) | Extract<DownloadResult<ImageFile>, { kind: 'missing' }>;

function flat(result: DownloadResult<ImageFile>): Flat {
	if (result.kind === 'missing') return result;
	const { saved, ...rest } = result;
	return { ...rest, ...saved };
}

interface NodeRun {
	result: Flat;
	sent: Sent[];
	urls: string[];
	pauses: number[];
	tookMs: number;
}

export const urlRef = (url: string): ImageRef => ({ kind: 'url', url });
export const base64Ref = (bytes: Buffer): ImageRef => ({ kind: 'base64', base64: bytes.toString('base64') });

/** Downloads one image from hosts that return these responses, with a clock whose pauses end at once. */
export async function downloadFrom(
	responses: FakeResponse[],
	more: Partial<DownloadOptions<ImageFile>> = {},
	ref: ImageRef = urlRef(A),
): Promise<NodeRun> {
	const clock = leapingClock();
	const startedAt = clock.now();
	const { client, sent } = fakeClient(responses);
	const result = flat(
		await downloadImage(ref, {
			client,
			clock,
			maxBytes: 1_048_576,
			maxBytesName: "the 'Max Download Size (MB)' under Options",
			save: async (file) => await Promise.resolve(file),
			deadline: startedAt + 10 * MINUTE_MS,
			...more,
		}),
	);
	return { result, sent, urls: sent.map(({ url }) => url), pauses: clock.pauses, tookMs: clock.now() - startedAt };
}
