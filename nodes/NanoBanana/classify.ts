import type { Failure, FailureKind } from './errors';
import { firstText, list, own, record } from './json';

/** What a gateway says when it declines, in whichever of the family's shapes. */
export interface GatewayWords {
	code?: string;
	message: string;
	/** Code, type and message together, lower case: what the rules look at. */
	all: string;
}

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

const BALANCE = /insufficient[_ ](user[_ ])?(quota|balance|credit|fund)|quota_exhausted|quota (is )?exhausted|token quota|(balance|credits?) (is )?(too low|not enough|insufficient|exhausted)|billing[_ ]hard|exceeded your current quota|arrearage|额度不足|额度已用尽|余额不足|预扣费|欠费/;
const UNKNOWN_TASK = /task[_ ]not[_ ](exist|found)|task.{0,40}(not found|does not exist|doesn't exist|unknown)|(no such|unknown|invalid) task|任务不存在|未找到任务/;
const NO_MODEL = /model_not_found|no available channel|无可用渠道|无可用通道|no access to model|\bmodel[ :'"`]*[\w./-]*['"`]? *(is |was |has been )?(currently )?(not (found|exist|enabled|available|supported)|does not exist|unavailable|disabled|unsupported)|(unknown|unsupported|invalid) model|not supported model|模型.{0,40}(不存在|未启用|不可用|不支持)|model price|倍率或价格未配置/;
const REFUSED = /sensitive_words|sensitive content|prompt_blocked|moderation|content[_ ]policy|safety|prohibited_content|blocked by|nsfw|敏感|违规/;

/**
 * From status and words to a kind; the first row that fits decides. Codes and texts: the New API
 * gateway family and its relatives (English and Chinese texts occur), OpenAI, Google.
 */
const RULES: Rule[] = [
	{ kind: 'insufficient_balance', words: BALANCE },
	{ kind: 'insufficient_balance', status: is(402) },
	{ kind: 'key_expired', status: is(400, 401, 403), words: /expired|过期/ },
	{ kind: 'invalid_key', status: is(401) },
	{ kind: 'invalid_key', status: is(400, 403), words: /api key not valid|invalid (api[_ ]?key|token)|incorrect api key|api_key_invalid|无效的令牌/ },
	{ kind: 'unknown_task', words: UNKNOWN_TASK },
	{ kind: 'model_not_available', words: NO_MODEL },
	{ kind: 'prompt_refused', status: (status) => status < 500 || status === 500, words: REFUSED },
	{ kind: 'access_denied', status: is(403, 407, 451) },
	{ kind: 'wrong_base_url', status: is(404, 405), words: /invalid url|not found|method not allowed|cannot (get|post)|^$/ },
	{ kind: 'wrong_base_url', status: (status) => status === 404 || status === 405 || (status >= 300 && status < 400) },
	{ kind: 'body_too_large', status: is(413) },
	{ kind: 'rate_limited', status: is(429) },
	{ kind: 'invalid_request', status: (status) => status >= 400 && status < 500 },
	{ kind: 'upstream_down', status: (status) => status >= 500 },
];

/** Says that the job was turned away before it was taken: only then may a 503 on a paid request be sent again. */
const NOTHING_ACCEPTED = /overload|over capacity|no capacity|capacity|saturat|too busy|server is busy|queue is full|queue_full|queued_limit|not (been )?(accepted|queued|processed|billed|charged)|nothing (was|has been) (accepted|queued|billed)|饱和|过载|繁忙/;

/** Reads code and message from {error:{…}}, flat {code,message}, Google's and FastAPI's shapes, or plain text. */
export function gatewayWords(body: unknown): GatewayWords {
	if (typeof body === 'string') return { message: body, all: body.slice(0, 4000).toLowerCase() };
	const error = own(body, 'error');
	const source = Object.keys(record(error)).length > 0 ? record(error) : record(body);
	const details = list(own(body, 'detail')).map((entry) => firstText(entry, 'msg', 'message') ?? '');
	const message =
		firstText(source, 'message', 'msg', 'error_message', 'errorMessage', 'detail', 'description', 'reason') ??
		(typeof error === 'string' && error.trim() ? error.trim() : undefined) ??
		details.filter(Boolean).join('; ');
	const code = codeText(own(source, 'status')) ?? codeText(own(source, 'code')) ?? firstText(source, 'type');
	const all = [code, codeText(own(source, 'code')), firstText(source, 'type'), codeText(own(body, 'code')), message]
		.filter((part): part is string => typeof part === 'string')
		.join(' ')
		.slice(0, 4000)
		.toLowerCase();
	return { ...(code && { code }), message, all };
}

/** A code as text. Google's `status` is a word and wins; a task's `status` or an HTTP number is none. */
function codeText(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** The Failure that an answer with this status and body stands for. `status` may be an envelope's code. */
export function classify(status: number, body: unknown): Failure {
	const words = gatewayWords(body);
	const html = typeof body === 'string' && /<(!doctype|html|head|body)/i.test(body);
	const rule = RULES.find((row) => (row.status?.(status) ?? true) && (row.words?.test(words.all) ?? true));
	const kind = html && status < 500 && ![401, 402, 403, 413, 429].includes(status) ? 'wrong_base_url' : (rule?.kind ?? 'invalid_request');
	return {
		kind,
		httpStatus: status,
		...(words.message && { gatewayMessage: words.message }),
		...(words.code && { gatewayCode: words.code }),
	};
}

/** True only where the gateway provably did not take the job (429 as a rate limit, 503 that says so). */
export function provesNothingAccepted(status: number, body: unknown): boolean {
	const kind = classify(status, body).kind;
	if (status === 429) return kind === 'rate_limited';
	return status === 503 && typeof body !== 'string' && kind === 'upstream_down' && NOTHING_ACCEPTED.test(gatewayWords(body).all);
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
