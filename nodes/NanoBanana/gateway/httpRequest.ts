import { sleep, type IN8nHttpFullResponse } from 'n8n-workflow';

import { readNetworkError, readProxyError, type NetworkError } from './networkErrors';
import {
	assertWhole,
	openResponse,
	readBytes,
	TooLargeError,
	type BodyLimits,
	type HttpResponse,
} from './responseBody';
import { FailureError, throwIfCanceled } from '../errors/failure';
import { LONGEST_SLEEP_MS, onAbort, secondsText, systemClock } from '../lib/clock';
import { bodyText, parseJson, asObject } from '../lib/json';

/** One request and its response, with limits on time and size. gatewayClient.ts chooses the content and the key. */

export type HttpReply = { kind: 'reply'; status: number; headers: Record<string, unknown>; bytes: Buffer };
export type NoReply =
	| { kind: 'tooLarge'; limit: number }
	/** If the response broke off, `headers` and `partialBody` are what arrived of it. */
	| (NetworkError & { headers?: Record<string, unknown>; partialBody?: string });
export type HttpResult = HttpReply | NoReply;

export interface Limits extends BodyLimits {
	/** Maximum time of all waits for the network together. Waiting for memory or storage does not count. */
	timeoutMs: number;
	/** Aborts if fewer than `progressBytes` bytes (default: 1) arrive within this time. */
	idleMs?: number;
	progressBytes?: number;
	/** True if a body that is not JSON is complete. */
	isWhole?: (bytes: Buffer) => boolean;
}

/** Sends a request and returns a streamed response. `timeoutMs` limits the wait for headers, `signal` aborts it. */
export type Send = (timeoutMs: number, signal: AbortSignal) => Promise<unknown>;

/** Reads a response into memory. A complete body is accepted even if the connection then breaks. */
export async function httpRequest(
	signal: AbortSignal | undefined,
	url: string,
	limits: Limits,
	send: Send,
): Promise<HttpResult> {
	let bytes: Buffer = Buffer.alloc(0);
	const result = await openRequest(signal, url, limits, send, async (response): Promise<HttpReply> => {
		bytes = await readBytes(response);
		assertWhole(response, () => isCompleteJson(bytes) || limits.isWhole?.(bytes) === true);
		return { kind: 'reply', status: response.status, headers: response.headers, bytes };
	});
	return result.kind === 'unclear' && bytes.length > 0 ? { ...result, partialBody: bodyText(bytes) } : result;
}

/**
 * Sends a request and passes the response to `read`. Unless the response is complete, the request is always aborted
 * at the end, because nothing else closes the socket if the server stops responding.
 *
 * @throws errors of `read`, except the response's own error; a failure if the execution was canceled
 */
export async function openRequest<T>(
	signal: AbortSignal | undefined,
	url: string,
	limits: Limits,
	send: Send,
	read: (response: HttpResponse) => Promise<T>,
): Promise<T | NoReply> {
	throwIfCanceled(signal);
	const controller = new AbortController();
	const abort = (): void => controller.abort();
	const forgetSignal = onAbort(signal, abort);
	const timer = startTimer(limits, abort);
	let response: HttpResponse | undefined;
	try {
		// n8n's default timeout of five minutes would end longer calls.
		const sending = send(Math.ceil(limits.timeoutMs) + 1000, controller.signal);
		const sent = (await timer.during(sending)) as IN8nHttpFullResponse;
		const refused = readProxyError(sent.statusCode, asObject(sent.headers), url);
		if (refused) return refused;
		response = openResponse(sent, limits, timer.during, controller.signal);
		return await read(response);
	} catch (thrown) {
		throwIfCanceled(signal);
		if (response && thrown !== response.error) throw FailureError.from(thrown);
		if (thrown instanceof TooLargeError) return { kind: 'tooLarge', limit: limits.maxBytes };
		const error = readNetworkError(thrown);
		return {
			...error,
			...(timer.reason && { reason: timer.reason, isTimeout: true }),
			...(response && { headers: response.headers }),
		};
	} finally {
		timer.stop();
		forgetSignal();
		if (!response?.isComplete) abort();
	}
}

function isCompleteJson(bytes: Buffer): boolean {
	const value = parseJson(bytes.toString('utf8'));
	return typeof value === 'object' && value !== null;
}

interface Timer {
	/** The time only counts while `waiting` is pending. */
	during<T>(waiting: Promise<T>): Promise<T>;
	stop(): void;
	/** Why the timer ended the request. Undefined if it did not. */
	reason?: string;
}

/**
 * Calls `end` when all waits together exceed `timeoutMs`, or when waits without progress exceed `idleMs`. Does
 * not use `AbortSignal.timeout`: it takes 30 times the processor time, and Node.js frees its signals late.
 */
function startTimer({ timeoutMs, idleMs = Infinity, progressBytes = 1 }: Limits, end: () => void): Timer {
	let restMs = timeoutMs;
	let restIdleMs = idleMs;
	let received = 0;
	let waitingSince: number | undefined;
	// `stop` clears it, so that the last `sleep` does not keep the request in memory.
	let onEnd: (() => void) | undefined = end;
	const watch = async (): Promise<void> => {
		while (onEnd) {
			const waitedMs = waitingSince === undefined ? 0 : systemClock.now() - waitingSince;
			const leftMs = Math.min(restMs, restIdleMs) - waitedMs;
			if (leftMs <= 0) {
				const [what, ms] =
					restMs <= restIdleMs
						? ['no complete response', timeoutMs]
						: [progressBytes > 1 ? 'almost no data' : 'no data', idleMs];
				timer.reason = `There was ${what} within ${secondsText(Math.round(ms / 1000))}`;
				return onEnd();
			}
			await sleep(Math.min(LONGEST_SLEEP_MS, Math.ceil(leftMs)));
		}
	};
	const timer: Timer = {
		async during(waiting) {
			const since = systemClock.now();
			waitingSince = since;
			try {
				const result = await waiting;
				received += Buffer.isBuffer(result) ? result.length : progressBytes;
				return result;
			} finally {
				const waitedMs = systemClock.now() - since;
				restMs -= waitedMs;
				restIdleMs = received >= progressBytes ? idleMs : restIdleMs - waitedMs;
				if (received >= progressBytes) received = 0;
				waitingSince = undefined;
			}
		},
		stop: () => (onEnd = undefined),
	};
	void watch();
	return timer;
}
