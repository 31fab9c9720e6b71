/* eslint-disable */
import type { HttpResult } from '../../../nodes/NanoBanana/gateway/httpRequest';
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import { idInHeaders, readSubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import { A, ACCEPTED, BASE_URL, reply, resultOf } from '../support/submitReply';

const TASK = { location: '/v1/images/tasks/t-1' };

it('reads the task ID from the headers of an incomplete response', () => {
	expect(resultOf({ kind: 'unclear', reason: 'socket hang up', headers: TASK })).toEqual(ACCEPTED);
	expect(resultOf({ kind: 'unclear', reason: 'socket hang up', headers: {} })).toEqual({
		kind: 'failed',
		failure: { kind: 'unclear_submission', gatewayMessage: 'socket hang up' },
	});
	expect(resultOf({ kind: 'unclear', reason: 'socket hang up' })).toMatchObject({ kind: 'failed' });
});

it.each([
	['{"code":"success","data":{"task_id":"t-1","status":"que', true],
	['{"taskId" : "t-1"', true],
	['{"task_id":"t-', false],
	['{"task_id":"","id":"t-1"', false],
	['[{"task_id":"t-1"},{"task_id":"t-2"},', false],
])(
	'reads a task ID from an incomplete response only if it is complete and the only one: %s',
	(partialBody, isWhole) => {
		const result = resultOf({ kind: 'unclear', reason: 'socket hang up', partialBody });
		if (isWhole) expect(result).toEqual(ACCEPTED);
		else expect(result).toMatchObject({ failure: { kind: 'unclear_submission', response: partialBody } });
	},
);

it.each([302, 303, 408, 409, 500, 504])('polls the task whose URL is in the headers of a %i', (status) => {
	expect(resultOf(reply(status, '', TASK))).toEqual(ACCEPTED);
});

it.each([400, 401, 403, 404, 422])('ignores the task ID in the headers of a %i', (status) => {
	expect(resultOf(reply(status, { error: { message: 'no' } }, TASK))).toMatchObject({ kind: 'failed' });
});

it.each([303, 408, 409, 429, 500, 503])('polls the task in the error body of a %i', (status) => {
	expect(resultOf(reply(status, { error: { message: 'server is busy' }, task_id: 't-1' }))).toEqual(ACCEPTED);
});

it.each([
	{ data: [{ task_id: 't-1' }] },
	{ output: { task_id: 't-1' } },
	{ data: '{"task_id":"t-1"}' },
	{ detail: { message: 'busy', task_id: 't-1' } },
	{ error: { message: 'busy', details: { taskId: 't-1' } } },
	{ result: { task_id: 't-1' } },
	{ data: [{ task_id: 't-0', status: 'rejected' }, { task_id: 't-1' }] },
])('polls the task in a 429 or 503 from every field that a create response may use: %j', (body) => {
	for (const status of [429, 503])
		expect(resultOf(reply(status, { message: 'too many requests', ...body }))).toEqual(ACCEPTED);
});

it('shows a rejection that contains a task ID', () => {
	const body = { error: { message: 'no' }, task_id: 't-1' };

	expect(resultOf(reply(422, body))).toMatchObject({
		failure: { kind: 'invalid_request', response: JSON.stringify(body) },
	});
	expect(resultOf(reply(422, { error: { message: 'no' } }))).not.toHaveProperty('failure.response');
});

it.each([
	{ id: 'req_1', status: 'error' },
	{ id: 'req_1', status: 'created' },
	{ active: [{ task_id: 't-8' }, { task_id: 't-9' }] },
	{ error: { message: 'too many requests', active: [{ task_id: 't-9' }] } },
])('does not read another ID in a 429 as the task ID: %j', (body) => {
	expect(resultOf(reply(429, { message: 'too many requests', ...body }))).toMatchObject({ kind: 'refused' });
});

it('does not read the invoice ID in a 402 as the task ID', () => {
	expect(resultOf(reply(402, { message: 'payment required', id: 'inv_1', status: 'pending' }))).toMatchObject({
		failure: { kind: 'insufficient_balance' },
	});
});

it('polls the task that has not failed, and includes the failed one', () => {
	const tasks = [
		{ task_id: 't-0', status: 'failed' },
		{ task_id: 't-1', status: 'queued' },
	];

	expect(resultOf(reply(200, { data: tasks }))).toMatchObject({
		kind: 'accepted',
		outcome: { kind: 'pending', taskId: 't-1', otherTaskIds: ['t-0'] },
	});
});

it('reports all tasks if all of them have failed', () => {
	const tasks = ['t-1', 't-2'].map((task_id) => ({ task_id, status: 'failed', error: 'no' }));

	expect(resultOf(reply(200, { data: tasks }))).toMatchObject({
		kind: 'failed',
		failure: { kind: 'task_failed', taskId: 't-1', otherTaskIds: ['t-2'] },
	});
});

it.each([{ code: 429 }, { code: 500 }, { code: 1001 }, { error: { message: 'quota is low' } }])(
	'returns the images of a 200 that also contains an error: %j',
	(error) => {
		for (const format of ['openAi', 'asyncTask', 'gemini'] as const)
			expect(resultOf(reply(200, { created: 1, message: 'no', ...error, data: [{ url: A }] }), format)).toMatchObject({
				kind: 'accepted',
				outcome: {
					kind: 'images',
					images: [{ url: A }],
					warnings: [expect.stringMatching(/^The API response contains an error: /)],
				},
			});
	},
);

it.each([400, 402, 403, 422])('treats a %i as a rejection although the body contains a task ID', (status) => {
	expect(resultOf(reply(status, { error: { message: 'Bad ratio' }, task_id: 't-1' }))).toMatchObject({
		kind: 'failed',
	});
});

it('polls a queued task in a 400', () => {
	expect(resultOf(reply(400, { data: { task_id: 't-1', status: 'queued' } }))).toEqual(ACCEPTED);
});

it.each([500, 400])('does not return images from a %i', (status) => {
	expect(resultOf(reply(status, { created: 1, data: [{ url: A }] }))).toMatchObject({ kind: 'failed' });
});

it('keeps the task ID of a response that contains the images', () => {
	const images = [{ kind: 'url', url: A }];

	expect(resultOf(reply(200, { data: { task_id: 't-1', status: 'succeeded', result_url: A } }))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images, taskId: 't-1' },
		firstPollMs: 0,
	});
	expect(resultOf(reply(200, { created: 1, data: [{ url: A }] }))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images },
		firstPollMs: 0,
	});
});

