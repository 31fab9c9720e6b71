import { classify } from '../classify';
import { firstText, own, record, unwrapText } from '../json';
import type { ImageRef, Outcome, TaskStatus } from '../types';

/**
 * Reads the task and image bodies of the gateway family, whichever member wrote them: the API's
 * page shows one finished task, relatives differ in where the id, the status and the images are.
 */

const STATUS_WORDS: Record<Exclude<TaskStatus, 'unknown'>, string> = {
	queued: 'queued pending submitted waiting queuing queueing created not_start not_started ready scheduled accepted init',
	running: 'processing in_progress inprogress running generating started assigned stream streaming awaiting working',
	succeeded: 'succeeded success succeed successful completed complete done finished ok',
	failed: 'failed fail failure error cancelled canceled rejected expired timeout timed_out aborted create_task_failed generate_failed',
};
const STATUS_BY_WORD = new Map<string, TaskStatus>(
	Object.entries(STATUS_WORDS).flatMap(([status, words]) => words.split(' ').map((word) => [word, status as TaskStatus] as const)),
);

const TASK_KEYS = ['task_id', 'taskId', 'status', 'task_status', 'state', 'progress', 'result_url', 'fail_reason'];
const SUCCESS_CODES = new Set(['', 'success', 'succeeded', 'ok', '0', '200', '201', '202', '10000', 'true']);
const IMAGE_MAGIC = /^(iVBORw0KGgo|\/9j\/|UklGR|R0lGOD)/;
const DATA_URI = /^data:image\/[\w.+-]+(;[\w=-]+)*;base64,/i;
const MAX_DEPTH = 6;

/** Where results stand, surest first. The second row may also echo the references that went in, so it counts only when the first holds nothing. */
const RESULT_LISTS = ['result_urls', 'resultUrls', 'results', 'outputs', 'output', 'result', 'data', 'resultJson', 'result_json', 'response', 'generated_images'];
const RESULT_SINGLES = ['result_url', 'resultUrl', 'url', 'b64_json', 'base64', 'b64'];
const LATE_LISTS = ['images', 'image_urls', 'imageUrls', 'urls'];
const LATE_SINGLES = ['image_url', 'imageUrl', 'image', 'image_base64', 'output_url', 'download_url'];

interface Found {
	images: ImageRef[];
	blocked: string[];
}

/** Any body of the task or the OpenAI-compatible endpoints to one Outcome. */
export function decodeBody(body: unknown, baseUrl: string): Outcome {
	const opened = unwrapText(body);
	if (typeof opened !== 'object' || opened === null) return { kind: 'unknown', reason: 'The answer is no JSON object' };
	const task = taskRecord(opened);
	const taskId = taskIdOf(opened, task);
	const model = firstText(task, 'model') ?? firstText(opened, 'model');
	const known = { ...(taskId && { taskId }), ...(model && { model }) };
	const word = statusWord(task) ?? statusWord(opened);
	const status = word === undefined ? undefined : (STATUS_BY_WORD.get(word) ?? 'unknown');
	const progress = progressOf(own(task, 'progress') ?? own(opened, 'progress'));

	if (status === 'failed') return { kind: 'failed', ...failureOf(task, opened, word ?? 'failed'), ...known };
	if (status === 'queued' || status === 'running') return pending(status, progress, known);
	const found = imagesOf(task, opened, baseUrl);
	if (status === 'succeeded') return found.images.length > 0 ? images(found, known) : emptySuccess(task, found, known);
	if (status === 'unknown' && !(progress === 100 && found.images.length > 0)) return pending('unknown', progress, known);
	if (found.images.length > 0) return images(found, known);

	const declined = envelopeFailure(opened, task);
	if (declined) return { kind: 'failed', ...declined, ...known };
	if (found.blocked.length > 0) return { kind: 'failed', reason: found.blocked.join('; '), code: 'image_blocked', refused: true, ...known };
	if (taskId) return pending('queued', progress, known);
	return { kind: 'unknown', reason: 'The answer holds neither a task ID nor an image' };
}

type Known = { taskId?: string; model?: string };

function pending(status: 'queued' | 'running' | 'unknown', progress: number | undefined, known: Known): Outcome {
	return { kind: 'pending', status, ...(progress !== undefined && { progress }), ...known };
}

