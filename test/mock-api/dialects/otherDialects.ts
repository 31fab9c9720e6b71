/* eslint-disable */
import type { DialectWriter } from '.';
import {
	dataUri,
	imageItem,
	isDone,
	PENDING_WORDS,
	percent,
	progressNumber,
	SEED_WORDS,
	statusWord,
	urlsOf,
	VIDEO_WORDS,
} from './taskFields';
import type { MockResponse, TaskView } from '../types';

/** Task bodies of APIs that are not based on New API. */

const ZMODEL_WORDS = { ...VIDEO_WORDS, processing: 'processing' };
const DAY_SECONDS = 86_400;

export const apimart: DialectWriter = {
	create: ({ taskId }) => ok({ code: 200, data: [{ status: 'submitted', task_id: taskId }] }),
	query: apimartBody,
};
export const evolink: DialectWriter = { create: evolinkBody, query: evolinkBody };
export const zmodel: DialectWriter = { create: (view) => ({ ...zmodelBody(view), status: 202 }), query: zmodelBody };
export const outputs: DialectWriter = { create: outputsBody, query: outputsBody };
export const toapis: DialectWriter = { create: toapisBody, query: toapisBody };

function apimartBody(view: TaskView): MockResponse {
	const expires = view.finishedAtSeconds + DAY_SECONDS;
	const images = view.images.map((image) => ({
		...(image.url === null ? imageItem(image) : { url: [image.url] }),
		expires_at: expires,
	}));
	const data = {
		id: view.taskId,
		status: statusWord(view, PENDING_WORDS),
		...progressNumber(view),
		created: view.createdAtSeconds,
		...(isDone(view) ? { result: { images } } : {}),
		...(view.failure === null ? {} : { error: { code: 500, message: view.failure.message, type: view.failure.code } }),
	};
	return ok({ code: 200, data });
}

function evolinkBody(view: TaskView): MockResponse {
	return ok({
		created: view.createdAtSeconds,
		id: view.taskId,
		model: view.task.request.model,
		object: 'image.generation.task',
		...progressNumber(view),
		status: statusWord(view, PENDING_WORDS),
		task_info: { can_cancel: view.state === 'queued' },
		type: 'image',
		...(isDone(view) ? { results: view.images.map((image) => image.url ?? dataUri(image)) } : {}),
		...(view.failure === null ? {} : { error: view.failure }),
	});
}

function zmodelBody(view: TaskView): MockResponse {
	const data = view.images.map((image, index) => ({ index, ...imageItem(image), mime_type: image.mimeType }));
	return ok({
		id: view.taskId,
		object: 'image.generation',
		status: statusWord(view, ZMODEL_WORDS),
		output: {
			availability: isDone(view) ? 'available' : 'pending',
			data,
			...(view.failure === null ? {} : { error: view.failure }),
		},
	});
}

function outputsBody(view: TaskView): MockResponse {
	// This API labels every image as PNG, whatever its type is.
	const list = view.images.map((image, index) => ({ index, mime_type: 'image/png', size: 0, ...imageItem(image) }));
	return ok({
		id: view.taskId,
		kind: 'image',
		action: view.task.request.references.length > 0 ? 'edit' : 'generate',
		model: view.task.request.model,
		status: statusWord(view, SEED_WORDS),
		progress: percent(view),
		error: view.failure?.message ?? '',
		outputs: list,
		created_at: view.createdAtSeconds,
		...(isDone(view) ? { completed_at: view.finishedAtSeconds } : {}),
	});
}

function toapisBody(view: TaskView): MockResponse {
	return ok({
		id: view.taskId,
		object: 'generation.task',
		status: statusWord(view, VIDEO_WORDS),
		...progressNumber(view),
		...(isDone(view) ? { result: { type: 'image', data: view.images.map(imageItem) } } : {}),
		...(view.failure === null ? {} : { error: view.failure }),
		...(urlsOf(view).length > 0 ? { expires_at: view.finishedAtSeconds + DAY_SECONDS } : {}),
	});
}

function ok(body: unknown): MockResponse {
	return { status: 200, body };
}
