/* eslint-disable */
import * as shapes from '../../../../nodes/NanoBanana/formats/decode/responseShapes';
import { A, B, PNG, REFERENCE, decode, imagesIn, onPage } from '../../support/decoding';

describe('a running task', () => {
	it.each(shapes.STATUS_NAMES)('has its status in %s', (name) => {
		expect(decode({ data: { task_id: 't-1', [name]: 'processing' } })).toMatchObject({ status: 'running' });
	});

	it('keeps its progress, its model, and an error that is not final', () => {
		const task = { status: 'processing', progress: '10%', model: 'm', error: { code: 0, message: '' } };
		const known = { kind: 'pending', status: 'running', taskId: 't-1', progress: 10, model: 'm' };
		expect(decode(onPage(task))).toEqual(known);
		expect(decode(onPage({ ...task, error: 'slow queue' }))).toEqual({ ...known, reason: 'slow queue' });
	});

	it.each(['post_processing', 'failover', 'succeeded_partially', 'not completed', 'UNKNOWN', 'unfinished'])(
		'has an unknown status with the word %s, which is not documented as an end',
		(word) => {
			expect(decode(onPage({ status: word, progress: '95%', result_url: A }))).toEqual({
				kind: 'pending',
				status: 'unknown',
				word,
				taskId: 't-1',
				progress: 95,
			});
		},
	);
});

describe('a failed task', () => {
	const reason = 'no luck';

	it.each<[string, object, object]>([
		['only its status', { status: 'failed', error: null }, { code: 'failed', reason: undefined }],
		['an error text', { status: 'failed', error: reason }, { reason }],
		['{message}', { status: 'failed', error: { message: reason } }, { reason }],
		[
			'{code, message}',
			{ status: 'failed', error: { code: 'upstream_error', message: reason } },
			{ reason, code: 'upstream_error' },
		],
		[
			'{type, message}',
			{ status: 'failed', error: { type: 'task_failed', message: reason } },
			{ reason, code: 'task_failed' },
		],
		['{code: number}', { status: 'failed', error: { code: 500, message: reason } }, { reason, code: '500' }],
		['fail_reason (trap A)', { status: 'FAILURE', fail_reason: reason, result_url: reason }, { reason }],
		['errorMsg', { status: 'failed', errorMsg: reason }, { reason }],
		['failMsg', { state: 'fail', failCode: '422', failMsg: reason }, { reason, code: '422' }],
		['error_message', { status: 'failed', error_message: reason }, { reason }],
		['task_status_msg', { task_status: 'failed', task_status_msg: reason }, { reason, code: 'failed' }],
		['output.error', { status: 'failed', output: { error: { message: reason } } }, { reason }],
		[
			'code and message',
			{ task_status: 'FAILED', code: 'InvalidParameter', message: reason },
			{ reason, code: 'InvalidParameter' },
		],
	])('has its reason in %s', (_fact, data, told) => {
		expect(decode(onPage(data))).toEqual({ kind: 'failed', cause: 'taskFailed', taskId: 't-1', ...told });
	});

	it('has no image, whatever it contains', () => {
		const images = { data: [{ url: REFERENCE }], result_url: A, images: [{ url: A }] };
		expect(decode(onPage({ status: 'failed', ...images }))).toMatchObject({ kind: 'failed' });
	});

	it('has an expired result if its status is expired (wengaocloud)', () => {
		expect(decode({ id: 't-1', object: 'image.generation.task', status: 'expired' })).toMatchObject({
			kind: 'failed',
			cause: 'resultExpired',
			code: 'expired',
		});
	});
});

