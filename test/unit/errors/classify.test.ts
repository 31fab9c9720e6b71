/* eslint-disable */
import { classify, failureOf } from '../../../nodes/NanoBanana/errors/classify';
import { acceptanceOf } from '../../../nodes/NanoBanana/submit/submitResult';
import type { FailedCause } from '../../../nodes/NanoBanana/types';
import { flat, google, page, wrapped } from '../support/errorBodies';

type Row = [kind: string, status: number, body: unknown];

it.each<Row>([
	// The key
	['invalid_key', 401, wrapped('Invalid token (request id: 2026)')],
	['invalid_key', 401, wrapped('Token not provided')],
	['invalid_key', 401, wrapped('无效的令牌')],
	['invalid_key', 401, wrapped('未提供令牌')],
	['invalid_key', 401, ''],
	['invalid_key', 401, page('401 Authorization Required')],
	['invalid_key', 401, wrapped('Incorrect API key provided: sk-ab***', 'invalid_api_key', 'invalid_request_error')],
	['invalid_key', 400, google(400, 'API key not valid. Please pass a valid API key.', 'INVALID_ARGUMENT')],
	['invalid_key', 403, wrapped('Invalid API key')],
	['invalid_key', 403, wrapped('该令牌状态不可用')],
	['invalid_key', 401, { detail: 'Not authenticated' }],
	['upstream_down', 401, wrapped('Invalid token, database query error, please contact administrator')],
	['invalid_key', 401, wrapped('API key not found in database')],
	['key_expired', 401, wrapped('This token has expired')],
	['key_expired', 403, wrapped('This token has expired')],
	['key_expired', 401, wrapped('该令牌已过期')],
	['key_expired', 400, google(400, 'API key expired. Please renew the API key.', 'INVALID_ARGUMENT')],
	// The balance
	['insufficient_balance', 403, flat('用户额度不足, 剩余额度: ＄0.000000', 'insufficient_user_quota')],
	['insufficient_balance', 403, wrapped('预扣费额度失败, 用户剩余额度: ＄0.01, 需要预扣费额度: ＄0.04')],
	['insufficient_balance', 402, flat('Payment required', 402)],
	['insufficient_balance', 402, page('402 Payment Required')],
	['insufficient_balance', 402, {}],
	[
		'insufficient_balance',
		401,
		wrapped('This token quota is exhausted !token.UnlimitedQuota && token.RemainQuota = 0'),
	],
	['insufficient_balance', 401, wrapped('该令牌额度已用尽')],
	[
		'insufficient_balance',
		429,
		wrapped('当前分组上游负载已饱和，请稍后再试', 'insufficient_user_quota', 'insufficient_quota'),
	],
	[
		'insufficient_balance',
		429,
		wrapped('You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota'),
	],
	[
		'insufficient_balance',
		429,
		google(
			429,
			'You exceeded your current quota. Quota exceeded, limit: 0. Please retry in 34s.',
			'RESOURCE_EXHAUSTED',
		),
	],
	['insufficient_balance', 400, flat('Insufficient credits', 402)],
	['insufficient_balance', 403, wrapped('账户余额不足，请充值')],
	['insufficient_balance', 500, wrapped('Your balance is not enough')],
	['insufficient_balance', 403, wrapped('You have run out of credits')],
	['insufficient_balance', 500, wrapped('预扣费失败', 'pre_consume_token_quota_failed')],
	['insufficient_balance', 403, wrapped('Quota exceeded', 'quota_exceeded')],
	['insufficient_balance', 429, wrapped('You have used all your credits')],
	['insufficient_balance', 429, wrapped('Monthly spend limit reached')],
	['insufficient_balance', 429, wrapped('Daily image limit reached')],
	['insufficient_balance', 400, wrapped('You do not have enough credits')],
	['insufficient_balance', 403, { detail: 'User is locked. Reason: Exhausted balance. Top up your balance.' }],
	['insufficient_balance', 403, wrapped('Key limit exceeded (total limit).')],
	['insufficient_balance', 400, wrapped('Budget has been exceeded! Current cost: 2, Max budget: 1', 'budget_exceeded')],
	['insufficient_balance', 429, wrapped('ExceededBudget: User over budget', 'budget_exceeded')],
	['insufficient_balance', 403, wrapped('The account has an overdue balance', 'AccountOverdueError')],
	['insufficient_balance', 403, { detail: { code: 'forbidden', message: '余额不足' } }],
	['insufficient_balance', 429, { detail: { code: 'insufficient_quota', message: 'no' } }],
	['insufficient_balance', 429, { error: { code: 'insufficient_quota', message: 'no', detail: { limit: 1 } } }],
	['rate_limited', 429, wrapped('API key limit exceeded (60/minute).')],
	['upstream_down', 504, wrapped('latency budget exceeded')],
	['rate_limited', 429, wrapped('Rate limit reached: 60 requests per minute')],
	[
		'rate_limited',
		429,
		google(
			429,
			'You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: requests, limit: 10, model: m\nPlease retry in 34.07s.',
			'RESOURCE_EXHAUSTED',
		),
	],
	['upstream_down', 500, wrapped('The moderation service is unavailable')],
	['invalid_request', 400, wrapped('use a moderate value')],
	['prompt_refused', 400, wrapped('Rejected by moderation')],
	['prompt_refused', 400, wrapped('Your prompt failed our content moderation')],
	['prompt_refused', 400, wrapped('rejected', 'content_moderation_failed')],
	[
		'rate_limited',
		429,
		google(429, "Quota exceeded for quota metric 'Generate requests per minute'", 'RESOURCE_EXHAUSTED'),
	],
	['rate_limited', 403, wrapped('rate limit exceeded')],
	// The model
	['model_not_available', 500, wrapped('获取分组 default 下模型 NanoBanana 的可用渠道失败', 'get_channel_failed')],
	['model_not_available', 400, wrapped('task submission failed: model not found')],
	['model_not_available', 404, { detail: { code: 'model_not_found', message: 'no' } }],
	['model_not_available', 403, wrapped('This token has no access to model NanoBananaPro-4K')],
	[
		'model_not_available',
		503,
		wrapped('No available channel for model NanoBanana2-8K under group default (distributor)', 'model_not_found'),
	],
	['model_not_available', 503, wrapped('当前分组 default 下对于模型 NanoBanana2-8K 无可用渠道')],
	['model_not_available', 503, wrapped('分组 default 下模型 NanoBanana2-8K 的可用渠道不存在（distributor）')],
	['model_not_available', 400, wrapped('模型 NanoBanana2-8K 不存在')],
	['model_not_available', 403, wrapped('该令牌无权访问模型 NanoBanana2-8K')],
	['model_not_available', 500, wrapped('not found', 'model_not_found')],
	['model_not_available', 400, wrapped("Model 'NanoBanana3' is not enabled for this account")],
	['model_not_available', 404, google(404, 'models/gemini-9 is not found for API version v1beta', 'NOT_FOUND')],
	[
		'model_not_available',
		404,
		wrapped('The model `nano` does not exist or you do not have access to it.', 'model_not_found'),
	],
	['model_not_available', 500, wrapped('no available key', 'channel:no_available_key')],
	['model_not_available', 500, wrapped('invalid api type: 99', 'invalid_api_type')],
	['model_not_available', 400, wrapped('模型 NanoBanana 倍率或价格未配置，请联系管理员设置')],
	// Limits
	['rate_limited', 429, wrapped('You have reached the request limit: maximum 10 requests in 1 minutes')],
	['rate_limited', 429, wrapped('您已达到请求数限制：1分钟内最多请求10次')],
	['rate_limited', 429, flat('当前分组上游负载已饱和，请稍后再试', 'fail_to_fetch_task')],
	['rate_limited', 429, flat('queue is full', 'queued_limit_exceeded')],
	['rate_limited', 429, google(429, 'Resource has been exhausted (e.g. check quota).', 'RESOURCE_EXHAUSTED')],
	['rate_limited', 429, page('429 Too Many Requests')],
	['rate_limited', 429, ''],
	['body_too_large', 413, page('413 Request Entity Too Large')],
	['body_too_large', 413, wrapped('Request body too large, please use a token with quota')],
	['body_too_large', 400, google(400, 'Request payload size exceeds the limit: 20971520 bytes.', 'INVALID_ARGUMENT')],
	['body_too_large', 400, wrapped('http: request body too large')],
	['body_too_large', 400, wrapped('image 2 exceeds the 20MB limit')],
	// The prompt
	['prompt_refused', 400, wrapped('sensitive words detected', 'sensitive_words_detected')],
	['prompt_refused', 400, wrapped('The prompt was rejected', 'prompt_blocked')],
	['prompt_refused', 400, wrapped('Your request was rejected by the safety system.', 'moderation_blocked')],
	['prompt_refused', 400, wrapped('提示词包含敏感内容')],
	['prompt_refused', 403, flat('Content violates the usage policies', 'content_policy_violation')],
	['prompt_refused', 500, wrapped('user prompt flagged', 'sensitive_words_detected')],
	['prompt_refused', 422, { detail: 'NSFW content detected' }],
	['prompt_refused', 400, flat('Input data may contain inappropriate content.', 'DataInspectionFailed')],
	// The task
	['unknown_task', 400, flat('task_not_exist', 'task_not_exist')],
	['unknown_task', 404, wrapped('image task not found', '', 'invalid_request_error')],
	['unknown_task', 404, wrapped('not found', 'image_generation_task_not_found')],
	['unknown_task', 400, flat('任务不存在', 'invalid')],
	['unknown_task', 410, {}],
	// The URL
	['wrong_base_url', 200, page('Console')],
	['wrong_base_url', 404, wrapped('Invalid URL (POST /v1/v1/images/tasks)', '', 'invalid_request_error')],
	['wrong_base_url', 404, page('404 Not Found')],
	['wrong_base_url', 404, { detail: 'Not Found' }],
	['wrong_base_url', 404, ''],
	['wrong_base_url', 405, page('405 Not Allowed')],
	['wrong_base_url', 301, ''],
	['wrong_base_url', 308, page('308 Permanent Redirect')],
	['wrong_base_url', 400, page('400 The plain HTTP request was sent to HTTPS port')],
	['not_offered', 404, wrapped('async image tasks are not enabled')],
	['not_offered', 501, wrapped('API not implemented', 'api_not_implemented')],
	['not_offered', 400, wrapped('not supported model for image generation, only imagen models are supported')],
	[
		'not_offered',
		500,
		wrapped('not supported model for image generation, only imagen models are supported', 'convert_request_failed'),
	],
	['not_offered', 400, wrapped('async tasks are only available for certain channels')],
	// The rest
	['access_denied', 403, wrapped('No permission to access this group')],
	['access_denied', 403, page('Attention Required! | Cloudflare')],
	['access_denied', 403, wrapped('您的 IP 不在令牌允许访问的列表中')],
	['access_denied', 400, google(400, 'User location is not supported for the API use.', 'FAILED_PRECONDITION')],
	['invalid_request', 500, wrapped('unknown image size', 'convert_request_failed')],
	['invalid_request', 400, wrapped('Invalid aspect_ratio', 'invalid_request')],
	['invalid_request', 400, google(400, "Invalid value at 'safety_settings[0].category'", 'INVALID_ARGUMENT')],
	['invalid_request', 400, wrapped('The reference image URL has expired')],
	['invalid_request', 400, wrapped('invalid task_type')],
	['invalid_request', 400, wrapped('Invalid max_tokens')],
	['invalid_request', 400, wrapped("invalid key 'foo' in the JSON body")],
	['wrong_base_url', 404, wrapped('Unknown request URL: POST /v1/images/tasks', 'unknown_url')],
	['prompt_refused', 400, wrapped('内容未通过安全审核')],
	['invalid_request', 400, wrapped('aspect_ratio is only supported for NanoBananaPro')],
	['invalid_request', 422, { detail: [{ loc: ['body', 'prompt'], msg: 'field required' }] }],
	['upstream_down', 500, wrapped('bad response status code 500', 'bad_response_status_code', 'upstream_error')],
	['upstream_down', 500, wrapped('task failed: file not found')],
	['upstream_down', 503, wrapped('The model is currently unavailable')],
	['upstream_down', 503, flat('object storage is temporarily unavailable', 'object_storage_temporarily_unavailable')],
	['upstream_down', 503, google(503, 'The model is overloaded. Please try again later.', 'UNAVAILABLE')],
	['upstream_down', 502, page('502 Bad Gateway')],
	['upstream_down', 524, page('api.example.com | 524: A timeout occurred')],
	['upstream_down', 520, ''],
])('reports %s for HTTP %i with %j', (kind, status, body) => {
	expect(classify(status, body)).toMatchObject({ kind, httpStatus: status });
});

