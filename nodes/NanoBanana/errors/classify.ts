import type { Failure } from './failure';
import type { FailureKind } from './failureKinds';
import { isWebPage, pageTitle, readErrorBody, type BodyError } from './errorBody';
import { firstText, own } from '../lib/json';
import type { FailedResponse } from '../types';
import * as patterns from './errorPatterns';

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
 * Maps the status and text of a response to a kind. The first row that matches wins. Sources of codes and texts:
 * New API and its forks (in English and Chinese), OpenAI, Google.
 */
const RULES: Rule[] = [
	{ kind: 'body_too_large', status: is(413) },
	{ kind: 'rate_limited', status: is(429), words: patterns.RETRY_SOON },
	{ kind: 'insufficient_balance', words: patterns.BALANCE },
	{ kind: 'insufficient_balance', status: below500, words: patterns.BUDGET_EXCEEDED },
	{ kind: 'insufficient_balance', status: is(402) },
	{ kind: 'insufficient_balance', status: is(403), words: patterns.QUOTA_EXCEEDED },
	// New API returns this with a text about the key.
	{ kind: 'upstream_down', status: is(401), words: /database (query )?error|数据库.{0,6}(出错|错误|失败)/ },
	{ kind: 'key_expired', status: is(401, 403), words: patterns.EXPIRED },
	{ kind: 'key_expired', status: is(400), words: /api[_ -]?key.{0,30}expired|令牌.{0,4}过期/ },
	{ kind: 'key_expired', status: is(401), words: /expired|过期/ },
	{ kind: 'not_offered', words: patterns.ONLY_IMAGEN },
	{ kind: 'model_not_available', words: patterns.NO_CHANNEL },
	{ kind: 'model_not_available', status: below500, words: patterns.NO_MODEL },
	{ kind: 'unknown_task', status: below500, words: patterns.UNKNOWN_TASK },
	{ kind: 'invalid_key', status: is(401) },
	{ kind: 'invalid_key', status: is(403), words: patterns.BAD_KEY },
	{ kind: 'invalid_key', status: is(400), words: patterns.BAD_API_KEY },
	{ kind: 'body_too_large', status: is(400, 422, 500), words: patterns.TOO_LARGE },
	{ kind: 'prompt_refused', status: (status) => status <= 500 && status !== 429, words: patterns.REFUSED },
	{ kind: 'idempotency_conflict', status: is(409), words: patterns.DUPLICATE },
	{ kind: 'idempotency_conflict', status: is(400, 422), words: /idempoten/ },
	{ kind: 'rate_limited', status: is(400, 403), words: patterns.RATE },
	{ kind: 'access_denied', status: is(403, 451) },
	{ kind: 'access_denied', status: is(400), words: /location is not supported/ },
	{ kind: 'not_offered', status: is(404, 405), words: patterns.NOT_OFFERED },
	{ kind: 'not_offered', status: is(400), words: patterns.NO_ASYNC },
	{ kind: 'not_offered', status: is(501) },
	{ kind: 'unknown_task', status: is(410) },
	{ kind: 'invalid_request', words: patterns.NOT_CONVERTED },
	{ kind: 'wrong_base_url', status: (status) => status === 404 || status === 405 || (status >= 300 && status < 400) },
	{ kind: 'rate_limited', status: is(429) },
	{ kind: 'invalid_request', status: (status) => status >= 400 && status < 500 },
	{ kind: 'upstream_down', status: (status) => status >= 500 },
];

/**
 * Converts an error response to a failure. `status` may be the code inside a response with HTTP status 200.
 * `prompt` is the prompt of the create request. It is undefined for polls and downloads.
 */
