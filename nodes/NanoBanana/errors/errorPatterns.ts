/**
 * Error texts of APIs in lower case, one group of phrases per line. Sources: New API and its forks (in English and
 * Chinese), OpenAI, Google, Alibaba Model Studio, LiteLLM, OpenRouter, fal, sub2api.
 */

function anyOf(...phrases: RegExp[]): RegExp {
	return new RegExp(phrases.map(({ source }) => source).join('|'));
}

export const BALANCE = anyOf(
	/insufficient[_ ](\w+[_ ])?(quota|balance|credits?|funds?)\b/,
	/(quota|balance|credits?|funds?)( is| are| was| has been)?[_ ](too low|not[_ ]enough|insufficient|exhausted|used up|depleted)/,
	/(not enough|no( more)?|out of|low) (credits?|balance|funds?)\b/,
	/token[_ ]quota/,
	/billing[_ ](hard|not)/,
	/exceeded your current quota/,
	/used (up )?(all )?(of )?(your |the )?(\w+ )?(credits?|quota)/,
	/(not have|without) enough (credits?|balance|quota|funds?)/,
	/spend(ing)?[_ ]limit/,
	/(daily|weekly|monthly)[_ ](\w+[_ ]){0,2}(limit|quota|cap)\b/,
	/arrear|payment required/,
	/exhausted balance|overdue balance/,
	/(额度|余额|配额|积分|点数).{0,6}(不足|已?用尽|已?用完|耗尽)/,
	/预扣费|欠费/,
);
/** A temporary 429 that sounds like missing credit (Google's RESOURCE_EXHAUSTED). With "limit: 0" it is permanent. */
export const RETRY_SOON = /^(?!.*(insufficient_quota|limit: 0\b)).*retry in [\d.]+ ?m?s/s;
const KEY_WORD = '(api[_ -]?key|access[_ ]key|\\bkey|token|credential|令牌|密钥|秘钥)';
export const QUOTA_EXCEEDED = /quota[_ ](limit )?exceeded|exceed\w*.{0,20}quota|key limit exceeded/;
/** From LiteLLM, with HTTP 400 or 429. */
export const BUDGET_EXCEEDED = /budget[_ ](has been )?exceeded/;
export const EXPIRED = new RegExp(`${KEY_WORD}.{0,30}(expired|过期)|expired.{0,10}${KEY_WORD}`);
/** For HTTP 400, where "token" and "key" are often about the request itself. */
export const BAD_API_KEY =
	/api[_ -]?key.{0,30}(not valid|invalid|incorrect)|(invalid|incorrect|wrong).{0,8}api[_ -]?key|api_key_invalid|无效的令牌/;
