import { systemClock } from '../lib/clock';
import { downloadImage } from '../images/downloadImage';
import { FailureError } from '../errors/failure';
import { redact } from '../errors/redact';
import { FORMATS } from '../formats';
import { megabytes } from '../lib/bytes';
import { requestTimeoutMs, type ItemContext } from '../run/runItem';
import {
	claimRecord,
	hashOf,
	imagesOfOtherCalls,
	isOpen,
	mayBePaidTwice,
	openRecord,
	paidRecord,
	type RequestRecord,
} from '../run/idempotencyStore';
import {
	digestOf,
	loadReferences,
	MAX_REFERENCE_BYTES,
	readSources,
	UnreadableFileError,
	type ReferenceSource,
} from '../parameters/referenceImages';
import { readRequest, type CheckedRequest } from '../parameters/imageRequest';
import type { Reservation } from '../run/memoryBudget';
import { OPERATIONS, type EncodedCall, type Reference } from '../types';

/** The request of one item. Checked before any item is sent, but encoded only when its turn comes. */
export interface PreparedRequest extends CheckedRequest {
	sources: ReferenceSource[];
	/** URLs of the references. The API may repeat them next to the results. */
	referenceUrls: string[];
	/** Total size of the reference files. */
	referenceBytes: number;
	/** Key of the record in the idempotency store. */
	key: string;
	/** Results of earlier tries of this item, with one entry per paid call. */
	record: RequestRecord;
}

const DELIVERED_BEFORE = 'The agent already received this image in an earlier try. You were not charged again.';

const UNREADABLE =
	'The reference images could not be read again. This is the result of the first request. You were not charged again.';

/** The request changed between two tries, e.g. because of the expression {{ $now }}. */
const CHANGED =
	'An expression returned a different value than in the first try. This is the result of the first request. You were not charged again.';
const PARTLY_CHANGED =
	'An expression returned a different value than in the first try. Existing images are from the first request. You are only charged for the others.';

/** A request that may have been accepted is sent again with the same key, which an API may not honor if it changed. */
const RESENT_CHANGED =
	'An expression returned a different value than in the first try. The request was sent again with the new value, so you may have been charged for both.';

/**
 * Everything that can be read and checked without paying.
 *
 * @throws a failure of kind `invalid_input`
 */
export async function prepareRequest(
	item: ItemContext,
): Promise<{ prepared: PreparedRequest; imagesToPay: number; imagesPaid?: number }> {
	const { ctx, settings, executionId, isTool, run } = item;
	const sources = OPERATIONS[settings.operation].takesReferences ? readSources(ctx) : [];
	const checked = readRequest(item.base.body, settings, sources.length);
	const { digests, bytes, paid } = await readDigests(item, sources).catch((thrown: unknown) => {
		// To resume a task, its files are not needed. n8n may have deleted them with the execution that provided them.
		const earlier = thrown instanceof UnreadableFileError ? paidRecord(item) : undefined;
		if (!earlier) throw FailureError.from(thrown);
		return { digests: [], bytes: 0, paid: earlier };
	});
	const { key, record, isChanged } = openRecord(item, {
		evaluated: paid?.requestHash ?? hashOf([settings.apiFormat, checked.request, digests]),
		images: checked.request.n,
		callCount: FORMATS[settings.apiFormat].callsFor(checked.request.n),
	});
	if (settings.previewRequest) run.previewedImages += record.images;
	else if (isTool) claimRecord(ctx, key, record);
	const isSentAgain = record.calls.some((call) => mayBePaidTwice(call, executionId, settings.retryUnclear));
	const openCalls = record.calls.filter((call) => isOpen(call, executionId)).length;
	const prepared = {
		...checked,
		request: { ...checked.request, n: record.images },
		warnings: [
			...checked.warnings,
			...(paid ? [UNREADABLE] : []),
			...(isChanged ? [isSentAgain ? RESENT_CHANGED : openCalls > 0 ? PARTLY_CHANGED : CHANGED] : []),
			...(record.deliveredIn !== undefined ? [DELIVERED_BEFORE] : []),
		],
		sources,
		referenceUrls: sources.flatMap((source) => (source.kind === 'url' ? [source.url] : [])),
		referenceBytes: bytes,
		key,
		record,
	};
	if (settings.previewRequest) return { prepared, imagesToPay: 0 };
	const imagesToPay = (record.images * openCalls) / record.calls.length;
	const imagesOfOthers = isTool ? imagesOfOtherCalls(ctx, key) : 0;
	return { prepared, imagesToPay, imagesPaid: record.images - imagesToPay + imagesOfOthers };
}

/** All items check their files at the same time, so each reserves memory first. */
async function readDigests(
	item: ItemContext,
	sources: ReferenceSource[],
): Promise<{ digests: string[]; bytes: number; paid?: RequestRecord }> {
	const reservation = item.run.memoryBudget.reservation();
	try {
		if (sources.some((source) => source.kind === 'field')) await reservation.acquire(MAX_REFERENCE_BYTES);
		const digests: string[] = [];
		let bytes = 0;
		for (const source of sources) {
			const read = await digestOf(item.ctx, source, item.settings);
			digests.push(read.digest);
			bytes += read.bytes;
		}
		return { digests, bytes };
	} finally {
		reservation.release();
	}
}

/** Called when it is this call's turn, so that references are in memory only then. */
export async function encodeCall(
	item: ItemContext,
	prepared: PreparedRequest,
	reservation: Reservation,
): Promise<EncodedCall> {
	const format = FORMATS[item.settings.apiFormat];
	// Each file is in memory twice: as read, and as base64 or as part of a form.
	if (prepared.referenceBytes > 0) await reservation.acquire(prepared.referenceBytes * 2);
	const given = await loadReferences(item.ctx, prepared.sources, item.settings);
	const isInlined = format.needsBytes({ ...prepared.request, references: given });
	const references = isInlined
		? await Promise.all(given.map(async (reference) => await inline(item, reference, reservation)))
		: given;
	return format.encode({ ...prepared.request, references });
}

/** Downloads a reference URL without the API key, with the size limit of references. */
async function inline(item: ItemContext, reference: Reference, reservation: Reservation): Promise<Reference> {
	if (reference.kind === 'bytes') return reference;
	const download = await downloadImage(
		{ kind: 'url', url: reference.url },
		{
			client: item.readClient,
			clock: systemClock,
			maxBytes: MAX_REFERENCE_BYTES,
			maxBytesName: 'the maximum for a reference image',
			save: async (file) => await Promise.resolve(file),
			// The memory is needed until the request is sent, so the request owns it.
			startTransfer: async () => await Promise.resolve({ reserveMemory: reservation.acquire, end: () => undefined }),
			deadline: systemClock.now() + requestTimeoutMs(item),
			isUserUrl: true,
		},
	);
	if (download.kind === 'image') {
		return {
			kind: 'bytes',
			data: download.saved.bytes,
			mimeType: download.saved.facts.mimeType,
			fileName: `reference.${download.saved.facts.extension}`,
		};
	}
	throw new FailureError({
		kind: 'invalid_input',
		message: `A reference image in 'URL(s)' could not be downloaded: ${download.reason}`,
		nextStep: `Check that n8n can open ${redact(reference.url, item.apiKey)} without signing in, or pass the image as a file of at most ${megabytes(MAX_REFERENCE_BYTES)}.`,
	});
}
