/* eslint-disable */
import { Readable } from 'node:stream';

import { fetchTaskStatus, type TaskStatusResult } from '../../../nodes/NanoBanana/poll/taskStatus';
import { broken, BASE_URL, fakeClient, reply, type Sent, type FakeResponse } from '../support/fakeClient';

const A = 'https://cdn.example/a.png';

async function pollWith(
	response: FakeResponse,
	more: { taskId?: string; remainingMs?: number; baseURL?: string } = {},
): Promise<{ poll: TaskStatusResult; sent: Sent[] }> {
	const { client, sent } = fakeClient([response], undefined, { baseURL: more.baseURL ?? BASE_URL });
	const poll = await fetchTaskStatus(
		client,
		{ taskId: more.taskId ?? 't-1' },
		{ remainingMs: more.remainingMs ?? 60_000, maxBytes: 1_048_576 },
	);
	return { poll, sent };
}

it('polls the task once, with the key, and does not follow redirects', async () => {
	const { poll, sent } = await pollWith(reply(200, { data: { task_id: 't-1', status: 'succeeded', result_url: A } }));

	expect(poll).toEqual({
		kind: 'outcome',
		outcome: { kind: 'images', images: [{ kind: 'url', url: A }], taskId: 't-1' },
		retryAfterMs: 0,
	});
	expect(sent).toEqual([
		{
			method: 'GET',
			url: `${BASE_URL}/v1/images/tasks/t-1`,
			headers: { accept: 'application/json', 'accept-encoding': 'identity' },
			withKey: true,
			timeout: 61_000,
			followsRedirects: false,
		},
	]);
});

it('escapes the ID in the path, and sends nothing for an ID that cannot be part of a path', async () => {
	expect((await pollWith(reply(200, {}), { taskId: '../keys?a=1' })).sent[0].url).toBe(
		`${BASE_URL}/v1/images/tasks/..%2Fkeys%3Fa%3D1`,
	);
	for (const taskId of ['.', '..', '\ud800x']) {
		expect(await pollWith(reply(200, {}), { taskId })).toEqual({
			poll: { kind: 'final', failure: { kind: 'unknown_task', taskId } },
			sent: [],
		});
	}
});

it.each([
	[5_000, 5_000],
	[200, 1_000],
	[600_000, 600_000],
])('with %i ms left, waits %i ms for the response', async (remainingMs, timeoutMs) => {
	expect((await pollWith(reply(200, {}), { remainingMs })).sent[0].timeout - 1000).toBe(timeoutMs);
});

it('shows the response of a failed task that does not explain why', async () => {
	const body = { code: 'success', message: 'The prompt is too dark', data: { task_id: 't-1', status: 'failed' } };
	const { poll } = await pollWith(reply(200, body));

	expect(poll).toMatchObject({ kind: 'outcome', outcome: { kind: 'failed', response: JSON.stringify(body) } });
});

it('shows the response of a failed task with an error status and without a reason', async () => {
	const body = { data: { task_id: 't-1', status: 'failed' } };

	expect((await pollWith(reply(422, body))).poll).toMatchObject({
		kind: 'doubtful',
		failure: { kind: 'task_failed', response: JSON.stringify(body) },
	});
});

it('ends a poll whose response stops arriving, but not one whose response is slow', async () => {
	jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
	const steady = new Readable({ read: () => undefined });
	const silent = new Readable({ read: () => undefined });
	const ends: string[] = [];
	for (const [name, body] of Object.entries({ steady, silent }))
		void pollWith(reply(200, body), { remainingMs: 600_000 }).then(({ poll }) => ends.push(`${name}: ${poll.kind}`));
	for (const piece of ['{"data":{"task_id":"t-1",', '"status":"succeeded",', `"result_url":"${A}"}}`]) {
		await jest.advanceTimersByTimeAsync(20_000);
		steady.push(piece);
		await new Promise(setImmediate);
	}
	steady.push(null);
	await new Promise(setImmediate);
	await jest.advanceTimersByTimeAsync(2_000);
	jest.useRealTimers();

	expect(ends).toEqual(['silent: passing', 'steady: outcome']);
});

