import type { INodeExecutionData } from 'n8n-workflow';

import { isoNow, secondsText, systemClock } from '../lib/clock';
import { FailureError, type Failure } from '../errors/failure';
import { redact, redactResponse } from '../errors/redact';
import { outputItems, type ItemResult } from './outputItems';
import type { CallResult } from './pollTask';
import type { ItemContext } from '../run/runItem';
import { storeImage, type Source } from './storeImage';
import { failureOf } from '../errors/classify';
import { OPERATIONS, type ImageRef, type OutputImage, type PendingResponse } from '../types';

/** What is known about the request, apart from its results. */
type RequestFacts = Pick<ItemResult, 'requestedImages' | 'model' | 'requestHash' | 'warnings'>;

/**
 * Returns the output items: the images, downloaded and stored, or the task if it has no images yet.
 *
 * @throws if a finished task contains no image, except for Get Task Status
 */
export async function collectImages(
	item: ItemContext,
	calls: CallResult[],
	request: RequestFacts,
): Promise<INodeExecutionData[]> {
	const { settings } = item;
	// If 'Wait for Completion' is off, output the task even if it has finished. Without a task, output the images.
	const hasTasks = calls.every((call) => call.taskId !== undefined);
	const isTaskOnly = OPERATIONS[settings.operation].pays && !settings.wait && hasTasks;
	const delivered = isTaskOnly ? [] : calls.filter((call) => imageCount(call) > 0);
	const open = calls.filter((call) => call.outcome.kind === 'pending');
	// An unfinished task does not delay the images of the other calls.
	const shown = delivered.length > 0 ? delivered : open.length > 0 ? open : calls;
	const result = itemResult(item, calls, request, shown);
	if (result.status === 'succeeded') {
		if (!isTaskOnly) await addImages(item, calls, result);
		result.finishedAt = isoNow();
	}
	result.waitedMs = systemClock.now() - item.startedAt;
	return outputItems(result, settings, item.itemIndex, item.ctx.getInputData().json);
}

/** The result before images are stored. `shown`: the calls in the output. Warnings list the tasks of the others. */
function itemResult(
	{ settings, apiKey }: ItemContext,
	calls: CallResult[],
	request: RequestFacts,
	shown: CallResult[],
): ItemResult {
	const outcomes = calls.map((call) => redactResponse(call.outcome, apiKey));
	const finished = outcomes.filter((outcome) => outcome.kind === 'images');
	const failed = outcomes.find((outcome) => outcome.kind === 'failed');
	const pending = shown[0].outcome.kind === 'pending' ? shown[0].outcome : undefined;
	const taskId = shown.find((call) => call.taskId !== undefined)?.taskId;
	const warnings = [...request.warnings, ...finished.flatMap((outcome) => outcome.warnings ?? [])];
	for (const outcome of outcomes) if (outcome.kind === 'pending') warnings.push(...openWarnings(outcome, apiKey));
	if (failed) {
		const reason = failed.reason ?? failed.response ?? failed.code ?? '';
		warnings.push(`${new FailureError(failureOf(failed)).message}: ${redact(reason, apiKey)}`);
	}
	if (pending && settings.wait)
		warnings.push(
			`Not finished after ${secondsText(settings.timeoutMs / 1000)}. The task keeps running and is charged. Get its images with 'Wait for Task Result'.`,
		);
	for (const call of calls)
		if (call.outcome.kind === 'pending' && call.taskId && call.taskId !== taskId)
			warnings.push(`One of ${calls.length} requests is not finished. ${openTaskText(call.taskId)}`);
	const texts = finished.flatMap((outcome) => outcome.text ?? []);
	return {
		...request,
		model: request.model ?? outcomes.find((outcome) => outcome.model)?.model,
		taskId,
		status: pending ? pending.status : failed ? 'failed' : 'succeeded',
		progress: pending ? pending.progress : failed ? undefined : 100,
		submittedAt: calls[0].submittedAt,
		waitedMs: 0,
		polls: calls.reduce((sum, call) => sum + call.polls, 0),
		text: texts.join('\n') || undefined,
		warnings,
		outputImages: [],
	};
}

function openWarnings({ word, reason, response }: PendingResponse, apiKey?: string): string[] {
	return [
		...(word ? [`The API returned the status '${redact(word, apiKey)}', which is not documented.`] : []),
		...(reason ? [redact(reason, apiKey)] : []),
		...(response ? [`API response: ${redact(response, apiKey)}`] : []),
	];
}

/** Warning about a task that is not the one in the output. */
export function openTaskText(taskId: string): string {
	return `Task ID: ${taskId}. This task is charged. Get its images with 'Wait for Task Result'.`;
}