export function classify(
	status: number,
	body: unknown,
	headers: Record<string, unknown> = {},
	prompt?: string,
): Failure {
	const said = readErrorBody(body, prompt);
	// A create request does not contain a task ID that could be unknown. A poll cannot be a duplicate.
	const rules = RULES.filter(({ kind }) => kind !== (prompt === undefined ? 'idempotency_conflict' : 'unknown_task'));
	const rule = rules.find((row) => (row.status?.(status) ?? true) && (row.words?.test(said.all) ?? true));
	const isForeignPage = isWebPage(body) && status < 500 && !is(401, 402, 403, 413, 429)(status);
	return {
		kind: isForeignPage ? 'wrong_base_url' : (rule?.kind ?? 'invalid_request'),
		httpStatus: status,
		...(said.message && { gatewayMessage: said.message }),
		...(said.code && { gatewayCode: said.code }),
		...otherResponder(status, body, headers),
	};
}

/** Details for responses that are not from the API: a proxy that requires a login, a redirect, and firewalls. */
function otherResponder(status: number, body: unknown, headers: Record<string, unknown>): Partial<Failure> {
	if (status === 407)
		return {
			kind: 'unreachable',
			message: 'The proxy requires a user name and password',
			nextStep: "Add them to the proxy URL in n8n's environment variables.",
		};
	const location = status >= 300 && status < 400 ? firstText(headers, 'location') : undefined;
	if (location !== undefined)
		return {
			kind: 'wrong_base_url',
			message: `The API redirects to ${location.slice(0, 300)}`,
			...(status !== 303 && {
				nextStep: "If this is the right API, enter its URL as 'Base URL' in the credential.",
			}),
		};
	if (isChallenge(status, body, headers))
		return {
			kind: 'access_denied',
			message: 'Cloudflare blocked the request as bot traffic',
			nextStep: "Ask your provider to allow your server's IP address.",
		};
	if (isFirewall(status, body))
		return {
			kind: 'access_denied',
			message: 'A firewall in front of the API blocked the request',
			nextStep:
				"Ask your provider to allow your server's IP address. Some firewalls also block certain prompts or files.",
		};
	if (status === 403 && isWebPage(body))
		return {
			kind: 'access_denied',
			message: 'A firewall or proxy between n8n and the API blocked the request',
			nextStep: 'Ask your network administrator or your provider to allow the request.',
		};
	return {};
}

/** Detects Cloudflare's challenge page by the header `cf-mitigated` or by the page title. */
function isChallenge(status: number, body: unknown, headers: Record<string, unknown>): boolean {
	if (![403, 429, 503].includes(status)) return false;
	return own(headers, 'cf-mitigated') === 'challenge' || (isWebPage(body) && /^just a moment/i.test(pageTitle(body)));
}

/**
 * Detects the block page of the API's firewall: Cloudflare's error 1xxx (as text, or as JSON with `cloudflare_error`)
 * and Alibaba Cloud's page with 405 (sources: their documentation).
 */
function isFirewall(status: number, body: unknown): boolean {
	if (status === 405) return isWebPage(body) && /block_message|访问被阻断/.test(body);
	if (status !== 403) return false;
	const isCloudflare = typeof body === 'string' && /^\s*error code: 1\d{3}\b/i.test(body);
	return isCloudflare || own(body, 'cloudflare_error') === true;
}

/** Converts a decoded `failed` response to a failure. */
export function failureOf(decoded: FailedResponse): Failure {
	const { cause, reason, code, taskId, response } = decoded;
	const kind = cause === 'resultExpired' ? 'result_expired' : cause === 'noImage' ? 'no_image' : 'task_failed';
	return {
		kind: cause === 'promptRefused' || isRefusal(decoded) ? 'prompt_refused' : kind,
		...(reason && { gatewayMessage: reason }),
		...(response && { response }),
		...(code && { gatewayCode: code }),
		...(taskId && { taskId }),
	};
}

/** True if a task or an image failed because of its content. Decoded bodies do not have an HTTP status. */
export function isRefusal({ code, reason }: Partial<BodyError>): boolean {
	return classify(400, { code, message: reason }).kind === 'prompt_refused';
}

/** True for temporary errors. Polls and downloads are free, so they are tried again. */
export function isPassing(status: number): boolean {
	return [408, 425, 429].includes(status) || status >= 500;
}
