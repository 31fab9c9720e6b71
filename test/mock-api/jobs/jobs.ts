/* eslint-disable */
import type { Call } from '../call';
import { createRandom } from '../random';
import { loadReferences } from './referenceImages';
import { balanceUsedUp, invalidRequest, Refusal, tooManyRequests } from '../routes/rejections';
import type { ImageRequest, Job, JobState, LedgerEntry } from '../types';
import { now, pause, type World } from '../state';

/** Takes a paid job on, or refuses it without a trace on the bill. */
export function acceptJob(call: Call, request: ImageRequest, asTask: boolean): Job {
	const { world } = call;
	const { settings } = world;
	const unfinished = world.jobs.filter((job) => finishedAt(world, job) === null).length;
	if (unfinished >= settings.tasksAtOnce) throw tooManyRequests(world, call.route);
	if (imagesBilledIn(world) + request.n > settings.balance) throw balanceUsedUp();
	const job = createJob(world, request, asTask);
	if (call.fault?.fault === 'lateVisibility') job.visibleAt = job.acceptedAt + (call.fault.ms ?? 100);
	if (call.fault?.fault === 'failedTask')
		job.failure = { code: 'upstream_error', message: 'upstream returned status 500' };
	if (call.fault?.fault === 'fewerImages') job.imageCount = Math.max(0, job.imageCount - 1);
	world.jobs.push(job);
	call.whenDelivered = () => {
		job.answered = true;
	};
	job.gathered = gatherReferences(world, job);
	return job;
}

function createJob(world: World, request: ImageRequest, asTask: boolean): Job {
	const { settings, random } = world;
	const number = world.jobs.length + 1;
	const acceptedAt = now(world);
	const fails = asTask && request.prompt.includes('[fail]');
	return {
		number,
		rowId: 48_212 + number,
		taskId: asTask ? `task_${random.taskIds.text(32)}` : null,
		request,
		acceptedAt,
		durationMs: asTask ? drawTaskMs(world, number) : settings.syncMs,
		visibleAt: acceptedAt + settings.visibleAfterMs,
		endedAt: null,
		references: { state: 'loading' },
		gathered: Promise.resolve(),
		failure: fails ? { code: 'upstream_error', message: 'upstream could not render the image: [fail]' } : null,
		imageCount: settings.resultCount ?? request.n,
		results: [],
		collected: 0,
		downloads: 0,
		answered: false,
		told: 0,
	};
}

// Drawn from the number rather than from a running stream: task 7 takes as long whatever came before it.
function drawTaskMs({ settings: { taskMs, seed } }: World, taskNumber: number): number {
	if (typeof taskMs === 'number') return taskMs;
	if (typeof taskMs === 'function') return taskMs(taskNumber);
	const [shortest, longest] = taskMs;
	return shortest + createRandom(seed * 1_000 + taskNumber).next() * (longest - shortest);
}

// The upstream fetches references while the task runs; a bad one fails the task, not its acceptance.
async function gatherReferences(world: World, job: Job): Promise<void> {
	try {
		const pictures = await loadReferences(job.request.references, world.stopping.signal);
		job.references = { state: 'ready', at: now(world), pictures };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		job.references = { state: 'failed', at: now(world), reason };
		job.failure ??= { code: 'upstream_error', message: reason };
	}
}

/** A synchronous call: the job runs while the caller waits, and is billed even when he hangs up. */
export async function runJob(call: Call, request: ImageRequest): Promise<Job> {
	const job = acceptJob(call, request, false);
	await Promise.all([pause(call.world, job.durationMs), job.gathered]);
	job.endedAt = now(call.world);
	if (job.references.state === 'failed') throw invalidRequest(job.references.reason);
	if (job.failure !== null) throw new Refusal(500, 'bad_response_status_code', 'bad response status code 500');
	return job;
}

/** When the job ended, or null while it has not. */
export function finishedAt(world: World, job: Job): number | null {
	if (job.taskId === null) return job.endedAt;
	if (job.references.state === 'loading') return null;
	const end = Math.max(job.acceptedAt + job.durationMs, job.references.at);
	return end <= now(world) ? end : null;
}

/** Cuts a task short: from now on it has ended. */
export function finishJob(world: World, job: Job): void {
	job.durationMs = Math.min(job.durationMs, now(world) - job.acceptedAt);
}

export function stateOf(world: World, job: Job): JobState {
	if (finishedAt(world, job) !== null) return job.failure === null ? 'succeeded' : 'failed';
	const elapsed = now(world) - job.acceptedAt;
	return elapsed < job.durationMs * world.settings.queuedShare ? 'queued' : 'processing';
}

/** n is reserved when the job is accepted; the result settles it: failures are free, missing images too. */
export function imagesBilled(world: World, job: Job): number {
	if (finishedAt(world, job) === null) return job.request.n;
	return job.failure === null ? job.imageCount : 0;
}

export function imagesBilledIn(world: World): number {
	return world.jobs.reduce((sum, job) => sum + imagesBilled(world, job), 0);
}

export function ledgerEntry(world: World, job: Job): LedgerEntry {
	const { number, taskId, acceptedAt, collected, downloads, answered } = job;
	const { kind, model, prompt, n, references } = job.request;
	const billed = imagesBilled(world, job);
	return {
		number,
		kind,
		taskId,
		model,
		prompt,
		n,
		imagesBilled: billed,
		cost: billed * world.settings.unitPrice,
		references: references.length,
		acceptedAt,
		finishedAt: finishedAt(world, job),
		collected,
		downloads,
		answered,
		state: stateOf(world, job),
	};
}
