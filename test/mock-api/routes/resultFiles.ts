/* eslint-disable */
import type { Call } from '../call';
import { UPSTREAM_AGENT } from '../jobs/referenceImages';
import { renderResult } from '../images/resultImages';
import type { MockResponse, Job, ResultFile } from '../types';
import type { MockState } from '../state';

const LIFETIME_SECONDS = 3600;

/** The URLs of a finished job's images; expired ones are replaced by fresh ones. */
export function resultFilesOf(mock: MockState, job: Job): ResultFile[] {
	for (let index = 0; index < job.imageCount; index += 1) {
		const known = job.results[index];
		if (known === undefined || known.expiredStatus !== null) job.results[index] = publish(mock, job, index);
	}
	return job.results.slice(0, job.imageCount);
}

function publish(mock: MockState, job: Job, index: number): ResultFile {
	const random = mock.random.fileNames;
	const name = `${random.text(24)}.${job.request.format === 'jpeg' ? 'jpg' : job.request.format}`;
	const signature = random.text(32);
	const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
	const url = `${folderOf(mock, job)}/${name}?expires=${expires}&signature=${signature}`;
	const file = { job, index, name, signature, url, expiredStatus: null };
	mock.files.set(name, file);
	return file;
}

// forkResult serves results itself, next to the task; the others have a file host.
function folderOf({ urls, settings }: MockState, job: Job): string {
	const atHome = settings.dialect === 'forkResult' && job.taskId !== null;
	return atHome ? `${urls.api}/v1/images/tasks/${job.taskId}/files` : `${urls.files}/r`;
}

/** Serves one image to whoever holds the signed URL. */
export async function serveFile(call: Call): Promise<MockResponse> {
	const { mock } = call;
	const file = mock.files.get(call.params.name);
	if (file === undefined) return { status: 404, body: 'no such file' };
	if (call.query.signature !== file.signature) return { status: 403, body: 'bad signature' };
	if (call.fault?.fault === 'expiredFile') file.expiredStatus = call.fault.status ?? expiredStatus(mock);
	if (file.expiredStatus !== null) return { status: file.expiredStatus, body: 'Request has expired' };
	const { content, ...served } = await renderResult(mock, file.job, file.index);
	call.whenDelivered = () => {
		// The API fetching its own result as a reference is no customer's download.
		const byCustomer = call.request.headers['user-agent'] !== UPSTREAM_AGENT;
		if (byCustomer && call.request.method === 'GET') file.job.downloads += 1;
		mock.served.set(file.url, { job: file.job.number, index: file.index, file: served });
	};
	return { status: 200, headers: { 'content-type': served.mimeType }, body: content };
}

function expiredStatus(mock: MockState): number {
	return [403, 404, 410][Math.floor(mock.random.faults.next() * 3)];
}
