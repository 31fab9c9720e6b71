/* eslint-disable */
import { decodeTask } from '../../../../nodes/NanoBanana/formats/decode/decodeTask';
import * as shapes from '../../../../nodes/NanoBanana/formats/decode/responseShapes';
import type { DecodedResponse } from '../../../../nodes/NanoBanana/types';

const BASE_URL = 'https://api.example';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const REFERENCE = 'https://mine.example/reference.png';

const decode = (body: unknown, asked?: object): DecodedResponse => decodeTask(body, BASE_URL, asked);
/** URLs as they are, base64 by its length. */
function imagesIn(body: unknown, asked?: object): string[] {
	const decoded = decode(body, asked);
	if (decoded.kind !== 'images') throw new Error(`no images but ${JSON.stringify(decoded)}`);
	return decoded.images.map((ref) => (ref.kind === 'url' ? ref.url : `base64 ${ref.base64.length}`));
}
const onPage = (data: object): object => ({ code: 'success', message: '', data: { task_id: 't-1', ...data } });
const paths = (places: shapes.Place[]): Set<string> => new Set(places.map(({ path }) => path));

/** Documented responses to a create request, by the path of the row that reads them. */
const CREATED: Array<[path: string, source: string, body: unknown]> = [
	['data', 'API page', { code: 'success', message: '', data: { task_id: 't-1', status: 'queued' } }],
	['data', 'New API fork without a code', { data: { task_id: 't-1', status: 'queued' } }],
	['data', 'FastAPI server', { code: 200, message: 'ok', data: { taskId: 't-1' } }],
	['data', 'apimp, vidgo', { code: 200, data: { task_id: 't-1', status: 'not_started', error_message: null } }],
	['data', 'viralapi', { code: 200, msg: 'success', data: { task_id: 't-1' } }],
	['data', 'Kling', { code: 0, message: 'SUCCEED', data: { task_id: 't-1', task_status: 'submitted' } }],
	[
		'data',
		'New API TaskDto, whose number is the row of a database',
		{ code: 'success', data: { id: 48213, task_id: 't-1', status: 'NOT_START', fail_reason: '', data: null } },
	],
	['data[*]', 'apimart', { code: 200, data: [{ status: 'submitted', task_id: 't-1' }] }],
	['output', 'Alibaba Model Studio', { request_id: 'r-1', output: { task_id: 't-1', task_status: 'PENDING' } }],
	['', 'New API fork', { id: 't-1', task_id: 't-1', object: 'image.task', status: 'queued', progress: 10 }],
	['', 'New API fork with a Location', { id: 't-1', task_id: 't-1', status: 'queued', progress: '20%' }],
	['', 'zmodel', { id: 't-1', status: 'queued', output: { availability: 'pending', data: [] } }],
	['', 'New API fork (/v1/tasks)', { id: 't-1', kind: 'image', action: 'generate', status: 'queued', outputs: [] }],
	['', 'zhenzhen', { task_id: 't-1' }],
	['', 'icodeeasy', { status: 'pending', task_id: 't-1' }],
	['', 'toapis', { id: 't-1', object: 'generation.task', status: 'queued', progress: 0 }],
	['', 'evolink', { created: 1, id: 't-1', model: 'm', progress: 0, status: 'pending', task_info: {} }],
];