describe('message and code of the API', () => {
	const rows: Array<[body: unknown, message: string, code?: string]> = [
		[wrapped('Bad', 'bad_code'), 'Bad', 'bad_code'],
		[wrapped('Bad'), 'Bad', 'new_api_error'],
		[flat('Bad', 'bad_code'), 'Bad', 'bad_code'],
		[{ code: 400, msg: 'Bad' }, 'Bad', '400'],
		[google(400, 'Bad', 'INVALID_ARGUMENT'), 'Bad', 'INVALID_ARGUMENT'],
		[[google(400, 'Bad', 'INVALID_ARGUMENT')], 'Bad', 'INVALID_ARGUMENT'],
		[{ detail: 'Bad' }, 'Bad'],
		[{ detail: [{ loc: ['body', 'prompt'], msg: 'field required' }] }, 'prompt: field required'],
		[{ statusCode: 400, error: 'Bad Request', message: ['prompt is empty', 'n is 0'] }, 'prompt is empty; n is 0'],
		[{ error: 'Bad' }, 'Bad'],
		[{ error: 'bad_code', message: 'Bad' }, 'Bad', 'bad_code'],
		[{ errors: [{ message: 'Bad' }] }, 'Bad'],
		[{ detail: { code: 'bad_code', message: 'Bad' } }, 'Bad', 'bad_code'],
		[{ error: { detail: { message: 'Bad' } } }, 'Bad'],
		[{ error: { message: 'Bad', code: 'bad_code', detail: { limit: 1 } } }, 'Bad', 'bad_code'],
		[{ Message: 'Bad', request_id: 'r-1' }, ''],
		[{ code: 'outer', message: JSON.stringify({ error: { message: 'Bad', code: 'inner' } }) }, 'Bad', 'inner'],
		[
			{ error: { message: JSON.stringify({ error: { message: 'Bad', code: 'inner' } }), code: 'outer' } },
			'Bad',
			'inner',
		],
		[{ status: 'error', code: 'bad_code', message: 'Bad' }, 'Bad', 'bad_code'],
		[{ error: { message: 'Bad' }, request_id: 'r-1' }, 'Bad (request id: r-1)'],
		[{ error: { message: 'Bad (request id: r-1)' }, request_id: 'r-1' }, 'Bad (request id: r-1)'],
		['upstream request timeout', 'upstream request timeout'],
	];

	it.each(rows.map(([body, message, code = '']) => [body, message, code] as const))(
		'of %j are %j and %j',
		(body, message, code) => {
			const failure = classify(400, body);
			expect([failure.gatewayMessage ?? '', failure.gatewayCode ?? '']).toEqual([message, code]);
		},
	);
});

