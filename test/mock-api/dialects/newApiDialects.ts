/* eslint-disable */
import type { DialectWriter } from '.';
import {
	imageItem,
	isDone,
	percent,
	progressNumber,
	SEED_WORDS,
	statusWord,
	typedItem,
	urlsOf,
	VIDEO_WORDS,
} from './taskFields';
import type { MockResponse, TaskView } from '../types';

/** Task bodies of New API (an open-source proxy for model APIs) and its forks. */

const TASK_DTO_WORDS = { queued: 'NOT_START', processing: 'IN_PROGRESS', succeeded: 'SUCCESS', failed: 'FAILURE' };
const SUB2API_WORDS = { queued: 'processing', processing: 'processing', succeeded: 'completed', failed: 'failed' };
const FORK_WORDS = { ...VIDEO_WORDS, processing: 'processing' };
const DAY_SECONDS = 86_400;

export const seed: DialectWriter = { create: seedBody, query: seedBody };
export const flat: DialectWriter = { create: flatBody, query: flatBody };
export const taskDto: DialectWriter = { create: taskDtoBody, query: taskDtoBody };
export const sub2api: DialectWriter = { create: sub2apiCreated, query: sub2apiBody };
export const openAiTask: DialectWriter = { create: openAiTaskBody, query: openAiTaskBody };

export const dataString: DialectWriter = {
	create: ({ taskId }) => ok({ code: 'success', message: '', data: taskId }),
	query: taskDtoBody,
};

export const forkResult: DialectWriter = {
	create: ({ taskId }) => ({ status: 202, body: { data: { task_id: taskId, status: 'queued' } } }),
	query: forkResultBody,
};

function seedBody(view: TaskView): MockResponse {
	const urls = urlsOf(view);
	const done = isDone(view);
	const data = {
		task_id: view.taskId,
		status: statusWord(view, SEED_WORDS),
		progress: percent(view),
		result_url: urls[0] ?? '',
		...(urls.length > 1 ? { result_urls: urls } : {}),
		metadata: {
			task_type: view.task.request.references.length > 0 ? 'image2image' : 'text2image',
			...(done || view.failure !== null ? { result_count: view.images.length } : {}),
		},
		...(done && view.task.request.asBase64 ? { data: view.images.map(typedItem) } : {}),
		error: view.failure,
	};
	return ok({ code: 'success', message: '', data });
}

function flatBody(view: TaskView): MockResponse {
	const [first] = urlsOf(view);
	return ok({
		id: view.taskId,
		task_id: view.taskId,
		object: 'image.task',
		model: view.task.request.model,
		status: statusWord(view, SEED_WORDS),
		...progressNumber(view),
		created_at: view.createdAtSeconds,
		...(first === undefined ? {} : { result_url: first }),
		...(isDone(view) ? { data: view.images.map(typedItem) } : {}),
		...(view.failure === null ? {} : { error: { ...view.failure, type: 'image_generation_failed' } }),
	});
}

function taskDtoBody(view: TaskView): MockResponse {
	const [first] = urlsOf(view);
	// Real APIs do both: the error text of a failed task in result_url, and the URL of a successful one in fail_reason.
	const reported = view.failure?.message ?? first ?? '';
	const data = {
		id: view.task.rowId,
		created_at: view.createdAtSeconds,
		task_id: view.taskId,
		platform: 'image',
		action: 'generate',
		status: view.state === 'unknown' ? 'UNKNOWN' : TASK_DTO_WORDS[view.state],
		fail_reason: reported,
		...(reported === '' ? {} : { result_url: reported }),
		submit_time: view.createdAtSeconds,
		finish_time: view.finishedAtSeconds,
		progress: percent(view),
		properties: { input: view.task.request.prompt },
		data: isDone(view) ? { created: view.finishedAtSeconds, data: view.images.map(typedItem) } : null,
	};
	return ok({ code: 'success', message: '', data });
}

function sub2apiCreated(view: TaskView): MockResponse {
	const path = `/v1/images/tasks/${view.taskId}`;
	const headers = { location: path, 'retry-after': String(view.retryAfterSeconds), 'cache-control': 'no-store' };
	return { status: 202, headers, body: { ...sub2apiFields(view), poll_url: path } };
}

function sub2apiBody(view: TaskView): MockResponse {
	const data = view.images.map(imageItem);
	const [first] = urlsOf(view);
	const done = {
		http_status: 200,
		...(first === undefined ? {} : { image_url: first }),
		result: { created: view.finishedAtSeconds, data },
		completed_at: view.finishedAtSeconds,
	};
	// `http_status` is the status of the upstream. The response itself has status 200.
	const failed = { http_status: 502, error: view.failure };
	const outcome = isDone(view) ? done : view.failure === null ? {} : failed;
	return { status: 200, headers: { 'cache-control': 'no-store' }, body: { ...sub2apiFields(view), ...outcome } };
}

function sub2apiFields(view: TaskView): object {
	return {
		id: view.taskId,
		task_id: view.taskId,
		object: 'image.generation.task',
		status: statusWord(view, SUB2API_WORDS),
		created_at: view.createdAtSeconds,
		expires_at: view.createdAtSeconds + DAY_SECONDS,
	};
}

function forkResultBody(view: TaskView): MockResponse {
	const items = view.images.map((image) => ({
		...imageItem(image),
		...(image.url === null ? {} : { url: pathOf(image.url) }),
	}));
	const data = {
		task_id: view.taskId,
		status: statusWord(view, FORK_WORDS),
		...(isDone(view) ? { result: { created: view.finishedAtSeconds, data: items } } : {}),
		...(view.failure === null ? {} : { error: { message: view.failure.message } }),
	};
	return ok({ data });
}

function openAiTaskBody(view: TaskView): MockResponse {
	return ok({
		id: view.taskId,
		task_id: view.taskId,
		object: 'image.generation.task',
		status: statusWord(view, VIDEO_WORDS),
		progress: percent(view),
		created_at: view.createdAtSeconds,
		...(isDone(view) ? { data: view.images.map(typedItem) } : {}),
		...(view.failure === null ? {} : { error: { ...view.failure, type: 'image_generation_failed' } }),
	});
}

function pathOf(url: string): string {
	const { pathname, search } = new URL(url);
	return pathname + search;
}

function ok(body: unknown): MockResponse {
	return { status: 200, body };
}
