/* eslint-disable */
import type { Call } from '../call';
import { createRandom } from '../random';
import { loadReferences } from './referenceImages';
import { balanceUsedUp, invalidRequest, Rejection, tooManyRequests } from '../routes/rejections';
import type { ImageRequest, Task, TaskState, LedgerEntry } from '../types';
import { now, pause, type MockState } from '../state';

/** Accepts a paid task, or rejects it without a charge. */
export function acceptTask(call: Call, request: ImageRequest, asTask: boolean): Task {
	const { mock } = call;
	const { settings } = mock;
	const known = settings.honorsIdempotencyKey ? findRepeated(call) : undefined;
	if (known !== undefined) {
		call.whenDelivered = () => {
			known.isDelivered = true;
		};
		return known;
	}
	const unfinished = mock.tasks.filter((task) => finishedAt(mock, task) === null).length;
	if (unfinished >= settings.tasksAtOnce) throw tooManyRequests(mock, call.route);
	if (totalImagesCharged(mock) + request.n > settings.balance) throw balanceUsedUp();
	const task = newTask(call, request, asTask);
	if (call.fault?.fault === 'lateVisibility') task.visibleAt = task.acceptedAt + (call.fault.ms ?? 100);
	if (call.fault?.fault === 'failedTask')
		task.failure = { code: 'upstream_error', message: 'upstream returned status 500' };
	if (call.fault?.fault === 'fewerImages') task.imageCount = Math.max(0, task.imageCount - 1);
	mock.tasks.push(task);
	call.whenDelivered = () => {
		task.isDelivered = true;
	};
	task.referencesLoaded = loadTaskReferences(mock, task);
	return task;
}

/**
 * The task that a request with the same Idempotency-Key created.
 *
 * @throws a 422 if the body is different, as Stripe and the IETF draft of this header do
 */
function findRepeated({ mock, request, entry }: Call): Task | undefined {
	const key = request.headers['idempotency-key'];
	const known = mock.tasks.find(({ idempotencyKey }) => key !== undefined && idempotencyKey === key);
	if (known !== undefined && known.body !== JSON.stringify(entry.body)) {
		throw new Rejection(422, 'idempotency_key_reused', 'this Idempotency-Key was used with another body');
	}
	return known;
}

function newTask({ mock, request: { headers }, entry }: Call, request: ImageRequest, asTask: boolean): Task {
	const { settings, random } = mock;
	const number = mock.tasks.length + 1;
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
		isDelivered: false,
		reported: 0,
	};
}

// Depends only on the seed and the task number: task 7 always takes the same time, whatever came before it.
function drawTaskMs({ settings: { taskMs, seed } }: MockState, taskNumber: number): number {
	if (typeof taskMs === 'number') return taskMs;
	if (typeof taskMs === 'function') return taskMs(taskNumber);
	const [shortest, longest] = taskMs;
	return shortest + createRandom(seed * 1_000 + taskNumber).next() * (longest - shortest);
}

// The upstream downloads references while the task runs. If one is not valid, the accepted task fails.
async function loadTaskReferences(mock: MockState, task: Task): Promise<void> {
	try {
		const images = await loadReferences(task.request.references, mock.stopping.signal);
		task.references = { state: 'ready', at: now(mock), images };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		task.references = { state: 'failed', at: now(mock), reason };
		task.failure ??= { code: 'upstream_error', message: reason };
	}
}

/** A synchronous call: the task runs while the caller waits, and is charged even if the caller hangs up. */
export async function runToEnd(call: Call, request: ImageRequest): Promise<Task> {
	const task = acceptTask(call, request, false);
	if (task.endedAt === null) await Promise.all([pause(call.mock, task.durationMs), task.referencesLoaded]);
	task.endedAt ??= now(call.mock);
	if (task.references.state === 'failed') throw invalidRequest(task.references.reason);
	if (task.failure !== null) throw new Rejection(500, 'bad_response_status_code', 'bad response status code 500');
	return task;
}

/** When the task ended, or null until then. */
export function finishedAt(mock: MockState, task: Task): number | null {
	if (task.taskId === null) return task.endedAt;
	if (task.references.state === 'loading') return null;
	const end = Math.max(task.acceptedAt + task.durationMs, task.references.at);
	return end <= now(mock) ? end : null;
}

/** Ends a task now. */
export function finishTask(mock: MockState, task: Task): void {
	task.durationMs = Math.min(task.durationMs, now(mock) - task.acceptedAt);
}

export function stateOf(mock: MockState, task: Task): TaskState {
	if (finishedAt(mock, task) !== null) return task.failure === null ? 'succeeded' : 'failed';
	const elapsed = now(mock) - task.acceptedAt;
	return elapsed < task.durationMs * mock.settings.queuedShare ? 'queued' : 'processing';
}

/** All n images are charged when the task is accepted. At the end, failed tasks and missing images are refunded. */
export function imagesCharged(mock: MockState, task: Task): number {
	if (finishedAt(mock, task) === null) return task.request.n;
	return task.failure === null ? task.imageCount : 0;
}

export function totalImagesCharged(mock: MockState): number {
	return mock.tasks.reduce((sum, task) => sum + imagesCharged(mock, task), 0);
}

export function ledgerEntry(mock: MockState, task: Task): LedgerEntry {
	const { number, taskId, acceptedAt, collected, downloads, isDelivered } = task;
	const { kind, model, prompt, n, references } = task.request;
	const charged = imagesCharged(mock, task);
	return {
		number,
		kind,
		taskId,
		model,
		prompt,
		n,
		imagesCharged: charged,
		cost: charged * mock.settings.unitPrice,
		references: references.length,
		acceptedAt,
		finishedAt: finishedAt(mock, task),
		collected,
		downloads,
		isDelivered,
		state: stateOf(mock, task),
	};
}
