import { systemClock } from '../lib/clock';
import { fetchImage } from '../images/downloadImage';
import { failureError } from '../errors/failure';
import { FORMATS } from '../formats';
import type { Job } from '../run/itemContext';
import { claimKey, hashRequest, isOpen, recall, releaseKey } from '../run/idempotencyStore';
import {
	digestOf,
	loadReferences,
	MAX_REFERENCE_BYTES,
	readSources,
	type ReferenceSource,
} from '../parameters/referenceImages';
import { readRequest, type CheckedRequest } from '../parameters/imageRequest';
import type { Hold } from '../run/memoryBudget';
import { OPERATIONS, type EncodedCall, type Reference } from '../types';

/** What one item wants to buy: checked for all items of the run first, encoded when its turn comes. */
export interface Order extends CheckedRequest {
	sources: ReferenceSource[];
	/** Size of all reference files together. */
	referenceBytes: number;
	/** One per paid call; where this item's tasks are remembered. */
	keys: string[];
}

/** Everything that can be known without paying, for all items of the run before the first of them pays. */
export async function checkBeforePaying(job: Job): Promise<Order | undefined> {
	return await job.checkIn(
		(order) =>
			job.settings.previewRequest
				? 0
				: (order.request.n * order.keys.filter((key) => isOpen(recall(job.ctx, key), job.executionId)).length) /
					order.keys.length,
		async () => {
			const { ctx, settings } = job;
			const sources = OPERATIONS[settings.operation].takesReferences ? readSources(ctx) : [];
			const checked = readRequest(job.base.body, settings, sources.length);
			const { digests, bytes } = await readDigests(job, sources);
			const hash = hashRequest(settings.apiFormat, checked.request, digests);
			const calls = FORMATS[settings.apiFormat].encode({ ...checked.request, references: [] }).length;
			const keys = Array.from({ length: calls }, (_, call) => claimKey(ctx, call, hash, job.isTool));
			job.onEnd((delivered) => keys.forEach((key) => releaseKey(ctx, key, delivered)));
			return { ...checked, sources, referenceBytes: bytes, keys };
		},
	);
}

/** All items check their files at the same time, so each waits for room in memory first. */
async function readDigests(job: Job, sources: ReferenceSource[]): Promise<{ digests: string[]; bytes: number }> {
	const hold = job.run.room.hold();
	try {
		if (sources.some((source) => source.kind === 'field')) await hold.before(MAX_REFERENCE_BYTES);
		const digests: string[] = [];
		let bytes = 0;
		for (const source of sources) {
			const read = await digestOf(job.ctx, source, job.settings);
			digests.push(read.digest);
			bytes += read.bytes;
		}
		return { digests, bytes };
	} finally {
		hold.release();
	}
}

/** Addresses of references that were sent: a gateway may repeat them beside the results. */
export function addressesOf(order: Order): string[] {
	return order.sources.flatMap((source) => (source.kind === 'url' ? [source.url] : []));
}

/** Encoded when it is this call's turn, so that references are in memory only then. */
export async function encodeCall(job: Job, order: Order, call: number, hold: Hold): Promise<EncodedCall> {
	const format = FORMATS[job.settings.apiFormat];
	// Twice: as they are, and as base64 or as part of a form.
	if (order.referenceBytes > 0) await hold.before(order.referenceBytes * 2);
	const given = await loadReferences(job.ctx, order.sources, job.settings);
	const isInlined = format.needsBytes({ ...order.request, references: given });
	const references = isInlined
		? await Promise.all(given.map(async (reference) => await inline(job, reference, hold)))
		: given;
	return format.encode({ ...order.request, references })[call];
}

/** A reference address as bytes, fetched with the limits of results and without the key. */
async function inline(job: Job, reference: Reference, hold: Hold): Promise<Reference> {
	if (reference.kind === 'bytes') return reference;
	const fetched = await fetchImage(
		{ kind: 'url', url: reference.url },
		{
			exchange: job.free,
			clock: systemClock,
			maxBytes: MAX_REFERENCE_BYTES,
			beforeHeavy: hold.before,
			deadline: systemClock.now() + job.requestTimeoutMs,
			allowKey: false,
		},
	);
	if (fetched.kind === 'picture') {
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
		nextStep: `Nothing was sent. Check that n8n can open ${job.clean(reference.url)} without signing in, or put the file into a field and use 'Input Data Field Name(s)'.`,
	});
}
