import type { IExecuteSingleFunctions } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import type { Failure } from '../errors/failure';
import { requestAsWritten } from '../parameters/imageRequest';
import type { ImagesResponse, OutputImage } from '../types';
import { contextOf, runIndexOf } from './engineState';
import type { RunningItem } from './errorOutput';

/**
 * Remembers paid requests, so that no retry is charged again. It is stored in the node's execution context: n8n keeps
 * that across the tries of 'Retry On Fail' and saves it with a failed execution for 'Retry execution'. Store only small
 * values, because the context is part of the execution data.
 */

/** The paid request of one item. */
export interface RequestRecord {
	/** Hash of the request that was sent, with all expressions evaluated. */
	requestHash: string;
	/** Number of requested images. */
	images: number;
	/** One per paid call. */
	calls: SubmissionRecord[];
	/** The execution in which an agent received these images. If it repeats the request there, it wants new images. */
	deliveredIn?: string;
}

/** One paid call. */
export interface SubmissionRecord {
	/** Sent with every try of this call. */
	idempotencyKey?: string;
	/** Number of failed tasks and rejections of this call. The next try is a new request, so it is part of the key. */
	failureCount?: number;
	/** ISO time of the last request, unless the API has rejected it. */
	submittedAt?: string;
	/** The request is being sent. If this is set in a saved record, the response was lost. */
	isInProgress?: boolean;
	taskId?: string;
	/** Additional tasks in the same response. They are not polled. */
	otherTaskIds?: string[];
	/** The request ended unclear. Without 'Retry Unclear Requests', it is not sent again in this execution. */
	unclear?: { executionId: string; failure: Failure };
	/** The response of a call without a task. Its `images` are only the URLs of images that are not in `stored`. */
	response?: ImagesResponse;
	/** The response or task counts only in this execution, because none of its images is saved. Others send again. */
	countsOnlyIn?: string;
	/** Images that are already stored. */
	stored?: OutputImage[];
}

/** The part of a record that exists only in this process. */
interface InMemory {
	/** Replaces `stored` of the record if the images contain their bytes (n8n's binary data mode "default"). */
	stored?: OutputImage[];
	/** A response whose images n8n could not store. The next try of the node stores them. */
	unstored?: ImagesResponse;
	/** The tool call of this record is in progress. */
	isInUse?: boolean;
}
const inMemory = new WeakMap<RequestRecord | SubmissionRecord, InMemory>();

function storeOf(ctx: IExecuteSingleFunctions): Record<string, RequestRecord> {
	const context = contextOf(ctx);
	context.nanoBanana ??= {};
	return context.nanoBanana as unknown as Record<string, RequestRecord>;
}

export function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

type RequestOwner = Pick<RunningItem, 'ctx' | 'executionId' | 'isTool'>;

/** The current request of an item. */
interface AskedRequest {
	/** Hash of the request with all expressions evaluated. */
	evaluated: string;
	images: number;
	/** Number of paid calls. */
	callCount: number;
}

/**
 * The record of this item's request: the one of an earlier try, or a new one. An earlier try that was paid for is
 * resumed, even if an expression now returns a different request (`isChanged`). A new record is not saved here.
 */
export function openRecord(
	item: RequestOwner,
	asked: AskedRequest,
): { key: string; record: RequestRecord; isChanged: boolean } {
	const { executionId } = item;
	const { key, record: earlier } = findRecord(item, asked);
	const isSame = earlier?.requestHash === asked.evaluated;
	if (earlier && (isSame || earlier.calls.some((call) => isPaid(call, executionId))))
		return { key, record: earlier, isChanged: !isSame };
	// The API may have seen the key of an unclear request. With the same key, it does not charge that request twice.
	const newCall = (call?: SubmissionRecord): SubmissionRecord =>
		call?.unclear ? { idempotencyKey: call.idempotencyKey } : {};
	const calls = Array.from({ length: asked.callCount }, (_, index) => newCall(earlier?.calls[index]));
	return { key, record: { requestHash: asked.evaluated, images: asked.images, calls }, isChanged: false };
}

/**
 * Finds the record by run index, item, and the fields before expressions are evaluated. An expression may return a
 * different value in each try, but a user who edits a field wants another image. If the evaluated request is the same,
 * it is the same request, even if the fields differ.
 *
 * An agent's tool call has no item and gets a new run index in each try, so its key is the evaluated request.
 */
function findRecord(
	{ ctx, executionId, isTool }: RequestOwner,
	{ evaluated }: AskedRequest,
): { key: string; record?: RequestRecord } {
	const store = storeOf(ctx);
	if (isTool) {
		let attempt = 0;
		const keyOf = (): string => `tool:${attempt}:${evaluated}`;
		const isTaken = (record: RequestRecord): boolean =>
			record.deliveredIn === executionId || inMemoryOf(record).isInUse === true;
		while (store[keyOf()] && isTaken(store[keyOf()])) attempt += 1;
		return { key: keyOf(), record: store[keyOf()] };
	}
	const place = placeOf(ctx);
	const isSame = (key: string): boolean => key.startsWith(place) && store[key].requestHash === evaluated;
	const asWritten = keyAsWritten(ctx);
	const key = store[asWritten] ? asWritten : (Object.keys(store).find(isSame) ?? asWritten);
	return { key, record: store[key] };
}

