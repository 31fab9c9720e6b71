import { classify, failureOf } from '../errors/classify';
import { embeddedStatus, readErrorBody } from '../errors/errorBody';
import { ACCEPTED_BEFORE, FAILED_LATER, INVALID, KEY_IN_PROGRESS, NOTHING_ACCEPTED } from '../errors/errorPatterns';
import type { Failure } from '../errors/failure';
import { idOf, namedId, openStatus, statusWord, tasksIn } from '../formats/decode/decodeTask';
import { refFrom } from '../formats/decode/imageRef';
import { readPath } from '../formats/decode/readPath';
import { statusOf } from '../formats/decode/statusWords';
import type { HttpReply, HttpResult } from '../gateway/httpRequest';
import { megabytes } from '../lib/bytes';
import { retryAfterMs } from '../lib/clock';
import { bodyText, firstText, own, parseBody } from '../lib/json';
import type { DecodedResponse, FailedResponse, ImageRef, ImagesResponse, PendingResponse } from '../types';

/** What the API accepted: a task to poll, or the result itself, which may contain no image. A result may have a task ID as well. */
export type Accepted = ImagesResponse | (PendingResponse & { taskId: string });

/**
 * What the response to a paid request means for the request. `submit` sends it again after `refused` and `unsent`, and
 * after `unclear_submission` with 'Retry Unclear Requests'.
 */
export type SubmitResult =
	/** `firstPollMs`: when the API wants the first poll (`Retry-After`), 0 where it does not say. */
	| { kind: 'accepted'; outcome: Accepted; firstPollMs: number }
	/** The API provably did not accept it. */
	| { kind: 'refused'; failure: Failure; retryAfterMs: number }
	/** The connection never opened. */
	| { kind: 'unsent'; failure: Failure }
	/** Rejected, or `unclear_submission`. */
	| { kind: 'failed'; failure: Failure };

export interface ReadOptions {
	/** What the body of a response means, in the format of the request. */
	decode: (body: unknown) => DecodedResponse;
	/** Some APIs repeat the prompt in an error. Its words must not decide about the request. */
	prompt: string;
}

interface ParsedReply extends HttpReply {
	body: unknown;
	prompt: string;
	/** `Retry-After` in milliseconds. */
	wait: number;
}

