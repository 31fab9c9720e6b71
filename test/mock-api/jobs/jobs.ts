/* eslint-disable */
import type { Call } from '../call';
import { createRandom } from '../random';
import { loadReferences } from './referenceImages';
import { balanceUsedUp, invalidRequest, Rejection, tooManyRequests } from '../routes/rejections';
import type { ImageRequest, Job, JobState, LedgerEntry } from '../types';
import { now, pause, type MockState } from '../state';

/** Takes a paid job on, or rejects it without a trace on the bill. */
export function acceptJob(call: Call, request: ImageRequest, asTask: boolean): Job {
	const { mock } = call;
	const { settings } = mock;
	const known = settings.honorsIdempotencyKey ? findRepeated(call) : undefined;
	if (known !== undefined) {
		call.whenDelivered = () => {
			known.answered = true;
		};
		return known;
	}
	const unfinished = mock.jobs.filter((job) => finishedAt(mock, job) === null).length;
	if (unfinished >= settings.tasksAtOnce) throw tooManyRequests(mock, call.route);
	if (imagesBilledIn(mock) + request.n > settings.balance) throw balanceUsedUp();
	const job = createJob(call, request, asTask);
	if (call.fault?.fault === 'lateVisibility') job.visibleAt = job.acceptedAt + (call.fault.ms ?? 100);
	if (call.fault?.fault === 'failedTask')
		job.failure = { code: 'upstream_error', message: 'upstream returned status 500' };
	if (call.fault?.fault === 'fewerImages') job.imageCount = Math.max(0, job.imageCount - 1);
	mock.jobs.push(job);
	call.whenDelivered = () => {
		job.answered = true;
	};
	job.referencesLoaded = loadJobReferences(mock, job);
	return job;
}

/**
 * The job that a request with the same Idempotency-Key created.
 *
 * @throws a 422 when the body is another one, as Stripe and the IETF draft of this header do
 */
function findRepeated({ mock, request, entry }: Call): Job | undefined {
	const key = request.headers['idempotency-key'];
	const known = mock.jobs.find(({ idempotencyKey }) => key !== undefined && idempotencyKey === key);
	if (known !== undefined && known.body !== JSON.stringify(entry.body)) {
		throw new Rejection(422, 'idempotency_key_reused', 'this Idempotency-Key was used with another body');
	}
	return known;
}

function createJob({ mock, request: { headers }, entry }: Call, request: ImageRequest, asTask: boolean): Job {
	const { settings, random } = mock;
	const number = mock.jobs.length + 1;
	const acceptedAt = now(mock);
	const fails = asTask && request.prompt.includes('[fail]');
	return {
		number,
		rowId: 48_212 + number,
		taskId: asTask ? `task_${random.taskIds.text(32)}` : null,
		request,
		idempotencyKey: headers['idempotency-key'],
		body: JSON.stringify(entry.body),
		acceptedAt,
		durationMs: asTask ? drawTaskMs(mock, number) : settings.syncMs,
		visibleAt: acceptedAt + settings.visibleAfterMs,
		endedAt: null,
		references: { state: 'loading' },
		referencesLoaded: Promise.resolve(),
		failure: fails ? { code: 'upstream_error', message: 'upstream could not render the image: [fail]' } : null,
		imageCount: settings.resultCount ?? request.n,
		results: [],
		collected: 0,
		downloads: 0,
		answered: false,
		reported: 0,
	};
}

// Drawn from the number rather than from a running stream: task 7 takes as long whatever came before it.
function drawTaskMs({ settings: { taskMs, seed } }: MockState, taskNumber: number): number {
	if (typeof taskMs === 'number') return taskMs;
	if (typeof taskMs === 'function') return taskMs(taskNumber);
	const [shortest, longest] = taskMs;
	return shortest + createRandom(seed * 1_000 + taskNumber).next() * (longest - shortest);
}

// The upstream fetches references while the task runs; a bad one fails the task, not its acceptance.
async function loadJobReferences(mock: MockState, job: Job): Promise<void> {
	try {
		const images = await loadReferences(job.request.references, mock.stopping.signal);
		job.references = { state: 'ready', at: now(mock), images };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		job.references = { state: 'failed', at: now(mock), reason };
		job.failure ??= { code: 'upstream_error', message: reason };
	}
}

/** A synchronous call: the job runs while the caller waits, and is billed even when he hangs up. */
export async function runJob(call: Call, request: ImageRequest): Promise<Job> {
	const job = acceptJob(call, request, false);
	if (job.endedAt === null) await Promise.all([pause(call.mock, job.durationMs), job.referencesLoaded]);
	job.endedAt ??= now(call.mock);
	if (job.references.state === 'failed') throw invalidRequest(job.references.reason);
	if (job.failure !== null) throw new Rejection(500, 'bad_response_status_code', 'bad response status code 500');
	return job;
}

/** When the job ended, or null while it has not. */
export function finishedAt(mock: MockState, job: Job): number | null {
	if (job.taskId === null) return job.endedAt;
	if (job.references.state === 'loading') return null;
	const end = Math.max(job.acceptedAt + job.durationMs, job.references.at);
	return end <= now(mock) ? end : null;
}

/** Cuts a task short: from now on it has ended. */
export function finishJob(mock: MockState, job: Job): void {
	job.durationMs = Math.min(job.durationMs, now(mock) - job.acceptedAt);
}

export function stateOf(mock: MockState, job: Job): JobState {
	if (finishedAt(mock, job) !== null) return job.failure === null ? 'succeeded' : 'failed';
	const elapsed = now(mock) - job.acceptedAt;
	return elapsed < job.durationMs * mock.settings.queuedShare ? 'queued' : 'processing';
}

/** n is reserved when the job is accepted; the result settles it: failures are free, missing images too. */
export function imagesBilled(mock: MockState, job: Job): number {
	if (finishedAt(mock, job) === null) return job.request.n;
	return job.failure === null ? job.imageCount : 0;
}

export function imagesBilledIn(mock: MockState): number {
	return mock.jobs.reduce((sum, job) => sum + imagesBilled(mock, job), 0);
}

export function ledgerEntry(mock: MockState, job: Job): LedgerEntry {
	const { number, taskId, acceptedAt, collected, downloads, answered } = job;
	const { kind, model, prompt, n, references } = job.request;
	const billed = imagesBilled(mock, job);
	return {
		number,
		kind,
		taskId,
		model,
		prompt,
		n,
		imagesBilled: billed,
		cost: billed * mock.settings.unitPrice,
		references: references.length,
		acceptedAt,
		finishedAt: finishedAt(mock, job),
		collected,
		downloads,
		answered,
		state: stateOf(mock, job),
	};
}
