/* eslint-disable */
import type { Call } from '../call';
import { DIALECTS } from '../dialects';
import { callBack, readCallbackUrl } from './callbacks';
import { readImageRequest } from './imageRequest';
import { acceptJob, finishJob, finishedAt, stateOf } from '../jobs/jobs';
import { Rejection } from './rejections';
import { resultFilesOf } from './resultFiles';
import { renderResults } from '../images/resultImages';
import type { MockResponse, Job, JobState, TaskImage, TaskView } from '../types';
import { now, type MockState } from '../state';

/** POST /v1/images/tasks */
export async function createTask(call: Call): Promise<MockResponse> {
	const request = readImageRequest(call, 'task');
	const callbackUrl = readCallbackUrl(call);
	const known = call.mock.jobs.length;
	const job = acceptJob(call, request, true);
	const isNew = call.mock.jobs.length > known;
	if (callbackUrl && isNew)
		void callBack(call, job, callbackUrl, async () => await viewTask(call, job)).catch(() => {});
	return DIALECTS[call.mock.settings.dialect].create(await viewTask(call, job));
}

/** GET /v1/images/tasks/{task_id} */
export async function getTask(call: Call): Promise<MockResponse> {
	const { mock } = call;
	const job = mock.jobs.find(({ taskId }) => taskId === call.params.taskId);
	const hidden = call.fault?.fault === 'lateVisibility' || (job !== undefined && job.visibleAt > now(mock));
	if (job === undefined || hidden) throw new Rejection(400, 'task_not_exist', 'task_not_exist');
	if (call.fault?.fault === 'failedTask') failNow(mock, job);
	if (call.fault?.fault === 'fewerImages') job.imageCount = Math.max(0, job.request.n - 1);
	const view = await viewTask(call, job);
	if (call.fault?.fault === 'unknownStatus') return bodyOf(mock, { ...unfinished(view), state: 'unknown' });
	if (call.fault?.fault === 'backwards') return bodyOf(mock, { ...unfinished(view), state: stateBefore(job) });
	call.whenDelivered = () => report(job, view.state);
	return bodyOf(mock, view);
}

function bodyOf(mock: MockState, view: TaskView): MockResponse {
	return DIALECTS[mock.settings.dialect].query(view);
}

/** The task as a reader may see it now. */
export async function viewTask(call: Call, job: Job): Promise<TaskView> {
	const { mock } = call;
	const state = stateOf(mock, job);
	const end = finishedAt(mock, job);
	return {
		job,
		taskId: job.taskId ?? '',
		state,
		progress: progressOf(mock, job, state),
		images: state === 'succeeded' ? await imagesOf(call, job) : [],
		failure: state === 'failed' ? job.failure : null,
		createdAtSeconds: wallSeconds(mock, job.acceptedAt),
		finishedAtSeconds: end === null ? 0 : wallSeconds(mock, end),
		retryAfterSeconds: mock.settings.retryAfterSeconds,
	};
}

async function imagesOf(call: Call, job: Job): Promise<TaskImage[]> {
	const mimeType = `image/${job.request.format}`;
	if (job.request.asBase64) {
		return (await renderResults(call, job)).map((rendered) => ({ url: null, rendered, mimeType }));
	}
	return resultFilesOf(call.mock, job).map(({ url }) => ({ url, rendered: null, mimeType }));
}

function progressOf(mock: MockState, job: Job, state: JobState): number | null {
	if (mock.settings.progress === 'none') return null;
	if (state === 'succeeded' || state === 'failed') return 100;
	if (mock.settings.progress === 'coarse') return state === 'queued' ? 0 : 50;
	return Math.min(99, Math.floor(((now(mock) - job.acceptedAt) / job.durationMs) * 100));
}

function failNow(mock: MockState, job: Job): void {
	job.failure ??= { code: 'upstream_error', message: 'upstream returned status 500' };
	finishJob(mock, job);
}

function unfinished(view: TaskView): TaskView {
	return { ...view, images: [], failure: null, progress: view.progress === null ? null : 0 };
}

function stateBefore(job: Job): JobState {
	return job.reported === 2 ? 'processing' : 'queued';
}

function report(job: Job, state: TaskView['state']): void {
	if (state === 'processing') job.reported = job.reported === 2 ? 2 : 1;
	if (state !== 'succeeded' && state !== 'failed') return;
	job.reported = 2;
	job.collected += 1;
}

function wallSeconds(mock: MockState, at: number): number {
	return Math.floor((Date.now() - now(mock) + at) / 1000);
}