/** Never throws. In doubt a request was accepted: a task ID anywhere in a response is polled, and nothing is sent again. */
export function readSubmitResult(reply: HttpResult, options: ReadOptions): SubmitResult {
	if (reply.kind === 'unsent') {
		const failure: Failure = { kind: 'unreachable', gatewayMessage: reply.reason };
		return reply.lasting ? { kind: 'failed', failure } : { kind: 'unsent', failure };
	}
	if (reply.kind === 'unclear') {
		const taskId = idInHeaders(reply.headers ?? {}) ?? idInText(reply.partialBody);
		return taskId === undefined
			? unclear({ gatewayMessage: reply.reason, response: reply.partialBody })
			: acceptedTask(taskId, 0);
	}
	if (reply.kind === 'tooLarge') {
		return unclear({
			message: `The API response is larger than ${megabytes(reply.limit)} and was not read`,
			nextStep:
				"Before you run the node again, raise 'Max Download Size (MB)' under Options or set 'Response Format' to URL.",
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

/** Enough of a file to tell an image by its first bytes. */
const MAGIC_BYTES = 30;

/** A body that is an image by its bytes: some synchronous calls return the file itself. */
function rawImage({ bytes }: HttpReply): ImageRef | undefined {
	const isImage = refFrom(bytes.subarray(0, MAGIC_BYTES).toString('base64'), '') !== undefined;
	return isImage ? { kind: 'base64', base64: bytes.toString('base64') } : undefined;
}

function readSuccessResponse(decoded: DecodedResponse, parsed: ParsedReply): SubmitResult {
	if (decoded.kind === 'failed') return readFailed(decoded, parsed);
	const { status, headers, body, bytes, wait } = parsed;
	const taskId = ('taskId' in decoded ? decoded.taskId : undefined) ?? idInHeaders(headers);
	if (decoded.kind === 'images' && decoded.images.length > 0) return acceptedImages(decoded);
	// Also where the response says "success" without an image: that may be said of the request, and the task knows better.
	if (taskId !== undefined) return acceptedTask(taskId, wait, decoded);
	const response = bodyText(bytes);
	if (decoded.kind === 'images') return acceptedImages({ ...decoded, response });
	const page = classify(200, body, headers);
	// A web page is the provider's site and not the API: nothing was accepted there. One that is labeled as JSON took the place of a response.
	const isPage = page.kind === 'wrong_base_url' && !/json/i.test(String(headers['content-type']));
	if (isPage) return { kind: 'failed', failure: page };
	// Damaged JSON may still contain the task ID.
	const idInDamage = typeof body === 'string' && body.trimStart().startsWith('{') ? idInText(body) : undefined;
	if (idInDamage !== undefined) return acceptedTask(idInDamage, wait);
	return unclear({ httpStatus: status, message: 'The API response contains no task ID and no image', response });
}

/** Where an error describes a task, apart from the places of a successful response. `detail`: FastAPI. */
const ERROR_PLACES = ['error', 'error.data', 'error.details', 'detail', 'result'];
const IN_WORK = /^(queued|submitted|processing|running|generating|in[_ -]?progress)$/i;

/** Some APIs say "busy" or "conflict" and name the task that they created all the same: polling it is free, a second one is not. */
function acceptedDespite(status: number, { headers, body, wait }: ParsedReply): SubmitResult | undefined {
	const tasks = [...tasksIn(body), ...ERROR_PLACES.flatMap((path) => readPath(body, path))];
	const accepted = tasks.flatMap((task) => acceptedId(status, task) ?? []);
	const inHeaders = status < 400 || mayHaveAccepted(status) ? idInHeaders(headers) : undefined;
	const taskId = accepted[0] ?? inHeaders;
	return taskId === undefined ? undefined : acceptedTask(taskId, wait);
}

/** The ID of a task in an error: of one that is queued or running always, of one that is over never. */
function acceptedId(status: number, task: unknown): string | undefined {
	const word = statusWord(task) ?? '';
	// A general word next to the ID is about the request.
	const isOver = statusOf(word) === 'failed' && !/^(error|fail|failed|failure)$/i.test(word);
	// A bare `id` may be that of the request, or of an invoice that is pending.
	const openId = openStatus(task) && (IN_WORK.test(word) ? idOf(task) : namedId(task));
	return openId ?? (!isOver && mayHaveAccepted(status) ? namedId(task) : undefined);
}

/** The only task ID in a text, e.g. in half a response: its name and its quotes make it clear. */
function idInText(text = ''): string | undefined {
	const ids = new Set([...text.matchAll(/"task_?id"\s*:\s*"([^"\\]+)"/gi)].map(([, id]) => id));
	return ids.size === 1 ? namedId({ task_id: [...ids][0] }) : undefined;
}

/** Some forks of New API name the task in a header, also as the URL to poll (sub2api: Location). */
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

/** A "no" on HTTP 200: to the request, or the end of the task that it would have been. */
function readFailed(decoded: FailedResponse, parsed: ParsedReply): SubmitResult {
	const { taskId, cause, reason, code } = decoded;
	const { body, prompt } = parsed;
	if (cause === 'rejected') {
		const status = embeddedStatus(body);
		const accepted = acceptedDespite(status ?? 500, parsed);
		if (accepted) return accepted;
		const failure = classify(status ?? 400, body, {}, prompt);
		// Any other error without a known code: the request may have been accepted, and the generation failed upstream.
		const isClear =
			status !== undefined || failure.kind !== 'invalid_request' || INVALID.test(readErrorBody(body, prompt).all);
		return isClear
			? readErrorResponse(status ?? 400, parsed)
			: unclear({ ...failure, httpStatus: parsed.status, response: bodyText(parsed.bytes) });
	}
	// The model has responded, which is usually charged: a response without images, not a request to be sent again.
	if (cause === 'noImage' && taskId === undefined)
		return acceptedImages({ kind: 'images', images: [], text: reason, ...(code && { code }) });
	const { otherTaskIds } = decoded;
	return { kind: 'failed', failure: { ...failureOf(decoded), ...(otherTaskIds && { otherTaskIds }) } };
}

/** `status` may be the code inside a 200. */
function readErrorResponse(status: number, parsed: ParsedReply): SubmitResult {
	const { headers, body, bytes, prompt, wait } = parsed;
	const failure = { ...classify(status, body, headers, prompt), httpStatus: parsed.status };
	const acceptance = acceptanceOf(status, body, headers, prompt);
	if (acceptance === 'notAccepted') return { kind: 'refused', failure, retryAfterMs: wait };
	const response = bodyText(bytes);
	if (acceptance === 'unclear') return unclear({ ...failure, response });
	// The ID of a task that was rejected as well is shown.
	return { kind: 'failed', failure: { ...failure, ...(idInText(response) && { response }) } };
}

/**
 * What an error response without a task ID says about the paid request. `notAccepted`: sending it again is free
 * (a 429 that is a rate limit, a 503 that says so). `rejected`: the same request would be rejected again.
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
	if (status === 429) return kind !== 'rate_limited' ? 'rejected' : isAccepted ? 'unclear' : 'notAccepted';
	// 303 leads to the result of a request that was processed (RFC 9110).
	if ([303, 408, 499].includes(status)) return 'unclear';
	if (kind === 'idempotency_conflict') return status === 409 && KEY_IN_PROGRESS.test(all) ? 'unclear' : 'rejected';
	if (status < 500) return 'rejected';
	if (isAccepted || FAILED_LATER.test(all)) return 'unclear';
	if (kind !== 'upstream_down') return 'rejected';
	return status === 503 && typeof body !== 'string' && NOTHING_ACCEPTED.test(all) ? 'notAccepted' : 'unclear';
}

/** Statuses with which an API may have created a task all the same: busy, conflict, too slow, broken. */
function mayHaveAccepted(status: number): boolean {
	return [303, 408, 409, 429, 499].includes(status) || status >= 500;
}

function unclear(failure: Partial<Failure>): SubmitResult {
	return { kind: 'failed', failure: { ...failure, kind: 'unclear_submission' } };
}