async function addImages(item: ItemContext, calls: CallResult[], result: ItemResult): Promise<void> {
	const { outputImages, warnings, requestedImages = 0 } = result;
	const count = calls.reduce((sum, call) => sum + imageCount(call), 0);
	if (count === 0) {
		const failure = noImage(item, calls, result);
		if (item.settings.operation !== 'getStatus') throw new FailureError(failure);
		warnings.push('The API response contains no image. Some APIs add it later: check the task again.');
		if (failure.response) warnings.push(`API response: ${redact(failure.response, item.apiKey)}`);
		return;
	}
	for (const call of calls) {
		const { stored = [] } = call;
		const first = outputImages.length + stored.length;
		const sources = refsIn(call).map((ref, position) => ({ ref, call, position, index: first + position, count }));
		for (const image of [...stored, ...(await storeImages(item, sources))]) {
			outputImages.push({ ...image, index: outputImages.length });
			if (image.warning) warnings.push(`Image ${outputImages.length} of ${count} ${image.warning}`);
		}
	}
	warnings.push(...equalImages(outputImages));
	const isComplete = calls.every((call) => call.outcome.kind !== 'pending');
	if (isComplete && requestedImages > outputImages.length)
		warnings.push(
			`The API returned ${outputImages.length} of ${requestedImages} images. Check your provider's invoice.`,
		);
	if (requestedImages > 0 && outputImages.length > requestedImages)
		warnings.push(
			`The API returned ${outputImages.length} images instead of ${requestedImages}. You may be charged for all of them.`,
		);
	if (outputImages.some((image) => image.binary ?? image.url)) return;
	throw new FailureError({
		// Getting the same bytes again does not help, so this failure is about the task itself.
		kind: result.taskId ? 'no_image' : 'unreadable_answer',
		taskId: result.taskId,
		message: 'The images in the API response could not be used',
		nextStep:
			result.taskId &&
			(item.settings.imagePath
				? CORRECT_PATH
				: 'You may have been charged. Contact your provider and include the task ID.'),
		gatewayMessage: warnings.join(' '),
	});
}

/** Number of images of a call: data or URLs in its response, and images that are already stored. */
export function imageCount(call: CallResult): number {
	return refsIn(call).length + (call.stored?.length ?? 0);
}

function refsIn({ outcome }: CallResult): ImageRef[] {
	return outcome.kind === 'images' ? outcome.images : [];
}

/** The task may still get its images, and another one would be charged. */
const CHECK_AGAIN =
	"Check the task again with 'Wait for Task Result'. If the response contains the image, add 'Image Path in Response' there.";
const CORRECT_PATH = "Correct or remove 'Image Path in Response', and run this node again at no extra cost.";

function noImage({ settings }: ItemContext, calls: CallResult[], { taskId, text, warnings }: ItemResult): Failure {
	const paidAdvice = OPERATIONS[settings.operation].pays ? `You may have been charged. ${CHECK_AGAIN}` : CHECK_AGAIN;
	const outcomes = calls.flatMap(({ outcome }) => (outcome.kind === 'images' ? [outcome] : []));
	return {
		kind: 'no_image',
		taskId,
		nextStep: taskId && (settings.imagePath ? CORRECT_PATH : paidAdvice),
		gatewayMessage: [text, ...warnings].filter(Boolean).join(' '),
		gatewayCode: outcomes.find((outcome) => outcome.code)?.code,
		response: outcomes.find((outcome) => outcome.response)?.response,
	};
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

/** In parallel, unless the response itself takes memory: one at a time, its images need no additional memory. */
async function storeImages(item: ItemContext, sources: Source[]): Promise<OutputImage[]> {
	if (sources[0]?.call.reservation.isAcquired) {
		const stored: OutputImage[] = [];
		for (const source of sources) stored.push(await storeImage(item, source));
		return stored;
	}
	const storing = sources.map(async (source) => await storeImage(item, source));
	// Wait for all of them before throwing the first failure.
	await Promise.allSettled(storing);
	return await Promise.all(storing);
}

/** Stores the images of a response without a task. `index` is the position among the calls of the item. */
export async function storeCallImages(
	item: ItemContext,
	call: CallResult,
	index: number,
	callCount: number,
): Promise<OutputImage[]> {
	const refs = refsIn(call);
	// Other calls may still be running, so each call has its own numbers for file names.
	const numberOf = (position: number): number => position * callCount + index;
	const count = callCount * refs.length;
	return await storeImages(
		item,
		refs.map((ref, position) => ({ ref, call, position, index: numberOf(position), count })),
	);
}
