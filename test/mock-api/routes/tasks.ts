/* eslint-disable */
import type { Call } from '../call';
import { DIALECTS } from '../dialects';
import { callBack, readCallbackUrl } from './callbacks';
import { readImageRequest } from './imageRequest';
import { acceptTask, finishTask, finishedAt, stateOf } from '../tasks/tasks';
import { Rejection } from './rejections';
import { resultFilesOf } from './resultFiles';
import { renderResults } from '../images/resultImages';
import type { MockResponse, Task, TaskState, TaskImage, TaskView } from '../types';
import { now, type MockState } from '../state';

/** POST /v1/images/tasks */
export async function createTask(call: Call): Promise<MockResponse> {
	const request = readImageRequest(call, 'task');
	const callbackUrl = readCallbackUrl(call);
	const known = call.mock.tasks.length;
	const task = acceptTask(call, request, true);
	const isNew = call.mock.tasks.length > known;
	if (callbackUrl && isNew)
		void callBack(call, task, callbackUrl, async () => await viewTask(call, task)).catch(() => {});
	return DIALECTS[call.mock.settings.dialect].create(await viewTask(call, task));
}

/** GET /v1/images/tasks/{task_id} */
export async function getTask(call: Call): Promise<MockResponse> {
	const { mock } = call;
	const task = mock.tasks.find(({ taskId }) => taskId === call.params.taskId);
	const hidden = call.fault?.fault === 'lateVisibility' || (task !== undefined && task.visibleAt > now(mock));
	if (task === undefined || hidden) throw new Rejection(400, 'task_not_exist', 'task_not_exist');
	if (call.fault?.fault === 'failedTask') failNow(mock, task);
	if (call.fault?.fault === 'fewerImages') task.imageCount = Math.max(0, task.request.n - 1);
	const view = await viewTask(call, task);
	if (call.fault?.fault === 'unknownStatus') return bodyOf(mock, { ...unfinished(view), state: 'unknown' });
	if (call.fault?.fault === 'backwards') return bodyOf(mock, { ...unfinished(view), state: stateBefore(task) });
	call.whenDelivered = () => report(task, view.state);
	return bodyOf(mock, view);
}

function bodyOf(mock: MockState, view: TaskView): MockResponse {
	return DIALECTS[mock.settings.dialect].query(view);
}

/** The task as a status request sees it now. */
export async function viewTask(call: Call, task: Task): Promise<TaskView> {
	const { mock } = call;
	const state = stateOf(mock, task);
	const end = finishedAt(mock, task);
	return {
		task,
		taskId: task.taskId ?? '',
		state,
		progress: progressOf(mock, task, state),
		images: state === 'succeeded' ? await imagesOf(call, task) : [],
		failure: state === 'failed' ? task.failure : null,
		createdAtSeconds: wallSeconds(mock, task.acceptedAt),
		finishedAtSeconds: end === null ? 0 : wallSeconds(mock, end),
		retryAfterSeconds: mock.settings.retryAfterSeconds,
	};
}

async function imagesOf(call: Call, task: Task): Promise<TaskImage[]> {
	const mimeType = `image/${task.request.format}`;
	if (task.request.asBase64) {
		return (await renderResults(call, task)).map((rendered) => ({ url: null, rendered, mimeType }));
	}
	return resultFilesOf(call.mock, task).map(({ url }) => ({ url, rendered: null, mimeType }));
}

function progressOf(mock: MockState, task: Task, state: TaskState): number | null {
	if (mock.settings.progress === 'none') return null;
	if (state === 'succeeded' || state === 'failed') return 100;
	if (mock.settings.progress === 'coarse') return state === 'queued' ? 0 : 50;
	return Math.min(99, Math.floor(((now(mock) - task.acceptedAt) / task.durationMs) * 100));
}

function failNow(mock: MockState, task: Task): void {
	task.failure ??= { code: 'upstream_error', message: 'upstream returned status 500' };
	finishTask(mock, task);
}

function unfinished(view: TaskView): TaskView {
	return { ...view, images: [], failure: null, progress: view.progress === null ? null : 0 };
}

function stateBefore(task: Task): TaskState {
	return task.reported === 2 ? 'processing' : 'queued';
}

function report(task: Task, state: TaskView['state']): void {
	if (state === 'processing') task.reported = task.reported === 2 ? 2 : 1;
	if (state !== 'succeeded' && state !== 'failed') return;
	task.reported = 2;
	task.collected += 1;
}

function wallSeconds(mock: MockState, at: number): number {
	return Math.floor((Date.now() - now(mock) + at) / 1000);
}