function images(found: Found, known: Known): Outcome {
	const total = found.images.length + found.blocked.length;
	const warnings = found.blocked.length > 0 ? [`${found.blocked.length} of ${total} images blocked: ${found.blocked.join('; ')}`] : undefined;
	return { kind: 'images', images: found.images, ...(warnings && { warnings }), ...known };
}

function emptySuccess(task: unknown, found: Found, known: Known): Outcome {
	const availability = firstText(own(task, 'output'), 'availability') ?? firstText(task, 'availability');
	if (availability === 'expired') return { kind: 'failed', code: 'result_expired', reason: 'The images are no longer available', ...known };
	if (found.blocked.length > 0) return { kind: 'failed', reason: found.blocked.join('; '), code: 'image_blocked', refused: true, ...known };
	return { kind: 'images', images: [], ...known };
}

/** The object that describes the task: `data`, its first entry, `task`, `output`, or the body itself. */
function taskRecord(body: unknown): unknown {
	for (const key of ['data', 'task', 'output', 'result']) {
		const inner = unwrapText(own(body, key));
		const candidate = Array.isArray(inner) ? (inner.length === 1 ? inner[0] : undefined) : inner;
		const named = firstText(candidate, 'task_id', 'taskId') ?? (isImage(candidate) || key === 'result' ? undefined : firstText(candidate, 'id'));
		const described = !Array.isArray(inner) && TASK_KEYS.some((name) => (own(candidate, name) ?? null) !== null);
		if (named !== undefined || described) return candidate;
	}
	return body;
}

function isImage(candidate: unknown): boolean {
	return ['url', 'b64_json', 'image_url'].some((key) => own(candidate, key) !== undefined);
}

/** Only text counts: an integer `id` is a database row of the gateway, not the task's name. */
function taskIdOf(body: unknown, task: unknown): string | undefined {
	const data = own(body, 'data');
	const bare = typeof data === 'string' && /^[\w.:-]{4,200}$/.test(data.trim()) ? data.trim() : undefined;
	const found = firstText(task, 'task_id', 'taskId', 'id') ?? firstText(body, 'task_id', 'taskId') ?? bare ?? idOfTaskObject(body);
	return found !== undefined && found.length <= 500 ? found : undefined;
}

/** A bare `id` names a task only in an object that says it is one; chat and image answers have an `id` too. */
function idOfTaskObject(body: unknown): string | undefined {
	const looksLikeTask = statusWord(body) !== undefined || /task/.test(firstText(body, 'object') ?? '');
	return looksLikeTask ? firstText(body, 'id') : undefined;
}

function statusWord(source: unknown): string | undefined {
	const word = firstText(source, 'status', 'task_status', 'taskStatus', 'state');
	return word?.toLowerCase().replace(/[\s-]+/g, '_');
}

/** Percent from "50%", 50 or 0.5; undefined where there is none. */
function progressOf(value: unknown): number | undefined {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replace('%', '')) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
	const percent = number > 0 && number < 1 ? number * 100 : number;
	return Math.min(100, Math.max(0, Math.round(percent)));
}

function failureOf(task: unknown, body: unknown, word: string): { reason: string; code?: string } {
	const said = errorIn(task) ?? errorIn(own(task, 'output')) ?? errorIn(own(task, 'result')) ?? errorIn(body);
	if (said) return said;
	return { reason: `The task ended with the status '${word}'`, code: word };
}

/** The error a record carries. `error: ""`, `null` and `{code: 0, message: ""}` mean that there is none. */
function errorIn(source: unknown): { reason: string; code?: string } | undefined {
	const error = own(source, 'error');
	const reason =
		firstText(error, 'message', 'msg', 'detail', 'reason') ??
		(typeof error === 'string' && error.trim() !== '' ? error.trim() : undefined) ??
		firstText(source, 'fail_reason', 'error_message', 'errorMessage', 'failMsg', 'failure_reason', 'fail_msg', 'failReason', 'error_msg');
	const rawCode = own(error, 'code') ?? own(source, 'error_code') ?? own(source, 'failCode');
	const code = typeof rawCode === 'string' && rawCode !== '' ? rawCode : typeof rawCode === 'number' && rawCode !== 0 ? String(rawCode) : undefined;
	if (reason === undefined && code === undefined) return undefined;
	return { reason: reason ?? `The gateway gave the code ${code}`, ...(code && { code }) };
}

