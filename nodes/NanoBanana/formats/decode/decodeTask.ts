import { classify } from '../../errors/classify';
import { errorIn, rejectionIn, type BodyError } from '../../errors/errorBody';
import { firstText, own, unwrapText } from '../../lib/json';
import type { Asked, DecodedResponse, ImageRef } from '../../types';
import { keyOf, keysOf, refsIn, unique } from './imageRef';
import { parsePath, readPath } from './readPath';
import { AVAILABILITY, COUNT, ID_NAMES, RESULT_PLACES, STATUS_NAMES, SYNC_PLACES, TASK_PLACES } from './responseShapes';
import { progressOf, statusOf } from './statusWords';

const stepsOf = ({ path }: { path: string }): string[] => parsePath(path) ?? [];
const TASKS = TASK_PLACES.map(stepsOf);
const RESULTS = RESULT_PLACES.map(stepsOf);
const SYNC_RESULTS = SYNC_PLACES.map(stepsOf);

/** A body on its way to its meaning. */
interface Reading {
	answer: object;
	/** The object in it that describes the task. */
	task: unknown;
	known: { taskId?: string; model?: string };
	baseUrl: string;
	/** Images that were sent, which are never results. */
	sent: ReadonlySet<string>;
}

interface Results {
	images: ImageRef[];
	/** Why single entries hold no image. */
	errors: BodyError[];
}

/** What a body of the task or OpenAI endpoints means by the table of response shapes. Total: anything else is `unknown`. */
export function decodeTask(body: unknown, baseUrl: string, asked: Asked = {}): DecodedResponse {
	const answer = unwrapText(body);
	if (typeof answer !== 'object' || answer === null)
		return { kind: 'unknown', reason: 'The response is not a JSON object' };
	const task = findTask(answer, asked.taskId);
	const taskId = idOf(task) ?? (asked.taskId === undefined ? idAsData(answer) : undefined);
	if (asked.taskId !== undefined && taskId !== undefined && taskId !== asked.taskId && !isRowId(task))
		return { kind: 'unknown', reason: 'The response is about another task' };
	const model = firstText(task, 'model')?.slice(0, 200);
	const sent = keysOf(asked.references, baseUrl);
	const reading: Reading = {
		answer,
		task,
		known: { ...(taskId && { taskId }), ...(model && { model }) },
		baseUrl,
		sent,
	};
	const word = statusWord(task);
	const status = word === undefined ? undefined : statusOf(word);

	if (asked.imagePath && status !== 'queued' && status !== 'running' && status !== 'failed') {
		const { images } = resultsIn(reading, answer, [asked.imagePath]);
		if (images.length > 0 || status === 'succeeded') return { kind: 'images', images, ...reading.known };
	}
	if (word === undefined || status === undefined) return withoutStatus(reading);
	if (status === 'failed') return failed(reading, word);
	if (status === 'succeeded') return succeeded(reading);
	return pending(reading, status, errorIn(task)?.message, word);
}

/** The object with the ID asked for, else with any ID, else with a status, else the body itself. */
function findTask(answer: object, wanted?: string): unknown {
	const found = TASKS.flatMap((steps) => readPath(answer, steps).slice(0, 1));
	return (
		(wanted === undefined ? undefined : found.find((task) => idOf(task) === wanted)) ??
		found.find((task) => namedId(task) !== undefined) ??
		found.find((task) => idOf(task) !== undefined) ??
		found.find((task) => statusWord(task) !== undefined) ??
		answer
	);
}

/** What is called a task ID. */
export function namedId(source: unknown): string | undefined {
	return ID_NAMES.map((name) => textId(own(source, name))).find((id) => id !== undefined);
}

/** A bare `id` counts beside a status only: images and log lines have one, too. */
function idOf(task: unknown): string | undefined {
	return namedId(task) ?? (statusWord(task) === undefined ? undefined : textId(own(task, 'id')));
}

/** A number as a bare `id` is the row of a database (New API TaskDto) and may differ from the ID asked for. */
function isRowId(task: unknown): boolean {
	return namedId(task) === undefined && typeof own(task, 'id') === 'number';
}

/** `{code: "success", data: "task_…"}` (zhenzhen), in the response to a create request. */
function idAsData(answer: object): string | undefined {
	const id = own(answer, 'code') === 'success' ? textId(own(answer, 'data')) : undefined;
	return id !== undefined && /^[\w.:-]+$/.test(id) && statusOf(id) === 'unknown' ? id : undefined;
}

/** Any text that can be a part of a path once it is encoded; a number only where JSON carries it exactly. */
function textId(value: unknown): string | undefined {
	if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
	if (typeof value !== 'string' || value.length > 500) return undefined;
	const id = value.trim();
	return id !== '' && id !== '.' && id !== '..' && !/[\p{Cc}\p{Cs}]/u.test(id) ? id : undefined;
}

export function statusWord(task: unknown): string | undefined {
	return firstText(task, ...STATUS_NAMES)?.slice(0, 100);
}