describe('a proxy or firewall between n8n and the API', () => {
	const challenge = '<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>';
	const isABot = 'Cloudflare blocked the request as bot traffic';
	const isBlocked = 'A firewall in front of the API blocked the request';
	const isBlockedByAny = 'A firewall or proxy between n8n and the API blocked the request';

	it.each<[status: number, body: unknown, headers: object, kind: string, title: string]>([
		[407, page('407 Proxy Authentication Required'), {}, 'unreachable', 'The proxy requires a user name and password'],
		[301, '', { location: 'https://api.example/' }, 'wrong_base_url', 'The API redirects to https://api.example/'],
		[302, '', { location: '/login' }, 'wrong_base_url', 'The API redirects to /login'],
		[307, '', { location: 'https://api.example/' }, 'wrong_base_url', 'The API redirects to https://api.example/'],
		[308, '', { location: 'https://api.example/' }, 'wrong_base_url', 'The API redirects to https://api.example/'],
		[403, challenge, {}, 'access_denied', isABot],
		[503, challenge, {}, 'access_denied', isABot],
		[429, '', { 'cf-mitigated': 'challenge' }, 'access_denied', isABot],
		[403, page('Attention Required! | Cloudflare'), {}, 'access_denied', isBlockedByAny],
		[403, page('403 Forbidden'), {}, 'access_denied', isBlockedByAny],
		[403, 'error code: 1010', {}, 'access_denied', isBlocked],
		[403, { cloudflare_error: true, error_code: 1020, title: 'Error 1020' }, {}, 'access_denied', isBlocked],
		[405, `${page('405')}<div data-id="block_message"></div>`, {}, 'access_denied', isBlocked],
	])('is reported, and the request counts as rejected: %i %s', (status, body, headers, kind, message) => {
		expect(classify(status, body, { ...headers })).toMatchObject({ kind, message });
		expect(acceptanceOf(status, body, { ...headers })).toBe('rejected');
	});
});