describe('a created task', () => {
	it.each(CREATED)('is read at "%s" as documented by %s', (_path, _source, body) => {
		expect(decode(body)).toMatchObject({ kind: 'pending', status: 'queued', taskId: 't-1' });
	});

	it('has a test for every row', () => {
		expect(new Set(CREATED.map(([path]) => path))).toEqual(paths(shapes.TASK_PLACES));
	});

	it('is the text in data if the code is success (zhenzhen)', () => {
		expect(decode({ code: 'success', message: '', data: 'task_9fK2mQx7' })).toMatchObject({
			kind: 'pending',
			taskId: 'task_9fK2mQx7',
		});
	});

	it('is the first of multiple tasks, and the others are named', () => {
		const tasks = ['t-1', 't-2', 't-2', 't-3'].map((task_id) => ({ status: 'submitted', task_id }));
		expect(decode({ code: 200, data: tasks })).toMatchObject({
			kind: 'pending',
			taskId: 't-1',
			otherTaskIds: ['t-2', 't-3'],
		});
		expect(decode({ data: tasks }, { taskId: 't-3' })).toMatchObject({ kind: 'pending', taskId: 't-3' });
	});

	it.each([
		[
			{ status: 'completed', result: { images: [{ url: [A] }] } },
			{ kind: 'images', images: [{ url: A }], taskId: 't-1' },
		],
		[
			{ status: 'failed', error: 'no' },
			{ kind: 'failed', cause: 'taskFailed', taskId: 't-1' },
		],
		[{ status: 'mystery' }, { kind: 'pending', status: 'unknown', taskId: 't-1' }],
	])('may have a bare id in a list: %j', (task, told) => {
		for (const asked of [{}, { taskId: 't-1' }])
			expect(decode({ data: [{ id: 't-1', ...task }] }, asked)).toMatchObject(told);
	});

	it('is running where sub2api says processing', () => {
		const body = { id: 't-1', task_id: 't-1', status: 'processing', poll_url: '/v1/images/tasks/t-1' };
		expect(decode(body)).toMatchObject({ kind: 'pending', status: 'running', taskId: 't-1' });
	});

	it.each([['JSON text in data', { code: 'success', data: JSON.stringify({ task_id: 't-1', status: 'queued' }) }]])(
		'is read from %s',
		(_fact, body) => {
			expect(decode(body)).toMatchObject({ kind: 'pending', taskId: 't-1' });
		},
	);

	it.each([
		['a/b?c#d', 'a/b?c#d'],
		['an id with spaces', 'an id with spaces'],
		['  t-1 ', 't-1'],
		['任务-1', '任务-1'],
		[12345, '12345'],
		[Number.MAX_SAFE_INTEGER, '9007199254740991'],
	])('keeps the ID %j', (id, taskId) => {
		expect(decode({ task_id: id })).toMatchObject({ kind: 'pending', taskId });
		expect(decode({ id, status: 'queued' })).toMatchObject({ kind: 'pending', taskId });
	});

	it.each([2 ** 53, 1e300, 0, -1, 1.5, '', '  ', '.', '..', 'x'.repeat(501), 'x\ud800', 'a\nb', null, {}, ['t-1']])(
		'has no ID in %j',
		(id) => expect(decode({ task_id: id })).not.toHaveProperty('taskId'),
	);
});

