import { classify, failureOf } from '../errors/classify';
import { embeddedStatus, readErrorBody } from '../errors/errorBody';
import {
	ACCEPTED_BEFORE,
	FAILED_LATER,
	GENERATED_UPSTREAM,
	INVALID,
	KEY_IN_PROGRESS,
	NOTHING_ACCEPTED,
} from '../errors/errorPatterns';
import type { Failure } from '../errors/failure';
import { idOf, namedId, openStatus, statusWord, tasksIn } from '../formats/decode/decodeTask';
import { refFrom } from '../formats/decode/imageRef';
import { readPath } from '../formats/decode/readPath';
import { statusOf } from '../formats/decode/responseShapes';
import type { HttpReply, HttpResult } from '../gateway/httpRequest';
import { megabytes } from '../lib/bytes';
import { retryAfterMs } from '../lib/clock';
import { bodyText, firstText, own, parseBody, withExactIds } from '../lib/json';
import type { DecodedResponse, FailedResponse, ImageRef, ImagesResponse, PendingResponse } from '../types';

/** What the API accepted: a task to poll, or the result. A result may contain no image, and may also have a task ID. */
export type Accepted = ImagesResponse | (PendingResponse & { taskId: string });

/**
 * What the response means for the paid request. `submit` sends it again after `refused` and `unsent`, and after
 * `unclear_submission` with 'Retry Unclear Requests'.
 */
export type SubmitResult =
	/** `firstPollMs`: when the API wants the first poll (`Retry-After`), or 0 if it does not specify it. */
	| { kind: 'accepted'; outcome: Accepted; firstPollMs: number }
	/** The API provably did not accept it. */
	| { kind: 'refused'; failure: Failure; retryAfterMs: number }
	/** The connection never opened. */
	| { kind: 'unsent'; failure: Failure }
	/** Rejected, or `unclear_submission`. */
	| { kind: 'failed'; failure: Failure };

interface ReadOptions {
	/** Decodes a response body in the format of the request. */
	decode: (body: unknown) => DecodedResponse;
	/** Some APIs repeat the prompt in an error. Its words must not affect how the error is classified. */
	prompt: string;
	/** The field that limits the time of the request. */
	timeoutField?: string;
}

interface ParsedReply extends HttpReply {
	body: unknown;
	prompt: string;
	/** `Retry-After` in milliseconds. */
	wait: number;
}

/** Never throws. If it is unclear whether a request was accepted, a task ID in the response is polled. */
export function readSubmitResult(reply: HttpResult, options: ReadOptions): SubmitResult {
	if (reply.kind === 'unsent') {
		const failure: Failure = { kind: 'unreachable', gatewayMessage: reply.reason };
		return reply.isPermanent ? { kind: 'failed', failure } : { kind: 'unsent', failure };
	}
	if (reply.kind === 'unclear') {
		const taskId = idInHeaders(reply.headers ?? {}) ?? idInText(reply.partialBody);
		if (taskId !== undefined) return acceptedTask(taskId, 0);
		const { timeoutField } = options;
		const nextStep = `Check the usage log on your provider's dashboard, and raise ${timeoutField} before you run the node again.`;
		return unclear({
			gatewayMessage: reply.reason,
			response: reply.partialBody,
			...(reply.isTimeout && timeoutField && { nextStep }),
		});
	}
	if (reply.kind === 'tooLarge') {
		return unclear({
			message: `The API response is larger than ${megabytes(reply.limit)} and was not read`,
			nextStep: "Raise 'Max Download Size (MB)' under Options before you run the node again. You may be charged again.",
		});
	}
	const { prompt, decode } = options;
	const body = parseBody(reply.bytes);
	const parsed: ParsedReply = { ...reply, body, prompt, wait: retryAfterMs(reply.headers['retry-after']) };
	const { status } = reply;
	if (status < 200 || status >= 300) return acceptedDespite(status, parsed) ?? readErrorResponse(status, parsed);
	const image = rawImage(reply);
	if (image) return acceptedImages({ kind: 'images', images: [image] });
	return readSuccessResponse(decode(body), parsed);
}

/** Enough bytes to detect an image. */
const MAGIC_BYTES = 30;