/** An envelope that says no although HTTP said 200. */
function envelopeFailure(body: unknown, task: unknown): { reason: string; code?: string; refused?: boolean } | undefined {
	const said = errorIn(task) ?? errorIn(body);
	const code = own(body, 'code');
	const declined = (typeof code === 'string' || typeof code === 'number') && !SUCCESS_CODES.has(String(code).toLowerCase());
	if (!said && !declined) return undefined;
	const reason = said?.reason ?? firstText(body, 'message', 'msg', 'error_msg', 'description') ?? `The gateway gave the code ${String(code)}`;
	const finalCode = said?.code ?? (declined ? String(code) : undefined);
	const refused = classify(400, { code: finalCode, message: reason }).kind === 'prompt_refused';
	return { reason, ...(finalCode && { code: finalCode }), ...(refused && { refused }) };
}

/**
 * Lists before single fields: `result_url` beside a list repeats its first entry, sometimes through
 * another host, so it is added only when the gateway announces more images than the list holds.
 */
function imagesOf(task: unknown, body: unknown, baseUrl: string): Found {
	const blocked: string[] = [];
	const fromTask = collect(task, baseUrl, blocked, 0);
	const found = fromTask.length > 0 || task === body ? fromTask : collect(body, baseUrl, blocked, 0);
	const first = refFrom(own(task, 'result_url'), baseUrl);
	const announced = own(own(task, 'metadata'), 'result_count') ?? own(task, 'result_count');
	const missing = typeof announced === 'number' && announced > found.length;
	return { images: unique(first && missing ? [first, ...found] : found), blocked };
}

function collect(value: unknown, baseUrl: string, blocked: string[], depth: number): ImageRef[] {
	if (depth > MAX_DEPTH) return [];
	const opened = unwrapText(value);
	if (Array.isArray(opened)) return opened.slice(0, 100).flatMap((entry) => collect(entry, baseUrl, blocked, depth + 1));
	if (typeof opened === 'string') return [refFrom(opened, baseUrl)].filter((ref) => ref !== undefined);
	if (Object.keys(record(opened)).length === 0) return [];
	for (const [lists, singles] of [[RESULT_LISTS, RESULT_SINGLES], [LATE_LISTS, LATE_SINGLES]]) {
		for (const key of lists) {
			const inner = collect(own(opened, key), baseUrl, blocked, depth + 1);
			if (inner.length > 0) return inner;
		}
		for (const key of singles) {
			const inner = collect(own(opened, key), baseUrl, blocked, depth + 1);
			if (inner.length > 0) return inner.slice(0, 1).concat(Array.isArray(own(opened, key)) ? inner.slice(1) : []);
		}
	}
	const error = depth > 0 ? errorIn(opened) : undefined;
	if (error) blocked.push(error.code ?? error.reason);
	return [];
}

function unique(refs: ImageRef[]): ImageRef[] {
	const seen = new Set<string>();
	return refs.filter((ref) => {
		const key = ref.kind === 'url' ? ref.url : ref.base64;
		return !seen.has(key) && seen.add(key);
	});
}

/**
 * Text to an image reference: an http(s) address (relative ones belong to the gateway), an image
 * data URI, or bare base64 that starts like an image. Anything else is no image, above all the
 * reason of a failed task, which some gateways put where the address belongs.
 */
export function refFrom(value: unknown, baseUrl: string): ImageRef | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (DATA_URI.test(text)) return { kind: 'base64', base64: text.slice(text.indexOf(',') + 1) };
	if (IMAGE_MAGIC.test(text) && !text.startsWith('//')) return { kind: 'base64', base64: text };
	if (!/^(https?:\/\/|\/)/i.test(text) || /\s/.test(text)) return undefined;
	try {
		const url = new URL(text, baseUrl);
		return url.protocol === 'http:' || url.protocol === 'https:' ? { kind: 'url', url: url.href } : undefined;
	} catch {
		return undefined;
	}
}

/** Image addresses written as Markdown, which some gateways put into the model's words. */
export function refsInMarkdown(text: string, baseUrl: string): ImageRef[] {
	const links = [...text.slice(0, 50_000_000).matchAll(/!\[[^\]\n]{0,300}\]\(([^)\s]+)\)/g)];
	return unique(links.map((link) => refFrom(link[1], baseUrl)).filter((ref) => ref !== undefined));
}