it('shows the response of a task that failed at once without a reason', () => {
	const body = { data: { task_id: 't-1', status: 'failed' } };

	expect(resultOf(reply(200, body))).toEqual({
		kind: 'failed',
		failure: { kind: 'task_failed', gatewayCode: 'failed', taskId: 't-1', response: JSON.stringify(body) },
	});
});

it('reads a response that contains only text', () => {
	const textOnly = { candidates: [{ content: { parts: [{ text: 'no' }] }, finishReason: 'STOP' }] };

	expect(resultOf(reply(200, textOnly), 'gemini')).toMatchObject({
		kind: 'accepted',
		outcome: { images: [], text: 'no', code: 'text_only' },
	});
});

it.each<[fact: string, body: string, response: string]>([
	[
		'a greeting with a logo',
		'{"name":"API","image":"https://api.example/logo.png"}',
		'{"name":"API","image":"https://api.example/logo.png"}',
	],
	['half a response', '{"hello', '{"hello'],
	['a maintenance notice', 'checked-in-2026', 'checked-in-2026'],
	['a word in data', '{"data":"checked-in-2026"}', '{"data":"checked-in-2026"}'],
	['a status without an ID', '{"status":"queued"}', '{"status":"queued"}'],
	['a success without a task', '{"code":"success","data":null}', '{"code":"success","data":null}'],
	['binary data', '\u0000\u0001\u0002\u0003', '(binary data, 4 bytes)'],
])('shows %s, because a task may exist', (_fact, body, response) => {
	expect(resultOf(reply(200, body))).toEqual({
		kind: 'failed',
		failure: {
			kind: 'unclear_submission',
			httpStatus: 200,
			message: 'No task ID or image was found in the API response',
			response,
		},
	});
});

