import type { IBinaryData } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { systemClock } from '../lib/clock';
import { downloadImage, type Transfer } from '../images/downloadImage';
import type { FileFacts } from '../images/imageFormat';
import { redact } from '../errors/redact';
import { maxResponseBytes, type ItemContext } from '../run/itemContext';
import type { Reservation } from '../run/memoryBudget';
import type { Settings } from '../parameters/settings';
import { fetchTaskStatus } from '../poll/taskStatus';
import type { ImageRef, OutputImage } from '../types';

/** What an image belongs to: one paid call, or one task. */
export interface Purchase {
	taskId?: string;
	/** ISO time; absent for a task that somebody else created. */
	submittedAt?: string;
	/** URLs of references that were sent with it. */
	references?: string[];
	reads: number;
	/** Memory that the response takes; the caller releases it. */
	reservation: Reservation;
}

/** One image in a response. */
export interface Source {
	ref: ImageRef;
	bought: Purchase;
	/** Position among the images of its own answer, and among all of the item. */
	position: number;
	index: number;
	count: number;
}

/** The least time for a download when the task took all the time there was. */
const DOWNLOAD_GRACE_MS = 30_000;

/** An image downloaded and stored; where that does not work, its URL, and a warning that says why. */
export async function storeImage(item: ItemContext, source: Source, warnings: string[]): Promise<OutputImage> {
	const { settings, run } = item;
	const { ref, bought, index, count } = source;
	if (!settings.download && ref.kind === 'url') return { index, url: ref.url };
	const result = await downloadImage(ref, {
		client: item.readClient,
		clock: systemClock,
		maxBytes: settings.maxImageBytes,
		save: async ({ facts, bytes, url }) => await store(item, source, facts, bytes, url),
		...(run.storesStreams && {
			saveStream: async ({ facts, url }, chunks) => await storeStream(item, source, facts, chunks, url),
		}),
		// A response that takes memory already never waits for more, or for a transfer that waits for memory.
		startTransfer: async () => (bought.reservation.isAcquired ? FREE_TRANSFER : await startTransfer(run)),
		isFresh: bought.submittedAt !== undefined || bought.reads > 1,
		deadline: Math.max(
			item.startedAt + settings.timeoutMs,
			systemClock.now() + Math.min(DOWNLOAD_GRACE_MS, settings.timeoutMs),
		),
		...(bought.taskId && { refresh: async () => await freshRef(item, bought.taskId ?? '', source) }),
	});
	if (result.kind === 'image') {
		if (result.warning) warnings.push(`Image ${index + 1} of ${count} ${result.warning}.`);
		return result.saved;
	}
	const ways = [
		...(result.url ? ['open its URL'] : []),
		...(bought.taskId ? ["use 'Wait for Task Result' with the task ID"] : []),
	];
	const how = ways.length > 0 ? ` To get it, ${ways.join(' or ')}.` : '';
	warnings.push(
		`Image ${index + 1} of ${count} could not be downloaded. You were charged for it.${how} Details: ${redact(result.reason, item.apiKey)}.`,
	);
	return { index, ...(result.url && { url: result.url }) };
}

const FREE_TRANSFER: Transfer = { reserveMemory: async () => await Promise.resolve(), end: () => undefined };

async function startTransfer({ transfers, memoryBudget }: ItemContext['run']): Promise<Transfer> {
	const place = transfers.reservation();
	const memory = memoryBudget.reservation();
	await place.before(1);
	return {
		reserveMemory: memory.before,
		end() {
			memory.release();
			place.release();
		},
	};
}

/** Where the image is now, by another status check. */
async function freshRef(
	item: ItemContext,
	taskId: string,
	{ bought, position }: Source,
): Promise<ImageRef | undefined> {
	const limits = {
		remainingMs: item.settings.timeoutMs,
		maxBytes: maxResponseBytes(item, 1),
		reserveMemory: bought.reservation.before,
	};
	const poll = await fetchTaskStatus(
		item.readClient,
		{ taskId, references: bought.references, imagePath: item.settings.imagePath },
		limits,
	);
	return poll.kind === 'outcome' && poll.outcome.kind === 'images' ? poll.outcome.images[position] : undefined;
}

/** Stores an image in memory. */
async function store(
	item: ItemContext,
	source: Source,
	facts: FileFacts,
	bytes: Buffer,
	url?: string,
): Promise<OutputImage> {
	const binary = await prepareBinary(item, source, facts, bytes);
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	return outputImage(source, facts, binary, { bytes: bytes.length, sha256, url });
}

/**
 * Stores an image while it arrives. n8n's binary mode 'filesystem' writes any async iterable to a file. When
 * the iterable throws, n8n 2.40 removes the file; 1.123 leaves it to the pruning of the execution (read in
 * their sources). The other modes need the bytes in memory: they fail before they ask for the first chunk,
 * and the run does not try again.
 */
async function storeStream(
	item: ItemContext,
	source: Source,
	facts: FileFacts,
	chunks: AsyncIterable<Buffer>,
	url: string,
): Promise<OutputImage | undefined> {
	const hash = createHash('sha256');
	let bytes = 0;
	let isStarted = false;
	async function* hashed(): AsyncGenerator<Buffer> {
		isStarted = true;
		for await (const chunk of chunks) {
			hash.update(chunk);
			bytes += chunk.length;
			yield chunk;
		}
	}
	const binary = await prepareBinary(item, source, facts, hashed()).catch((thrown: Error) => {
		if (isStarted) throw thrown;
		item.run.storesStreams = false;
		return undefined;
	});
	return binary && outputImage(source, facts, binary, { bytes, sha256: hash.digest('hex'), url });
}

/** Where n8n is set up to keep files, named after what the bytes are. */
async function prepareBinary(
	{ ctx, settings }: ItemContext,
	source: Source,
	facts: FileFacts,
	content: Buffer | AsyncIterable<Buffer>,
): Promise<IBinaryData> {
	const fileName = fileNameOf(wantedName(settings, source), source.index, source.count, facts.extension);
	const typed = content as Parameters<typeof ctx.helpers.prepareBinaryData>[0];
	return await ctx.helpers.prepareBinaryData(typed, fileName, facts.mimeType);
}

function outputImage(
	{ index }: Source,
	{ mimeType, width, height }: FileFacts,
	binary: IBinaryData,
	{ url, ...stored }: { bytes: number; sha256: string; url?: string },
): OutputImage {
	return {
		index,
		...(url && { url }),
		fileName: binary.fileName,
		mimeType,
		...(width !== undefined && { width, height }),
		...stored,
		binary,
	};
}

function wantedName(settings: Settings, { bought }: Source): string {
	return settings.fileName ?? bought.taskId ?? 'nanobanana';
}

/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
const LONGEST_NAME = 120;

/** No folders, no control characters, at most 120 characters, nothing that a file system refuses; the extension is the true one. */
export function fileNameOf(wanted: string, index: number, count: number, extension: string): string {
	const last = wanted.split(/[\\/]/).pop() ?? '';
	const safe = last
		.replace(/\.(png|jpe?g|webp|gif|avif|hei[cf]|bmp|tiff?)$/i, '')
		.replace(/[\p{Cc}\p{Cs}<>:"|?*]+/gu, '_')
		.replace(/^[.\s]+/, '');
	// By characters: half of one is none.
	const stem = [...safe]
		.slice(0, LONGEST_NAME)
		.join('')
		.replace(/[.\s]+$/, '')
		.replace(DEVICE, '$1_');
	return `${stem || 'nanobanana'}${count > 1 ? `-${index + 1}` : ''}.${extension}`;
}
