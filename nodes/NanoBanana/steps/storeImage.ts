import { createHash } from 'node:crypto';

import { systemClock } from '../lib/clock';
import { downloadImage, type DownloadResult } from '../images/downloadImage';
import { redact } from '../errors/redact';
import { maxResponseBytes, type ItemContext } from '../run/itemContext';
import type { Reservation } from '../run/memoryBudget';
import type { Settings } from '../parameters/settings';
import { fetchTaskStatus } from '../poll/taskStatus';
import type { ImageRef, OutputImage } from '../types';

/** What a picture belongs to: one paid call, or one task. */
export interface Purchase {
	taskId?: string;
	/** ISO time; absent for a task that somebody else created. */
	submittedAt?: string;
	/** Addresses of references that were sent with it. */
	references?: string[];
	reads: number;
	/** Room in memory that the answer takes; the caller gives it back. */
	reservation: Reservation;
}

/** One picture that an answer names. */
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

/** A picture downloaded and stored; where that does not work, its address, and a warning that says why. */
export async function storeImage(item: ItemContext, source: Source, warnings: string[]): Promise<OutputImage> {
	const { settings } = item;
	const { ref, bought, index, count } = source;
	if (!settings.download && ref.kind === 'url') return { index, url: ref.url };
	// An answer that holds room already is large enough for its pictures: waiting for more, two of them would wait for each other.
	const reservation = bought.reservation.isAcquired ? undefined : item.run.memoryBudget.reservation();
	try {
		const fetched = await downloadImage(ref, {
			client: item.readClient,
			clock: systemClock,
			maxBytes: settings.maxImageBytes,
			reserveMemory: reservation?.before,
			allocate: item.run.bufferPool.take,
			isFresh: bought.submittedAt !== undefined || bought.reads > 1,
			deadline: Math.max(
				item.startedAt + settings.timeoutMs,
				systemClock.now() + Math.min(DOWNLOAD_GRACE_MS, settings.timeoutMs),
			),
			...(bought.taskId && { refresh: async () => await freshRef(item, bought.taskId ?? '', source) }),
		});
		if (fetched.kind === 'image') {
			if (fetched.warning) warnings.push(`Image ${index + 1} of ${count} ${fetched.warning}.`);
			const outputImage = await store(item, fetched, source);
			item.run.bufferPool.give(fetched.bytes);
			return outputImage;
		}
		const ways = [
			...(fetched.url ? ['open its address'] : []),
			...(bought.taskId ? ["collect it with 'Wait for Task Result'"] : []),
		];
		const how = ways.length > 0 ? ` To get it, ${ways.join(', or ')}.` : '';
		warnings.push(
			`Image ${index + 1} of ${count} is paid for but could not be downloaded: ${redact(fetched.reason, item.apiKey)}.${how}`,
		);
		return { index, ...(fetched.url && { url: fetched.url }) };
	} finally {
		reservation?.release();
	}
}

/** Where the gateway says the image is now. */
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
	const look = await fetchTaskStatus(
		item.readClient,
		{ taskId, references: bought.references, imagePath: item.settings.imagePath },
		limits,
	);
	return look.kind === 'outcome' && look.outcome.kind === 'images' ? look.outcome.images[position] : undefined;
}

/** Stores the bytes where n8n is set up to keep them, and names the file after what the bytes are. */
async function store(
	{ ctx, settings }: ItemContext,
	{ facts, bytes, url }: Extract<DownloadResult, { kind: 'image' }>,
	source: Source,
): Promise<OutputImage> {
	const fileName = fileNameOf(wantedName(settings, source), source.index, source.count, facts.extension);
	const binary = await ctx.helpers.prepareBinaryData(bytes, fileName, facts.mimeType);
	return {
		index: source.index,
		...(url && { url }),
		fileName,
		mimeType: facts.mimeType,
		...(facts.width !== undefined && { width: facts.width, height: facts.height }),
		bytes: bytes.length,
		sha256: createHash('sha256').update(bytes).digest('hex'),
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
