import { systemClock } from '../lib/clock';
import { downloadImage } from '../images/downloadImage';
import { failureError } from '../errors/failure';
import { FORMATS } from '../formats';
import type { ItemContext } from '../run/itemContext';
import { claimKey, hashRequest, isOpen, recall, releaseKey } from '../run/idempotencyStore';
import {
	digestOf,
	loadReferences,
	MAX_REFERENCE_BYTES,
	readSources,
	type ReferenceSource,
} from '../parameters/referenceImages';
import { readRequest, type CheckedRequest } from '../parameters/imageRequest';
import type { Reservation } from '../run/memoryBudget';
import { OPERATIONS, type EncodedCall, type Reference } from '../types';

/** What one item wants to buy: checked for all items of the run first, encoded when its turn comes. */
export interface PreparedRequest extends CheckedRequest {
	sources: ReferenceSource[];
	/** Size of all reference files together. */
	referenceBytes: number;
	/** One per paid call; where this item's tasks are remembered. */
	keys: string[];
}

/** Everything that can be known without paying, for all items of the run before the first of them pays. */
export async function prepareRequest(item: ItemContext): Promise<PreparedRequest | undefined> {
	return await item.arrive(
		(prepared) => {
			if (item.settings.previewRequest) {
				item.run.previewedImages += prepared.request.n;
				return 0;
			}
			const open = prepared.keys.filter((key) => isOpen(recall(item.ctx, key), item.executionId)).length;
			return (prepared.request.n * open) / prepared.keys.length;
		},
		async () => {
			const { ctx, settings } = item;
			const sources = OPERATIONS[settings.operation].takesReferences ? readSources(ctx) : [];
			const checked = readRequest(item.base.body, settings, sources.length);
			const { digests, bytes } = await readDigests(item, sources);
			const hash = hashRequest(settings.apiFormat, checked.request, digests);
			const calls = FORMATS[settings.apiFormat].encode({ ...checked.request, references: [] }).length;
			const keys = Array.from({ length: calls }, (_, call) => claimKey(ctx, call, hash, item.isTool));
			item.onEnd((delivered) => keys.forEach((key) => releaseKey(ctx, key, delivered)));
			return { ...checked, sources, referenceBytes: bytes, keys };
		},
	);
}

/** All items check their files at the same time, so each waits for room in memory first. */
async function readDigests(
	item: ItemContext,
	sources: ReferenceSource[],
): Promise<{ digests: string[]; bytes: number }> {
	const reservation = item.run.memoryBudget.reservation();
	try {
		if (sources.some((source) => source.kind === 'field')) await reservation.before(MAX_REFERENCE_BYTES);
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

/** Addresses of references that were sent: a gateway may repeat them beside the results. */
export function referenceUrls(prepared: PreparedRequest): string[] {
	return prepared.sources.flatMap((source) => (source.kind === 'url' ? [source.url] : []));
}

/** Encoded when it is this call's turn, so that references are in memory only then. */
export async function encodeCall(
	item: ItemContext,
	prepared: PreparedRequest,
	call: number,
	reservation: Reservation,
): Promise<EncodedCall> {
	const format = FORMATS[item.settings.apiFormat];
	// Twice: as they are, and as base64 or as part of a form.
	if (prepared.referenceBytes > 0) await reservation.before(prepared.referenceBytes * 2);
	const given = await loadReferences(item.ctx, prepared.sources, item.settings);
	const isInlined = format.needsBytes({ ...prepared.request, references: given });
	const references = isInlined
		? await Promise.all(given.map(async (reference) => await inline(item, reference, reservation)))
		: given;
	return format.encode({ ...prepared.request, references })[call];
}

/** A reference address as bytes, fetched with the limits of results and without the key. */
async function inline(item: ItemContext, reference: Reference, reservation: Reservation): Promise<Reference> {
	if (reference.kind === 'bytes') return reference;
	const fetched = await downloadImage(
		{ kind: 'url', url: reference.url },
		{
			client: item.readClient,
			clock: systemClock,
			maxBytes: MAX_REFERENCE_BYTES,
			reserveMemory: reservation.before,
			deadline: systemClock.now() + item.requestTimeoutMs,
			allowKey: false,
		},
	);
	if (fetched.kind === 'image') {
		return {
			kind: 'bytes',
			field: reference.url,
			data: fetched.bytes,
			mimeType: fetched.facts.mimeType,
			fileName: `reference.${fetched.facts.extension}`,
		};
	}
	throw failureError({
		kind: 'invalid_input',
		message: `A reference image in 'URL(s)' could not be loaded: ${fetched.reason}`,
		nextStep: `Nothing was sent. Check that n8n can open ${item.clean(reference.url)} without signing in, or put the file into a field and use 'Input Data Field Name(s)'.`,
	});
}