it.each<[string, unknown]>([
	['an upstream failure', { error: { message: 'upstream returned empty image' } }],
	['an unknown code', { code: 1234, message: 'generation failed' }],
	['success: false', { success: false, message: 'generation failed' }],
	['a server error code', { code: 500, message: 'oops' }],
])('treats %s with HTTP 200 as unclear, because it may have been charged', (_fact, body) => {
	expect(resultOf(reply(200, body))).toMatchObject({
		kind: 'failed',
		failure: { kind: 'unclear_submission', response: JSON.stringify(body) },
	});
});

it.each<[string, unknown, string]>([
	[
		'an HTTP status code',
		{ code: 400, msg: 'Invalid parameter: Unsupported aspect ratio', data: null },
		'invalid_request',
	],
	['an OpenAI error type', { error: { message: 'n is too high', type: 'invalid_request_error' } }, 'invalid_request'],
	['the message of a rejected prompt', { error: { message: 'sensitive words detected' } }, 'prompt_refused'],
	[
		'the code of an empty balance',
		{ code: 'insufficient_user_quota', message: '用户额度不足' },
		'insufficient_balance',
	],
])('accepts %s as a rejection with HTTP 200', (_fact, body, kind) => {
	expect(resultOf(reply(200, body))).toMatchObject({ kind: 'failed', failure: { kind } });
});

it.each([
	['{"code":"success","data":{"task_id":"t-1","note":"…', 't-1'],
	['{"data":{"task_id":"t-1"}}{"error":"panic"}', 't-1'],
	['{"data":{"task_id":"t-1"}}{"data":{"task_id":"t-2"}}', undefined],
	['{"recent":[{"task_id":"t-1"}]}', undefined],
	['queue is full: {"task_id":"t-1"}', undefined],
	['<html><title>Dashboard</title>{"task_id":"t-1"}</html>', undefined],
])('polls a task in damaged JSON only if its ID is unambiguous: %s', (body, taskId) => {
	const result = resultOf({ kind: 'reply', status: 200, headers: {}, bytes: Buffer.from(body) });

	expect(result.kind === 'accepted' ? result.outcome.taskId : undefined).toBe(taskId);
});

it('accepts an image file with any content type, but no other binary data', () => {
	const type = { 'content-type': 'image/png' };
	const png = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==',
		'base64',
	);
	const raw = (bytes: Buffer, headers: Record<string, unknown>): HttpResult => ({
		kind: 'reply',
		status: 200,
		headers,
		bytes,
	});

	expect(resultOf(raw(png, type))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images: [{ kind: 'base64', base64: png.toString('base64') }] },
		firstPollMs: 0,
	});
	for (const other of [{}, { 'content-type': 'binary/octet-stream' }, { 'content-type': 'application/json' }])
		expect(resultOf(raw(png, other))).toMatchObject({ kind: 'accepted' });
	for (const response of [
		raw(Buffer.from([0, 1, 2, 3]), type),
		raw(Buffer.from([0, 1, 2, 3]), { 'content-type': 'application/octet-stream' }),
	])
		expect(resultOf(response)).toMatchObject({
			failure: {
				kind: 'unclear_submission',
				response: expect.stringMatching(/^\(binary data, \d+ bytes\)$/) as string,
			},
		});
});

it.each([
	[{ location: '/v1/images/tasks/t-1?x=1' }, 't-1'],
	[{ location: 'https://api.example/v1/images/tasks/t-1' }, 't-1'],
	[{ 'operation-location': '/v1/images/tasks/t.1:2_' }, 't.1:2_'],
	[{ location: '/v1/images/tasks/a%2Fb%20c' }, 'a/b c'],
	[{ location: '/v1/images/tasks/%E0%A4%A' }, undefined],
	[{ location: '/v1/images/tasks/' }, undefined],
	[{ location: '/login?next=/v1/images/tasks/new' }, undefined],
	[{ location: '/tasks' }, undefined],
	[{ 'x-new-api-task-id': 't-2' }, 't-2'],
	[{}, undefined],
])('reads the headers %j as the task ID %s', (headers, taskId) => {
	expect(idInHeaders(headers)).toBe(taskId);
});

