import type { TaskStatus } from '../../types';

/**
 * Where a response contains the task, its ID, its status, and its images: one line per place, with its source, and the
 * words for a status. Add a line to support another API's shape. Gemini's shape is in decodeGemini.ts, errors in
 * errorBody.ts. 'API page' is the page of the Nano Series image API. `readPath` reads the paths.
 */

export interface Place {
	path: string;
	documentedBy: string;
}

/** The object that describes the task. */
export const TASK_PLACES: Place[] = [
	{ path: 'data', documentedBy: 'API page, New API (dto.TaskResponse), kie.ai, vidgo, Kling, Baidu Qianfan' },
	{ path: 'data[*]', documentedBy: 'apimart' },
	{ path: 'output', documentedBy: 'Alibaba Model Studio' },
	{ path: '', documentedBy: 'New API forks (image.task), sub2api, zmodel, evolink, toapis, zhenzhen' },
];

/** Names of a task ID. `id` also counts next to a status, and text in `data` next to `code: "success"` (zhenzhen). */
export const ID_NAMES = ['task_id', 'taskId'];

/** `status`: API page and most; `state`: kie.ai; `task_status`: Kling, Baidu Qianfan, Alibaba Model Studio. */
export const STATUS_NAMES = ['status', 'state', 'task_status'];

/** Images of a finished task, inside the object that describes it. The first place with the most images wins. */
export const RESULT_PLACES: Place[] = [
	{ path: 'result_url', documentedBy: 'API page' },
	{ path: 'result_urls[*]', documentedBy: 'API page for more than one image (assumed), kie.ai' },
	{ path: 'data.data[*]', documentedBy: 'New API TaskDto: the raw image response, also as JSON text' },
	{ path: 'data[*]', documentedBy: 'New API fork (image.task)' },
	{ path: 'url', documentedBy: 'New API relay_task.go, realtime branch' },
	{ path: 'result.data[*]', documentedBy: 'New API fork, sub2api, toapis' },
	{ path: 'output.data[*]', documentedBy: 'zmodel' },
	{ path: 'outputs[*]', documentedBy: 'New API fork (/v1/tasks)' },
	{ path: 'result.images[*].url[*]', documentedBy: 'apimart: a list of URLs in each image' },
	{ path: 'result.images[*]', documentedBy: 'a relay with the same endpoints (POST and GET /v1/images/tasks)' },
	{ path: 'results[*]', documentedBy: 'evolink, aif, Alibaba Model Studio' },
	{ path: 'resultJson.resultUrls[*]', documentedBy: 'kie.ai: JSON text' },
	{ path: 'response.resultUrls[*]', documentedBy: 'kie.ai (4o Image API)' },
	{ path: 'task_result.images[*]', documentedBy: 'Kling, Baidu Qianfan' },
];

/** An API may also use these names for input images, so they only count if RESULT_PLACES contain none. */
export const LESS_CERTAIN_PLACES: Place[] = [
	{ path: 'images[*].url', documentedBy: 'mountsea; a list of plain texts would be the request' },
	{ path: 'image_urls[*]', documentedBy: 'mountsea' },
	{ path: 'image_url', documentedBy: 'sub2api: the first of result.data' },
	{ path: 'imageUrl', documentedBy: 'New API (Midjourney tasks)' },
];

/** Images in a response without a task status: a synchronous call, or a task that finished immediately. */
export const SYNC_PLACES: Place[] = [
	{ path: 'data[*]', documentedBy: 'OpenAI Images, New API' },
	{ path: 'data.data[*]', documentedBy: 'ai-nebula' },
];

/** How many images the API says it generated. */
export const COUNT: Place = { path: 'metadata.result_count', documentedBy: 'API page' };

/** Of the images of a task that succeeded. `expired`: they were deleted. `pending` or `archiving`: not stored yet. */
export const AVAILABILITY: Place = { path: 'output.availability', documentedBy: 'zmodel' };

/**
 * The documented status words, in lower case and without separators. Sources: API page, New API (task and video
 * statuses, and the Chinese labels of its dashboard), sub2api, zmodel, evolink, toapis, apimart, wengaocloud,
 * mountsea, kie.ai, Midjourney tasks, Alibaba Model Studio, Kling.
 */
const WORDS: Record<Exclude<TaskStatus, 'unknown'>, string> = {
	queued:
		'queued pending submitted waiting queuing created notstart notstarted ready scheduled modal 未启动 队列中 排队中',
	running: 'processing inprogress running generating started assigned stream awaiting 执行中 处理中 生成中',
	succeeded: 'succeeded success succeed completed complete done finished 成功 已完成',
	failed:
		'failed fail failure error cancel cancelled canceled rejected expired timeout createtaskfailed generatefailed 失败 已取消 超时',
};
const STATUSES = new Map(
	Object.entries(WORDS).flatMap(([status, words]) => words.split(' ').map((word) => [word, status as TaskStatus])),
);

/** Only an exact word of the list counts. Any other word is `unknown`, even if it contains a listed one. */
export function statusOf(word: string): TaskStatus {
	return STATUSES.get(word.toLowerCase().replace(/[\s_-]/g, '')) ?? 'unknown';
}

/** Percent from "50%", 50 or 0.5 (Alibaba Model Studio). Undefined for anything else. */
export function progressOf(value: unknown): number | undefined {
	const text = typeof value === 'string' ? value.trim().replace(/%$/, '') : value;
	const number = typeof text === 'string' && /^[\d.]{1,10}$/.test(text) ? Number(text) : text;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	return Math.min(100, Math.max(0, Math.round(number > 0 && number < 1 ? number * 100 : number)));
}
