import type { INodeExecutionData } from 'n8n-workflow';

import { systemClock } from '../lib/clock';
import { FailureError } from '../errors/failure';
import { redact, redactResponse } from '../errors/redact';
import { outputItems, type TaskRecord } from './outputItems';
import type { ItemContext } from '../run/itemContext';
import { storeImage, type Submission, type Source } from './storeImage';
import { failureOf } from '../errors/classify';
import { OPERATIONS, type StoredImages, type OutputImage, type KnownResponse } from '../types';

/** What one paid call, or one task, came to. */
export interface CallResult extends Submission {
	outcome: KnownResponse;
	/** Images that were inside the response. */
	stored?: StoredImages;
}

/** What is known about the request besides its results. */
export interface RequestInfo {
	requestedImages?: number;
	model?: string;
	requestHash?: string;
	warnings: string[];
}

/**
 * The output of an item: its images, downloaded and stored, or the task while there are
 * none.
 *
 * @throws when a finished task contains no image
 */
export async function collectImages(
	item: ItemContext,
	results: CallResult[],
	known: RequestInfo,
): Promise<INodeExecutionData[]> {
	const { settings } = item;
	const task = recordOf(item, results, known);
	// With waiting off the output is the task, also when it has finished already; without a task the images are all there is.
	const isTaskOnly = OPERATIONS[settings.operation].pays && !settings.wait && task.taskId !== undefined;
	if (task.status === 'succeeded') {
		if (!isTaskOnly) await addImages(item, results, task);
		task.finishedAt = new Date(systemClock.now()).toISOString();
	}
	task.waitedMs = systemClock.now() - item.startedAt;
	return outputItems(task, settings, item.itemIndex, item.ctx.getInputData().json);
}

function recordOf(item: ItemContext, results: CallResult[], known: RequestInfo): TaskRecord {
	const outcomes = results.map((result) => redactResponse(result.outcome, item.apiKey));
	const finished = outcomes.flatMap((outcome) => (outcome.kind === 'images' ? [outcome] : []));
	const pending = outcomes.find((outcome) => outcome.kind === 'pending');
	const failed = outcomes.find((outcome) => outcome.kind === 'failed');
	const warnings = [...known.warnings, ...finished.flatMap((outcome) => outcome.warnings ?? [])];
	if (pending?.word)
		warnings.push(`The API returned the status '${redact(pending.word, item.apiKey)}', which is not documented.`);
	if (pending?.reason) warnings.push(redact(pending.reason, item.apiKey));
	if (pending?.response) warnings.push(`API response: ${redact(pending.response, item.apiKey)}`);
	if (failed) warnings.push(`${new FailureError(failureOf(failed)).message}: ${redact(failed.reason, item.apiKey)}`);
	if (pending && item.settings.wait) {
		warnings.push(
			`Not finished after ${item.settings.timeoutMs / 1000} seconds. The task keeps running and is charged. Get its images with 'Wait for Task Result'.`,
		);
	}
	const text = finished
		.map((outcome) => outcome.text)
		.filter(Boolean)
		.join('\n');
	return {
		taskId: results.find((result) => result.taskId !== undefined)?.taskId,
		status: pending ? pending.status : failed ? 'failed' : 'succeeded',
		progress: pending ? pending.progress : failed ? undefined : 100,
		model: known.model ?? outcomes.map((outcome) => ('model' in outcome ? outcome.model : undefined)).find(Boolean),
		requestedImages: known.requestedImages,
		requestHash: known.requestHash,
		submittedAt: results[0].submittedAt,
		waitedMs: 0,
		polls: results.reduce((sum, result) => sum + result.reads, 0),
		text: text || undefined,
		warnings,
		outputImages: [],
	};
}

/** The task may still get its images, and another one would be charged. */
const LOOK_AGAIN =
	"Check the task again with 'Wait for Task Result'. If the response contains the image, add 'Image Path in Response' there.";

