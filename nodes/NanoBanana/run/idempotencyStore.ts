import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';
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
	/** The finished output items, where no task exists that could be read again. */
	rows?: INodeExecutionData[];
	/** The agent has these images: when it sends the same request again, it wants others. */
	isDelivered?: boolean;
}

/** One paid call. */
export interface SubmissionRecord {
	/** Sent with every try of this call. */
	idempotencyKey?: string;
	/** Tasks of this call that failed: the next one is another request. */
	failedTasks?: number;
	/** ISO time of the last try. */
	submittedAt?: string;
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
	/** The response of a call that has no task, without the images inside it. */
	response?: ImagesResponse;
	/** The execution in which that response contained no image. */
	emptyIn?: string;
	/** The images that were inside it. */
	stored?: OutputImage[];
}

/** What contains image bytes (binary data mode "default") stays out of the saved context. */
const inMemory = new WeakMap<object, { rows?: INodeExecutionData[]; stored?: OutputImage[] }>();
/** Responses whose images n8n could not store: the next try of the node in this process stores them. */
const unstored = new WeakMap<SubmissionRecord, SubmissionRecord['response']>();
/** Records of tool calls that are in progress. */
const inUse = new WeakSet<RequestRecord>();
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
	const { key, record: earlier } = findRecord(ctx, isTool, asked);
	const isSame = earlier?.requestHash === asked.evaluated;
	if (earlier && (isSame || earlier.calls.some((call) => !isOpen(call, executionId))))
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
	isTool: boolean,
	{ written, evaluated }: AskedRequest,
): { key: string; record?: RequestRecord } {
	const store = storeOf(ctx);
	if (isTool) {
		let attempt = 0;
		const keyOf = (): string => `tool:${attempt}:${evaluated}`;
		while (store[keyOf()] && (store[keyOf()].isDelivered || inUse.has(store[keyOf()]))) attempt += 1;
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
	inUse.add(record);
}

export function releaseRecord(record: RequestRecord): void {
	inUse.delete(record);
}

/** Keeps what is finished: with the execution where it contains only IDs of stored files (true), otherwise in memory. */
export function keepFinished<T extends RequestRecord | SubmissionRecord>(
	record: T,
	finished: Pick<T, Extract<keyof T, 'rows' | 'stored'>>,
): boolean {
	const { rows = [], stored } = finished as { rows?: INodeExecutionData[]; stored?: OutputImage[] };
	const binaries = [
		...(stored ?? []).map((image) => image.binary),
		...rows.flatMap((row) => Object.values(row.binary ?? {})),
	];
	const isSmall = binaries.every((binary) => binary === undefined || binary.id !== undefined);
	if (isSmall) Object.assign(record, finished);
	else inMemory.set(record, { ...inMemory.get(record), ...finished });
	return isSmall;
}

export function finishedRows(record: RequestRecord): INodeExecutionData[] | undefined {
	return record.rows ?? inMemory.get(record)?.rows;
}

export function storedImages(call: SubmissionRecord): OutputImage[] | undefined {
	return call.stored ?? inMemory.get(call)?.stored;
}

/** Keeps a response whose images could not be stored. Nothing of them is saved, so another execution asks again. */
export function keepUnstored(
	call: SubmissionRecord,
	response: SubmissionRecord['response'],
	executionId: string,
): void {
	unstored.set(call, response);
	call.emptyIn = executionId;
}

export function unstoredResponse(call: SubmissionRecord): SubmissionRecord['response'] {
	return unstored.get(call);
}

export function keepStored(call: SubmissionRecord, stored: OutputImage[]): boolean {
	if (unstored.delete(call)) delete call.emptyIn;
	return keepFinished(call, { stored });
}

/** True for a call that was answered without a task. A person who retries an execution without an image asks again. */
export function isAnswered(call: SubmissionRecord, executionId: string): boolean {
	return call.response !== undefined && (call.emptyIn ?? executionId) === executionId;
}

/** True for a call that ended unclear in this execution. A person who retries the execution has read so, and decides again. */
export function isUnclear(call: SubmissionRecord, executionId: string): boolean {
	return call.unclear?.executionId === executionId;
}

/** True while the call still has to be paid. */
export function isOpen(call: SubmissionRecord, executionId: string): boolean {
	return call.taskId === undefined && !isAnswered(call, executionId) && !isUnclear(call, executionId);
}
