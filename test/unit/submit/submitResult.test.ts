/* eslint-disable */
import type { HttpResult } from '../../../nodes/NanoBanana/gateway/httpRequest';
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import type { ApiFormat } from '../../../nodes/NanoBanana/types';
import { idInHeaders, readSubmitResult, type SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';

const HOME = 'https://api.example';
const A = 'https://cdn.example/a.png';
const TASK = { location: '/v1/images/tasks/t-1' };

const reply = (status: number, body: unknown, headers: Record<string, unknown> = {}): HttpResult => ({
	kind: 'reply',
	status,
	headers,
	bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

function verdictOn(answer: HttpResult, format: ApiFormat = 'asyncTask'): SubmitResult {
	return readSubmitResult(answer, { decode: (body) => FORMATS[format].decode(body, HOME), now: 0 });
}

const TAKEN = {
	kind: 'accepted',
	outcome: { kind: 'pending', status: 'queued', taskId: 't-1' },
	firstPollMs: 0,
};

it('finds the task in the headers of an answer that broke off', () => {
	expect(verdictOn({ kind: 'unclear', reason: 'socket hang up', headers: TASK })).toEqual(TAKEN);
	expect(verdictOn({ kind: 'unclear', reason: 'socket hang up', headers: {} })).toEqual({
		kind: 'failed',
		failure: { kind: 'unclear_submission', gatewayMessage: 'socket hang up' },
	});
	expect(verdictOn({ kind: 'unclear', reason: 'socket hang up' })).toMatchObject({ kind: 'failed' });
});

it.each([302, 303, 408, 409, 500, 504])('looks at the task that the address of a %i names', (status) => {
	expect(verdictOn(reply(status, '', TASK))).toEqual(TAKEN);
});

it.each([400, 401, 403, 404, 422])('takes no address beside a %i for a task', (status) => {
	expect(verdictOn(reply(status, { error: { message: 'no' } }, TASK))).toMatchObject({ kind: 'failed' });
});

it.each([303, 408, 409, 429, 500, 503])('looks at the task beside the complaint of a %i', (status) => {
	expect(verdictOn(reply(status, { error: { message: 'server is busy' }, task_id: 't-1' }))).toEqual(TAKEN);
});

it.each([400, 402, 403, 422])('takes a %i for a refusal although it names a task', (status) => {
	expect(verdictOn(reply(status, { error: { message: 'Bad ratio' }, task_id: 't-1' }))).toMatchObject({
		kind: 'failed',
	});
});

it('looks at the task that a 400 calls queued', () => {
	expect(verdictOn(reply(400, { data: { task_id: 't-1', status: 'queued' } }))).toEqual(TAKEN);
});

it.each([500, 400])('delivers nothing that stands in a %i', (status) => {
	expect(verdictOn(reply(status, { created: 1, data: [{ url: A }] }))).toMatchObject({ kind: 'failed' });
});

it('keeps the id of a task whose pictures came at once', () => {
	const images = [{ kind: 'url', url: A }];

	expect(verdictOn(reply(200, { data: { task_id: 't-1', status: 'succeeded', result_url: A } }))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images, taskId: 't-1' },
		firstPollMs: 0,
	});
	expect(verdictOn(reply(200, { created: 1, data: [{ url: A }] }))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images },
		firstPollMs: 0,
	});
});