async function addImages(item: ItemContext, results: CallResult[], task: TaskRecord): Promise<void> {
	const parts = results.map((result) => ({
		result,
		refs: result.outcome.kind === 'images' ? result.outcome.images : [],
	}));
	const count = parts.reduce(
		(sum, { result, refs }) => sum + refs.length + (result.stored?.outputImages.length ?? 0),
		0,
	);
	const said = [task.text, ...task.warnings].filter(Boolean).join(' ');
	if (count === 0) {
		const outcomes = results.flatMap(({ outcome }) => (outcome.kind === 'images' ? [outcome] : []));
		const code = outcomes.map((outcome) => outcome.code).find(Boolean);
		const response = outcomes.map((outcome) => outcome.response).find(Boolean);
		throw new FailureError({
			kind: 'no_image',
			taskId: task.taskId,
			...(task.taskId && { nextStep: LOOK_AGAIN }),
			...(said && { gatewayMessage: said }),
			...(code && { gatewayCode: code }),
			...(response && { response }),
		});
	}
	const add = (outputImage: OutputImage): void =>
		void task.outputImages.push({ ...outputImage, index: task.outputImages.length });
	for (const { result, refs } of parts) {
		result.stored?.outputImages.forEach(add);
		task.warnings.push(...(result.stored?.warnings ?? []));
		const first = task.outputImages.length;
		const sources = refs.map((ref, position) => ({
			ref,
			submission: result,
			position,
			index: first + position,
			count,
		}));
		for (const stored of await storeImages(item, sources)) {
			add(stored.image);
			task.warnings.push(...stored.warnings);
		}
	}
	const missing = (task.requestedImages ?? 0) - task.outputImages.length;
	task.warnings.push(...equalImages(task.outputImages));
	if (missing > 0)
		task.warnings.push(
			`The API returned ${task.outputImages.length} of ${task.requestedImages} images. Check your provider's invoice.`,
		);
	if (task.outputImages.some((outputImage) => outputImage.binary ?? outputImage.url)) return;
	throw new FailureError({
		kind: 'unreadable_answer',
		taskId: task.taskId,
		message: 'The API returned image data that is not an image',
		gatewayMessage: task.warnings.join(' '),
	});
}

/** Some providers charge for the same image twice. */
function equalImages(images: OutputImage[]): string[] {
	const numbers = new Map<string, number[]>();
	for (const { sha256, index } of images) {
		if (sha256 !== undefined) numbers.set(sha256, [...(numbers.get(sha256) ?? []), index + 1]);
	}
	return [...numbers.values()]
		.filter((equal) => equal.length > 1)
		.map((equal) => `These images are identical: ${equal.join(', ')}.`);
}

/** Side by side, except those of a response that takes memory: one by one they need no more of it. */
async function storeImages(
	item: ItemContext,
	sources: Source[],
): Promise<Array<{ image: OutputImage; warnings: string[] }>> {
	const storeOne = async (source: Source): Promise<{ image: OutputImage; warnings: string[] }> => {
		const warnings: string[] = [];
		return { image: await storeImage(item, source, warnings), warnings };
	};
	if (!sources[0]?.submission.reservation.isAcquired) {
		const stored = await Promise.allSettled(sources.map(storeOne));
		return stored.map((part) => {
			if (part.status === 'rejected') throw part.reason;
			return part.value;
		});
	}
	const stored = [];
	for (const source of sources) stored.push(await storeOne(source));
	return stored;
}

/** Stores the images inside a response, so that they no longer take memory as text. `call` is its place among the calls of the item. */
export async function storeInlineImages(
	item: ItemContext,
	result: CallResult,
	call: number,
	calls: number,
): Promise<StoredImages> {
	const refs = result.outcome.kind === 'images' ? result.outcome.images.filter((ref) => ref.kind === 'base64') : [];
	const kept: StoredImages = { outputImages: [], warnings: [] };
	for (const [position, ref] of refs.entries()) {
		const source = { ref, submission: result, position, index: call + position, count: Math.max(calls, refs.length) };
		kept.outputImages.push(await storeImage(item, source, kept.warnings));
	}
	return kept;
}
