/* eslint-disable */
import type { Call } from '../call';
import { UPSTREAM_AGENT } from '../tasks/referenceImages';
import { renderResult } from '../images/resultImages';
import type { MockResponse, Task, ResultFile } from '../types';
import type { MockState } from '../state';

const LIFETIME_SECONDS = 3600;

/** The URLs of the images of a finished task. New ones replace the expired ones. */
export function resultFilesOf(mock: MockState, task: Task): ResultFile[] {
	for (let index = 0; index < task.imageCount; index += 1) {
		const known = task.results[index];
		if (known === undefined || known.expiredStatus !== null) task.results[index] = publish(mock, task, index);
	}
	return task.results.slice(0, task.imageCount);
}

function publish(mock: MockState, task: Task, index: number): ResultFile {
	const random = mock.random.fileNames;
	const name = `${random.text(24)}.${task.request.format === 'jpeg' ? 'jpg' : task.request.format}`;
	const signature = random.text(32);
	const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
	const url = `${folderOf(mock, task)}/${name}?expires=${expires}&signature=${signature}`;
	const file = { task, index, name, signature, url, expiredStatus: null };
	mock.files.set(name, file);
	return file;
}

// forkResult serves the files from the API, under the task's path. The other dialects have a file host.
function folderOf({ urls, settings }: MockState, task: Task): string {
	const atHome = settings.dialect === 'forkResult' && task.taskId !== null;
	return atHome ? `${urls.api}/v1/images/tasks/${task.taskId}/files` : `${urls.files}/r`;
}

/** Serves one image to every client that sends the signed URL. */
export async function serveFile(call: Call): Promise<MockResponse> {
	const { mock } = call;
	const file = mock.files.get(call.params.name);
	if (file === undefined) return { status: 404, body: 'no such file' };
	if (call.query.signature !== file.signature) return { status: 403, body: 'bad signature' };
	if (call.fault?.fault === 'expiredFile') file.expiredStatus = call.fault.status ?? expiredStatus(mock);
	if (file.expiredStatus !== null) return { status: file.expiredStatus, body: 'Request has expired' };
	const { content, ...served } = await renderResult(mock, file.task, file.index);
	call.whenDelivered = () => {
		// If the API downloads its own result as a reference, that is not a customer's download.
		const byCustomer = call.request.headers['user-agent'] !== UPSTREAM_AGENT;
		if (byCustomer && call.request.method === 'GET') file.task.downloads += 1;
		mock.served.set(file.url, { task: file.task.number, index: file.index, file: served });
	};
	return { status: 200, headers: { 'content-type': served.mimeType }, body: content };
}

function expiredStatus(mock: MockState): number {
	return [403, 404, 410][Math.floor(mock.random.faults.next() * 3)];
}
