/* eslint-disable */
import { acceptanceOf, type SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import { flat, google, page, wrapped } from '../support/errorBodies';
import { A, ACCEPTED, reply, resultOf } from '../support/submitReply';

describe('an ID in the response to a failed request', () => {
	it.each<[number, unknown, string]>([
		[401, { id: 'unauthorized', message: 'Unable to authenticate you' }, 'invalid_key'],
		[400, { id: 'req_12345', message: 'aspect_ratio 9:8 is not supported' }, 'invalid_request'],
		[403, { id: 'req_12345', message: 'forbidden' }, 'access_denied'],
		[400, 'image_too_large', 'invalid_request'],
		[500, { id: 'req_12345', message: 'oops' }, 'unclear_submission'],
		[500, 'generation_unavailable', 'unclear_submission'],
	])('is not read as a task ID from an undocumented field: %i %j', (status, body, kind) => {
		expect(resultOf(reply(status, body))).toMatchObject({ kind: 'failed', failure: { kind } });
	});

	it.each<[number, unknown]>([
		[429, { code: 429, message: 'too many requests', id: 'rate_limit' }],
		[429, { message: 'too many requests', data: 'retry-later' }],
		[429, 'image-service-busy'],
	])('does not prevent another request after a %i with %j', (status, body) => {
		expect(resultOf(reply(status, body))).toMatchObject({ kind: 'refused' });
	});

	it.each([429, 500, 409])('is read as a task ID next to a general error status (%i)', (status) => {
		expect(
			resultOf(
				reply(status, { status: 'error', message: 'Too many requests, your task is queued', data: { task_id: 't-1' } }),
			),
		).toEqual(ACCEPTED);
	});
});

it.each<[number, unknown]>([
	[400, { Message: 'the field seed is unknown' }],
	[422, { errors: { prompt: ['is too long'] }, request_id: 'r-1' }],
	[403, {}],
])('shows the response of a %i whose message is in an undocumented field: %j', (status, body) => {
	expect(resultOf(reply(status, body))).toMatchObject({ kind: 'failed', failure: { response: JSON.stringify(body) } });
});

it.each<[number, unknown]>([
	[
		429,
		{
			detail: { code: 'duplicate_submission', message: 'Your task has been submitted already, do not submit it again' },
		},
	],
	[429, { error: { message: 'Your task has been submitted already', detail: { limit: 1 } } }],
	[429, wrapped('unexpected EOF', 'read_response_body_failed')],
	[400, wrapped('unexpected EOF', 'read_response_body_failed')],
])('does not send a request again that was accepted upstream: %i %j', (status, body) => {
	expect(resultOf(reply(status, body))).toMatchObject({ kind: 'failed', failure: { kind: 'unclear_submission' } });
});

it.each([
	[{ code: 1001, msg: '余额不足', data: 'recharge' }, 'insufficient_balance'],
	[{ code: 400, msg: 'prompt is too long', data: 'prompt' }, 'invalid_request'],
])('does not read a word instead of an ID as a task: %j', (body, kind) => {
	expect(resultOf(reply(200, body))).toMatchObject({ kind: 'failed', failure: { kind } });
});

it('does not read a URL in an error body as an image', () => {
	for (const body of [
		{ message: 'see the documentation', url: 'https://docs.example/errors.png' },
		{ error: { message: 'oops' }, data: [{ url: A }] },
	]) {
		expect(resultOf(reply(500, body))).toMatchObject({ kind: 'failed', failure: { kind: 'unclear_submission' } });
	}
});

it.each([200, 400, 503])('reads a %i whose code cannot be converted to text or a number', (status) => {
	const code = { toString: 1, valueOf: 1 };
	for (const body of [
		{ code, error: { code, message: 'no' } },
		{ success: false, statusCode: code, message: 'no' },
	])
		expect(resultOf(reply(status, body))).toMatchObject({ kind: 'failed', failure: { gatewayMessage: 'no' } });
});

describe('a prompt that the API repeats in its error', () => {
	const repeated = (status: number, prompt: string, start = 'Generation failed for: '): SubmitResult =>
		resultOf(reply(status, { error: { message: `${start}${prompt}.` } }), 'asyncTask', prompt);

	it.each<[status: number, prompt: string, kind: string]>([
		[503, 'a stadium filled to capacity', 'unclear_submission'],
		[503, ' A Stadium Filled to Capacity\n', 'unclear_submission'],
		[500, 'a vending machine that says: out of credits', 'unclear_submission'],
		[500, 'a sign, no channel available tonight', 'unclear_submission'],
		[500, 'an nsfw safety sign', 'unclear_submission'],
		[503, '服务繁忙', 'unclear_submission'],
		[200, 'a form with an invalid value', 'unclear_submission'],
		[400, 'a sticker "api key invalid"', 'invalid_request'],
		[422, 'an idempotent machine', 'invalid_request'],
		[429, 'a daily quota', 'rate_limited'],
	])('does not affect how a %i is read: %s', (status, prompt, kind) => {
		expect(repeated(status, prompt)).toMatchObject({ failure: { kind } });
	});

	it.each([
		[
			'it is cut off',
			'A street overloaded with cars and many people',
			"Upload failed: 'A street overloaded with cars and m...'",
		],
		['it has other spaces', 'A red cube\n\n overloaded  truck', 'Upload failed: a red cube overloaded truck'],
		['it has escaped line breaks', 'A red cube\noverloaded truck', 'Upload failed: A red cube\\noverloaded truck'],
	])('does not affect how the error is read, even if %s', (_how, prompt, message) => {
		expect(resultOf(reply(503, { error: { message } }), 'asyncTask', prompt)).toMatchObject({
			failure: { kind: 'unclear_submission', gatewayMessage: message },
		});
	});

	it('does not cause another request if it is longer than the part of the error that is read', () => {
		expect(repeated(503, `an overloaded truck${', a very long scene'.repeat(400)}`)).toMatchObject({ kind: 'failed' });
	});

	it('does not hide what the API itself reports', () => {
		expect(repeated(503, 'a cube', 'The server is overloaded. Prompt: ')).toMatchObject({ kind: 'refused' });
		expect(repeated(402, 'a', 'You are out of credits: ')).toMatchObject({ failure: { kind: 'insufficient_balance' } });
		expect(resultOf(reply(503, { error: { message: 'too many requests' } }), 'asyncTask', 'o')).toMatchObject({
			kind: 'refused',
		});
		for (const prompt of ['a', 'e', '', ' ', 'over'])
			expect(
				resultOf(reply(503, { error: { message: 'The server is overloaded' } }), 'asyncTask', prompt),
			).toMatchObject({ kind: 'refused' });
	});

	it('is shown to the user', () => {
		expect(repeated(503, 'a full capacity')).toMatchObject({
			failure: { gatewayMessage: 'Generation failed for: a full capacity.' },
		});
	});
});

it.each<[number, unknown, string]>([
	[404, { error: { message: 'task not found' } }, 'wrong_base_url'],
	[400, { code: 'task_not_exist', message: 'task_not_exist' }, 'invalid_request'],
	[410, {}, 'invalid_request'],
])('does not report an unknown task ID for a create request: %i %j', (status, body, kind) => {
	expect(resultOf(reply(status, body))).toMatchObject({ kind: 'failed', failure: { kind } });
});

describe('a paid request', () => {
	it.each<[status: number, body: unknown]>([
		[429, wrapped('You have reached the request limit')],
		[429, flat('当前分组上游负载已饱和', 'fail_to_fetch_task')],
		[429, ''],
		[503, google(503, 'The model is overloaded.', 'UNAVAILABLE')],
		[503, wrapped('server is busy, the task was not accepted')],
		[503, wrapped('too many requests')],
		[503, wrapped('The server is overloaded, nothing was charged')],
		[503, wrapped('queue_full: no task was created')],
		[429, wrapped('Rate limit of 5 images generated per minute')],
		[429, wrapped('Too many requests already queued, try again later')],
		[429, wrapped('You have already submitted 5 requests in the last minute')],
		[503, wrapped('Server overloaded: too many tasks already queued')],
		[503, wrapped('The service is overloaded. No image was generated and nothing was charged.')],
		[503, wrapped('The model is overloaded: connection limit reached')],
		[503, wrapped('当前分组上游负载已饱和，请稍后再试')],
		[429, wrapped('Task submitted too frequently, rate limit reached')],
		[429, wrapped('Another task created by this key is running: too many requests')],
		[429, wrapped('您已提交的任务过多')],
		[429, wrapped('当前排队中的任务过多，请稍后再试')],
		[429, wrapped('正在排队的任务数量已达上限')],
		[429, wrapped('今日已生成图片数量达到上限')],
		[429, wrapped('当前账号已创建 5 个任务，超过并发限制')],
		[429, wrapped('请求过于频繁，请勿重复提交')],
		[429, wrapped('请求频率过高，请勿重复提交')],
		[429, wrapped('并发已达上限，您的任务已提交数: 3')],
		[429, wrapped('You can only have one task queued at a time')],
		[429, wrapped('Maximum request accepted per minute: 5')],
		[503, wrapped('Server overloaded. No new task created.')],
		[503, wrapped('当前模型过载')],
		[503, google(503, 'This model is currently experiencing high demand. Please try again later.', 'UNAVAILABLE')],
	])('can be sent again after %i with %j', (status, body) => {
		expect(acceptanceOf(status, body)).toBe('notAccepted');
	});

	it.each<[status: number, body: unknown]>([
		[500, wrapped('bad response status code 500', 'bad_response_status_code')],
		[500, ''],
		[502, page('502 Bad Gateway')],
		[503, page('503 Service overloaded')],
		[503, wrapped('Service unavailable')],
		[503, wrapped('Your request could not be processed')],
		[429, wrapped('Too many requests, your task is queued')],
		[503, wrapped('Server overloaded: your request has been queued and will be processed')],
		[503, wrapped('The image was generated but not stored: storage capacity exceeded')],
		[503, wrapped('Server is too busy, the result was not processed in time')],
		[503, wrapped('The server is overloaded, the request has not been processed completely')],
		[503, wrapped('Billing settled, but the image server is too busy')],
		[500, wrapped('Failed to settle token quota: database is locked')],
		[502, wrapped('error consuming token quota after generation')],
		[500, wrapped('post-processing failed: model_price not found for settlement')],
		[500, wrapped('The generated image file too large to store')],
		[500, wrapped('failed to run safety checker: connection reset')],
		[504, page('504 Gateway Time-out')],
		[520, ''],
		[522, ''],
		[524, page('524: A timeout occurred')],
		[408, ''],
		[499, ''],
		[400, wrapped('bad response body', 'bad_response_body')],
		[422, wrapped('empty response', 'empty_response')],
		[429, wrapped('bad response body', 'bad_response_body')],
		[429, flat('您的任务已提交，正在排队，请勿重复提交', 'x')],
		[429, wrapped('Task already queued, too many requests')],
		[429, wrapped('Your request has already been submitted. Too many requests.')],
		[429, wrapped('Task has been queued.')],
		[503, wrapped('server is busy, new task queued')],
		[503, wrapped('Image upload failed: rate limit exceeded')],
		[503, wrapped('saving result failed, server is busy')],
		[503, wrapped('cdn upload rejected: too many requests')],
		[429, wrapped('任务已提交，当前排队人数过多，请耐心等待')],
		[429, wrapped('正在排队，前面人数过多，请耐心等待')],
		[429, wrapped('Your task was successfully submitted, too many requests')],
		[503, wrapped('Service overloaded, your request has already been submitted')],
		[429, wrapped('任务已成功提交，请稍后查询')],
		[429, wrapped('任务已加入队列')],
		[429, wrapped('任务已被接受，请勿重复请求')],
		[429, wrapped('已创建任务，请稍后查询结果')],
		[429, wrapped('Request already submitted and is being processed. Do not resend.')],
		[503, wrapped('Task submitted; the server is busy, please poll later')],
		[503, wrapped('图片已生成，但转存失败：存储服务繁忙，请稍后再试')],
		[503, wrapped('系统繁忙')],
		[503, wrapped('context deadline exceeded, server is busy')],
		[503, wrapped('EOF while reading upstream response: overloaded')],
		[503, wrapped('failed to upload result image: CDN is overloaded')],
		[503, wrapped('could not save the result: server is busy')],
	])('is unclear after %i with %j', (status, body) => {
		expect(acceptanceOf(status, body)).toBe('unclear');
	});

	it.each<[status: number, body: unknown]>([
		[400, wrapped('The request was submitted without a model')],
		[402, wrapped('The image is generated by AI and cannot be edited')],
		[500, wrapped('The image you uploaded violates our content policy')],
		[500, wrapped('uploaded image is too large: file too large')],
		[400, wrapped('Invalid aspect_ratio')],
		[401, wrapped('Invalid token')],
		[402, {}],
		[413, page('413')],
		[429, wrapped('overloaded', 'insufficient_user_quota')],
		[501, wrapped('API not implemented')],
		[503, wrapped('No available channel for model X', 'model_not_found')],
		[404, wrapped('Invalid URL (POST /v1/images/tasks)')],
	])('is rejected by %i with %j', (status, body) => {
		expect(acceptanceOf(status, body)).toBe('rejected');
	});

	it.each<[status: number, message: string, acceptance: string]>([
		[409, 'A request with this Idempotency-Key is in progress', 'unclear'],
		[409, 'Idempotency-Key in use', 'unclear'],
		[409, 'This Idempotency-Key was used with another body', 'rejected'],
		[400, 'This Idempotency-Key is in use', 'rejected'],
	])('after %i with "%s", it is %s', (status, message, acceptance) => {
		expect(acceptanceOf(status, { error: { message } }, {}, 'a prompt')).toBe(acceptance);
	});

	it('is unclear after the 503 page of nginx: limit_req and the server behind nginx return the same page', () => {
		expect(acceptanceOf(503, page('503 Service Temporarily Unavailable'))).toBe('unclear');
	});
});
