import type { INodeExecutionData } from 'n8n-workflow';

import { secondsText, systemClock } from '../lib/clock';
import { FailureError, type Failure } from '../errors/failure';
import { redact, redactResponse } from '../errors/redact';
import { outputItems, type ItemResult } from './outputItems';
import type { CallResult } from './pollTask';
import type { ItemContext } from '../run/runItem';
import { storeImage, type Source } from './storeImage';
import { failureOf } from '../errors/classify';
import { OPERATIONS, type ImageRef, type OutputImage } from '../types';

/** What is known about the request, apart from its results. */
type RequestFacts = Pick<ItemResult, 'requestedImages' | 'model' | 'requestHash' | 'warnings'>;

/**
 * The output of an item: its images, downloaded and stored, or the task while it has none.
 *
 * @throws when a finished task contains no image
 */
export async function collectImages(
	item: ItemContext,
	calls: CallResult[],
	request: RequestFacts,
): Promise<INodeExecutionData[]> {
	const { settings } = item;
	const result = itemResult(item, calls, request);
	// With waiting off the output is the task, also when it has finished already; without a task the images are all there is.
	const isTaskOnly = OPERATIONS[settings.operation].pays && !settings.wait && result.taskId !== undefined;
	if (result.status === 'succeeded') {
		if (!isTaskOnly) await addImages(item, calls, result);
		result.finishedAt = new Date(systemClock.now()).toISOString();
	}
	result.waitedMs = systemClock.now() - item.startedAt;
	return outputItems(result, settings, item.itemIndex, item.ctx.getInputData().json);
}

/** What is known before the images are stored. */
function itemResult({ settings, apiKey }: ItemContext, calls: CallResult[], request: RequestFacts): ItemResult {
	const outcomes = calls.map((call) => redactResponse(call.outcome, apiKey));
	const finished = outcomes.filter((outcome) => outcome.kind === 'images');
	const pending = outcomes.find((outcome) => outcome.kind === 'pending');
	const failed = outcomes.find((outcome) => outcome.kind === 'failed');
	const warnings = [...request.warnings, ...finished.flatMap((outcome) => outcome.warnings ?? [])];
	if (pending?.word)
		warnings.push(`The API returned the status '${redact(pending.word, apiKey)}', which is not documented.`);
	if (pending?.reason) warnings.push(redact(pending.reason, apiKey));
	if (pending?.response) warnings.push(`API response: ${redact(pending.response, apiKey)}`);
	if (failed) warnings.push(`${new FailureError(failureOf(failed)).message}: ${redact(failed.reason, apiKey)}`);
	if (pending && settings.wait)
		warnings.push(
			`Not finished after ${secondsText(settings.timeoutMs / 1000)}. The task keeps running and is charged. Get its images with 'Wait for Task Result'.`,
		);
	const texts = finished.flatMap((outcome) => outcome.text ?? []);
	return {
		...request,
		model: request.model ?? outcomes.find((outcome) => outcome.model)?.model,
		taskId: calls.find((call) => call.taskId !== undefined)?.taskId,
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

async function addImages(item: ItemContext, calls: CallResult[], result: ItemResult): Promise<void> {
	const { outputImages, warnings, requestedImages = 0 } = result;
	const count = calls.reduce((sum, call) => sum + refsIn(call).length + (call.stored?.length ?? 0), 0);
	if (count === 0) throw new FailureError(noImage(calls, result));
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
	if (requestedImages > outputImages.length)
		warnings.push(
			`The API returned ${outputImages.length} of ${requestedImages} images. Check your provider's invoice.`,
		);
	if (outputImages.some((image) => image.binary ?? image.url)) return;
	throw new FailureError({
		kind: 'unreadable_answer',
		taskId: result.taskId,
		message: 'The images in the API response could not be used',
		gatewayMessage: warnings.join(' '),
	});
}

function refsIn({ outcome }: CallResult): ImageRef[] {
	return outcome.kind === 'images' ? outcome.images : [];
}

/** The task may still get its images, and another one would be charged. */
const CHECK_AGAIN =
	"You may have been charged. Check the task again with 'Wait for Task Result'. If the response contains the image, add 'Image Path in Response' there.";

function noImage(calls: CallResult[], { taskId, text, warnings }: ItemResult): Failure {
	const outcomes = calls.flatMap(({ outcome }) => (outcome.kind === 'images' ? [outcome] : []));
	return {
		kind: 'no_image',
		taskId,
		nextStep: taskId && CHECK_AGAIN,
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

/** Side by side, except those of a response that takes memory: one by one they need no more of it. */
async function storeImages(item: ItemContext, sources: Source[]): Promise<OutputImage[]> {
	if (sources[0]?.call.reservation.isAcquired) {
		const stored: OutputImage[] = [];
		for (const source of sources) stored.push(await storeImage(item, source));
		return stored;
	}
	const storing = sources.map(async (source) => await storeImage(item, source));
	// All of them end before the first failure is thrown.
	await Promise.allSettled(storing);
	return await Promise.all(storing);
}

/** Stores the images inside a response, so that they no longer take memory as text. `index` is its place among the calls of the item. */
export async function storeInlineImages(
	item: ItemContext,
	call: CallResult,
	index: number,
	callCount: number,
): Promise<OutputImage[]> {
	const refs = refsIn(call).filter((ref) => ref.kind === 'base64');
	// The other calls may still be running, so each has numbers of its own, for the file names.
	const numberOf = (position: number): number => position * callCount + index;
	const count = callCount * refs.length;
	return await storeImages(
		item,
		refs.map((ref, position) => ({ ref, call, position, index: numberOf(position), count })),
	);
}