it('tells words without a picture from a task that ended without one', () => {
	const words = { candidates: [{ content: { parts: [{ text: 'no' }] }, finishReason: 'STOP' }] };

	expect(verdictOn(reply(200, words), 'gemini')).toMatchObject({
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
	['a number that is not exact', '{"task_id":9007199254740993}', '{"task_id":9007199254740993}'],
	['a status without an ID', '{"status":"queued"}', '{"status":"queued"}'],
	['success without anything', '{"code":"success","data":null}', '{"code":"success","data":null}'],
	['binary data', '\u0000\u0001\u0002\u0003', '(binary data, 4 bytes)'],
])('shows %s, as a task may exist', (_fact, body, response) => {
	expect(verdictOn(reply(200, body))).toEqual({
		kind: 'failed',
		failure: {
			kind: 'unclear_submission',
			httpStatus: 200,
			message: 'The API response contains no task ID and no image',
			response,
		},
	});
});

it.each<[string, unknown]>([
	['an upstream failure', { error: { message: 'upstream returned empty image' } }],
	['an unknown code', { code: 1234, message: 'generation failed' }],
	['no success', { success: false, message: 'generation failed' }],
	['a server error inside', { code: 500, message: 'oops' }],
])('leaves %s on HTTP 200 unclear: it may have been charged', (_fact, body) => {
	expect(verdictOn(reply(200, body))).toMatchObject({
		kind: 'failed',
		failure: { kind: 'unclear_submission', response: JSON.stringify(body) },
	});
});

it.each<[string, unknown, string]>([
	['a code of HTTP', { code: 400, msg: 'Invalid parameter: Unsupported aspect ratio', data: null }, 'invalid_request'],
	["OpenAI's type", { error: { message: 'n is too high', type: 'invalid_request_error' } }, 'invalid_request'],
	['the words of a refusal', { error: { message: 'sensitive words detected' } }, 'prompt_refused'],
	['the code of a balance', { code: 'insufficient_user_quota', message: '用户额度不足' }, 'insufficient_balance'],
])('believes %s on HTTP 200', (_fact, body, kind) => {
	expect(verdictOn(reply(200, body))).toMatchObject({ kind: 'failed', failure: { kind } });
});

it('takes an image file for the image, and nothing else that is called one', () => {
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

	expect(verdictOn(raw(png, type))).toEqual({
		kind: 'accepted',
		outcome: { kind: 'images', images: [{ kind: 'base64', base64: png.toString('base64') }] },
		firstPollMs: 0,
	});
	for (const answer of [raw(Buffer.from([0, 1, 2, 3]), type), raw(png, { 'content-type': 'application/json' })])
		expect(verdictOn(answer)).toMatchObject({
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
	[{ location: '/tasks' }, undefined],
	[{ 'x-new-api-task-id': 't-2' }, 't-2'],
	[{}, undefined],
])('reads the headers %j as %s', (headers, taskId) => {
	expect(idInHeaders(headers)).toBe(taskId);
});

it.each([
	['the body', { task_id: 't-1', status: 'queued' }],
	['data', { data: { task_id: 't-1', status: 'processing' } }],
	['data as JSON text', { data: '{"task_id":"t-1","status":"queued"}' }],
	['the error, as a New API fork does', { error: { task_id: 't-1', status: 'queued', message: 'busy' } }],
])('polls the task that an error names in %s', (_place, body) => {
	expect(verdictOn(reply(400, body))).toEqual(TAKEN);
});

it.each(['rejected', 'cancelled', '失败'])('believes an error whose task is %s', (status) => {
	expect(verdictOn(reply(500, { task_id: 't-1', status }))).toMatchObject({ kind: 'failed' });
});

it('waits for the first look as long as the gateway asks', () => {
	expect(verdictOn(reply(202, { task_id: 't-1' }, { 'retry-after': '3' }))).toMatchObject({
		kind: 'accepted',
		firstPollMs: 3_000,
	});
});

describe('an id in the answer to a request that failed', () => {
	it.each<[number, unknown, string]>([
		[401, { id: 'unauthorized', message: 'Unable to authenticate you' }, 'invalid_key'],
		[400, { id: 'req_12345', message: 'aspect_ratio 9:8 is not supported' }, 'invalid_request'],
		[403, { id: 'req_12345', message: 'forbidden' }, 'access_denied'],
		[400, 'image_too_large', 'invalid_request'],
		[500, { id: 'req_12345', message: 'oops' }, 'unclear_submission'],
		[500, 'generation_unavailable', 'unclear_submission'],
	])('is no task where nobody calls it one: %i %j', (status, body, kind) => {
		expect(verdictOn(reply(status, body))).toMatchObject({ kind: 'failed', failure: { kind } });
	});

	it.each<[number, unknown]>([
		[429, { code: 429, message: 'too many requests', id: 'rate_limit' }],
		[429, { message: 'too many requests', data: 'retry-later' }],
		[429, 'image-service-busy'],
	])('does not keep a %i with %j from being sent again', (status, body) => {
		expect(verdictOn(reply(status, body))).toMatchObject({ kind: 'refused' });
	});

	it.each([429, 500, 409])('counts beside a general word of the envelope (%i)', (status) => {
		expect(
			verdictOn(
				reply(status, { status: 'error', message: 'Too many requests, your task is queued', data: { task_id: 't-1' } }),
			),
		).toEqual(TAKEN);
	});
});

it.each([
	[{ code: 1001, msg: '余额不足', data: 'recharge' }, 'insufficient_balance'],
	[{ code: 400, msg: 'prompt is too long', data: 'prompt' }, 'invalid_request'],
])('takes no word in the place of an id for a task: %j', (body, kind) => {
	expect(verdictOn(reply(200, body))).toMatchObject({ kind: 'failed', failure: { kind } });
});

it('takes no address beside words of complaint for a picture', () => {
	for (const body of [
		{ message: 'see the documentation', url: 'https://docs.example/errors.png' },
		{ error: { message: 'oops' }, data: [{ url: A }] },
	]) {
		expect(verdictOn(reply(500, body))).toMatchObject({ kind: 'failed', failure: { kind: 'unclear_submission' } });
	}
});

it.each([200, 400, 503])('reads a %i whose code is an object that cannot become text or a number', (status) => {
	const code = { toString: 1, valueOf: 1 };
	for (const body of [
		{ code, error: { code, message: 'no' } },
		{ success: false, statusCode: code, message: 'no' },
	])
		expect(verdictOn(reply(status, body))).toMatchObject({ kind: 'failed', failure: { gatewayMessage: 'no' } });
});
