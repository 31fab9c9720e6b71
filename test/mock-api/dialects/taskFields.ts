/* eslint-disable */
import type { TaskImage, TaskView } from '../types';

/** Status words and fields that multiple dialects share. */

type StatusWords = Record<'queued' | 'processing' | 'succeeded' | 'failed', string>;

export const SEED_WORDS: StatusWords = {
	queued: 'queued',
	processing: 'processing',
	succeeded: 'succeeded',
	failed: 'failed',
};
export const VIDEO_WORDS: StatusWords = {
	queued: 'queued',
	processing: 'in_progress',
	succeeded: 'completed',
	failed: 'failed',
};
export const PENDING_WORDS: StatusWords = {
	queued: 'pending',
	processing: 'processing',
	succeeded: 'completed',
	failed: 'failed',
};

/** For the state 'unknown', a status that no list contains. */
export function statusWord(view: TaskView, words: StatusWords): string {
	return view.state === 'unknown' ? 'post_processing' : words[view.state];
}

export function percent({ progress }: TaskView): string {
	return progress === null ? '' : `${progress}%`;
}

/** The progress as a whole number; absent if the API reports none. */
export function progressNumber({ progress }: TaskView): { progress?: number } {
	return progress === null ? {} : { progress };
}

export function isDone({ state }: TaskView): boolean {
	return state === 'succeeded';
}

export function urlsOf({ images }: TaskView): string[] {
	return images.flatMap(({ url }) => url ?? []);
}

export function dataUri({ rendered, mimeType }: TaskImage): string {
	return `data:${mimeType};base64,${rendered?.content.toString('base64') ?? ''}`;
}

/** OpenAI's image item, with one of the two keys. */
export function imageItem(image: TaskImage): { url: string } | { b64_json: string } {
	return image.url !== null ? { url: image.url } : { b64_json: image.rendered?.content.toString('base64') ?? '' };
}

/** New API's typed image item: all three keys are always present, and an empty one means absent. */
export function typedItem(image: TaskImage): Record<string, string> {
	return { url: '', b64_json: '', revised_prompt: '', ...imageItem(image) };
}