describe('a rejected request', () => {
	it.each([
		[{ error: { message: 'no', type: 'new_api_error', code: '' } }, { reason: 'no', code: 'new_api_error' }],
		[
			{ code: 'insufficient_user_quota', message: 'no', data: null },
			{ reason: 'no', code: 'insufficient_user_quota' },
		],
		[
			{ code: 400, msg: 'no', data: null },
			{ reason: 'no', code: '400' },
		],
		[
			{ code: 1001, data: null },
			{ reason: 'The API returned the code 1001', code: '1001' },
		],
		[{ success: false, message: 'no' }, { reason: 'no' }],
		[{ status: 'error', message: 'no' }, { reason: 'no' }],
		[{ error: 'no' }, { reason: 'no' }],
		[{ error: { message: 'no' }, data: [] }, { reason: 'no' }],
	])('is read from %j', (body, told) => {
		expect(decode(body)).toMatchObject({ kind: 'failed', cause: 'rejected', ...told });
	});

	it.each([
		[
			{ code: 500, message: 'no', data: { status: 'error' } },
			{ reason: 'no', code: '500' },
		],
		[{ success: false, message: 'no', data: { status: 'failed' } }, { reason: 'no' }],
		[{ error: { message: 'no' }, data: { status: 'failed' } }, { reason: 'no' }],
		[
			{ code: 'Throttling', message: 'no', output: { task_status: 'FAILED' } },
			{ reason: 'no', code: 'Throttling' },
		],
	])('is read from %j, whose status is that of the request', (body, told) => {
		for (const asked of [{}, { taskId: 't-1' }])
			expect(decode(body, asked)).toEqual({ kind: 'failed', cause: 'rejected', ...told });
	});

	it.each(['success', 'Success', 0, 200, '200', 10000, true, ''])('does not have the code %j', (code) => {
		expect(decode({ code, message: '', data: { task_id: 't-1' } })).toEqual({
			kind: 'pending',
			status: 'queued',
			taskId: 't-1',
		});
	});

	it('is read as the task if it contains a task ID', () => {
		expect(
			decode({ status: 'error', message: 'Too many requests, your task is queued', data: { task_id: 't-1' } }),
		).toMatchObject({ kind: 'pending', taskId: 't-1' });
		expect(decode({ task_id: 't-1', error: { message: 'slow queue' } })).toEqual({
			kind: 'pending',
			status: 'unknown',
			taskId: 't-1',
			reason: 'slow queue',
		});
	});
});

describe('an undocumented response', () => {
	it.each<[string, unknown]>([
		['a greeting', { name: 'API', image: 'https://api.example/logo.png' }],
		['text', 'task_0123456789abcdef'],
		['text as JSON', '"task_0123456789abcdef"'],
		['a maintenance notice', 'Scheduled-maintenance-until-2026-11-25'],
		['a word in data without the code success', { data: 'checked-in-2026' }],
		['an empty envelope (trap C)', { code: 'success', data: null }],
		['success without a task', { status: 'success', message: '' }],
		['a bare id without a status', { id: 'gen-1', images: [{ url: A }] }],
		['a chat response', { id: 'c-1', object: 'chat.completion', choices: [{ message: { content: `![a](${A})` } }] }],
		['an ID under another name', { job_id: 't-1', request_id: 'r-1', prediction: { id: 't-1' } }],
		['two envelopes', { data: { data: { task_id: 't-1' } } }],
		['events', `data: ${JSON.stringify({ task_id: 't-1' })}\n\n`],
		['multiple values', '{"task_id":"t-1"}{"task_id":"t-2"}'],
		['incomplete JSON text', '{"task_id":"t-1"'],
		['inherited properties', Object.create({ task_id: 't-1' }) as object],
		['an own __proto__', JSON.parse('{"__proto__":{"task_id":"t-1"}}')],
		['a list', [{ url: A }]],
		['null', null],
		['a number', 7],
	])('is unknown: %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'unknown', reason: expect.any(String) });
	});

	const upstream = { candidates: [{ content: { parts: [{ inlineData: { data: PNG } }] } }] };

	it.each<[string, object]>([
		['picture_url and the reference', { image: REFERENCE, picture_url: A }],
		['the request', { request: { images: [REFERENCE] }, properties: { input: REFERENCE }, images: [REFERENCE] }],
		['metadata', { metadata: { images: [A], result_urls: [A] } }],
		['a sentence', { message: `Your image: ${A}`, result: `Here you are: ![image](${A})` }],
		['a thumbnail', { thumbnail: A, preview_url: A }],
		['numbered names', { image_1: A, result_url_2: A }],
		['a name in another case', { ResultURL: A, resultUrl: A }],
		['the raw response of an upstream', { data: upstream }],
	])('is not returned as an image: %s', (_fact, data) => {
		expect(imagesIn(onPage({ status: 'succeeded', ...data }))).toEqual([]);
	});

	it.each<[string, object]>([
		['by its task_id', { code: 'success', data: { task_id: 't-2', status: 'succeeded', result_url: A } }],
		['by its taskId', { data: { taskId: 't-2', state: 'success', response: { resultUrls: [A] } } }],
		['by its bare id', { id: 't-2', status: 'completed', results: [A] }],
		['in a list', { data: [{ task_id: 't-2', status: 'succeeded', result_url: A }] }],
		['that failed', { id: 't-2', status: 'failed' }],
	])('is unknown if it is about another task: %s', (_fact, body) => {
		expect(decode(body, { taskId: 't-1' })).toEqual({
			kind: 'unknown',
			reason: 'The response is about another task',
		});
	});

	it('is read as the requested task if its bare ID is a database row or missing', () => {
		const task = { status: 'SUCCESS', result_url: A };
		expect(imagesIn({ code: 'success', data: { id: 48213, ...task } }, { taskId: 't-1' })).toEqual([A]);
		expect(imagesIn({ code: 'success', data: task }, { taskId: 't-1' })).toEqual([A]);
	});
});