it.each<[cause: FailedCause, code: string | undefined, reason: string, kind: string]>([
	['taskFailed', 'upstream_error', 'no luck', 'task_failed'],
	['taskFailed', undefined, 'sensitive words detected', 'prompt_refused'],
	['promptRefused', 'IMAGE_SAFETY', 'no luck', 'prompt_refused'],
	['noImage', 'NO_IMAGE', 'no luck', 'no_image'],
	['resultExpired', 'expired', 'no luck', 'result_expired'],
])('reports the cause %s with the code %s and the message "%s" as %s', (cause, code, reason, kind) => {
	expect(failureOf({ kind: 'failed', cause, reason, ...(code && { code }), taskId: 't-1' })).toEqual({
		kind,
		gatewayMessage: reason,
		...(code && { gatewayCode: code }),
		taskId: 't-1',
	});
});

it('does not throw for fields of an unexpected type', () => {
	for (const code of [{ toString: 1, valueOf: 1 }, [400], null, true, {}, NaN])
		for (const name of ['code', 'status', 'statusCode', 'message', 'error'])
			expect(() => classify(400, { [name]: code, error: { [name]: code } })).not.toThrow();
});

it.each<[unknown]>([[{ toString: 1, valueOf: 1 }], [[{ toString: 1 }]], [{ toJSON: 1 }], [true], [1e999]])(
	'does not throw for the code %j, and reports an invalid request',
	(code) => {
		for (const body of [{ code, message: 'no' }, { error: { code, type: code, message: 'no' } }, { statusCode: code }])
			expect(classify(400, body).kind).toBe('invalid_request');
	},
);

it('does not read a limit on tasks as a duplicate', () => {
	expect(classify(409, wrapped('You already have 3 tasks in progress'), {}, 'a cube').kind).toBe('invalid_request');
});

it.each([
	[409, 'There is currently another in-progress request using this Idempotency-Key', 'idempotency_key_in_use', true],
	[409, 'A request is outstanding for this Idempotency-Key', '', true],
	[409, 'this Idempotency-Key was used with another body', 'idempotency_conflict', false],
	[422, 'this Idempotency-Key is in use with another body', '', false],
	[409, 'Duplicate request', '', false],
	[409, 'This request has already been submitted', '', false],
	[409, 'The task already exists', '', false],
	[409, 'This request is already being processed', '', true],
	[409, 'Task already in progress', '', true],
	[409, 'A task with this prompt is already queued', '', false],
])(
	'reports a key conflict, unclear only if the first request may still be running: %i %s',
	(status, message, code, isUnclear) => {
		expect(acceptanceOf(status, wrapped(message, code))).toBe(isUnclear ? 'unclear' : 'rejected');
		expect(classify(status, wrapped(message, code), {}, 'a cube').kind).toBe('idempotency_conflict');
		expect(classify(status, wrapped(message, code)).kind).toBe('invalid_request');
	},
);