/** Where a finished task has its images, in the shape that the row's source shows. */
const FINISHED: Array<[path: string, body: unknown, images: string[]]> = [
	['result_url', onPage({ status: 'succeeded', result_url: A, metadata: { result_count: 1 }, error: null }), [A]],
	['result_url', onPage({ status: 'succeeded', result_url: [A, B] }), [A, B]],
	['result_urls[*]', onPage({ status: 'succeeded', result_url: A, result_urls: [A, B] }), [A, B]],
	['data.data[*]', onPage({ status: 'SUCCESS', data: { created: 1, data: [{ url: A, b64_json: '' }] } }), [A]],
	['data.data[*]', onPage({ status: 'SUCCESS', data: JSON.stringify({ data: [{ url: A }, { url: B }] }) }), [A, B]],
	['data[*]', onPage({ status: 'SUCCESS', data: [{ url: '', b64_json: PNG }] }), [`base64 ${PNG.length}`]],
	['data[*]', { task_id: 't-1', status: 'succeeded', result_url: A, data: [{ url: A }, { url: B }] }, [A, B]],
	['url', onPage({ status: 'succeeded', url: A, format: 'png', metadata: null, error: null }), [A]],
	['result.data[*]', { data: { task_id: 't-1', status: 'completed', result: { data: [{ url: A }] } } }, [A]],
	['result.data[*]', { id: 't-1', status: 'completed', result: { type: 'image', data: [{ url: A }] } }, [A]],
	['output.data[*]', { id: 't-1', status: 'completed', output: { data: [{ index: 0, url: A }] } }, [A]],
	['outputs[*]', { id: 't-1', status: 'succeeded', error: '', outputs: [{ url: A }, { url: B }] }, [A, B]],
	[
		'result.images[*].url[*]',
		{ code: 200, data: { id: 't-1', status: 'completed', result: { images: [{ url: [A] }] } } },
		[A],
	],
	['results[*]', { id: 't-1', object: 'image.generation.task', status: 'completed', results: [A, B] }, [A, B]],
	['results[*]', { output: { task_id: 't-1', task_status: 'SUCCEEDED', results: [{ url: A }] } }, [A]],
	[
		'resultJson.resultUrls[*]',
		{
			code: 200,
			msg: 'success',
			data: {
				taskId: 't-1',
				state: 'success',
				param: JSON.stringify({ input: { image_urls: [REFERENCE] } }),
				resultJson: JSON.stringify({ resultUrls: [A, B] }),
				failCode: null,
				failMsg: null,
			},
		},
		[A, B],
	],
	[
		'response.resultUrls[*]',
		{ code: 200, data: { taskId: 't-1', status: 'SUCCESS', response: { resultUrls: [A] }, errorMessage: '' } },
		[A],
	],
	[
		'task_result.images[*]',
		{ code: 0, data: { task_id: 't-1', task_status: 'succeed', task_result: { images: [{ index: 0, url: A }] } } },
		[A],
	],
	['images[*].url', { task_id: 't-1', status: 'success', images: [{ url: A }] }, [A]],
	['image_urls[*]', { task_id: 't-1', status: 'success', image_urls: [A, B] }, [A, B]],
	['image_url', { id: 't-1', status: 'completed', image_url: A, result: { data: [{ url: A }] } }, [A]],
	['image_url', { id: 't-1', task_id: 't-1', status: 'completed', image_url: A }, [A]],
	['imageUrl', { id: 't-1', action: 'IMAGINE', status: 'SUCCESS', imageUrl: A, failReason: '' }, [A]],
];