describe('Image Path in Response', () => {
	const pics = [{ src: A }, { src: B }, { src: 'no image' }];
	const body = { code: 'ok', data: { task_id: 't-1', status: 'succeeded', output: { pics } } };
	const imagePath = 'data.output.pics[*].src';

	it('sets the path of the images', () => {
		expect(imagesIn(body)).toEqual([]);
		expect(imagesIn(body, { taskId: 't-1', imagePath })).toEqual([A, B]);
		expect(imagesIn({ any: A }, { taskId: 't-1', imagePath: 'any' })).toEqual([A]);
		expect(imagesIn({ status: 'archived', any: [{ url: A }] }, { imagePath: 'any[0]' })).toEqual([A]);
	});

	it('accepts a URL with spaces, because the user selected its field', () => {
		const spaced = 'https://cdn.example/my cat.png?q=a b';
		expect(imagesIn({ any: spaced }, { imagePath: 'any' })).toEqual(['https://cdn.example/my%20cat.png?q=a%20b']);
		expect(imagesIn({ any: [{ url: spaced }] }, { imagePath: 'any[*]' })).toHaveLength(1);
		expect(decode({ any: 'no image' }, { imagePath: 'any' }).kind).toBe('unknown');
		expect(imagesIn(onPage({ status: 'succeeded', result_url: spaced }))).toEqual([]);
	});

	it('replaces the documented fields of a finished task', () => {
		const task = onPage({ status: 'succeeded', result_url: A, mine: B });
		expect(imagesIn(task, { imagePath: 'data.mine' })).toEqual([B]);
		expect(imagesIn(task, { imagePath: 'data.other' })).toEqual([]);
	});

	it.each(['queued', 'processing', 'failed'])('has no effect on a task that is %s', (status) => {
		expect(decode(onPage({ status, mine: B }), { imagePath: 'data.mine' }).kind).not.toBe('images');
	});

	it('never returns reference images or images of another task', () => {
		expect(imagesIn(body, { imagePath, references: [A] })).toEqual([B]);
		expect(decode(body, { taskId: 't-2', imagePath })).toMatchObject({ kind: 'unknown' });
	});
});