it.each([
	[403, 'Rate limit exceeded'],
	[400, 'Too many requests'],
	[200, 'Too many requests'],
])('polls again after a rate limit with HTTP %i: %s', async (status, message) => {
	const body = { error: { message } };
	expect((await pollWith(reply(status, body, { 'retry-after': '7' }))).poll).toMatchObject({
		kind: 'passing',
		failure: { kind: 'rate_limited', taskId: 't-1' },
		retryAfterMs: 7_000,
	});
});

it.each<[string, FakeResponse, TaskStatusResult]>([
	[
		'a broken connection',
		broken('ECONNRESET', 'read'),
		{
			kind: 'passing',
			failure: { kind: 'upstream_down', taskId: 't-1', gatewayMessage: 'The connection was reset' },
			retryAfterMs: 0,
		},
	],
	[
		'a connection that does not open',
		broken('ECONNREFUSED', 'connect'),
		{
			kind: 'passing',
			failure: { kind: 'unreachable', taskId: 't-1', gatewayMessage: 'The connection was refused' },
			retryAfterMs: 0,
		},
	],
	[
		'an API that is down',
		reply(503, { message: 'later' }, { 'retry-after': '7' }),
		{
			kind: 'passing',
			failure: { kind: 'upstream_down', taskId: 't-1', httpStatus: 503, gatewayMessage: 'later' },
			retryAfterMs: 7_000,
		},
	],
	[
		'half a response',
		reply(200, '{"code":"succ'),
		{
			kind: 'notJson',
			failure: { kind: 'unreadable_answer', taskId: 't-1', httpStatus: 200, response: '{"code":"succ' },
			retryAfterMs: 0,
		},
	],
	[
		'a web page',
		reply(200, '<html><title>Just a moment</title></html>'),
		{
			kind: 'notJson',
			failure: {
				kind: 'wrong_base_url',
				taskId: 't-1',
				httpStatus: 200,
				gatewayMessage: '<html><title>Just a moment</title></html>',
			},
			retryAfterMs: 0,
		},
	],
	[
		'a rate limit with HTTP 200',
		reply(200, { code: 429, message: 'too many requests' }),
		{
			kind: 'passing',
			failure: {
				kind: 'rate_limited',
				taskId: 't-1',
				httpStatus: 200,
				gatewayMessage: 'too many requests',
				gatewayCode: '429',
			},
			retryAfterMs: 0,
		},
	],
])('polls again after %s', async (_fact, response, poll) => {
	expect((await pollWith(response)).poll).toEqual(poll);
});

it.each<[string, FakeResponse, object]>([
	['an invalid key', reply(401, { error: { message: 'Invalid token' } }), { kind: 'invalid_key', httpStatus: 401 }],
	[
		'an invalid key with HTTP 200',
		reply(200, { code: 401, message: 'Invalid token' }),
		{ kind: 'invalid_key', httpStatus: 200 },
	],
	['an expired certificate', broken('CERT_HAS_EXPIRED', 'read'), { kind: 'unreachable' }],
	[
		'a response that is too large',
		reply(200, Readable.from([Buffer.alloc(2_097_152)])),
		{
			kind: 'unreadable_answer',
			message: 'The API response is larger than 1 MB and was not read',
			nextStep: expect.stringContaining('Max Download Size') as string,
		},
	],
])('stops polling after %s', async (_fact, response, failure) => {
	expect((await pollWith(response)).poll).toMatchObject({ kind: 'final', failure: { taskId: 't-1', ...failure } });
});

it.each([400, 422, 500])('reads the end of the task from a %i that contains its ID', async (status) => {
	const error = { message: 'no luck' };
	const ended = (end: object): FakeResponse => reply(status, { data: { task_id: 't-1', ...end } });

	expect((await pollWith(ended({ status: 'succeeded', result_url: A }))).poll).toMatchObject({
		kind: 'outcome',
		outcome: { kind: 'images', images: [{ url: A }] },
	});
	expect((await pollWith(ended({ status: 'failed', error }))).poll).toEqual({
		kind: 'doubtful',
		failure: { kind: 'task_failed', taskId: 't-1', gatewayMessage: 'no luck' },
	});
	expect((await pollWith(reply(status, { status: 'failed', error }))).poll).not.toMatchObject({
		failure: { kind: 'task_failed' },
	});
});

