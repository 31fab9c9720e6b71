import type { DeclarativeRestApiSettings, IExecutePaginationFunctions, INodeExecutionData } from 'n8n-workflow';

import { systemClock } from './clock';
import { deliver, keepPictures, type Result } from './deliver';
import { fetchImage } from './download';
import { failureError, failureIn, type Failure } from './errors';
import { followTask, lookOnce } from './follow';
import { FORMATS } from './formats';
import { openJob, type Job } from './job';
import { claimKey, forget, hashRequest, recall, releaseKey, remember, rememberFinished, type Remembered } from './memory';
import { previewRow } from './preview';
import { digestOf, loadReferences, readSources, type ReferenceSource } from './references';
import { readRequest, type CheckedRequest } from './request';
import type { Hold } from './run';
import { readTaskIds } from './settings';
import { submit, type Accepted } from './submit';
import type { EncodedCall, Reference } from './types';

/**
 * The story of one item, top to bottom. n8n calls these two for every item at once, as the
 * pagination function of the operation: the one declarative hook that wraps the whole request.
 */

type RoutedRequest = DeclarativeRestApiSettings.ResultOptions;

/** Text to Image, Image to Image: check, pay once, wait, download. */
export async function createImages(this: IExecutePaginationFunctions, routed: RoutedRequest): Promise<INodeExecutionData[]> {
	const job = openJob(this, routed.options);
	return await job.settle(async () => {
		const order = await checkBeforePaying(job);
		if (order === undefined) return [];
		if (job.settings.previewRequest) return [previewRow(job, order)];
		const delivered = recall(this, order.keys[0])?.rows;
		if (delivered) return delivered;
		const calls = await Promise.allSettled(order.keys.map(async (_key, call) => await buy(job, order, call)));
		return await deliverAll(job, order, calls);
	});
}

/** Get Task Status, Wait for Task Result: nothing here is paid. */
export async function readTasks(this: IExecutePaginationFunctions, routed: RoutedRequest): Promise<INodeExecutionData[]> {
	const job = openJob(this, routed.options);
	return await job.settle(async () => {
		const taskIds = await job.checkIn(
			() => 0,
			async () => await Promise.resolve(readTaskIds(this.getNodeParameter('taskId', ''))),
		);
		if (taskIds === undefined) return [];
		return job.eachOrThrow(await Promise.allSettled(taskIds.map(async (taskId) => await collect(job, taskId))));
	});
}

interface Order extends CheckedRequest {
	sources: ReferenceSource[];
	/** Size of all reference files together. */
	referenceBytes: number;
	/** One per paid call; where this item's tasks are remembered. */
	keys: string[];
}

