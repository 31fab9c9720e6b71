import { isRefusal } from '../../errors/classify';
import { errorIn, rejectionIn, type BodyError } from '../../errors/errorBody';
import { firstText, own } from '../../lib/json';
import type { Asked, DecodedResponse, PendingResponse, ImageRef } from '../../types';
import { newImages, refIn } from './imageRef';
import { readPath } from './readPath';
import * as shapes from './responseShapes';

interface Reading {
	body: unknown;
	/** The object in `body` that describes the task. */
	task: unknown;
	known: { taskId?: string; otherTaskIds?: string[]; model?: string };
	asked: Asked;
	baseUrl: string;
}

interface Results {
	images: ImageRef[];
	/** Errors of the entries that do not contain an image. */
	errors: BodyError[];
}

/** Decodes a body from the task or OpenAI endpoints by the table of response shapes, or as `unknown`. Never throws. */
export function decodeTask(body: unknown, baseUrl: string, asked: Asked = {}): DecodedResponse {
	const tasks = tasksIn(body);
	const task = findTask(tasks, asked.taskId) ?? body;
	const taskId = idOf(task) ?? (asked.taskId === undefined ? idAsData(body) : undefined);
	if (asked.taskId !== undefined && taskId !== undefined && taskId !== asked.taskId && !isRowId(task))
		return { kind: 'unknown', reason: 'The response is about another task' };
	const otherTaskIds = [...new Set(tasks.flatMap((other) => namedId(other) ?? []))].filter((id) => id !== taskId);
	const known = {
		taskId,
		otherTaskIds: otherTaskIds.length > 0 ? otherTaskIds : undefined,
		model: firstText(task, 'model')?.slice(0, 200),
	};
	const reading: Reading = { body, task, known, asked, baseUrl };
	const word = statusWord(task);
	const status = word === undefined ? undefined : shapes.statusOf(word);

	if (asked.imagePath && status !== 'queued' && status !== 'running' && status !== 'failed') {
		const named = readPath(body, asked.imagePath).flatMap((entry) => refIn(entry, baseUrl, true) ?? []);
		const images = newImages(named, asked, baseUrl);
		if (images.length > 0 || status === 'succeeded') return { kind: 'images', images, ...known };
	}
	if (word === undefined || status === undefined) return withoutStatus(reading);
	if (status === 'unknown' && known.taskId === undefined) {
		const results = resultsIn(reading, body, shapes.SYNC_PLACES);
		if (results.images.length > 0) return finished(reading, results);
	}
	if (status === 'failed') return failed(reading, word);
	if (status === 'succeeded') return succeeded(reading);
	return pending(reading, { status, reason: errorIn(task)?.reason, word: status === 'unknown' ? word : undefined });
}