it.each([
	['the body', { task_id: 't-1', status: 'queued' }],
	['data', { data: { task_id: 't-1', status: 'processing' } }],
	['data as JSON text', { data: '{"task_id":"t-1","status":"queued"}' }],
	['the error (a New API fork)', { error: { task_id: 't-1', status: 'queued', message: 'busy' } }],
	['a list', { data: [{ task_id: 't-1', status: 'submitted' }] }],
	['output', { output: { task_id: 't-1', task_status: 'PENDING' } }],
	['a bare id next to its status', { id: 't-1', status: 'queued', message: 'busy' }],
])('polls the task that an error contains in %s', (_place, body) => {
	expect(resultOf(reply(400, body))).toEqual(ACCEPTED);
});

it.each([
	[{ error: { message: 'the queue is slow', task_id: 't-1' } }, {}],
	[{ error: { message: 'server is busy', code: 429, task_id: 't-1' } }, {}],
	[{ error: { message: 'the queue is slow' } }, TASK],
])('polls the task that an error with HTTP 200 contains: %j, headers %j', (body, headers) => {
	expect(resultOf(reply(200, body, headers))).toEqual(ACCEPTED);
});

it('treats the code 400 with HTTP 200 as a rejection although the error contains a task ID', () => {
	expect(resultOf(reply(200, { error: { message: 'Bad ratio', code: 400, task_id: 't-1' } }))).toMatchObject({
		failure: { kind: 'invalid_request' },
	});
});

it.each(['rejected', 'cancelled', '失败'])('treats an error as final if its task is %s', (status) => {
	expect(resultOf(reply(500, { task_id: 't-1', status }))).toMatchObject({ kind: 'failed' });
});

it('delays the first poll by the time in Retry-After', () => {
	expect(resultOf(reply(202, { task_id: 't-1' }, { 'retry-after': '3' }))).toMatchObject({
		kind: 'accepted',
		firstPollMs: 3_000,
	});
});

it.each([
	[{ isTimeout: true }, "'Timeout (Seconds)' under Options", /raise 'Timeout \(Seconds\)' under Options before/],
	[{ isTimeout: true }, undefined, undefined],
	[{}, "'Timeout (Seconds)' under Options", undefined],
])('names the field that ended the request: %j %s', (fault, timeoutField, nextStep) => {
	const response = { kind: 'unclear' as const, reason: 'no complete response', ...fault };
	const result = readSubmitResult(response, {
		decode: (body) => FORMATS.openAi.decode(body, BASE_URL),
		prompt: 'a cube',
		timeoutField,
	});

	expect(result).toMatchObject({ kind: 'failed', failure: { kind: 'unclear_submission' } });
	expect('failure' in result && result.failure.nextStep).toEqual(nextStep && expect.stringMatching(nextStep));
});

it.each([
	['{"log_id":1,"data":{"task_id":1659384536691865192}}'],
	['{"taskId": 1659384536691865192, "status": "queued"}'],
])('reads a long number as a task ID with all its digits: %s', (body) => {
	expect(resultOf(reply(200, body))).toMatchObject({
		kind: 'accepted',
		outcome: { kind: 'pending', taskId: '1659384536691865192' },
	});
});

it.each<[number, string]>([
	[200, '{"data":{"task_id":1659384536691865192,"status":"success"}}'],
	[200, '{"code":429,"message":"too many requests","data":{"task_id":1659384536691865192}}'],
	[503, '{"message":"server overloaded","status":"queued","task_id":1659384536691865192}'],
])('reads it in every place of a task ID: %i %s', (status, body) => {
	expect(resultOf(reply(status, body))).toMatchObject({
		kind: 'accepted',
		outcome: { taskId: '1659384536691865192' },
	});
});

it.each([
	['{"message":"busy","running":[{"task_id":1659384536691865192}]}'],
	['{"recent":[{"task_id":1659384536691865192},{"task_id":1659384536691865193}]}'],
	['{"task_id":9007199254740993.5}'],
	['{"message":"\\"task_id\\": 1659384536691865192"}'],
])('does not read a task ID from %s', (body) => {
	expect(resultOf(reply(200, body))).toMatchObject({ kind: 'failed', failure: { kind: 'unclear_submission' } });
});
