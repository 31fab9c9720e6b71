/* eslint-disable */
import { decodeTask } from '../../../../nodes/NanoBanana/formats/decode/decodeTask';
import * as shapes from '../../../../nodes/NanoBanana/formats/decode/responseShapes';
import { A, B, BASE_URL, PNG, REFERENCE, decode, imagesIn, onPage } from '../../support/decoding';

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

	it('is the requested or first one of multiple tasks, and the others are included', () => {
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
	])('can have a bare ID in a list: %j', (task, told) => {
		for (const asked of [{}, { taskId: 't-1' }])
			expect(decode({ data: [{ id: 't-1', ...task }] }, asked)).toMatchObject(told);
	});

	it('is running if sub2api returns "processing"', () => {
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

/** Finished tasks by the path of their images, in the shape that the source of the row documents. */
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
	[
		'result.images[*]',
		{ code: 200, data: { taskId: 't-1', status: 'success', progress: 100, result: { images: [A, B] } } },
		[A, B],
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

	it('can have a relative image URL if the base URL has a path', () => {
		const base = 'https://api.example.com/nano';
		expect(decodeTask(onPage({ status: 'succeeded', result_url: '/v1/files/a.png' }), base)).toMatchObject({
			images: [{ url: `${base}/v1/files/a.png` }],
		});
		expect(decodeTask(onPage({ status: 'succeeded', result_url: '/files/a.png' }), base)).toMatchObject({
			images: [{ url: 'https://api.example.com/files/a.png' }],
		});
	});

	it('can have spaces in its file name', () => {
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

	it.each(FINISHED.filter(([, , [first]]) => first === A))(
		'never returns a reference image from %s: %j',
		(_path, body) => {
			const sent = JSON.parse(JSON.stringify(body).replaceAll(A, REFERENCE).replaceAll(B, REFERENCE)) as unknown;
			expect(imagesIn(sent, { references: [REFERENCE] })).toEqual([]);
		},
	);

	it.each([
		{ image_urls: [REFERENCE, B] },
		{ images: [{ url: REFERENCE }, { url: B }] },
		{ image_url: REFERENCE },
		{ imageUrl: REFERENCE },
	])('ignores fields that may contain its inputs if another field has an image: %j', (inputs) => {
		expect(imagesIn(onPage({ status: 'succeeded', result_url: A, ...inputs }))).toEqual([A]);
	});

	it('is still running if only the outer status is a success', () => {
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
	])('can have %s as its URL', (_fact, url, image) => {
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

	it('ignores a URL that New API copied into fail_reason (trap B)', () => {
		expect(imagesIn(onPage({ status: 'SUCCESS', result_url: A, fail_reason: A }))).toEqual([A]);
		expect(imagesIn(onPage({ status: 'SUCCESS', fail_reason: A }))).toEqual([]);
	});

	it.each([{ error: 'storage is slow' }, { fail_reason: 'storage is slow' }])(
		'has not failed if it contains no image yet and %j',
		(notice) => {
			expect(decode(onPage({ status: 'SUCCESS', ...notice }))).toEqual({
				kind: 'images',
				images: [],
				taskId: 't-1',
				warnings: ['The API response contains an error: storage is slow'],
			});
		},
	);

	it('has an expired result if its images were deleted (zmodel)', () => {
		expect(decode({ id: 't-1', status: 'completed', output: { availability: 'expired', data: [] } })).toMatchObject({
			kind: 'failed',
			cause: 'resultExpired',
			taskId: 't-1',
		});
	});

	it.each(['pending', 'archiving'])('is not finished while its images are %s (zmodel)', (availability) => {
		expect(decode({ id: 't-1', status: 'succeeded', output: { availability, data: [] } })).toEqual({
			kind: 'pending',
			status: 'running',
			taskId: 't-1',
		});
		expect(decode({ id: 't-1', status: 'succeeded', output: { availability, data: [{ url: A }] } })).toMatchObject({
			kind: 'images',
		});
	});

	it('warns of blocked and missing images', () => {
		const error = { code: 'OutputImageSensitiveContentDetected', message: 'image blocked' };
		expect(decode({ created: 1, data: [{ url: A }, { url: '', error }] })).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
			warnings: ['1 of 2 images were blocked: OutputImageSensitiveContentDetected'],
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
				warnings: ['1 of 2 images were blocked: OutputImageSensitiveContentDetected'],
			});
		expect(decode(onPage({ status: 'succeeded', result_url: A, metadata: { result_count: 2 } }))).toMatchObject({
			images: [{ url: A }],
			warnings: ['According to the API, there are 2 images, but the response contains 1'],
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

	it.each([{ created: 1 }, { created: 1, data: null }, { created: 1, data: [] }])('is empty for %j', (body) => {
		expect(decode(body)).toEqual({ kind: 'images', images: [] });
	});
});

it('has a source for every row', () => {
	const { TASK_PLACES, RESULT_PLACES, LESS_CERTAIN_PLACES, SYNC_PLACES, COUNT, AVAILABILITY } = shapes;
	for (const row of [...TASK_PLACES, ...RESULT_PLACES, ...LESS_CERTAIN_PLACES, ...SYNC_PLACES, COUNT, AVAILABILITY])
		expect(row.documentedBy).toMatch(/^\w/);
});
