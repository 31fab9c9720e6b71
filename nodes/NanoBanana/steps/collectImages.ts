import type { INodeExecutionData } from 'n8n-workflow';

import { systemClock } from '../lib/clock';
import { failureError } from '../errors/failure';
import { rowsOf, type TaskRecord } from './outputItems';
import type { Job } from '../run/itemContext';
import { pictureOf, type Purchase } from './storeImage';
import { failureOf } from '../poll/taskStatus';
import { OPERATIONS, type Kept, type Picture, type Understood } from '../types';

/** What one paid call, or one task, came to. */
export interface Result extends Purchase {
	outcome: Understood;
	/** Tasks that the gateway made of the same request besides that one. */
	furtherTaskIds?: string[];
	/** Pictures that came inside the answer. */
	kept?: Kept;
}

/** What is known about the request besides its results. */
export interface Known {
	requestedImages?: number;
	model?: string;
	warnings: string[];
}

/**
 * The rows of an item: its pictures downloaded and stored one by one, or the task while there are
 * none.
 *
 * @throws when a finished task holds no picture, or nothing that could be one
 */
export async function deliver(job: Job, results: Result[], known: Known): Promise<INodeExecutionData[]> {
	const { settings } = job;
	const task = recordOf(job, results, known);
	// With waiting off the row is the task, also when it is finished already; without a task the pictures are all there is.
	const isTaskOnly = OPERATIONS[settings.operation].pays && !settings.wait && task.taskId !== undefined;
	if (task.status === 'succeeded') {
		if (!isTaskOnly) await addPictures(job, results, task);
		task.finishedAt = new Date(systemClock.now()).toISOString();
	}
	task.waitedMs = systemClock.now() - job.startedAt;
	return rowsOf(task, settings, job.itemIndex, job.ctx.getInputData().json);
}

function recordOf(job: Job, results: Result[], known: Known): TaskRecord {
	const outcomes = results.map((result) => job.hideKey(result.outcome));
	const finished = outcomes.flatMap((outcome) => (outcome.kind === 'images' ? [outcome] : []));
	const pending = outcomes.find((outcome) => outcome.kind === 'pending');
	const failed = outcomes.find((outcome) => outcome.kind === 'failed');
	const warnings = [...known.warnings, ...finished.flatMap((outcome) => outcome.warnings ?? [])];
	if (pending?.word)
		warnings.push(`The gateway calls the status '${job.clean(pending.word)}', a word that is not known here.`);
	if (pending?.reason) warnings.push(job.clean(pending.reason));
	const further = results.flatMap((result) => result.furtherTaskIds ?? []);
	if (further.length > 0 && !job.settings.wait)
		warnings.push(
			`The gateway made further tasks of this request: ${further.join(', ')}. Collect them with 'Wait for Task Result'.`,
		);
	if (failed) warnings.push(`${failureError(failureOf(failed)).message}: ${job.clean(failed.reason)}`);
	if (pending && job.settings.wait) {
		warnings.push(
			`Not finished after ${job.settings.timeoutMs / 1000} seconds. The task goes on at the gateway and is paid for; collect it with 'Wait for Task Result'.`,
		);
	}
	const text = finished
		.map((outcome) => outcome.text)
		.filter(Boolean)
		.join('\n');
	return {
		taskId: results.find((result) => result.taskId !== undefined)?.taskId,
		status: pending ? pending.status : failed ? 'failed' : 'succeeded',
		progress: pending ? pending.progress : failed ? undefined : 100,
		model: known.model ?? outcomes.map((outcome) => ('model' in outcome ? outcome.model : undefined)).find(Boolean),
		requestedImages: known.requestedImages,
		submittedAt: results[0].submittedAt,
		waitedMs: 0,
		polls: results.reduce((sum, result) => sum + result.reads, 0),
		text: text || undefined,
		warnings,
		pictures: [],
	};
}

/** The task may still get its images, and a new one is paid for. */
const LOOK_AGAIN =
	"The task has finished and names no image. Look at it again after a while with 'Get Task Status' or 'Wait for Task Result' and the task ID, before you run this node again: that would pay again.";

async function addPictures(job: Job, results: Result[], task: TaskRecord): Promise<void> {
	const parts = results.map((result) => ({
		result,
		refs: result.outcome.kind === 'images' ? result.outcome.images : [],
	}));
	const count = parts.reduce((sum, { result, refs }) => sum + refs.length + (result.kept?.pictures.length ?? 0), 0);
	const said = [task.text, ...task.warnings].filter(Boolean).join(' ');
	if (count === 0) {
		const code = parts
			.map(({ result: { outcome } }) => (outcome.kind === 'images' ? outcome.code : undefined))
			.find(Boolean);
		throw failureError({
			kind: 'no_image',
			taskId: task.taskId,
			...(task.taskId && { nextStep: LOOK_AGAIN }),
			...(said && { gatewayMessage: said }),
			...(code && { gatewayCode: code }),
		});
	}
	const add = (picture: Picture): void => void task.pictures.push({ ...picture, index: task.pictures.length });
	for (const { result, refs } of parts) {
		result.kept?.pictures.forEach(add);
		task.warnings.push(...(result.kept?.warnings ?? []));
		for (const [position, ref] of refs.entries()) {
			add(await pictureOf(job, { ref, bought: result, position, index: task.pictures.length, count }, task.warnings));
		}
	}
	const missing = (task.requestedImages ?? 0) - task.pictures.length;
	if (missing > 0)
		task.warnings.push(
			`${task.pictures.length} of ${task.requestedImages} images came back. Compare the bill with returnedImages.`,
		);
	if (task.pictures.some((picture) => picture.binary ?? picture.url)) return;
	throw failureError({
		kind: 'unreadable_answer',
		taskId: task.taskId,
		message: 'The gateway sent image data that is no image',
		gatewayMessage: task.warnings.join(' '),
	});
}

/** Stores the pictures that came inside an answer, so that they no longer take room as text. `call` is its place among the calls of the item. */
export async function keepPictures(job: Job, result: Result, call: number, calls: number): Promise<Kept> {
	const refs = result.outcome.kind === 'images' ? result.outcome.images.filter((ref) => ref.kind === 'base64') : [];
	const kept: Kept = { pictures: [], warnings: [] };
	for (const [position, ref] of refs.entries()) {
		const source = { ref, bought: result, position, index: call + position, count: Math.max(calls, refs.length) };
		kept.pictures.push(await pictureOf(job, source, kept.warnings));
	}
	return kept;
}