/** The start of the keys of an item. */
function placeOf(ctx: IExecuteSingleFunctions): string {
	return `${runIndexOf(ctx)}:${ctx.getItemIndex()}:`;
}

/** Key of an item with these fields, before expressions are evaluated. */
function keyAsWritten(ctx: IExecuteSingleFunctions): string {
	return placeOf(ctx) + hashOf(requestAsWritten(ctx.getNode().parameters));
}

/** The record of an earlier try with the same fields, if something of it was paid for. A tool has none. */
export function paidRecord({ ctx, executionId, isTool }: RequestOwner): RequestRecord | undefined {
	const record = isTool ? undefined : storeOf(ctx)[keyAsWritten(ctx)];
	return record?.calls.some((call) => isPaid(call, executionId)) ? record : undefined;
}

export function saveRecord(ctx: IExecuteSingleFunctions, key: string, record: RequestRecord): void {
	storeOf(ctx)[key] = record;
}

/** Marks the record of a tool call as in use. A simultaneous call with the same arguments is a separate request. */
export function claimRecord(ctx: IExecuteSingleFunctions, key: string, record: RequestRecord): void {
	saveRecord(ctx, key, record);
	inMemoryOf(record).isInUse = true;
}

/** Images of the agent's other calls in this execution and its retries, sent or in progress. */
export function imagesOfOtherCalls(ctx: IExecuteSingleFunctions, key: string): number {
	const imagesOf = (record: RequestRecord): number => {
		if (inMemoryOf(record).isInUse) return record.images;
		const sent = record.calls.filter(({ submittedAt, taskId }) => submittedAt !== undefined || taskId !== undefined);
		return (record.images * sent.length) / record.calls.length;
	};
	const others = Object.entries(storeOf(ctx)).filter(([other]) => other !== key);
	return others.reduce((sum, [, record]) => sum + imagesOf(record), 0);
}

export function releaseRecord(record: RequestRecord): void {
	inMemoryOf(record).isInUse = false;
}

function inMemoryOf(record: RequestRecord | SubmissionRecord): InMemory {
	const known = inMemory.get(record) ?? {};
	inMemory.set(record, known);
	return known;
}

/**
 * Records the images of a response without a task. An image that is not in one of n8n's files stays a URL, so that the
 * next try downloads it. Returns false if another execution ('Retry execution') cannot find the images and sends again.
 */
export function recordStoredImages(call: SubmissionRecord, images: OutputImage[], executionId: string): boolean {
	if (inMemoryOf(call).unstored) delete call.countsOnlyIn;
	delete inMemoryOf(call).unstored;
	const stored = images.filter(({ binary, url }) => binary?.id !== undefined || url === undefined);
	const urls = images.flatMap(({ binary, url }) => (binary?.id === undefined && url !== undefined ? [url] : []));
	if (call.response) call.response.images = urls.map((url) => ({ kind: 'url', url }));
	const isLarge = stored.some(({ binary }) => binary !== undefined && binary.id === undefined);
	(isLarge ? inMemoryOf(call) : call).stored = stored;
	if (isLarge) call.countsOnlyIn = executionId;
	return !isLarge;
}

export function storedImagesOf(call: SubmissionRecord): OutputImage[] {
	return call.stored ?? inMemoryOf(call).stored ?? [];
}

/** Keeps a response whose images could not be stored, in memory only. Another execution sends the call again. */
export function rememberUnstored(call: SubmissionRecord, response: ImagesResponse, executionId: string): void {
	inMemoryOf(call).unstored = response;
	call.countsOnlyIn = executionId;
}

export function unstoredResponseOf(call: SubmissionRecord): ImagesResponse | undefined {
	return inMemoryOf(call).unstored;
}

/** True if the images of a response without a task can be returned again. */
export function hasImages(call: SubmissionRecord): boolean {
	const isStored = unstoredResponseOf(call) !== undefined || storedImagesOf(call).length > 0;
	return call.countsOnlyIn === undefined || isStored;
}

/** True if the call has a task or images. A response without images only counts in its own execution. */
export function isAnswered(call: SubmissionRecord, executionId: string): boolean {
	return (call.taskId ?? call.response) !== undefined && (call.countsOnlyIn ?? executionId) === executionId;
}

/** True if the call ended unclear in this execution. 'Retry execution' sends it again: the user has read the error. */
export function isUnclear(call: SubmissionRecord, executionId: string): boolean {
	return call.unclear?.executionId === executionId;
}

/** True if the call still has to be paid for. */
export function isOpen(call: SubmissionRecord, executionId: string): boolean {
	return !isAnswered(call, executionId) && !isUnclear(call, executionId);
}

/** True if the call will be sent although the API may have accepted an earlier request of it. */
export function mayBePaidTwice(call: SubmissionRecord, executionId: string, retryUnclear: boolean): boolean {
	if (isAnswered(call, executionId)) return false;
	if (retryUnclear) return call.unclear !== undefined || call.isInProgress === true;
	return call.unclear !== undefined && !isUnclear(call, executionId);
}

/** True if the call was or may have been paid for. A request in progress may have been accepted. */
function isPaid(call: SubmissionRecord, executionId: string): boolean {
	return !isOpen(call, executionId) || call.isInProgress === true;
}