/** Everything that can be known without paying, for all items of the run before the first of them pays. */
async function checkBeforePaying(job: Job): Promise<Order | undefined> {
	return await job.checkIn(
		(order) => (job.settings.previewRequest ? 0 : (order.request.n * order.keys.filter((key) => isOpen(job, recall(job.ctx, key))).length) / order.keys.length),
		async () => {
			const { ctx, settings } = job;
			const sources = settings.operation === 'imageToImage' ? readSources(ctx) : [];
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
		if (sources.some((source) => source.kind === 'field')) await hold.before(job.settings.maxReferenceBytes);
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

/** True while a request of this execution is still to be bought. */
function isOpen(job: Job, earlier: Remembered | undefined): boolean {
	return !earlier?.taskId && !earlier?.answer && !earlier?.rows && !isUnclear(job, earlier);
}

function isUnclear(job: Job, earlier: Remembered | undefined): boolean {
	return earlier?.unclearIn !== undefined && earlier.unclearIn === job.executionId;
}

/** One paid call, or the task that an earlier try of this item already paid for. */
async function buy(job: Job, order: Order, call: number): Promise<Result> {
	const { ctx, run } = job;
	const key = order.keys[call];
	const earlier = recall(ctx, key);
	const hold = run.room.hold();
	try {
		if (earlier?.taskId) return await resume(job, order, call, { ...earlier, taskId: earlier.taskId }, hold);
		if (earlier?.answer) return { outcome: earlier.answer, kept: earlier.kept, submittedAt: earlier.submittedAt, reads: 0, hold };
		if (isUnclear(job, earlier)) {
			throw failureError({ kind: 'unclear_submission', gatewayMessage: 'An earlier try in this execution had no clear end' });
		}
		return await submitAndFollow(job, order, call, hold);
	} catch (thrown) {
		hold.release();
		throw failureError(failureIn(thrown));
	}
}

async function submitAndFollow(job: Job, order: Order, call: number, hold: Hold): Promise<Result> {
	const { ctx, run, settings } = job;
	const key = order.keys[call];
	const submittedAt = new Date(systemClock.now()).toISOString();
	const { outcome, slot, firstLookMs } = await submit({
		exchange: job.paid,
		format: FORMATS[settings.apiFormat],
		encode: async () => await encodeCall(job, order, call, hold),
		gate: run.gate,
		clock: systemClock,
		limits: { timeoutMs: job.requestTimeoutMs, maxBytes: job.maxAnswerBytes(order.request.n), beforeHeavy: hold.before },
		patienceMs: settings.timeoutMs,
		signal: run.signal,
		onUnclear: () => noteUnclear(job, key, submittedAt),
		onRefused: () => hold.release(),
		onFailed: () => giveUp(job, order),
		onAccepted: (accepted) => noteAccepted(job, key, accepted, submittedAt),
	});
	const { taskId } = outcome;
	try {
		if (taskId === undefined && outcome.kind === 'images') return await putAway(job, order, call, { outcome, submittedAt, reads: 0, hold });
		const isTheEnd = outcome.kind === 'images' || taskId === undefined || !settings.wait;
		if (isTheEnd) return { outcome, taskId, submittedAt, reads: 0, hold };
		hold.release();
		// Nothing is paid for a task that failed, so the next try may create a new one.
		const followed = await followTask(job, { taskId, origin: 'fresh', images: order.request.n, firstLookMs, hold, onFailed: () => forget(ctx, key) });
		return { ...followed, taskId, submittedAt, hold };
	} catch (thrown) {
		giveUp(job, order);
		throw thrown;
	} finally {
		slot.leave();
	}
}

/** Before the place of a failed request goes to another item: in stop mode that one would be paid for nothing. With several calls the item may still succeed. */
function giveUp(job: Job, order: Order): void {
	if (order.keys.length === 1) job.giveUp();
}

/** No task stands behind this answer: what is in it is stored before anything else can go wrong, and what it names was remembered on arrival. */
async function putAway(job: Job, order: Order, call: number, result: Result): Promise<Result> {
	const key = order.keys[call];
	const kept = await keepPictures(job, result, call, order.keys.length);
	rememberFinished(job.ctx, key, { kept });
	result.hold.release();
	return { ...result, outcome: recall(job.ctx, key)?.answer ?? result.outcome, kept };
}

/** An already paid task: takes a place like a new one, but sends nothing. */
async function resume(job: Job, order: Order, call: number, task: Remembered & { taskId: string }, hold: Hold): Promise<Result> {
	const { taskId, submittedAt } = task;
	job.noteTask(taskId);
	if (!job.settings.wait) return { outcome: { kind: 'pending', status: 'queued', taskId }, taskId, submittedAt, reads: 0, hold };
	const slot = await job.run.gate.enter(job.run.signal);
	if (!slot) throw failureError({ kind: 'canceled', taskId });
	slot.accepted();
	try {
		const onFailed = (): void => forget(job.ctx, order.keys[call]);
		const followed = await followTask(job, { taskId, origin: 'resumed', submittedAt, images: order.request.n, hold, onFailed });
		return { ...followed, taskId, submittedAt, hold };
	} catch (thrown) {
		giveUp(job, order);
		throw thrown;
	} finally {
		slot.leave();
	}
}

/** Encoded when it is this call's turn, so that references are in memory only then. */
async function encodeCall(job: Job, order: Order, call: number, hold: Hold): Promise<EncodedCall> {
	const format = FORMATS[job.settings.apiFormat];
	// Twice: as they are, and as base64 or as part of a form.
	if (order.referenceBytes > 0) await hold.before(order.referenceBytes * 2);
	const given = await loadReferences(job.ctx, order.sources, job.settings);
	const isInlined = format.needsBytes({ ...order.request, references: given });
	const references = isInlined ? await Promise.all(given.map(async (reference) => await inline(job, reference, hold))) : given;
	return format.encode({ ...order.request, references })[call];
}

/** A reference address as bytes, fetched with the limits of results and without the key. */
async function inline(job: Job, reference: Reference, hold: Hold): Promise<Reference> {
	if (reference.kind === 'bytes') return reference;
	const fetched = await fetchImage(
		{ kind: 'url', url: reference.url },
		{ exchange: job.free, clock: systemClock, maxBytes: job.settings.maxReferenceBytes, beforeHeavy: hold.before, deadline: systemClock.now() + job.requestTimeoutMs, allowKey: false },
	);
	if (fetched.kind === 'picture') {
		return { kind: 'bytes', field: reference.url, data: fetched.bytes, mimeType: fetched.facts.mimeType, fileName: `reference.${fetched.facts.extension}` };
	}
	throw failureError({
		kind: 'invalid_input',
		message: `A reference image in 'URL(s)' could not be loaded: ${fetched.reason}`,
		nextStep: `Nothing was sent. Check that n8n can open ${job.clean(reference.url)} without signing in, or put the file into a field and use 'Input Data Field Name(s)'.`,
	});
}

/** Remembered before anything else can go wrong, and logged, as n8n keeps nothing of a crashed or canceled execution. */
function noteAccepted(job: Job, key: string, accepted: Accepted, submittedAt: string): void {
	const { taskId } = accepted;
	if (taskId === undefined) {
		if (accepted.kind === 'images') remember(job.ctx, key, { answer: { ...job.hideKey(accepted), images: accepted.images.filter((image) => image.kind === 'url') }, submittedAt });
		return;
	}
	remember(job.ctx, key, { taskId, submittedAt });
	job.noteTask(taskId);
	job.ctx.logger.info(`NanoBanana: the gateway accepted task ${taskId}`, { taskId, itemIndex: job.itemIndex, status: 'queued' });
}

/** The node can show one error only, so that of another item may hide this one; the log names it in any case. */
function noteUnclear(job: Job, key: string, submittedAt: string): void {
	remember(job.ctx, key, { unclearIn: job.executionId, submittedAt });
	job.run.unclear.add(job.itemIndex);
	job.ctx.logger.warn(`NanoBanana: it is unclear whether the gateway accepted the request of item ${job.itemIndex}, sent ${submittedAt}. A task may exist and may have been billed`, {
		itemIndex: job.itemIndex,
		submittedAt,
	});
}

/** One row per picture of everything that this item bought. What could not be had is named, what was had is kept. */
async function deliverAll(job: Job, order: Order, calls: Array<PromiseSettledResult<Result>>): Promise<INodeExecutionData[]> {
	const results = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
	const failures = calls.flatMap((call) => (call.status === 'rejected' ? [failureIn(call.reason)] : []));
	try {
		const isCanceled = failures.some((failure) => failure.kind === 'canceled');
		if (results.length === 0 || isCanceled) throw failureError(failures[0]);
		const { n, model } = order.request;
		const warnings = [...order.warnings, ...failures.map((failure) => partWarning(job, failure, calls.length))];
		if (calls.length > 1) warnings.push(`${n} images were ${calls.length} calls, each billed on its own.`);
		const rows = await deliver(job, results, { requestedImages: n, model, warnings });
		// There is no task to ask again, so the rows themselves are what a retry gets.
		if (results.every((result) => result.taskId === undefined)) rememberFinished(job.ctx, order.keys[0], { rows });
		return rows;
	} finally {
		results.forEach((result) => result.hold.release());
	}
}

function partWarning(job: Job, failure: Failure, count: number): string {
	const said = failure.gatewayMessage ? ` (${job.clean(failure.gatewayMessage)})` : '';
	return `One of ${count} calls brought no image: ${failureError(failure).message}${said}.`;
}

/** Rows for one task that was created earlier. */
async function collect(job: Job, taskId: string): Promise<INodeExecutionData[]> {
	const slot = await job.run.gate.enter(job.run.signal);
	if (!slot) throw failureError({ kind: 'canceled', taskId });
	slot.accepted();
	const hold = job.run.room.hold();
	try {
		const isOneLook = job.settings.operation === 'getStatus';
		const followed = isOneLook ? await lookOnce(job, taskId, hold) : await followTask(job, { taskId, origin: 'named', images: 1, hold });
		return await deliver(job, [{ ...followed, taskId, hold }], { warnings: [] });
	} finally {
		slot.leave();
		hold.release();
	}
}
