import { createHash } from 'node:crypto';

import { systemClock } from '../lib/clock';
import { downloadImage, type Transfer } from '../images/downloadImage';
import type { FileFacts } from '../images/imageFormat';
import { FailureError, toFailure } from '../errors/failure';
import { redact } from '../errors/redact';
import type { ItemContext } from '../run/runItem';
import type { Settings } from '../parameters/settings';
import { OPERATIONS, type ImageRef, type OutputImage } from '../types';
import { poll, type CallResult } from './pollTask';

/** One image in a response. */
export interface Source {
	ref: ImageRef;
	call: CallResult;
	/** Position in its own response. `index` and `count` are for all images of the item. */
	position: number;
	index: number;
	count: number;
}

/** Minimum time for a download, even if the task took all of 'Timeout'. */
const DOWNLOAD_GRACE_MS = 30_000;

/** Downloads and stores an image. If that fails, returns its URL and a warning with the reason. */
export async function storeImage(item: ItemContext, source: Source): Promise<OutputImage> {
	const { settings, run } = item;
	const { ref, call, index } = source;
	const { taskId } = call;
	if (!settings.download && ref.kind === 'url') return { index, url: ref.url };
	const download = await downloadImage(ref, {
		client: item.readClient,
		clock: systemClock,
		maxBytes: settings.maxImageBytes,
		maxBytesName: "the 'Max Download Size (MB)' under Options",
		save: async ({ bytes, ...file }) => await storeBytes(item, source, file, bytes),
		...(run.storesStreams && { saveStream: async (file, chunks) => await storeStream(item, source, file, chunks) }),
		// A response that takes memory must not wait for more, or for a transfer that waits for memory (deadlock).
		...(!call.reservation.isAcquired && { startTransfer: async () => await startTransfer(run) }),
		isFresh: call.submittedAt !== undefined || call.polls > 1,
		deadline: downloadDeadline(call.waitingSince, settings.timeoutMs),
		...(taskId && { refreshUrl: async () => await freshUrl(item, taskId, source) }),
	});
	if (download.kind === 'image')
		return { ...download.saved, ...(download.warning && { warning: `${download.warning}.` }) };
	const ways = download.url ? ['open its URL', ...(taskId ? [getAgain(settings, download.isTooLarge)] : [])] : [];
	const how = ways.length > 0 ? ` To get it, ${ways.join(' or ')}.` : '';
	const what = download.url ? 'downloaded. You were' : 'read. You may have been';
	const warning = `could not be ${what} charged for it.${how} Reason: ${redact(download.reason, item.apiKey)}.`;
	return { index, ...(download.url && { url: download.url }), warning };
}

function getAgain({ operation }: Settings, isTooLarge = false): string {
	const option = "a higher 'Max Download Size (MB)'";
	if (!OPERATIONS[operation].pays) return `run this node again${isTooLarge ? ` with ${option}` : ''}`;
	return `use 'Wait for Task Result' with the task ID${isTooLarge ? ` and ${option}` : ''}`;
}

/** 'Timeout' limits a task and its images together. For a synchronous call, the download gets its own. */
export function downloadDeadline(waitingSince: number, timeoutMs: number): number {
	return Math.max(waitingSince + timeoutMs, systemClock.now() + Math.min(DOWNLOAD_GRACE_MS, timeoutMs));
}

async function startTransfer({ transfers, memoryBudget }: ItemContext['run']): Promise<Transfer> {
	const place = transfers.reservation();
	const memory = memoryBudget.reservation();
	await place.acquire(1);
	return {
		reserveMemory: memory.acquire,
		end() {
			memory.release();
			place.release();
		},
	};
}

/** Polls again for a fresh URL. The response is small and reserves no memory, because this image may be using it. */
async function freshUrl(item: ItemContext, taskId: string, { call, position }: Source): Promise<string | undefined> {
	const { references } = call;
	const result = await poll(item, { taskId, references, images: 0 }, { remainingMs: item.settings.timeoutMs });
	const images = result.kind === 'outcome' && result.outcome.kind === 'images' ? result.outcome.images : [];
	const ref = images.at(position);
	return ref?.kind === 'url' ? ref.url : undefined;
}

interface StoredFile {
	facts: FileFacts;
	url?: string;
}

