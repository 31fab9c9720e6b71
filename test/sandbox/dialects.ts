/* eslint-disable */
import type { Answer, TaskImage, TaskView } from './types';

export interface DialectWriter {
	create(view: TaskView): Answer;
	query(view: TaskView): Answer;
}

export const DIALECT_NAMES = [
	'seed',
	'newapiFlat',
	'sub2api',
	'dataString',
	'dataArray',
	'evolink',
	'taskDto',
	'zmodel',
	'outputs',
	'toapis',
	'forkResult',
	'openAiTask',
] as const;

export type Dialect = (typeof DIALECT_NAMES)[number];

const seed: DialectWriter = { create: seedBody, query: seedBody };

export const DIALECTS: Record<Dialect, DialectWriter> = {
	seed,
	newapiFlat: seed,
	sub2api: seed,
	dataString: seed,
	dataArray: seed,
	evolink: seed,
	taskDto: seed,
	zmodel: seed,
	outputs: seed,
	toapis: seed,
	forkResult: seed,
	openAiTask: seed,
};

function seedBody(view: TaskView): Answer {
	const { taskId, state, images, failure, job } = view;
	const urls = images.flatMap(({ url }) => url ?? []);
	const base64 = images.flatMap(({ picture }) => picture ?? []);
	const data = {
		task_id: taskId,
		status: state === 'unknown' ? 'post_processing' : state,
		progress: view.progress === null ? '' : `${view.progress}%`,
		result_url: urls[0] ?? '',
		...(urls.length > 1 ? { result_urls: urls } : {}),
		metadata: {
			task_type: job.request.references.length > 0 ? 'image2image' : 'text2image',
			...(state === 'succeeded' || state === 'failed' ? { result_count: images.length } : {}),
		},
		...(base64.length > 0 ? { data: images.map(typedItem) } : {}),
		error: failure,
	};
	return { status: 200, body: { code: 'success', message: '', data } };
}

/** The family's typed image item: all three keys are always there, empty ones mean absent. */
export function typedItem({ url, picture }: TaskImage): Record<string, string> {
	return { url: url ?? '', b64_json: picture?.content.toString('base64') ?? '', revised_prompt: '' };
}
