/* eslint-disable */
import type { Call } from '../call';
import { DIALECTS } from '../dialects';
import { readImageRequest } from './imageRequest';
import { acceptJob, finishJob, finishedAt, stateOf } from '../jobs/jobs';
import { Refusal } from './rejections';
import { resultFilesOf } from './resultFiles';
import { inlineResults } from '../images/resultImages';
import type { Answer, Job, JobState, TaskImage, TaskView } from '../types';
import { now, type World } from '../state';

/** POST /v1/images/tasks */
export async function createTask(call: Call): Promise<Answer> {
	const job = acceptJob(call, readImageRequest(call, 'task'), true);
	return DIALECTS[call.world.settings.dialect].create(await viewTask(call, job));
}

/** GET /v1/images/tasks/{task_id} */
export async function getTask(call: Call): Promise<Answer> {
	const { world } = call;
	const job = world.jobs.find(({ taskId }) => taskId === call.params.taskId);
	const hidden = call.fault?.fault === 'lateVisibility' || (job !== undefined && job.visibleAt > now(world));
	if (job === undefined || hidden) throw new Refusal(400, 'task_not_exist', 'task_not_exist');
	if (call.fault?.fault === 'failedTask') failNow(world, job);
	if (call.fault?.fault === 'fewerImages') job.imageCount = Math.max(0, job.request.n - 1);
	const view = await viewTask(call, job);
	if (call.fault?.fault === 'unknownStatus') return bodyOf(world, { ...unfinished(view), state: 'unknown' });
	if (call.fault?.fault === 'backwards') return bodyOf(world, { ...unfinished(view), state: stateBefore(job) });
	call.whenDelivered = () => tell(job, view.state);
	return bodyOf(world, view);
}

function bodyOf(world: World, view: TaskView): Answer {
	return DIALECTS[world.settings.dialect].query(view);
}

/** The task as a reader may see it now. */
export async function viewTask(call: Call, job: Job): Promise<TaskView> {
	const { world } = call;
	const state = stateOf(world, job);
	const end = finishedAt(world, job);
	return {
		job,
		taskId: job.taskId ?? '',
		state,
		progress: progressOf(world, job, state),
		images: state === 'succeeded' ? await imagesOf(call, job) : [],
		failure: state === 'failed' ? job.failure : null,
		createdAtSeconds: wallSeconds(world, job.acceptedAt),
		finishedAtSeconds: end === null ? 0 : wallSeconds(world, end),
		retryAfterSeconds: world.settings.retryAfterSeconds,
	};
}

async function imagesOf(call: Call, job: Job): Promise<TaskImage[]> {
	const mimeType = `image/${job.request.format}`;
	if (job.request.asBase64) {
		return (await inlineResults(call, job)).map((picture) => ({ url: null, picture, mimeType }));
	}
	return resultFilesOf(call.world, job).map(({ url }) => ({ url, picture: null, mimeType }));
}

function progressOf(world: World, job: Job, state: JobState): number | null {
	if (world.settings.progress === 'none') return null;
	if (state === 'succeeded' || state === 'failed') return 100;
	if (world.settings.progress === 'coarse') return state === 'queued' ? 0 : 50;
	return Math.min(99, Math.floor(((now(world) - job.acceptedAt) / job.durationMs) * 100));
}

function failNow(world: World, job: Job): void {
	job.failure ??= { code: 'upstream_error', message: 'upstream returned status 500' };
	finishJob(world, job);
}

function unfinished(view: TaskView): TaskView {
	return { ...view, images: [], failure: null, progress: view.progress === null ? null : 0 };
}

function stateBefore(job: Job): JobState {
	return job.told === 2 ? 'processing' : 'queued';
}

function tell(job: Job, state: TaskView['state']): void {
	if (state === 'processing') job.told = job.told === 2 ? 2 : 1;
	if (state !== 'succeeded' && state !== 'failed') return;
	job.told = 2;
	job.collected += 1;
}

function wallSeconds(world: World, at: number): number {
	return Math.floor((Date.now() - now(world) + at) / 1000);
}