/** Decodes the response to a synchronous call. A bare `id` next to its images is the ID of the response, not of a task. */
export function decodeSyncCall(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse {
	const decoded = decodeTask(body, baseUrl, asked);
	const isResult = decoded.kind === 'images' && decoded.images.length > 0 && !tasksIn(body).some(namedId);
	return isResult ? { ...decoded, taskId: undefined } : decoded;
}

/** All objects that may describe a task. Listed images may also have a status and an `id`, so they need a task ID. */
export function tasksIn(body: unknown): unknown[] {
	return shapes.TASK_PLACES.flatMap(({ path }) => {
		const found = readPath(body, path);
		const areImages = path.endsWith('[*]') && found.some((entry) => firstText(entry, 'url', 'b64_json') !== undefined);
		return areImages ? found.filter(namedId) : found;
	});
}

/** The object with the wanted ID, else any ID, else a status. If the first one failed, one that did not fail wins. */
function findTask(tasks: unknown[], wanted: string | undefined): unknown {
	const named = tasks.find(namedId);
	const isFailed = (task: unknown): boolean => shapes.statusOf(statusWord(task) ?? '') === 'failed';
	return (
		tasks.find((task) => wanted !== undefined && idOf(task) === wanted) ??
		tasks.find((task) => isFailed(named) && !isFailed(task) && ![undefined, namedId(named)].includes(namedId(task))) ??
		named ??
		tasks.find(idOf) ??
		tasks.find(statusWord)
	);
}

/** The ID in a field that only task IDs have, e.g. `task_id`. */
export function namedId(source: unknown): string | undefined {
	return shapes.ID_NAMES.map((name) => textId(own(source, name))).find((id) => id !== undefined);
}

/** A bare `id` only counts next to a status, because images and log lines also have one. */
export function idOf(task: unknown): string | undefined {
	return namedId(task) ?? (statusWord(task) === undefined ? undefined : textId(own(task, 'id')));
}

export function openStatus(task: unknown): 'queued' | 'running' | undefined {
	const status = shapes.statusOf(statusWord(task) ?? '');
	return status === 'queued' || status === 'running' ? status : undefined;
}

/** A numeric bare `id` is a database row (New API TaskDto), so it may differ from the ID in the request. */
function isRowId(task: unknown): boolean {
	return namedId(task) === undefined && typeof own(task, 'id') === 'number';
}

/** `{code: "success", data: "task_…"}` (zhenzhen), in the response to a create request. */
function idAsData(body: unknown): string | undefined {
	const id = own(body, 'code') === 'success' ? textId(own(body, 'data')) : undefined;
	return id !== undefined && /^[\w.:-]+$/.test(id) && shapes.statusOf(id) === 'unknown' ? id : undefined;
}

/** Accepts any text that can be URL-encoded as a path segment, and positive integers that JSON represents exactly. */
function textId(value: unknown): string | undefined {
	if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
	if (typeof value !== 'string' || value.length > 500) return undefined;
	const id = value.trim();
	return id !== '' && id !== '.' && id !== '..' && !/[\p{Cc}\p{Cs}]/u.test(id) ? id : undefined;
}

export function statusWord(task: unknown): string | undefined {
	return firstText(task, ...shapes.STATUS_NAMES)?.slice(0, 100);
}

/** The first place with the most images. Some APIs repeat the first image of a list in another place. */
function resultsIn({ asked, baseUrl }: Reading, source: unknown, places: Array<{ path: string }>): Results {
	const found = places.map(({ path }): Results => {
		const entries = readPath(source, path).flat();
		const refs = entries.flatMap((entry) => refIn(entry, baseUrl) ?? []);
		const errors = entries.flatMap((entry) => (refIn(entry, baseUrl) ? [] : (errorIn(entry) ?? [])));
		return { images: newImages(refs, asked, baseUrl), errors };
	});
	return found.sort((a, b) => b.images.length - a.images.length || b.errors.length - a.errors.length)[0];
}

function succeeded(reading: Reading): DecodedResponse {
	const { task, body, known } = reading;
	const results = resultsIn(reading, task, shapes.RESULT_PLACES);
	if (results.images.length > 0) return finished(reading, results);
	const lessCertain = resultsIn(reading, task, shapes.LESS_CERTAIN_PLACES);
	if (lessCertain.images.length > 0) return finished(reading, lessCertain);
	// If another object describes an unfinished task, the success was only about the request.
	const open = tasksIn(body).find(openStatus);
	if (open !== undefined) return pending({ ...reading, task: open }, { status: openStatus(open) ?? 'unknown' });
	const [availability] = readPath(task, shapes.AVAILABILITY.path);
	if (availability === 'pending' || availability === 'archiving') return pending(reading, { status: 'running' });
	if (availability === 'expired') {
		const reason = 'The images are no longer available';
		return { kind: 'failed', cause: 'resultExpired', code: 'result_expired', reason, ...known };
	}
	const error = joined(results.errors);
	if (error) return { kind: 'failed', cause: 'taskFailed', ...error, ...known };
	const notice = errorIn(task);
	// Without a task, "success" may only be about the request.
	if (task === body && known.taskId === undefined)
		return notice
			? { kind: 'failed', cause: 'taskFailed', ...notice }
			: { kind: 'unknown', reason: 'The response contains no image' };
	// The status wins over an error next to it: a task that succeeded is charged.
	return { kind: 'images', images: [], ...(notice && { warnings: [noticeText(notice)] }), ...known };
}

function noticeText({ code, reason }: BodyError): string {
	return `The API response contains an error: ${[...new Set([code, reason])].filter(Boolean).join(': ')}`;
}

function finished({ task, known }: Reading, { images, errors }: Results, notice?: BodyError): DecodedResponse {
	const count = errors.length + images.length;
	const announced = Number(readPath(task, shapes.COUNT.path)[0]);
	const isBlocked = errors.every(isRefusal);
	const reasons = errors.map(({ code, reason }) => code ?? reason).join('; ');
	const warnings = [
		...(reasons ? [`${errors.length} of ${count} images ${isBlocked ? 'were blocked' : 'failed'}: ${reasons}`] : []),
		...(announced > count
			? [`According to the API, there are ${announced} images, but the response contains ${count}`]
			: []),
		...(notice ? [noticeText(notice)] : []),
	];
	return { kind: 'images', images, ...(warnings.length > 0 && { warnings }), ...known };
}

function failed({ task, body, known }: Reading, word: string): DecodedResponse {
	const error = errorIn(task) ?? rejectionIn(body);
	const reason = firstText(task, 'task_status_msg', 'message', 'msg');
	const code = firstText(task, 'code') ?? word;
	// Without a task ID, if the whole response is an error, the status is about the request.
	const isOfTask = known.taskId !== undefined || (task !== body && rejectionIn(body) === undefined);
	const cause = !isOfTask ? 'rejected' : word.toLowerCase() === 'expired' ? 'resultExpired' : 'taskFailed';
	return { kind: 'failed', cause, ...(error ?? { reason, code }), ...known };
}

/** A synchronous result, an accepted task, a rejected request, or `unknown`. */
function withoutStatus(reading: Reading): DecodedResponse {
	const { body, task, known, asked } = reading;
	const error = errorIn(task) ?? rejectionIn(body);
	const results = resultsIn(reading, body, shapes.SYNC_PLACES);
	// An image proves that the request was accepted, whatever else the response says.
	if (results.images.length > 0) return finished(reading, results, error);
	const lost = joined(results.errors);
	if (lost && error === undefined && known.taskId === undefined)
		return { kind: 'failed', cause: 'taskFailed', ...lost };
	// A task that was just created is queued. For a poll, the response must contain the status.
	const isNew = asked.taskId === undefined && error === undefined;
	if (known.taskId !== undefined)
		return pending(reading, { status: isNew ? 'queued' : 'unknown', reason: error?.reason });
	if (error) return { kind: 'failed', cause: 'rejected', ...error };
	// OpenAI Images: `created` is always there, `data` is optional.
	const isEmpty = [body, own(body, 'data')].some(
		(result) => own(result, 'created') !== undefined && Array.isArray(own(result, 'data') ?? []),
	);
	return isEmpty
		? { kind: 'images', images: [] }
		: { kind: 'unknown', reason: 'The response contains neither a task ID nor an image' };
}

function pending({ task, known }: Reading, seen: Pick<PendingResponse, 'status' | 'reason' | 'word'>): PendingResponse {
	return { kind: 'pending', ...seen, progress: shapes.progressOf(own(task, 'progress')), ...known };
}

/** One error for multiple images. */
function joined(errors: BodyError[]): BodyError | undefined {
	const reason = [...new Set(errors.map((error) => error.reason))].join('; ');
	return errors.length > 0 ? { ...errors[0], reason } : undefined;
}
