import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { own } from '../lib/json';
import type { ImagesResponse, OutputImage } from '../types';

/**
 * What this node remembers of paid requests, so that no try is charged twice. It is part of the node's
 * execution context: n8n keeps that over 'Retry On Fail' and saves it with a failed execution for
 * 'Retry execution'. Only small values: the context is part of the execution data.
 */

/** The paid request of one item. */
export interface RequestRecord {
	/** Hash of the request that was sent, with all expressions evaluated. */
	requestHash: string;
	/** Images that it asks for. */
	images: number;
	/** One per paid call. */
	calls: SubmissionRecord[];
	/** The execution in which an agent got these images: when it sends the same request again there, it wants others. */
	deliveredIn?: string;
}

/** One paid call. */
export interface SubmissionRecord {
	/** Sent with every try of this call. */
	idempotencyKey?: string;
	/** Tasks of this call that failed: the next one is another request. */
	failedTaskCount?: number;
	/** ISO time at which it was sent last, unless the API has rejected it. */
	submittedAt?: string;
	/** It is on its way. Where n8n has saved this, nobody has seen the response. */
	isInProgress?: boolean;
	taskId?: string;
	/** Further tasks in the same response. They are not polled. */
	otherTaskIds?: string[];
	/** The request ended unclear, and is not sent again in this execution. */
	unclear?: {
		executionId: string;
		kind?: 'idempotency_conflict';
		submittedAt?: string;
		httpStatus?: number;
		cause?: string;
		response?: string;
	};
	/** The response of a call that has no task, without the images that are stored. */
	response?: ImagesResponse;
	/** The only execution in which that response or task counts: it has no image, or none that is saved. Another one sends the call again. */
	countsOnlyIn?: string;
	/** Its images, once they are stored. */
	stored?: OutputImage[];
}

/** What this process alone remembers of a record. */
interface InMemory {
	/** As in the record, where they contain image bytes (n8n's binary data mode "default"). */
	stored?: OutputImage[];
	/** A response whose images n8n could not store: the next try of the node stores them. */
	unstored?: ImagesResponse;
	/** The tool call of this record is in progress. */
	isInUse?: boolean;
}
const inMemory = new WeakMap<RequestRecord | SubmissionRecord, InMemory>();
const contextsWithoutExecution = new WeakMap<object, IDataObject>();

/**
 * The node's context, the same object for all items and tries. A call through an MCP trigger has none
 * (n8n throws); an object that lives as long as the workflow is enough for n8n's retries of one call.
 */
export function contextOf(ctx: IExecuteSingleFunctions): IDataObject {
	try {
		return ctx.getContext('node') as IDataObject;
	} catch {
		const anchor = ctx.getWorkflowStaticData('node');
		const context = contextsWithoutExecution.get(anchor) ?? {};
		contextsWithoutExecution.set(anchor, context);
		return context;
	}
}

function storeOf(ctx: IExecuteSingleFunctions): Record<string, RequestRecord> {
	const context = contextOf(ctx);
	context.nanoBanana ??= {};
	return context.nanoBanana as unknown as Record<string, RequestRecord>;
}

/** Which time the node runs in the execution. n8n's official way builds everything that expressions can see, for every item. */
export function runIndexOf(ctx: IExecuteSingleFunctions): number {
	const known = own(ctx, 'runIndex');
	return typeof known === 'number' ? known : (ctx.getWorkflowDataProxy(ctx.getItemIndex()).$runIndex as number);
}

export function hashOf(value: unknown): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

/** A request as it is asked for now. */
interface AskedRequest {
	/** Hash of the fields as they are written. */
	written: string;
	/** Hash of the request with all expressions evaluated. */
	evaluated: string;
	images: number;
	/** Number of paid calls. */
	callCount: number;
}

/**
 * The record of this item's request: that of an earlier try, or a new one. A try that was paid is resumed, also
 * where an expression gives another request now (`isChanged`). Nothing is saved before it is sent.
 */
