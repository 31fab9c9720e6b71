import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Settings } from '../parameters/settings';
import type { OutputImage, TaskStatus } from '../types';

/** Everything about a task that rows are made of. Times in ISO format, durations in ms. */
export interface TaskRecord {
	taskId?: string;
	status: TaskStatus;
	progress?: number;
	model?: string;
	requestedImages?: number;
	/** Hash of the evaluated request; absent for a task that somebody else created. */
	requestHash?: string;
	submittedAt?: string;
	finishedAt?: string;
	waitedMs: number;
	polls: number;
	text?: string;
	warnings: string[];
	outputImages: OutputImage[];
}

/** A task as output rows: one per image, or all images in one, or a single row while there is no image. */
export function outputItems(
	task: TaskRecord,
	settings: Settings,
	itemIndex: number,
	input: IDataObject,
): INodeExecutionData[] {
	const base = settings.includeInputFields ? input : {};
	const together = settings.combineImages || task.outputImages.length === 0;
	const groups = together ? [task.outputImages] : task.outputImages.map((outputImage) => [outputImage]);
	return groups.map((outputImages) => {
		const json = settings.simplify ? simplified(task, outputImages, settings) : whole(task, outputImages, settings);
		const binary = binariesOf(outputImages, settings.binaryPropertyOutput);
		return { json: { ...base, ...json }, ...(binary && { binary }), pairedItem: { item: itemIndex } };
	});
}

function binariesOf(outputImages: OutputImage[], name: string): IBinaryKeyData | undefined {
	const stored = outputImages.flatMap((outputImage) => (outputImage.binary ? [outputImage.binary] : []));
	if (stored.length === 0) return undefined;
	return Object.fromEntries(stored.map((binary, position) => [position === 0 ? name : `${name}_${position}`, binary]));
}

function simplified(task: TaskRecord, outputImages: OutputImage[], settings: Settings): IDataObject {
	const first = described(outputImages);
	const urls = outputImages.flatMap((outputImage) => (outputImage.url ? [outputImage.url] : []));
	if (!first)
		return present({
			taskId: task.taskId,
			status: task.status,
			progress: task.progress,
			model: task.model,
			text: task.text,
			warnings: someOf(task.warnings),
		});
	return present({
		taskId: task.taskId,
		status: task.status,
		imageUrl: first.url,
		// In one row for several images the further addresses take the place of the file name.
		...(outputImages.length > 1 ? { imageUrls: urls.length > 1 ? urls : undefined } : { fileName: first.fileName }),
		mimeType: first.mimeType,
		width: first.width,
		height: first.height,
		model: task.model,
		cost: settings.unitPrice === undefined ? undefined : rounded(settings.unitPrice * outputImages.length),
		text: task.taskId ? undefined : task.text,
		warnings: someOf(task.warnings),
	});
}

function whole(task: TaskRecord, outputImages: OutputImage[], settings: Settings): IDataObject {
	const images = outputImages.map((outputImage) => present({ ...outputImage, binary: undefined }));
	const returned = task.outputImages.length;
	const isPriced = settings.unitPrice !== undefined && returned > 0;
	return present({
		taskId: task.taskId,
		status: task.status,
		progress: task.progress,
		model: task.model,
		operation: settings.operation,
		requestHash: task.requestHash,
		image: images[outputImages.indexOf(described(outputImages))],
		images: images.length > 1 ? images : undefined,
		text: task.text,
		billing: present({
			requestedImages: task.requestedImages,
			returnedImages: returned,
			unitPrice: settings.unitPrice,
			cost: isPriced ? rounded((settings.unitPrice ?? 0) * returned) : undefined,
		}),
		timing: present({
			submittedAt: task.submittedAt,
			finishedAt: task.finishedAt,
			waitedMs: task.waitedMs,
			polls: task.polls,
		}),
		warnings: task.warnings,
	});
}

/** The image in the first file field, so that the facts are those of the file. */
function described(outputImages: OutputImage[]): OutputImage {
	return outputImages.find(({ binary }) => binary !== undefined) ?? outputImages[0];
}

function present(fields: { [key: string]: unknown }): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as IDataObject;
}

function someOf(warnings: string[]): string[] | undefined {
	return warnings.length > 0 ? warnings : undefined;
}

/** Prices such as 0.1 × 3 without the binary dust. */
export function rounded(price: number): number {
	return Math.round(price * 1e6) / 1e6;
}
