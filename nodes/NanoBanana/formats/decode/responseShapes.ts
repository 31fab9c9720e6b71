/**
 * Where a response contains the task, its ID, its status and its images: one line per place, with who documents it.
 * A new vendor's shape is one more line. Gemini's is in decodeGemini.ts, status words are in statusWords.ts, errors in
 * errorBody.ts. 'API page' is the page of the Nano Series image API. Paths are those of `readPath`.
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

/** Names of a task ID. A bare `id` counts only next to a status; `data` itself only as text next to `code: "success"` (zhenzhen). */
export const ID_NAMES = ['task_id', 'taskId'];

/** `status`: API page and most; `state`: kie.ai; `task_status`: Kling, Baidu Qianfan, Alibaba Model Studio. */
export const STATUS_NAMES = ['status', 'state', 'task_status'];

/** Images of a finished task, inside the object that describes it. The place with the most images counts, then the first. */
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
	{ path: 'results[*]', documentedBy: 'evolink, aif, Alibaba Model Studio' },
	{ path: 'resultJson.resultUrls[*]', documentedBy: 'kie.ai: JSON text' },
	{ path: 'response.resultUrls[*]', documentedBy: 'kie.ai (4o Image API)' },
	{ path: 'task_result.images[*]', documentedBy: 'Kling, Baidu Qianfan' },
];

/** Names that an API may also use for the images it was sent: they count where no other place contains an image. */
export const LESS_CERTAIN_PLACES: Place[] = [
	{ path: 'images[*].url', documentedBy: 'mountsea; a list of plain texts would be the request' },
	{ path: 'image_urls[*]', documentedBy: 'mountsea' },
	{ path: 'image_url', documentedBy: 'sub2api: the first of result.data' },
	{ path: 'imageUrl', documentedBy: 'New API (Midjourney tasks)' },
];

/** Images of a response without a task: a synchronous call, or a task that was finished at once. */
export const SYNC_PLACES: Place[] = [
	{ path: 'data[*]', documentedBy: 'OpenAI Images, New API' },
	{ path: 'data.data[*]', documentedBy: 'ai-nebula' },
];

/** How many images the body announces (API page). */
export const COUNT: Place = { path: 'metadata.result_count', documentedBy: 'API page' };

/** Says `expired` where the task ended well and its images are deleted. */
export const AVAILABILITY: Place = { path: 'output.availability', documentedBy: 'zmodel' };