export function openRecord(
	ctx: IExecuteSingleFunctions,
	executionId: string,
	isTool: boolean,
	asked: AskedRequest,
): { key: string; record: RequestRecord; isChanged: boolean } {
	const { key, record: earlier } = findRecord(ctx, executionId, isTool, asked);
	const isSame = earlier?.requestHash === asked.evaluated;
	if (earlier && (isSame || earlier.calls.some((call) => !isOpen(call, executionId) || call.isInProgress)))
		return { key, record: earlier, isChanged: !isSame };
	// The API may have seen the key of an unclear request: with it that one is not charged twice.
	const newCall = (call?: SubmissionRecord): SubmissionRecord =>
		call?.unclear ? { idempotencyKey: call.idempotencyKey } : {};
	const calls = Array.from({ length: asked.callCount }, (_, index) => newCall(earlier?.calls[index]));
	return { key, record: { requestHash: asked.evaluated, images: asked.images, calls }, isChanged: false };
}

/**
 * Where the request of this item is recorded: run index, item, and the fields as they are written. An
 * expression may give another value in every try, but a user who edits a field wants another image. The
 * same evaluated request, written in another way, is the same request.
 *
 * An agent's tool call has no item, and a new run index in every try: there the evaluated request counts.
 */
function findRecord(
	ctx: IExecuteSingleFunctions,
	executionId: string,
	isTool: boolean,
	{ written, evaluated }: AskedRequest,
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
	const place = `${runIndexOf(ctx)}:${ctx.getItemIndex()}:`;
	const isSame = (key: string): boolean => key.startsWith(place) && store[key].requestHash === evaluated;
	const writtenKey = place + written;
	const key = store[writtenKey] ? writtenKey : (Object.keys(store).find(isSame) ?? writtenKey);
	return { key, record: store[key] };
}

export function saveRecord(ctx: IExecuteSingleFunctions, key: string, record: RequestRecord): void {
	storeOf(ctx)[key] = record;
}

/** For a tool call: another one with the same arguments at the same time is another request. */
export function claimRecord(ctx: IExecuteSingleFunctions, key: string, record: RequestRecord): void {
	saveRecord(ctx, key, record);
	inMemoryOf(record).isInUse = true;
}

/** Images of an agent's other calls in this execution and its tries, sent or in progress. */
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
 * Keeps the images of a response that has no task. One that is in no file of n8n stays a URL, so that the next try gets
 * it. Returns false where another execution ('Retry execution') will not find the images, and asks again.
 */
export function keepStored(call: SubmissionRecord, images: OutputImage[], executionId: string): boolean {
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

export function keptStored(call: SubmissionRecord): OutputImage[] | undefined {
	return call.stored ?? inMemoryOf(call).stored;
}

/** Keeps a response whose images could not be stored. Another execution will not find it, so that one asks again. */
export function keepUnstored(call: SubmissionRecord, response: ImagesResponse, executionId: string): void {
	inMemoryOf(call).unstored = response;
	call.countsOnlyIn = executionId;
}

export function keptUnstored(call: SubmissionRecord): ImagesResponse | undefined {
	return inMemoryOf(call).unstored;
}

/** True for a call that has a task or the images. A person who retries an execution without an image asks again. */
export function isAnswered(call: SubmissionRecord, executionId: string): boolean {
	return (call.taskId ?? call.response) !== undefined && (call.countsOnlyIn ?? executionId) === executionId;
}

/** True for a call that ended unclear in this execution. A person who retries the execution has read so, and decides again. */
export function isUnclear(call: SubmissionRecord, executionId: string): boolean {
	return call.unclear?.executionId === executionId;
}

/** True while the call still has to be paid. */
export function isOpen(call: SubmissionRecord, executionId: string): boolean {
	return !isAnswered(call, executionId) && !isUnclear(call, executionId);
}