describe('a finished task', () => {
	it.each(FINISHED)('has its images at %s: %j', (_path, body, images) => {
		expect(imagesIn(body)).toEqual(images);
		expect(imagesIn(body, { taskId: 't-1', references: [REFERENCE] })).toEqual(images);
	});

	it('may be on a path of an API whose base URL has a path', () => {
		const base = 'https://api.example.com/nano';
		expect(decodeTask(onPage({ status: 'succeeded', result_url: '/v1/files/a.png' }), base)).toMatchObject({
			images: [{ url: `${base}/v1/files/a.png` }],
		});
		expect(decodeTask(onPage({ status: 'succeeded', result_url: '/files/a.png' }), base)).toMatchObject({
			images: [{ url: 'https://api.example.com/files/a.png' }],
		});
	});

	it('may have spaces in the name of its file', () => {
		const spaced = 'https://cdn.example/a/my cat.png';
		expect(imagesIn(onPage({ status: 'succeeded', result_url: spaced }))).toEqual([
			'https://cdn.example/a/my%20cat.png',
		]);
		expect(imagesIn(onPage({ status: 'succeeded', result_url: `${spaced}?sig=1` }))).toHaveLength(1);
	});

	it('has a test for every row', () => {
		expect(new Set(FINISHED.map(([path]) => path))).toEqual(
			paths([...shapes.RESULT_PLACES, ...shapes.LESS_CERTAIN_PLACES]),
		);
	});

	it.each(FINISHED.filter(([, , [first]]) => first === A))('never delivers what was sent, at %s: %j', (_path, body) => {
		const sent = JSON.parse(JSON.stringify(body).replaceAll(A, REFERENCE).replaceAll(B, REFERENCE)) as unknown;
		expect(imagesIn(sent, { references: [REFERENCE] })).toEqual([]);
	});

	it.each([
		{ image_urls: [REFERENCE, B] },
		{ images: [{ url: REFERENCE }, { url: B }] },
		{ image_url: REFERENCE },
		{ imageUrl: REFERENCE },
	])('has what may be its inputs as images only where no other place has one: %j', (inputs) => {
		expect(imagesIn(onPage({ status: 'succeeded', result_url: A, ...inputs }))).toEqual([A]);
	});

	it('is still running where only the response as a whole is a success', () => {
		expect(decode({ status: 'success', task_id: 't-1', data: { status: 'processing', progress: '40%' } })).toEqual({
			kind: 'pending',
			status: 'running',
			progress: 40,
			taskId: 't-1',
		});
	});

	it('ignores the reference if there is also a result', () => {
		const result = { status: 'succeeded', result_url: A };
		expect(imagesIn(onPage({ ...result, image: REFERENCE, images: [REFERENCE, B] }))).toEqual([A]);
	});

	it.each([
		['a path on the API', '/v1/files/f?expires=1&signature=2', `${BASE_URL}/v1/files/f?expires=1&signature=2`],
		['a data URI', `data:image/png;base64,${PNG}`, `base64 ${PNG.length}`],
		['a data URI of another type', `data:application/octet-stream;base64,${PNG}`, `base64 ${PNG.length}`],
		['base64 that starts like an image', PNG, `base64 ${PNG.length}`],
	])('may have %s as its URL', (_fact, url, image) => {
		expect(imagesIn(onPage({ status: 'succeeded', result_url: url }))).toEqual([image]);
	});

	it.each([
		'ftp://cdn.example/a.png',
		'javascript:alert(1)',
		'file:///etc/passwd',
		'data:text/html;base64,PGI+',
		'upstream returned status 400',
		'http://',
		'cdn.example/a.png',
		`see ${A}`,
		`${A} and ${B}`,
		'https://cdn.example/policy blocked: the prompt names logo.png',
		`"${A}"`,
		`![a](${A})`,
		'',
	])('has no image in %p', (url) => {
		expect(imagesIn(onPage({ status: 'succeeded', result_url: url }))).toEqual([]);
	});

	it('has no error where New API copied the URL into fail_reason (trap B)', () => {
		expect(imagesIn(onPage({ status: 'SUCCESS', result_url: A, fail_reason: A }))).toEqual([A]);
		expect(imagesIn(onPage({ status: 'SUCCESS', fail_reason: A }))).toEqual([]);
	});

	it.each([{ error: 'storage is slow' }, { fail_reason: 'storage is slow' }])(
		'has not failed where it contains no image yet and %j',
		(notice) => {
			expect(decode(onPage({ status: 'SUCCESS', ...notice }))).toEqual({
				kind: 'images',
				images: [],
				taskId: 't-1',
				warnings: ['The API response contains an error: storage is slow'],
			});
		},
	);

	it('is a failure where its images are deleted (zmodel)', () => {
		expect(decode({ id: 't-1', status: 'completed', output: { availability: 'expired', data: [] } })).toMatchObject({
			kind: 'failed',
			cause: 'resultExpired',
			taskId: 't-1',
		});
	});

	it('warns of images that were blocked, and of those that did not come', () => {
		const error = { code: 'OutputImageSensitiveContentDetected', message: 'image blocked' };
		expect(decode({ created: 1, data: [{ url: A }, { url: '', error }] })).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
			warnings: ['1 of 2 images blocked: OutputImageSensitiveContentDetected'],
		});
		for (const id of [undefined, 'img-1'])
			expect(
				decode({
					data: [
						{ id, url: A, status: 'succeeded' },
						{ id, status: 'failed', error },
					],
				}),
			).toMatchObject({
				images: [{ url: A }],
				warnings: ['1 of 2 images blocked: OutputImageSensitiveContentDetected'],
			});
		expect(decode(onPage({ status: 'succeeded', result_url: A, metadata: { result_count: 2 } }))).toMatchObject({
			images: [{ url: A }],
			warnings: ['The response announces 2 images and contains 1'],
		});
		expect(decode(onPage({ status: 'succeeded', data: [{ error }, { url: '', error }] }))).toEqual({
			kind: 'failed',
			cause: 'taskFailed',
			taskId: 't-1',
			reason: 'image blocked',
			code: 'OutputImageSensitiveContentDetected',
		});
	});
});

