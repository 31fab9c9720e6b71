import type { Failure, FailureKind } from './errors';
import { gatewayWords, isWebPage } from './gatewayWords';
import { own } from './json';

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

const BALANCE = /insufficient[_ ](\w+[_ ])?(quota|balance|credits?|funds?)\b|(quota|balance|credits?|funds?)( is| are| was| has been)?[_ ](too low|not[_ ]enough|insufficient|exhausted|used up|depleted)|(not enough|no( more)?|out of|low) (credits?|balance|funds?)\b|token[_ ]quota|billing[_ ](hard|not)|exceeded your current quota|used (up )?(all )?(of )?(your |the )?(\w+ )?(credits?|quota)|(not have|without) enough (credits?|balance|quota|funds?)|spend(ing)?[_ ]limit|(daily|weekly|monthly)[_ ](\w+[_ ]){0,2}(limit|quota|cap)\b|arrear|payment required|(额度|余额|配额|积分|点数).{0,6}(不足|已?用尽|已?用完|耗尽)|预扣费|欠费/;
const KEY_WORD = '(api[_ -]?key|access[_ ]key|\\bkey|token|credential|令牌|密钥|秘钥)';
const QUOTA_EXCEEDED = /quota[_ ](limit )?exceeded|exceed\w*.{0,20}quota/;
const EXPIRED = new RegExp(`${KEY_WORD}.{0,30}(expired|过期)|expired.{0,10}${KEY_WORD}`);
/** On a 400, "token" and "key" are as often words of the request. */
const BAD_API_KEY = /api[_ -]?key.{0,30}(not valid|invalid|incorrect)|(invalid|incorrect|wrong).{0,8}api[_ -]?key|api_key_invalid|无效的令牌/;
const BAD_KEY = new RegExp(`(invalid|incorrect|wrong|missing|malformed|无效).{0,8}${KEY_WORD}|${KEY_WORD}.{0,30}(not valid|invalid|not provided|not found|disabled|revoked|无效|不正确|错误|已禁用)|api_key_invalid|token status|令牌状态|未提供令牌`);
const UNKNOWN_TASK = /task[_ ]?(id )?(is )?(not[_ ](exist|found)|invalid)|\btask.{0,40}(not found|does not exist|doesn't exist|unknown)|(no such|unknown|invalid) task(?![_ ]?type)|task_?id.{0,4}(不存在|无效)|任务.{0,6}不存在|(未找到|找不到).{0,4}任务|任务.{0,4}未找到/;
/** Says by itself that the request never reached a model. */
const NO_CHANNEL = /model_not_found|no (available )?channels?\b|channels? (is |are )?(not )?available|无可用(的)?(渠道|通道)|可用渠道不存在|no access to (the )?model|get_channel_failed|可用渠道失败|model[_ ]price|(ratio|price) (is )?not (set|configured)|倍率或价格未配置/;
const NO_MODEL = /\bmodels?[ :'"`/]*[\w./:-]*['"`]? *(is |was |has been )?(currently )?(not (found|exist|enabled|available|supported|allowed|open|activated)|does not exist|unavailable|disabled|unsupported|deprecated|retired)|(unknown|unsupported|invalid) model\b|not supported model|(access to|permission (for|to use)|not allowed to use)( the| this)? model|模型.{0,40}(不存在|未启用|未开通|不可用|不支持|已下线)|(无权|没有权限|未开通).{0,12}模型/;
const REFUSED = /sensitive[_ ]?(words?|content|information)|prompt_blocked|moderation[_ ](block|fail|reject|flag|policy|system)|(by|through|failed|content)[_ ](the |our )?(\w+ )?moderation|moderated\b|content[_ ]?(policy|filter)|\bsafety\b|image_safety|prohibited[_ ](content|use)|(prompt|image|content|output|input|request).{0,30}(flagged|blocked by)|policy ?violation|violat\w{0,4}.{0,40}(polic|guideline|terms)|\bnsfw\b|敏感|违规|违禁|不合规|安全(审核|系统|策略)|内容审核|不安全|审核(未|不)通过/;
const TOO_LARGE = /(entity|payload|body|file|image)( size)?( is)? too large|payload size exceeds|request_too_large|exceeds the (maximum )?(request|body|payload|file) size|(image|file|size).{0,30}exceeds.{0,40}(limit|maximum|mb)|请求体过大|文件过大/;
const RATE = /rate[_ ]?limit|too many requests|请求过于频繁|请求数限制/;
const NOT_OFFERED = /not_implemented|not implemented|not enabled|未启用|未开启/;
const NO_ASYNC = /async.{0,80}(only|not (supported|enabled|available))/;

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

/** Says that the job was turned away before it was taken: only then may a 503 on a paid request be sent again. */
const NOTHING_ACCEPTED = /rate[_ ]?limit|too many requests|overload|capacity|saturat|too busy|server is busy|queue (is )?full|queue_full|queued_limit|not (been )?(accepted|queued|processed|billed|charged)|nothing (was|has been) (accepted|queued|billed)|饱和|过载|繁忙/;

/** The Failure that an answer with this status and body stands for. `status` may be an envelope's code. */
export function classify(status: number, body: unknown): Failure {
	const words = gatewayWords(body);
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
export function declinedAnswer(body: unknown, outcome: { reason: string; code?: string }): { status: number; body: unknown } {
	const answer = Array.isArray(body) ? body[0] : body;
	const places = [answer, own(answer, 'error')].flatMap((source) => ['code', 'status', 'statusCode', 'http_status'].map((key) => Number(own(source, key) ?? 0)));
	const status = places.find((code) => code >= 400 && code < 600) ?? 400;
	return { status, body: gatewayWords(body).message === '' ? { code: outcome.code, message: outcome.reason } : body };
}

/** True only where the gateway provably did not take the job (429 as a rate limit, 503 that says so). */
export function provesNothingAccepted(status: number, body: unknown): boolean {
	const kind = classify(status, body).kind;
	if (status === 429) return kind === 'rate_limited';
	return status === 503 && typeof body !== 'string' && kind === 'upstream_down' && NOTHING_ACCEPTED.test(gatewayWords(body).all);
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
