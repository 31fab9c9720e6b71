import type { IDataObject, IExecuteSingleFunctions, INodeExecutionData } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { own } from '../lib/json';
import type { StoredImages, DecodedResponse } from '../types';

/**
 * What this node remembers of a paid request. It lives in the node's execution context: n8n keeps
 * that over its own retries and saves it with a failed execution, so a retry resumes the task
 * instead of buying another one. Only small values: the context is part of the execution data.
 */
export interface SubmissionRecord {
	taskId?: string;
	/** ISO time of the create request. */
	submittedAt?: string;
	/** The execution in which the request ended unclear; it is not sent again there. */
	unclearIn?: string;
	/** Ids of further tasks that the gateway made of one request. */
	furtherTaskIds?: string[];
	/** The answer of a call that has no task to ask again, without the pictures inside it. */
	answer?: Extract<DecodedResponse, { kind: 'images' }>;
	/** The execution in which that answer held no picture; a person who retries it asks anew. */
	emptyIn?: string;
	/** The pictures that were inside it, stored. */
	kept?: StoredImages;
	/** Finished rows of such a call. */
	rows?: INodeExecutionData[];
	/** An agent that asks once more with the same words wants another picture. */
	delivered?: boolean;
}

type Store = Record<string, SubmissionRecord>;

/** What holds the bytes themselves (binary data mode "default") stays out of the saved context. */
const heavy = new WeakMap<object, Map<string, Finished>>();
type Finished = Pick<SubmissionRecord, 'kept' | 'rows'>;
const claimed = new WeakMap<object, Set<string>>();

const fallbacks = new WeakMap<object, IDataObject>();

/**
 * The node's context, the same object for all items and tries. Calls through an MCP trigger have
 * none (n8n throws); there an object that lives as long as the workflow stands in, which is enough for
 * n8n's retries of one call.
 */
export function contextOf(ctx: IExecuteSingleFunctions): IDataObject {
	try {
		return ctx.getContext('node') as IDataObject;
	} catch {
		const anchor = ctx.getWorkflowStaticData('node');
		const context = fallbacks.get(anchor) ?? {};
		fallbacks.set(anchor, context);
		return context;
	}
}

function storeOf(ctx: IExecuteSingleFunctions): Store {
	const context = contextOf(ctx);
	context.nanoBanana ??= {};
	return context.nanoBanana as unknown as Store;
}

/** Which time the node runs in the execution. n8n's official way to know builds everything that expressions can see, for every item. */
export function runIndexOf(ctx: IExecuteSingleFunctions): number {
	const known = own(ctx, 'runIndex');
	return typeof known === 'number' ? known : (ctx.getWorkflowDataProxy(ctx.getItemIndex()).$runIndex as number);
}

/** Identity of a paid request: everything that the user asked for, with the references' own digests. */
export function hashRequest(apiFormat: string, request: object, references: string[]): string {
	return createHash('sha256')
		.update(JSON.stringify([apiFormat, request, references]))
		.digest('hex')
		.slice(0, 32);
}

/**
 * The place of a request in this execution: run index, item, call, hash. An agent's tool calls have
 * no item and get a new run index with every try, so there the first undelivered entry counts.
 */
export function claimKey(ctx: IExecuteSingleFunctions, call: number, hash: string, isTool: boolean): string {
	if (!isTool) return `${runIndexOf(ctx)}:${ctx.getItemIndex()}:${call}:${hash}`;
	const store = storeOf(ctx);
	const taken = claimed.get(contextOf(ctx)) ?? new Set<string>();
	claimed.set(contextOf(ctx), taken);
	for (let attempt = 0; ; attempt += 1) {
		const key = `tool:${attempt}:${call}:${hash}`;
		if (taken.has(key) || store[key]?.delivered) continue;
		taken.add(key);
		return key;
	}
}

export function releaseKey(ctx: IExecuteSingleFunctions, key: string, delivered: boolean): void {
	claimed.get(contextOf(ctx))?.delete(key);
	if (delivered && key.startsWith('tool:')) remember(ctx, key, { delivered: true });
}

export function recall(ctx: IExecuteSingleFunctions, key: string): SubmissionRecord | undefined {
	const entry = storeOf(ctx)[key];
	const finished = heavy.get(contextOf(ctx))?.get(key);
	return finished ? { ...entry, ...finished } : entry;
}

export function remember(ctx: IExecuteSingleFunctions, key: string, change: SubmissionRecord): void {
	const store = storeOf(ctx);
	store[key] = { ...store[key], ...change };
}

/** Remembers what is finished: with the execution where only ids of stored files are in it (true), in memory otherwise. */
export function rememberFinished(ctx: IExecuteSingleFunctions, key: string, finished: Finished): boolean {
	const binaries = [
		...(finished.kept?.outputImages ?? []).map((outputImage) => outputImage.binary),
		...(finished.rows ?? []).flatMap((row) => Object.values(row.binary ?? {})),
	];
	if (binaries.every((binary) => binary === undefined || binary.id !== undefined)) {
		remember(ctx, key, finished);
		return true;
	}
	const known = heavy.get(contextOf(ctx)) ?? new Map<string, Finished>();
	heavy.set(contextOf(ctx), known.set(key, { ...known.get(key), ...finished }));
	return false;
}

/** After a task ended as failed nothing is paid for, and the next try may create a new one. */
export function forget(ctx: IExecuteSingleFunctions, key: string): void {
	delete storeOf(ctx)[key];
	heavy.get(contextOf(ctx))?.delete(key);
}

/** True while a request of this execution is still to be bought. */
export function isOpen(earlier: SubmissionRecord | undefined, executionId: string): boolean {
	return !earlier?.taskId && !isAnswered(earlier, executionId) && !earlier?.rows && !isUnclear(earlier, executionId);
}

/** True for a call that was answered, in this execution at least. */
export function isAnswered(
	earlier: SubmissionRecord | undefined,
	executionId: string,
): earlier is SubmissionRecord & { answer: object } {
	return earlier?.answer !== undefined && (earlier.emptyIn ?? executionId) === executionId;
}

/** True for a request that ended unclear in this execution. A person who retries the execution has read so, and decides anew. */
export function isUnclear(earlier: SubmissionRecord | undefined, executionId: string): boolean {
	return earlier?.unclearIn !== undefined && earlier.unclearIn === executionId;
}
