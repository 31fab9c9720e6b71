import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import { withoutUndefined, unlessEmpty } from '../lib/json';
import type { Settings } from '../parameters/settings';
import type { OutputImage, TaskStatus } from '../types';

/** Everything that the output items are made of. Times in ISO format, durations in ms. */
export interface ItemResult {
	taskId?: string;
	status: TaskStatus;
	progress?: number;
	model?: string;
	requestedImages?: number;
	/** Hash of the evaluated request; absent for a task ID that the user entered. */
	requestHash?: string;
	submittedAt?: string;
	finishedAt?: string;
	waitedMs: number;
	polls: number;
	text?: string;
	warnings: string[];
	outputImages: OutputImage[];
}

/** The output items: one per image, or one for all images, or one without an image. */
export function outputItems(
	result: ItemResult,
	settings: Settings,
	itemIndex: number,
	input: IDataObject,
): INodeExecutionData[] {
	const base = settings.includeInputFields ? input : {};
	const together = settings.combineImages || result.outputImages.length === 0;
	const groups = together ? [result.outputImages] : result.outputImages.map((outputImage) => [outputImage]);
	return groups.map((outputImages) => {
		const json = settings.simplify ? simplified(result, outputImages, settings) : whole(result, outputImages, settings);
		const binary = binariesOf(outputImages, settings.binaryPropertyOutput);
		return { json: { ...base, ...json }, ...(binary && { binary }), pairedItem: { item: itemIndex } };
	});
}

function binariesOf(outputImages: OutputImage[], name: string): IBinaryKeyData | undefined {
	const stored = outputImages.flatMap((outputImage) => (outputImage.binary ? [outputImage.binary] : []));
	if (stored.length === 0) return undefined;
	return Object.fromEntries(stored.map((binary, position) => [position === 0 ? name : `${name}_${position}`, binary]));
}

function simplified(result: ItemResult, outputImages: OutputImage[], settings: Settings): IDataObject {
	const first = described(outputImages);
	const urls = outputImages.flatMap((outputImage) => outputImage.url ?? []);
	return withoutUndefined({
		taskId: result.taskId,
		status: result.status,
		progress: first ? undefined : result.progress,
		imageUrl: first?.url,
		// One output item for multiple images has their URLs instead of a file name.
		...(outputImages.length > 1 ? { imageUrls: urls.length > 1 ? urls : undefined } : { fileName: first?.fileName }),
		mimeType: first?.mimeType,
		width: first?.width,
		height: first?.height,
		model: result.model,
		cost: costOf(outputImages.length, settings),
		text: first && result.taskId ? undefined : result.text,
		warnings: unlessEmpty(result.warnings),
	});
}

function whole(result: ItemResult, outputImages: OutputImage[], settings: Settings): IDataObject {
	const factsOf = (image: OutputImage): IDataObject =>
		withoutUndefined({ ...image, binary: undefined, warning: undefined });
	const first = described(outputImages);
	const returned = result.outputImages.length;
	return withoutUndefined({
		taskId: result.taskId,
		status: result.status,
		progress: result.progress,
		model: result.model,
		operation: settings.operation,
		requestHash: result.requestHash,
		image: first && factsOf(first),
		images: outputImages.length > 1 ? outputImages.map(factsOf) : undefined,
		text: result.text,
		billing: withoutUndefined({
			requestedImages: result.requestedImages,
			returnedImages: returned,
			unitPrice: settings.unitPrice,
			cost: costOf(returned, settings),
		}),
		timing: withoutUndefined({
			submittedAt: result.submittedAt,
			finishedAt: result.finishedAt,
			waitedMs: result.waitedMs,
			polls: result.polls,
		}),
		warnings: result.warnings,
	});
}

/** The image in the first file field, so that the details match that file. */
function described(outputImages: OutputImage[]): OutputImage | undefined {
	return outputImages.find(({ binary }) => binary !== undefined) ?? outputImages[0];
}

/** Undefined without a price or without images. */
export function costOf(images: number, { unitPrice }: Settings): number | undefined {
	if (unitPrice === undefined || images === 0) return undefined;
	// Removes floating-point noise, e.g. from 0.1 × 3.
	return Math.round(unitPrice * images * 1e6) / 1e6;
}
