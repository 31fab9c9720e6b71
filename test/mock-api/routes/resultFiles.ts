/* eslint-disable */
import type { Call } from '../call';
import { UPSTREAM_AGENT } from '../jobs/referenceImages';
import { paintResult } from '../images/resultImages';
import type { Answer, Job, ResultFile } from '../types';
import type { World } from '../state';

const LIFETIME_SECONDS = 3600;

/** The addresses of a finished job's pictures; expired ones are replaced by fresh ones. */
export function resultFilesOf(world: World, job: Job): ResultFile[] {
	for (let index = 0; index < job.imageCount; index += 1) {
		const known = job.results[index];
		if (known === undefined || known.expiredStatus !== null) job.results[index] = publish(world, job, index);
	}
	return job.results.slice(0, job.imageCount);
}

function publish(world: World, job: Job, index: number): ResultFile {
	const random = world.random.fileNames;
	const name = `${random.text(24)}.${job.request.format === 'jpeg' ? 'jpg' : job.request.format}`;
	const signature = random.text(32);
	const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
	const url = `${folderOf(world, job)}/${name}?expires=${expires}&signature=${signature}`;
	const file = { job, index, name, signature, url, expiredStatus: null };
	world.files.set(name, file);
	return file;
}

// One relative of the family serves results itself, beside the task; the others have a file host.
function folderOf({ urls, settings }: World, job: Job): string {
	const atHome = settings.dialect === 'forkResult' && job.taskId !== null;
	return atHome ? `${urls.api}/v1/images/tasks/${job.taskId}/files` : `${urls.files}/r`;
}

/** Serves one picture to whoever holds the signed address. */
export async function serveFile(call: Call): Promise<Answer> {
	const { world } = call;
	const file = world.files.get(call.params.name);
	if (file === undefined) return { status: 404, body: 'no such file' };
	if (call.query.signature !== file.signature) return { status: 403, body: 'bad signature' };
	if (call.fault?.fault === 'expiredFile') file.expiredStatus = call.fault.status ?? expiredStatus(world);
	if (file.expiredStatus !== null) return { status: file.expiredStatus, body: 'Request has expired' };
	const { content, ...served } = await paintResult(world, file.job, file.index);
	call.whenDelivered = () => {
		// The gateway fetching its own result as a reference is no customer's download.
		const byCustomer = call.request.headers['user-agent'] !== UPSTREAM_AGENT;
		if (byCustomer && call.request.method === 'GET') file.job.downloads += 1;
		world.served.set(file.url, served);
	};
	return { status: 200, headers: { 'content-type': served.mimeType }, body: content };
}

function expiredStatus(world: World): number {
	return [403, 404, 410][Math.floor(world.random.faults.next() * 3)];
}