/** Responses without a task. */
const SYNC: Array<[path: string, body: unknown, images: string[]]> = [
	['data[*]', { status: 'ok', created: 1, data: [{ url: A }] }, [A]],
	['data.data[*]', { state: 'OK', data: { created: 1, data: [{ url: A }] } }, [A]],
	['data[*]', { created: 1, data: [{ url: A }, { url: '', b64_json: PNG }] }, [A, `base64 ${PNG.length}`]],
	['data[*]', { created: 1, data: [{ b64_json: `data:image/png;base64,${PNG}` }] }, [`base64 ${PNG.length}`]],
	['data[*]', { created: 1, data: [{ b64_json: 'AAAAIGZ0eXBhdmlm' }] }, ['base64 16']],
	['data[*]', { data: [{ url: A }] }, [A]],
	['data.data[*]', { code: 200, msg: 'success', data: { data: [{ url: A }], created: 1 } }, [A]],
];

describe('a synchronous result', () => {
	it.each(SYNC)('has its images at %s: %j', (_path, body, images) => expect(imagesIn(body)).toEqual(images));

	it('has a test for every row', () => {
		expect(new Set(SYNC.map(([path]) => path))).toEqual(paths(shapes.SYNC_PLACES));
	});

	it.each([{ created: 1 }, { created: 1, data: null }, { created: 1, data: [] }])('is empty in %j', (body) => {
		expect(decode(body)).toEqual({ kind: 'images', images: [] });
	});
});

