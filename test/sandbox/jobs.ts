/* eslint-disable */
import { modelFacts, tierOf } from './catalogue';
import type { Call } from './call';
import { paint, type Picture } from './pictures';
import { createRandom } from './random';
import { loadReferences } from './references';
import { balanceUsedUp, tooManyRequests } from './refusals';
import { nearestRatio, pixelSize } from './sizes';
import type { ImageRequest, Job, JobState, LedgerEntry } from './types';
import { now, type World } from './world';

/** Takes a paid job on, or refuses it without a trace on the bill. */
export function acceptJob(call: Call, request: ImageRequest): Job {
	const { world } = call;
	const { settings } = world;
	const unfinished = world.jobs.filter((job) => finishedAt(world, job) === null).length;
	if (unfinished >= settings.tasksAtOnce) throw tooManyRequests(world, call.route);
	if (imagesBilledIn(world) + request.n > settings.balance) throw balanceUsedUp();
	const job = createJob(world, request);
	if (call.fault?.fault === 'lateVisibility') job.visibleAt = job.acceptedAt + (call.fault.ms ?? 100);
	if (call.fault?.fault === 'failedTask') job.failure = { code: 'upstream_error', message: 'upstream returned status 500' };
	if (call.fault?.fault === 'fewerImages') job.imageCount = Math.max(0, job.imageCount - 1);
	world.jobs.push(job);
	call.whenDelivered = () => {
		job.answered = true;
	};
	void collectReferences(world, job);
	return job;
}

function createJob(world: World, request: ImageRequest): Job {
	const { settings, random } = world;
	const number = world.jobs.length + 1;
	const acceptedAt = now(world);
	const fails = request.kind === 'task' && request.prompt.includes('[fail]');
	return {
		number,
		rowId: 48_212 + number,
		taskId: request.kind === 'task' ? `task_${random.taskIds.text(32)}` : null,
		request,
		acceptedAt,
		durationMs: request.kind === 'task' ? drawTaskMs(world, number) : settings.syncMs,
		visibleAt: acceptedAt + settings.visibleAfterMs,
		endedAt: null,
		references: { state: 'loading' },
		failure: fails ? { code: 'upstream_error', message: 'upstream refused the prompt: [fail]' } : null,
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
async function collectReferences(world: World, job: Job): Promise<void> {
	try {
		const pictures = await loadReferences(job.request.references, world.stopping.signal);
		job.references = { state: 'ready', at: now(world), pictures };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		job.references = { state: 'failed', at: now(world), reason };
		job.failure ??= { code: 'upstream_error', message: reason };
	}
}

/** When the job ended, or null while it has not. */
export function finishedAt(world: World, job: Job): number | null {
	if (job.request.kind !== 'task') return job.endedAt;
	if (job.references.state === 'loading') return null;
	const end = Math.max(job.acceptedAt + job.durationMs, job.references.at);
	return end <= now(world) ? end : null;
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
	return {
		number,
		kind,
		taskId,
		model,
		prompt,
		n,
		imagesBilled: imagesBilled(world, job),
		references: references.length,
		acceptedAt,
		finishedAt: finishedAt(world, job),
		collected,
		downloads,
		answered,
		state: stateOf(world, job),
	};
}

/** One of the job's pictures; painted when somebody wants it, since most tests never look. */
export async function paintResult(world: World, job: Job, index: number): Promise<Picture> {
	const { request } = job;
	const pictures = job.references.state === 'ready' ? job.references.pictures : [];
	const { tier, ratios } = modelFacts(request.model);
	const fallback = pictures.length > 0 ? nearestRatio(ratios, pictures[0]) : '1:1';
	const ratio = request.aspectRatio ?? fallback;
	const wantedTier = request.imageSize === null ? tier : tierOf(request.imageSize);
	return await paint({
		...pixelSize(wantedTier, ratio),
		prompt: request.prompt,
		caption: `${request.model}  ${ratio}  #${index + 1}`,
		index,
		format: request.format,
		references: pictures,
		padToBytes: world.settings.imageBytes,
	});
}