/** The body, if it is an image: some synchronous calls return the file itself. */
function rawImage({ bytes }: HttpReply): ImageRef | undefined {
	const isImage = refFrom(bytes.subarray(0, MAGIC_BYTES).toString('base64'), '') !== undefined;
	return isImage ? { kind: 'base64', base64: bytes.toString('base64') } : undefined;
}

function readSuccessResponse(decoded: DecodedResponse, parsed: ParsedReply): SubmitResult {
	if (decoded.kind === 'failed') return readFailed(decoded, parsed);
	const { status, headers, body, bytes, wait } = parsed;
	const taskId = ('taskId' in decoded ? decoded.taskId : undefined) ?? idInHeaders(headers);
	if (decoded.kind === 'images' && decoded.images.length > 0) return acceptedImages(decoded);
	// Even if the response says "success" without an image: that may be about the request, so poll the task.
	if (taskId !== undefined) return acceptedTask(taskId, wait, decoded);
	const response = bodyText(bytes);
	if (decoded.kind === 'images') return acceptedImages({ ...decoded, response });
	const page = classify(200, body, headers);
	// A web page is not from the API, so the request was not accepted. If it is labeled as JSON, that is unclear.
	const isPage = page.kind === 'wrong_base_url' && !/json/i.test(String(headers['content-type']));
	if (isPage) return { kind: 'failed', failure: page };
	// Damaged JSON may still contain the task ID.
	const idInDamage = typeof body === 'string' && body.trimStart().startsWith('{') ? idInText(body) : undefined;
	if (idInDamage !== undefined) return acceptedTask(idInDamage, wait);
	return unclear({ httpStatus: status, message: 'No task ID or image was found in the API response', response });
}

/** Paths of tasks in an error, in addition to those of a successful response. `detail`: FastAPI. */
const ERROR_PLACES = ['error', 'error.data', 'error.details', 'detail', 'result'];
const IN_WORK = /^(queued|submitted|processing|running|generating|in[_ -]?progress)$/i;

/** An error such as "busy" may have the ID of a task that was created anyway: polling is free, a second task is not. */
function acceptedDespite(status: number, { headers, body, wait }: ParsedReply): SubmitResult | undefined {
	const tasks = [...tasksIn(body), ...ERROR_PLACES.flatMap((path) => readPath(body, path))];
	const accepted = tasks.flatMap((task) => acceptedId(status, task) ?? []);
	const inHeaders = status < 400 || mayHaveAccepted(status) ? idInHeaders(headers) : undefined;
	const taskId = accepted[0] ?? inHeaders;
	return taskId === undefined ? undefined : acceptedTask(taskId, wait);
}

/** The task ID in an error: always if the task is queued or running, never if the task has failed. */
function acceptedId(status: number, task: unknown): string | undefined {
	const word = statusWord(task) ?? '';
	// A general word such as "error" next to the ID is about the request.
	const isOver = statusOf(word) === 'failed' && !/^(error|fail|failed|failure)$/i.test(word);
	// A bare `id` may be the ID of the request, or of a pending invoice.
	const openId = openStatus(task) && (IN_WORK.test(word) ? idOf(task) : namedId(task));
	return openId ?? (!isOver && mayHaveAccepted(status) ? namedId(task) : undefined);
}