describe('a task on its way', () => {
	it.each(shapes.STATUS_NAMES)('has its status in %s', (name) => {
		expect(decode({ data: { task_id: 't-1', [name]: 'processing' } })).toMatchObject({ status: 'running' });
	});

	it('keeps its progress, its model and an error that is not its end', () => {
		const task = { status: 'processing', progress: '10%', model: 'm', error: { code: 0, message: '' } };
		const known = { kind: 'pending', status: 'running', taskId: 't-1', progress: 10, model: 'm' };
		expect(decode(onPage(task))).toEqual(known);
		expect(decode(onPage({ ...task, error: 'slow queue' }))).toEqual({ ...known, reason: 'slow queue' });
	});

	it.each(['post_processing', 'failover', 'succeeded_partially', 'not completed', 'UNKNOWN', 'unfinished'])(
		'is unknown in the word %s, which nobody documents as an end',
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
		['no place', { status: 'failed', error: null }, { code: 'failed', reason: "The task ended with status 'failed'" }],
		['text', { status: 'failed', error: reason }, { reason }],
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

	it('is a result that is gone where its word is expired (wengaocloud)', () => {
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
	])('is %j', (body, told) => {
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
	])('is %j, whose status is that of the request', (body, told) => {
		for (const asked of [{}, { taskId: 't-1' }])
			expect(decode(body, asked)).toEqual({ kind: 'failed', cause: 'rejected', ...told });
	});

	it.each(['success', 'Success', 0, 200, '200', 10000, true, ''])('is not the code %j', (code) => {
		expect(decode({ code, message: '', data: { task_id: 't-1' } })).toEqual({
			kind: 'pending',
			status: 'queued',
			taskId: 't-1',
		});
	});

	it('is left to the task where it names one', () => {
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

describe('what nobody documents', () => {
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
		['half of a JSON text', '{"task_id":"t-1"'],
		['inherited properties', Object.create({ task_id: 't-1' }) as object],
		['an own __proto__', JSON.parse('{"__proto__":{"task_id":"t-1"}}')],
		['a list', [{ url: A }]],
		['nothing', null],
		['a number', 7],
	])('is unknown: %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'unknown', reason: expect.any(String) });
	});

	const upstream = { candidates: [{ content: { parts: [{ inlineData: { data: PNG } }] } }] };

	it.each<[string, object]>([
		['picture_url and the reference', { image: REFERENCE, picture_url: A }],
		['the request', { request: { images: [REFERENCE] }, properties: { input: REFERENCE }, images: [REFERENCE] }],
		['metadata', { metadata: { images: [A], result_urls: [A] } }],
		['prose', { message: `Your image: ${A}`, result: `Here you are: ![image](${A})` }],
		['a thumbnail', { thumbnail: A, preview_url: A }],
		['numbered names', { image_1: A, result_url_2: A }],
		['a name of another case', { ResultURL: A, resultUrl: A }],
		['the raw response of an upstream', { data: upstream }],
	])('is not delivered: %s', (_fact, data) => {
		expect(imagesIn(onPage({ status: 'succeeded', ...data }))).toEqual([]);
	});

	it.each<[string, object]>([
		['by its task_id', { code: 'success', data: { task_id: 't-2', status: 'succeeded', result_url: A } }],
		['by its taskId', { data: { taskId: 't-2', state: 'success', response: { resultUrls: [A] } } }],
		['by its bare id', { id: 't-2', status: 'completed', results: [A] }],
		['in a list', { data: [{ task_id: 't-2', status: 'succeeded', result_url: A }] }],
		['that failed', { id: 't-2', status: 'failed' }],
	])('is not taken for the task that was asked for: another one %s', (_fact, body) => {
		expect(decode(body, { taskId: 't-1' })).toEqual({
			kind: 'unknown',
			reason: 'The response is about another task',
		});
	});

	it('keeps a task whose bare id is the row of a database, or that has none', () => {
		const task = { status: 'SUCCESS', result_url: A };
		expect(imagesIn({ code: 'success', data: { id: 48213, ...task } }, { taskId: 't-1' })).toEqual([A]);
		expect(imagesIn({ code: 'success', data: task }, { taskId: 't-1' })).toEqual([A]);
	});
});

describe('Image Path in Response', () => {
	const pics = [{ src: A }, { src: B }, { src: 'no image' }];
	const body = { code: 'ok', data: { task_id: 't-1', status: 'succeeded', output: { pics } } };
	const imagePath = 'data.output.pics[*].src';

	it('names the place of the images', () => {
		expect(imagesIn(body)).toEqual([]);
		expect(imagesIn(body, { taskId: 't-1', imagePath })).toEqual([A, B]);
		expect(imagesIn({ any: A }, { taskId: 't-1', imagePath: 'any' })).toEqual([A]);
		expect(imagesIn({ status: 'archived', any: [{ url: A }] }, { imagePath: 'any[0]' })).toEqual([A]);
	});

	it('accepts a URL with spaces, as the user says that it is one', () => {
		const spaced = 'https://cdn.example/my cat.png?q=a b';
		expect(imagesIn({ any: spaced }, { imagePath: 'any' })).toEqual(['https://cdn.example/my%20cat.png?q=a%20b']);
		expect(imagesIn({ any: [{ url: spaced }] }, { imagePath: 'any[*]' })).toHaveLength(1);
		expect(decode({ any: 'no image' }, { imagePath: 'any' }).kind).toBe('unknown');
		expect(imagesIn(onPage({ status: 'succeeded', result_url: spaced }))).toEqual([]);
	});

	it('replaces the documented places of a finished task', () => {
		const task = onPage({ status: 'succeeded', result_url: A, mine: B });
		expect(imagesIn(task, { imagePath: 'data.mine' })).toEqual([B]);
		expect(imagesIn(task, { imagePath: 'data.other' })).toEqual([]);
	});

	it.each(['queued', 'processing', 'failed'])('changes nothing for a task that is %s', (status) => {
		expect(decode(onPage({ status, mine: B }), { imagePath: 'data.mine' }).kind).not.toBe('images');
	});

	it('never delivers what was sent, nor the images of another task', () => {
		expect(imagesIn(body, { imagePath, references: [A] })).toEqual([B]);
		expect(decode(body, { taskId: 't-2', imagePath })).toMatchObject({ kind: 'unknown' });
	});
});

it('says of every row who documents it', () => {
	const { TASK_PLACES, RESULT_PLACES, LESS_CERTAIN_PLACES, SYNC_PLACES, COUNT, AVAILABILITY } = shapes;
	for (const row of [...TASK_PLACES, ...RESULT_PLACES, ...LESS_CERTAIN_PLACES, ...SYNC_PLACES, COUNT, AVAILABILITY])
		expect(row.documentedBy).toMatch(/^\w/);
});
