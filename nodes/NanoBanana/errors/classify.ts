import type { Failure, FailureKind } from './failure';
import { readErrorBody, isWebPage } from './errorBody';
import { own } from '../lib/json';
import {
	BAD_API_KEY,
	BAD_KEY,
	BALANCE,
	EXPIRED,
	NOTHING_ACCEPTED,
	NOT_OFFERED,
	NO_ASYNC,
	NO_CHANNEL,
	NO_MODEL,
	QUOTA_EXCEEDED,
	RATE,
	REFUSED,
	TOO_LARGE,
	UNKNOWN_TASK,
} from './errorPatterns';

interface Rule {
	kind: FailureKind;
	/** HTTP status, or the envelope's numeric code on HTTP 200. */
	status?: (status: number) => boolean;
	words?: RegExp;
}

const is =
	(...statuses: number[]) =>
	(status: number): boolean =>
		statuses.includes(status);
const below500 = (status: number): boolean => status < 500;

/**
 * From status and words to a kind; the first row that fits decides. Codes and texts: the New API
 * gateway family and its relatives (English and Chinese texts occur), OpenAI, Google.
 */
const RULES: Rule[] = [
	{ kind: 'body_too_large', status: is(413) },
	{ kind: 'insufficient_balance', words: BALANCE },
	{ kind: 'insufficient_balance', status: is(402) },
	{ kind: 'insufficient_balance', status: is(403), words: QUOTA_EXCEEDED },
	{ kind: 'key_expired', status: is(401, 403), words: EXPIRED },
	{ kind: 'key_expired', status: is(400), words: /api[_ -]?key.{0,30}expired|令牌.{0,4}过期/ },
	{ kind: 'key_expired', status: is(401), words: /expired|过期/ },
	{ kind: 'model_not_available', words: NO_CHANNEL },
	{ kind: 'model_not_available', status: below500, words: NO_MODEL },
	{ kind: 'unknown_task', status: below500, words: UNKNOWN_TASK },
	{ kind: 'invalid_key', status: is(401) },
	{ kind: 'invalid_key', status: is(403), words: BAD_KEY },
	{ kind: 'invalid_key', status: is(400), words: BAD_API_KEY },
	{ kind: 'body_too_large', status: is(400, 422, 500), words: TOO_LARGE },
	{ kind: 'prompt_refused', status: (status) => status <= 500 && status !== 429, words: REFUSED },
	{ kind: 'rate_limited', status: is(400, 403), words: RATE },
	{ kind: 'access_denied', status: is(403, 407, 451) },
	{ kind: 'not_offered', status: is(404, 405), words: NOT_OFFERED },
	{ kind: 'not_offered', status: is(400), words: NO_ASYNC },
	{ kind: 'not_offered', status: is(501) },
	{ kind: 'unknown_task', status: is(410) },
	{ kind: 'wrong_base_url', status: (status) => status === 404 || status === 405 || (status >= 300 && status < 400) },
	{ kind: 'rate_limited', status: is(429) },
	{ kind: 'invalid_request', status: (status) => status >= 400 && status < 500 },
	{ kind: 'upstream_down', status: (status) => status >= 500 },
];

/** The Failure that an answer with this status and body stands for. `status` may be an envelope's code. */
export function classify(status: number, body: unknown): Failure {
	const words = readErrorBody(body);
	const rule = RULES.find((row) => (row.status?.(status) ?? true) && (row.words?.test(words.all) ?? true));
	const isForeignPage = isWebPage(body) && status < 500 && !is(401, 402, 403, 413, 429)(status);
	return {
		kind: isForeignPage ? 'wrong_base_url' : (rule?.kind ?? 'invalid_request'),
		httpStatus: status,
		...(words.message && { gatewayMessage: words.message }),
		...(words.code && { gatewayCode: words.code }),
	};
}

/** A "no" on HTTP 200 as the error answer that it stands for: with the status that its envelope names, else 400. */
export function declinedAnswer(
	body: unknown,
	outcome: { reason: string; code?: string },
): { status: number; body: unknown } {
	const answer = Array.isArray(body) ? body[0] : body;
	const places = [answer, own(answer, 'error')].flatMap((source) =>
		['code', 'status', 'statusCode', 'http_status'].map((key) => Number(own(source, key) ?? 0)),
	);
	const status = places.find((code) => code >= 400 && code < 600) ?? 400;
	return { status, body: readErrorBody(body).message === '' ? { code: outcome.code, message: outcome.reason } : body };
}

/** True only where the gateway provably did not take the job (429 as a rate limit, 503 that says so). */
export function provesNothingAccepted(status: number, body: unknown): boolean {
	const kind = classify(status, body).kind;
	if (status === 429) return kind === 'rate_limited';
	return (
		status === 503 &&
		typeof body !== 'string' &&
		kind === 'upstream_down' &&
		NOTHING_ACCEPTED.test(readErrorBody(body).all)
	);
}

/** Statuses with which a gateway may have made a task all the same: busy, conflict, too slow, broken. */
export function mayHaveTaken(status: number): boolean {
	return [408, 409, 429, 499].includes(status) || status >= 500;
}

/** After one of these on a paid request nobody knows whether the job was taken. */
export function leavesItUnclear(status: number, body: unknown): boolean {
	if (status === 408 || status === 499) return true;
	return status >= 500 && classify(status, body).kind === 'upstream_down' && !provesNothingAccepted(status, body);
}

/** Reads are free: these pass. */
export function isPassing(status: number): boolean {
	return [408, 425, 429].includes(status) || status >= 500;
}