/** The place with the most images, and of equals the first: some repeat the first image of a list beside it. */
function resultsIn({ baseUrl, sent }: Reading, source: unknown, places: string[][]): Results {
	let best: Results = { images: [], errors: [] };
	for (const steps of places) {
		const entries = readPath(source, steps).map((entry) => ({ entry, refs: refsIn(entry, baseUrl) }));
		const images = unique(entries.flatMap(({ refs }) => refs)).filter((ref) => !sent.has(keyOf(ref)));
		const errors = entries.flatMap(({ entry, refs }) => (refs.length > 0 ? [] : (errorIn(entry) ?? [])));
		const isBetter = images.length > best.images.length || (best.images.length === 0 && errors.length > 0);
		if (isBetter) best = { images, errors };
	}
	return best;
}

function succeeded(reading: Reading): DecodedResponse {
	const { task, answer, known } = reading;
	const results = resultsIn(reading, task, RESULTS);
	if (results.images.length > 0) return finished(reading, results);
	if (readPath(task, stepsOf(AVAILABILITY))[0] === 'expired') {
		const reason = 'The images are no longer available';
		return { kind: 'failed', cause: 'resultExpired', code: 'result_expired', reason, ...known };
	}
	const error = joined(results.errors) ?? errorIn(task);
	if (error) return { kind: 'failed', cause: 'taskFailed', ...said(error), ...known };
	// Without a task, "success" may be said of the request alone.
	const isBare = task === answer && known.taskId === undefined;
	return isBare
		? { kind: 'unknown', reason: 'The response contains no image' }
		: { kind: 'images', images: [], ...known };
}

function finished({ task, known }: Reading, { images, errors }: Results): DecodedResponse {
	const count = errors.length + images.length;
	const announced = Number(readPath(task, stepsOf(COUNT))[0]);
	const isBlocked = errors.every((error) => classify(400, error).kind === 'prompt_refused');
	const warnings = [
		...(errors.length === 0
			? []
			: [
					`${errors.length} of ${count} images ${isBlocked ? 'blocked' : 'failed'}: ${errors.map(({ code, message }) => code ?? message).join('; ')}`,
				]),
		...(announced > count ? [`The response announces ${announced} images and contains ${count}`] : []),
	];
	return { kind: 'images', images, ...(warnings.length > 0 && { warnings }), ...known };
}

function failed({ task, answer, known }: Reading, word: string): DecodedResponse {
	const error = errorIn(task) ?? (task === answer ? undefined : errorIn(answer));
	const message = firstText(task, 'task_status_msg', 'message', 'msg');
	const told = error ?? {
		message: message ?? `The task ended with status '${word}'`,
		code: firstText(task, 'code') ?? word,
	};
	const isOfTask = known.taskId !== undefined || task !== answer;
	const cause = !isOfTask ? 'rejected' : word.toLowerCase() === 'expired' ? 'resultExpired' : 'taskFailed';
	return { kind: 'failed', cause, ...said(told), ...known };
}

/** A synchronous result, an accepted task, a rejected request, or none of them. */
function withoutStatus(reading: Reading): DecodedResponse {
	const { answer, task, known } = reading;
	const error = errorIn(task) ?? rejectionIn(answer);
	if (error === undefined) {
		const results = resultsIn(reading, answer, SYNC_RESULTS);
		if (results.images.length > 0) return finished(reading, results);
		const lost = joined(results.errors);
		if (lost && known.taskId === undefined) return { kind: 'failed', cause: 'taskFailed', ...said(lost) };
	}
	if (known.taskId !== undefined) return pending(reading, error ? 'unknown' : 'queued', error?.message);
	if (error) return { kind: 'failed', cause: 'rejected', ...said(error) };
	return isEmptyResult(answer) || isEmptyResult(own(answer, 'data'))
		? { kind: 'images', images: [] }
		: { kind: 'unknown', reason: 'The response contains neither a task ID nor an image' };
}

/** OpenAI Images: `created` is always there, `data` is optional. */
function isEmptyResult(source: unknown): boolean {
	return own(source, 'created') !== undefined && Array.isArray(own(source, 'data') ?? []);
}

/** An accepted task. `word`: its status as written, shown where it is unknown. `reason`: an error beside a status that is not an end. */
function pending(
	{ task, known }: Reading,
	status: 'queued' | 'running' | 'unknown',
	reason?: string,
	word?: string,
): DecodedResponse {
	const progress = progressOf(own(task, 'progress'));
	return {
		kind: 'pending',
		status,
		...(progress !== undefined && { progress }),
		...known,
		...(status === 'unknown' && word !== undefined && { word }),
		...(reason !== undefined && { reason }),
	};
}

function said({ code, message }: BodyError): { reason: string; code?: string } {
	return { reason: message, ...(code && { code }) };
}

/** One error for multiple images. */
function joined(errors: BodyError[]): BodyError | undefined {
	if (errors.length === 0) return undefined;
	return { ...errors[0], message: [...new Set(errors.map(({ message }) => message))].join('; ') };
}