it.each<[number, string, string, object]>([
	[429, 'error', 'rate limit exceeded', { kind: 'passing', failure: { kind: 'rate_limited' } }],
	[503, 'failed', 'service unavailable', { kind: 'passing', failure: { kind: 'upstream_down' } }],
	[500, 'error', 'internal error', { kind: 'passing', failure: { kind: 'upstream_down' } }],
	[404, 'fail', 'task not found', { kind: 'notFound', failure: { kind: 'unknown_task' } }],
	[401, 'error', 'invalid api key', { kind: 'final', failure: { kind: 'invalid_key' } }],
])('does not read a %i with the status %s (%s) as the end of the task', async (status, word, message, poll) => {
	expect((await pollWith(reply(status, { task_id: 't-1', status: word, message }))).poll).toMatchObject(poll);
});

it.each<[string, FakeResponse, object]>([
	[
		'a rejected prompt',
		reply(400, { error: { message: 'sensitive words detected', code: 'sensitive_words_detected' } }),
		{ kind: 'prompt_refused' },
	],
	['a 403 that may come from a firewall', reply(403, { message: 'Forbidden' }), { kind: 'access_denied' }],
	[
		'an authentication service that is down',
		reply(401, { error: { message: 'auth service unavailable' } }),
		{ kind: 'invalid_key', httpStatus: 401 },
	],
	[
		'a route that the API does not offer',
		reply(404, { error: { message: 'image tasks are not enabled' } }),
		{ kind: 'not_offered' },
	],
	['a redirect', reply(302, '', { location: '/login' }), { kind: 'wrong_base_url' }],
	[
		'a web page that blocks the API',
		reply(403, '<html><title>Just a moment</title></html>'),
		{ kind: 'access_denied' },
	],
	[
		'a rejection with HTTP 200',
		reply(200, { success: false, message: 'database is locked' }),
		{ kind: 'invalid_request' },
	],
	[
		'an error next to the task',
		reply(200, { task_id: 't-1', error: { message: 'slow queue' } }),
		{ kind: 'invalid_request', gatewayMessage: 'slow queue' },
	],
])('treats %s as final only if it is repeated', async (_fact, response, failure) => {
	expect((await pollWith(response)).poll).toMatchObject({ kind: 'doubtful', failure: { taskId: 't-1', ...failure } });
});

it.each([
	[{ code: 429, message: 'too many requests, slow down', data: { task_id: 't-1' } }, 'rate_limited'],
	[{ code: 500, message: 'internal error', data: { task_id: 't-1' } }, 'upstream_down'],
])('polls again after an error about the poll next to the task ID: %j', async (body, kind) => {
	expect((await pollWith(reply(200, body))).poll).toMatchObject({ kind: 'passing', failure: { kind, taskId: 't-1' } });
});

it.each([
	{ task_id: 't-1', status: 'retrying', error: { message: 'attempt 1 failed: upstream 503' } },
	{ code: 'success', data: { task_id: 't-1', status: 'UNKNOWN', fail_reason: 'fetch upstream task failed' } },
])('reads an unknown status next to an error as not finished: %j', async (body) => {
	expect((await pollWith(reply(200, body))).poll).toMatchObject({
		kind: 'outcome',
		outcome: { kind: 'pending', status: 'unknown', response: JSON.stringify(body) },
	});
});

it.each([
	{ code: 'success', data: { task_id: 't-1', status: 'IN_PROGRESS', fail_reason: 'attempt 1 failed, retrying' } },
	{ task_id: 't-1', status: 'running', error: { code: 429, message: 'slow' } },
	{ task_id: 't-1', status: 'running', errorMsg: 'waiting for a GPU' },
])('reads a running task next to an error as running: %j', async (body) => {
	expect((await pollWith(reply(200, body))).poll).toMatchObject({
		kind: 'outcome',
		outcome: { kind: 'pending', status: 'running' },
	});
});

it.each([
	[409, { id: 't-1', status: 'processing', progress: 30 }],
	[400, { task_id: 't-1', status: 'IN_PROGRESS' }],
	[404, { code: 'success', data: { task_id: 't-1', status: 'IN_PROGRESS' } }],
	[502, { task_id: 't-1', status: 'running' }],
])('reads a %i with the open task in its body as a running task: %j', async (status, body) => {
	expect((await pollWith(reply(status, body))).poll).toMatchObject({
		kind: 'outcome',
		outcome: { kind: 'pending', status: 'running', taskId: 't-1' },
	});
	const other = { ...body, id: 't-2', task_id: 't-2', data: { task_id: 't-2', status: 'processing' } };
	expect((await pollWith(reply(status, other))).poll).not.toMatchObject({ kind: 'outcome' });
});