export const BAD_KEY = new RegExp(
	`(invalid|incorrect|wrong|missing|malformed|无效).{0,8}${KEY_WORD}|${KEY_WORD}.{0,30}(not valid|invalid|not provided|not found|disabled|revoked|无效|不正确|错误|已禁用)|api_key_invalid|token status|令牌状态|未提供令牌`,
);
export const UNKNOWN_TASK = anyOf(
	/task[_ ]?(id )?(is )?(not[_ ](exist|found)|invalid)/,
	/\btask.{0,40}(not found|does not exist|doesn't exist|unknown)/,
	/(no such|unknown|invalid) task(?![_ ]?type)/,
	/task_?id.{0,4}(不存在|无效)/,
	/任务.{0,6}不存在|(未找到|找不到).{0,4}任务|任务.{0,4}未找到/,
);
/** Whatever the HTTP status, the request never reached a model. */
export const NO_CHANNEL = anyOf(
	/model_not_found/,
	/no (available )?channels?\b/,
	/channels? (is |are )?(not )?available/,
	/无可用(的)?(渠道|通道)|可用渠道不存在/,
	/no access to (the )?model/,
	/get_channel_failed|可用渠道失败/,
	/channel:no_available_key|channel:model_mapped_error|invalid_api_type/,
	/model[_ ]price/,
	/(ratio|price) (is )?not (set|configured)/,
	/倍率或价格未配置/,
);
export const NO_MODEL = anyOf(
	/\bmodels?[ :'"`/]*[\w./:-]*['"`]? *(is |was |has been )?(currently )?(not (found|exist|enabled|available|supported|allowed|open|activated)|does not exist|unavailable|disabled|unsupported|deprecated|retired)/,
	/(unknown|unsupported|invalid) model\b/,
	/not supported model/,
	/(access to|permission (for|to use)|not allowed to use)( the| this)? model/,
	/模型.{0,40}(不存在|未启用|未开通|不可用|不支持|已下线)/,
	/(无权|没有权限|未开通).{0,12}模型/,
);
export const REFUSED = anyOf(
	/sensitive[_ ]?(words?|content|information)/,
	/prompt_blocked/,
	/moderation[_ ](block|fail|reject|flag|filter|policy)/,
	/(by|through|failed|content)[_ ](the |our )?(\w+ )?moderation/,
	/moderated\b/,
	/content[_ ]?(policy|filter)/,
	/\bsafety\b/,
	/image_safety/,
	/prohibited[_ ](content|use)/,
	/(prompt|image|content|output|input|request).{0,30}(flagged|blocked by)/,
	/policy ?violation/,
	/violat\w{0,4}.{0,40}(polic|guideline|terms)/,
	/\bnsfw\b/,
	/inappropriate content|datainspectionfailed/,
	/敏感|违规|违禁|不合规|安全(审核|系统|策略)|内容审核|不安全|审核(未|不)通过/,
);
export const TOO_LARGE = anyOf(
	/(entity|payload|body|file|image)( size)?( is)? too large/,
	/payload size exceeds/,
	/request_too_large/,
	/exceeds the (maximum )?(request|body|payload|file) size/,
	/(image|file|size).{0,30}exceeds.{0,40}(limit|maximum|mb)/,
	/请求体过大|文件过大/,
);
export const RATE = /rate[_ ]?limit|too many requests|请求过于频繁|请求数限制/;
export const NOT_OFFERED = /not_implemented|not implemented|not enabled|未启用|未开启/;
/** New API could not convert the request for a channel, so it was not sent to it. Also with HTTP 500. */
export const NOT_CONVERTED = /\bconvert_request_failed\b/;
/** From New API, for image models that are only available in the Gemini format. */
export const ONLY_IMAGEN = /only imagen models/;
/** invalid_request_error: OpenAI; invalid_request, invalid_parameter: New API and its relatives. */
export const INVALID = /\binvalid[_ ]?(request|param|argument|input|value)|参数(错误|无效)/;
export const NO_ASYNC = /async.{0,80}(only|not (supported|enabled|available))/;

/**
 * With HTTP 409: the first request with this idempotency key is still being processed. Sources: Stripe
 * (`idempotency_key_in_use`), IETF draft idempotency-key-header ("A request is outstanding for this
 * Idempotency-Key"). Other APIs return 409 if the key was used with a different body.
 */
export const KEY_IN_PROGRESS = /in[ _-]?(progress|use)\b|outstanding|processing|being processed/;

/** With HTTP 409: this request or its task already exists. */
export const DUPLICATE = anyOf(
	/idempoten|duplicate|being processed|request (is )?in[ _-]progress|request_in_progress/,
	/\balready (exists|been|being|submitted|accepted|received|processed|queued|used|in[ _-]progress)\b/,
);

/** The request was not accepted. A paid request with a 503 is only sent again if the text matches this. */
export const NOTHING_ACCEPTED = anyOf(
	/rate[_ ]?limit|too many requests|overload|high demand|capacity|saturat|too busy|server is busy/,
	/queue (is )?full|queue_full|queued_limit|no available (compatible )?accounts?\b/,
	/not (been )?(accepted|queued|processed|billed|charged)/,
	/nothing (was|has been) (accepted|queued|billed)/,
	// Not "系统繁忙" (system busy), which is used for any fault.
	/饱和|过载/,
);
/** The request was accepted. Overrides NOTHING_ACCEPTED, e.g. "Too many requests, your task is queued". */
export const ACCEPTED_BEFORE = anyOf(
	/(?<!\b(no|no new|any|another|only one|number of|max(imum)?|per|\d+) )\b(request|task|image|job|generation)( (is|was|has|been|already|successfully)){0,4} (queued|accepted|submitted|created|generated|charged|billed)\b(?! (too|per|at a time)\b)/,
	/\b(your|the|this) (request|task|image|job|generation) \S+ (is|was|has been) (queued|accepted|submitted|created|generated|charged|billed)\b/,
	/已经?(成功|被|为您){0,2}(提交|受理|接受|创建|生成|加入|进入|排队|入队|扣费)(?!数|\s?了?\s?\d+\s?个|[^，。,.;；！!\s]{0,12}(过多|上限|超[过出]|限制))/,
	/(正在排队|排队中)(?!数|\s?了?\s?\d+\s?个|[^，。,.;；！!\s]{0,12}(过多|上限|超[过出]|限制))|(?<!(频繁|频率).{0,10})请勿重复(?!.{0,6}(频繁|频率))/,
);
/** The model's own API returned success, but its body could not be read. Source: New API (types/error.go), also with 4xx. */
export const GENERATED_UPSTREAM = /\b(bad_response_body|read_response_body_failed|empty_response)\b/;
/** A step after the generation failed, or the fault is unrelated to the request: it may have been accepted. */
export const FAILED_LATER = anyOf(
	/(?<!\bno \w+ was |\bnothing was |\bnot |\bnot be |\bnot been )generated\b/,
	/\b(after|post)[ -]?(the )?(generat|process)/,
	/\bsettl/,
	/\bconsuming\b/,
	/\bstor(e|ed|age|ing)\b/,
	/\b(fail|unable|could not|cannot|error).{0,20}\b(sav|upload|deliver)/,
	/\b(sav|upload|deliver)\w*\b.{0,30}\b(fail|error|reject|unable|could not|cannot)/,
	// context.DeadlineExceeded and io.EOF of Go, in which New API is written.
	/timed?[ -]?out|deadline exceeded|\beof\b/,
	/\bin time\b/,
	/\b(completely|fully)\b/,
	/\bconnection (is |was )?(reset|closed|lost|refused|broken)\b/,
	/\bdatabase\b/,
	/\b(crash|panic)/,
);