/**
 * Stores an image while it arrives. n8n's binary mode 'filesystem' writes any async iterable to a file. If the iterable
 * throws, n8n 2.40 removes the file; 1.123 leaves it until the execution is pruned (source: their code). The other
 * modes need the bytes in memory: they fail before they ask for the first chunk, and the run stops using streams.
 */
async function storeStream(
	item: ItemContext,
	source: Source,
	file: StoredFile,
	chunks: AsyncIterable<Buffer>,
): Promise<OutputImage | undefined> {
	const digest = new Digest();
	let waitsFor: 'start' | 'download' | 'storage' = 'start';
	async function* read(): AsyncGenerator<Buffer> {
		waitsFor = 'download';
		for await (const chunk of chunks) {
			waitsFor = 'storage';
			yield digest.add(chunk);
			waitsFor = 'download';
		}
		waitsFor = 'storage';
	}
	return await store(item, source, file, read(), digest).catch((thrown: Error) => {
		if (waitsFor === 'download') throw thrown;
		if (waitsFor === 'storage') throw storageFailure(thrown);
		item.run.storesStreams = false;
		return undefined;
	});
}

async function storeBytes(item: ItemContext, source: Source, file: StoredFile, bytes: Buffer): Promise<OutputImage> {
	const digest = new Digest();
	return await store(item, source, file, digest.add(bytes), digest).catch((thrown: unknown) => {
		throw storageFailure(thrown);
	});
}

/**
 * The file could not be stored, e.g. because of a full disk or a read-only folder. For its text see failureKinds.ts,
 * `adviceOf` (failure.ts), and createTask.ts for a call without a task.
 */
function storageFailure(thrown: unknown): FailureError {
	return new FailureError({ ...toFailure(thrown), kind: 'storage_failed' });
}

/** Passes an image to n8n, with the file extension that matches its bytes. */
async function store(
	{ ctx, settings }: ItemContext,
	{ call, index, count }: Source,
	{ facts, url }: StoredFile,
	content: Buffer | AsyncGenerator<Buffer>,
	digest: Digest,
): Promise<OutputImage> {
	const name = settings.fileName ?? call.taskId ?? 'nanobanana';
	const fileName = fileNameOf(name, index, count, facts.extension);
	const typed = content as Parameters<typeof ctx.helpers.prepareBinaryData>[0];
	const binary = await ctx.helpers.prepareBinaryData(typed, fileName, facts.mimeType);
	return {
		index,
		...(url && { url }),
		fileName: binary.fileName,
		mimeType: facts.mimeType,
		// For a stream, the size is known only now.
		...(facts.width !== undefined && { width: facts.width, height: facts.height }),
		bytes: digest.bytes,
		sha256: digest.hash.digest('hex'),
		binary,
	};
}

/** Size and hash of a file, computed while it is passed to n8n. */
class Digest {
	bytes = 0;
	readonly hash = createHash('sha256');

	add(chunk: Buffer): Buffer {
		this.hash.update(chunk);
		this.bytes += chunk.length;
		return chunk;
	}
}

/** Device names that Windows reserves, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const LONGEST_NAME = 120;
/** File systems accept 255 bytes. The rest is for the number and the extension. */
const LONGEST_NAME_BYTES = 200;

/** A safe file name: no folders, no control or reserved characters, at most 120 characters, the true extension. */
export function fileNameOf(wanted: string, index: number, count: number, extension: string): string {
	const last = wanted.split(/[\\/]/).pop() ?? '';
	const safe = last
		.replace(/\.(png|jpe?g|webp|gif|avif|hei[cf]|bmp|tiff?)$/i, '')
		.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}<>:"|?*]+/gu, '_')
		.replace(/^[.\s]+/, '');
	// Cut by whole characters, because half of a surrogate pair is not valid text.
	const stem = [...safe]
		.slice(0, LONGEST_NAME)
		.filter((_, index, all) => Buffer.byteLength(all.slice(0, index + 1).join('')) <= LONGEST_NAME_BYTES)
		.join('')
		.replace(/[.\s]+$/, '')
		.replace(DEVICE, '$1_');
	return `${stem || 'nanobanana'}${count > 1 ? `-${index + 1}` : ''}.${extension}`;
}