it.each([
	[400, { error: { message: 'Task has not been created yet' } }],
	[409, { message: 'not ready' }],
	[422, { detail: 'The image is not ready yet' }],
	[200, { success: false, message: 'Task is still processing' }],
	[200, { code: 102, message: 'processing' }],
	[200, { code: 1, msg: 'generating' }],
	[200, { code: 1, msg: '图片生成中' }],
])('reads a %i with %j as a running task', async (status, body) => {
	expect((await pollWith(reply(status, body))).poll).toEqual({
		kind: 'outcome',
		outcome: { kind: 'pending', status: 'running', taskId: 't-1' },
		retryAfterMs: 0,
	});
});

it.each(['Error processing request', 'Invalid field: processing', 'The task is not running on this host'])(
	'does not read "%s" as a running task',
	async (message) => {
		expect((await pollWith(reply(400, { error: { message } }))).poll).toMatchObject({ kind: 'doubtful' });
	},
);

it('sends nothing if the base URL is not a URL, and does not try again', async () => {
	expect(await pollWith(reply(200, {}), { baseURL: '' })).toEqual({
		poll: {
			kind: 'final',
			failure: {
				kind: 'unreachable',
				taskId: 't-1',
				gatewayMessage: "'Base URL' in the credential is empty or not a URL",
			},
		},
		sent: [],
	});
});

it.each([
	[{ message: 'task_not_exist' }, 'unknown_task'],
	[{ message: 'nothing here' }, 'unknown_task'],
	[{}, 'unknown_task'],
	[{ error: { message: 'Invalid URL (GET /v1/images/tasks/t-1)' } }, 'wrong_base_url'],
	['<html><title>404 Not Found</title></html>', 'wrong_base_url'],
])('reads a 404 with %j as %s, which is temporary for a new task', async (body, kind) => {
	expect((await pollWith(reply(404, body))).poll).toMatchObject({
		kind: 'notFound',
		failure: { kind, taskId: 't-1', httpStatus: 404 },
	});
});

it.each<[string, string, object]>([
	['an empty envelope', '{"code":"success","data":null}', { kind: 'unknown' }],
	['another task', '{"data":{"task_id":12345678901234567890,"id":"t-2","status":"succeeded"}}', { kind: 'unknown' }],
	[
		'an undocumented status',
		'{"task_id":"t-1","status":"failover"}',
		{ kind: 'pending', status: 'unknown', word: 'failover' },
	],
	['a finished task without an image', '{"task_id":"t-1","status":"succeeded"}', { kind: 'images', images: [] }],
])('keeps the response for the error: %s', async (_fact, body, outcome) => {
	expect((await pollWith(reply(200, body))).poll).toMatchObject({
		kind: 'outcome',
		outcome: { ...outcome, response: body },
	});
});

it.each<[string, FakeResponse, object]>([
	[
		'a proxy that requires a password',
		reply(407, '<html>Proxy Authentication Required</html>'),
		{ kind: 'unreachable', message: 'The proxy requires a user name and password' },
	],
	[
		'a redirect',
		reply(308, '', { location: 'https://api.example/v2/' }),
		{ kind: 'wrong_base_url', message: 'The API redirects to https://api.example/v2/' },
	],
	[
		'a Cloudflare challenge',
		reply(403, '<html><title>Just a moment...</title></html>'),
		{ kind: 'access_denied', message: expect.stringContaining('Cloudflare') as string },
	],
])('reports %s between n8n and the API', async (_fact, response, failure) => {
	expect((await pollWith(response)).poll).toMatchObject({ failure });
});

it('polls again after a 401 about the database of the API', async () => {
	const message = '无效的令牌，数据库查询出错，请联系管理员';

	expect((await pollWith(reply(401, { error: { message } }))).poll).toMatchObject({
		kind: 'passing',
		failure: { kind: 'upstream_down' },
	});
});
