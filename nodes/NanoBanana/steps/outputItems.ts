import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Settings } from '../parameters/settings';
import type { Picture, TaskStatus } from '../types';

/** Everything about a task that rows are made of. Times in ISO format, durations in ms. */
export interface TaskRecord {
	taskId?: string;
	status: TaskStatus;
	progress?: number;
	model?: string;
	requestedImages?: number;
	submittedAt?: string;
	finishedAt?: string;
	waitedMs: number;
	polls: number;
	text?: string;
	warnings: string[];
	pictures: Picture[];
}

/** A task as output rows: one per image, or all images in one, or a single row while there is no image. */
export function rowsOf(
	task: TaskRecord,
	settings: Settings,
	itemIndex: number,
	input: IDataObject,
): INodeExecutionData[] {
	const base = settings.includeInputFields ? input : {};
	const together = settings.outputLayout === 'singleItem' || task.pictures.length === 0;
	const groups = together ? [task.pictures] : task.pictures.map((picture) => [picture]);
	return groups.map((pictures) => {
		const json = settings.simplify ? simplified(task, pictures, settings) : whole(task, pictures, settings);
		const binary = binariesOf(pictures, settings.binaryPropertyOutput);
		return { json: { ...base, ...json }, ...(binary && { binary }), pairedItem: { item: itemIndex } };
	});
}

function binariesOf(pictures: Picture[], name: string): IBinaryKeyData | undefined {
	const stored = pictures.flatMap((picture) => (picture.binary ? [picture.binary] : []));
	if (stored.length === 0) return undefined;
	return Object.fromEntries(stored.map((binary, position) => [position === 0 ? name : `${name}_${position}`, binary]));
}

function simplified(task: TaskRecord, pictures: Picture[], settings: Settings): IDataObject {
	const first = described(pictures);
	const urls = pictures.flatMap((picture) => (picture.url ? [picture.url] : []));
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
		...(pictures.length > 1 ? { imageUrls: urls.length > 1 ? urls : undefined } : { fileName: first.fileName }),
		mimeType: first.mimeType,
		width: first.width,
		height: first.height,
		model: task.model,
		cost: settings.unitPrice === undefined ? undefined : rounded(settings.unitPrice * pictures.length),
		text: task.taskId ? undefined : task.text,
		warnings: someOf(task.warnings),
	});
}

function whole(task: TaskRecord, pictures: Picture[], settings: Settings): IDataObject {
	const images = pictures.map((picture) => present({ ...picture, binary: undefined }));
	const returned = task.pictures.length;
	const isPriced = settings.unitPrice !== undefined && returned > 0;
	return present({
		taskId: task.taskId,
		status: task.status,
		progress: task.progress,
		model: task.model,
		operation: settings.operation,
		image: images[pictures.indexOf(described(pictures))],
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

/** The picture that the first file field holds, so that the facts are those of the file. */
function described(pictures: Picture[]): Picture {
	return pictures.find(({ binary }) => binary !== undefined) ?? pictures[0];
}

function present(fields: { [key: string]: unknown }): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as IDataObject;
}

function someOf(warnings: string[]): string[] | undefined {
	return warnings.length > 0 ? warnings : undefined;
}

/** Prices such as 0.1 × 3 without the binary dust. */
function rounded(price: number): number {
	return Math.round(price * 1e6) / 1e6;
}