/** The task ID in a text such as a truncated response, if the text has exactly one quoted `task_id` or `taskId`. */
function idInText(text = ''): string | undefined {
	const ids = new Set([...withExactIds(text).matchAll(/"task_?id"\s*:\s*"([^"\\]+)"/gi)].map(([, id]) => id));
	return ids.size === 1 ? namedId({ task_id: [...ids][0] }) : undefined;
}

/** Some forks of New API return the task ID in a header, or a URL to poll in another one (sub2api: Location). */
export function idInHeaders(headers: Record<string, unknown>): string | undefined {
	const location = firstText(headers, 'location', 'operation-location') ?? '';
	const part = /^[^?#]*\/tasks\/([^\s/?#]{1,600})/.exec(location)?.[1] ?? '';
	try {
		return namedId({ task_id: decodeURIComponent(part) }) ?? namedId({ task_id: own(headers, 'x-new-api-task-id') });
	} catch {
		return undefined;
	}
}

function acceptedImages(outcome: ImagesResponse): SubmitResult {
	return { kind: 'accepted', outcome, firstPollMs: 0 };
}

function acceptedTask(taskId: string, wait: number, decoded?: DecodedResponse): SubmitResult {
	const pending = decoded?.kind === 'pending' ? decoded : { kind: 'pending' as const, status: 'queued' as const };
	return { kind: 'accepted', outcome: { ...pending, taskId }, firstPollMs: wait };
}

/** An error on HTTP 200: the API rejected the request, or the task has failed. */
function readFailed(decoded: FailedResponse, parsed: ParsedReply): SubmitResult {
	const { cause, reason, code } = decoded;
	const { body, prompt } = parsed;
	if (cause === 'rejected') {
		const status = embeddedStatus(body);
		const accepted = acceptedDespite(status ?? 500, parsed);
		if (accepted) return accepted;
		const failure = classify(status ?? 400, body, {}, prompt);
		// Any other error is unclear: the request may have been accepted before the generation failed upstream.
		const isClear =
			status !== undefined || failure.kind !== 'invalid_request' || INVALID.test(readErrorBody(body, prompt).all);
		return isClear
			? readErrorResponse(status ?? 400, parsed)
			: unclear({ ...failure, httpStatus: parsed.status, response: bodyText(parsed.bytes) });
	}
	// The model has responded, which is usually charged. So this is a response without images and is not sent again.
	const whole = bodyText(parsed.bytes);
	if (cause === 'noImage')
		return acceptedImages({ kind: 'images', images: [], text: reason, ...(code && { code }), response: whole });
	const { otherTaskIds } = decoded;
	const response = reason === undefined ? whole : undefined;
	const failure = { ...failureOf(decoded), ...(otherTaskIds && { otherTaskIds }), ...(response && { response }) };
	return { kind: 'failed', failure };
}

/** `status` may be the code inside an HTTP 200. */
function readErrorResponse(status: number, parsed: ParsedReply): SubmitResult {
	const { headers, body, bytes, prompt, wait } = parsed;
	const failure = { ...classify(status, body, headers, prompt), httpStatus: parsed.status };
	const acceptance = acceptanceOf(status, body, headers, prompt);
	if (acceptance === 'notAccepted') return { kind: 'refused', failure, retryAfterMs: wait };
	const response = bodyText(bytes);
	if (acceptance === 'unclear') return unclear({ ...failure, response });
	// Show the response if it contains the ID of a rejected task, or if its message was not found.
	const isShown = failure.gatewayMessage === undefined || idInText(response) !== undefined;
	return { kind: 'failed', failure: { ...failure, ...(isShown && { response }) } };
}

/**
 * What an error response without a task ID means for the paid request. `notAccepted`: sending it again is free (a 429
 * that is a rate limit, a 503 whose text says so). `rejected`: the same request would be rejected again.
 */
export function acceptanceOf(
	status: number,
	body: unknown,
	headers?: Record<string, unknown>,
	prompt = '',
): 'notAccepted' | 'rejected' | 'unclear' {
	const { kind } = classify(status, body, headers, prompt);
	const { all } = readErrorBody(body, prompt);
	const isAccepted = ACCEPTED_BEFORE.test(all);
	if (GENERATED_UPSTREAM.test(all)) return 'unclear';
	if (status === 429) return kind !== 'rate_limited' ? 'rejected' : isAccepted ? 'unclear' : 'notAccepted';
	// 303 points to the result of a request that was processed (RFC 9110).
	if ([303, 408, 499].includes(status)) return 'unclear';
	if (kind === 'idempotency_conflict') return status === 409 && KEY_IN_PROGRESS.test(all) ? 'unclear' : 'rejected';
	if (status < 500) return 'rejected';
	if (isAccepted || FAILED_LATER.test(all)) return 'unclear';
	if (kind !== 'upstream_down') return 'rejected';
	return status === 503 && typeof body !== 'string' && NOTHING_ACCEPTED.test(all) ? 'notAccepted' : 'unclear';
}

/** Error statuses after which a task may exist anyway, e.g. busy, conflict, timeout, server error. */
function mayHaveAccepted(status: number): boolean {
	return [303, 408, 409, 429, 499].includes(status) || status >= 500;
}

function unclear(failure: Partial<Failure>): SubmitResult {
	return { kind: 'failed', failure: { ...failure, kind: 'unclear_submission' } };
}
