/* eslint-disable */
import { asyncTask } from '../../../nodes/NanoBanana/formats/asyncTask';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';

const BASE_URL = 'https://gateway.example';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const INPUT = 'https://mine.example/reference.png';

type Row = [fact: string, body: unknown];

function decode(body: unknown): DecodedResponse {
	return asyncTask.decode(body, BASE_URL);
}

/** Addresses as they are, base64 as 'base64'. */
function picturesIn(body: unknown): string[] {
	const outcome = decode(body);
	if (outcome.kind !== 'images') throw new Error(`no images but ${JSON.stringify(outcome)}`);
	return outcome.images.map((ref) => (ref.kind === 'url' ? ref.url : `base64 ${ref.base64.length}`));
}

const inSeed = (data: object): object => ({ code: 'success', message: '', data: { task_id: 't-1', ...data } });

describe('a created task', () => {
	it.each<Row>([
		['in the envelope of the API page', { code: 'success', message: '', data: { task_id: 't-1', status: 'queued' } }],
		['in data without a code', { data: { task_id: 't-1', status: 'queued' } }],
		[
			'as a flat object with progress as a number',
			{ id: 't-1', task_id: 't-1', object: 'image.task', status: 'queued', progress: 0, created_at: 1 },
		],
		[
			'as a flat object with progress as text',
			{ id: 't-1', task_id: 't-1', object: 'image.generation.task', status: 'queued', progress: '20%' },
		],
		[
			'with an output that is still empty',
			{ id: 't-1', status: 'queued', output: { availability: 'pending', data: [] } },
		],
		[
			'with outputs that are still empty',
			{ id: 't-1', kind: 'image', action: 'generate', model: 'm', status: 'queued', progress: '0%', outputs: [] },
		],
		['as nothing but its id', { task_id: 't-1' }],
		['as nothing but a bare id', { id: 't-1' }],
		['as the text in data', { code: 'success', data: 't-1.text' }],
		['beside a status', { status: 'pending', task_id: 't-1' }],
		['in camel case', { code: 200, message: 'ok', data: { taskId: 't-1' } }],
		[
			'not started yet',
			{ code: 200, data: { task_id: 't-1', status: 'not_started', created_time: 1, error_message: null } },
		],
		['in a list of one', { code: 200, data: [{ status: 'submitted', task_id: 't-1' }] }],
		['in a list at the top', [{ status: 'submitted', task_id: 't-1' }]],
		['with a bare id and an object', { id: 't-1', object: 'generation.task', status: 'queued', progress: 0 }],
		[
			'with creation time and costs',
			{
				created: 1,
				id: 't-1',
				model: 'm',
				object: 'image.generation.task',
				progress: 0,
				status: 'pending',
				task_info: { estimated_time: 45 },
			},
		],
		['under msg success', { code: 200, msg: 'success', data: { task_id: 't-1' } }],
		['under code 0', { code: 0, message: '', data: { task_id: 't-1' } }],
		['under code true', { code: true, data: { task_id: 't-1' } }],
		['under code 10000', { code: 10000, data: { task_id: 't-1' } }],
		['under the text code 200', { code: '200', data: { task_id: 't-1' } }],
		['under a code nobody knows beside friendly words', { code: 1, msg: '提交成功', data: { task_id: 't-1' } }],
		['in an envelope whose own status is success', { status: 'success', data: { task_id: 't-1' } }],
		[
			'in an envelope whose own status is success, with a request id',
			{ id: 'req-9', status: 'success', data: { task_id: 't-1', status: 'queued' } },
		],
		['in two envelopes', { code: 0, data: { code: 'success', data: { task_id: 't-1', status: 'queued' } } }],
		['as JSON text in data', { code: 'success', data: JSON.stringify({ task_id: 't-1', status: 'queued' }) }],
		['as JSON text altogether', JSON.stringify({ task_id: 't-1', status: 'queued' })],
		[
			'beside the database row of the gateway',
			{ data: { id: 48213, task_id: 't-1', status: 'NOT_START', properties: { input: 'cube' }, data: null } },
		],
		['with its references echoed and no status', { task_id: 't-1', images: [INPUT], image: INPUT }],
		['with its references echoed as queued', { task_id: 't-1', status: 'queued', images: [{ url: INPUT }] }],
		['with the address to ask at', { id: 't-1', task_id: 't-1', status: 'queued', poll_url: '/v1/images/tasks/t-1' }],
		['as text in data that spells a word by chance', { code: 'success', data: 't-1.f4a1i9l' }],
		['with an error that is none', { id: 't-1', error: { code: 0, message: '' } }],
		['as the text in result', { code: 1, description: '提交成功', result: 't-1.text' }],
		['under a name of its own', { task: { id: 't-1', status: 'queued' } }],
	])('is recognized %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({
			kind: 'pending',
			status: 'queued',
			taskId: expect.stringMatching(/^t-1(\.\w+)?$/),
		});
	});

	it.each<Row>([
		['a number only', { data: { id: 48213 } }],
		['no number at all', { task_id: 0, taskId: -1 }],
		['the id of a request that failed', { id: 'req-1', choices: null, data: null }],
		['empty text', { task_id: '', data: { taskId: '  ' } }],
		['text with spaces', { task_id: 'not an id' }],
		['dots that lead elsewhere', { task_id: '..' }],
		['longer than any id', { task_id: 'x'.repeat(501) }],
		['an address in a message', { code: 0, message: `see ${A}` }],
		['half a surrogate pair', { task_id: 'x\ud800' }],
		['a word of success in data', { code: 'success', data: 'success' }],
		['the id of a chat answer', { id: 'chatcmpl-1', object: 'chat.completion', choices: [] }],
		['inherited', Object.create({ task_id: 't-1' }) as object],
	])('takes no id that is %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'unknown' });
	});

	it('takes a number that is named as the task id', () => {
		expect(decode({ data: { taskId: 123456789 } })).toMatchObject({ kind: 'pending', taskId: '123456789' });
	});
});

describe('a status', () => {
	it.each([
		[
			'queued',
			'queued QUEUED pending submitted SUBMITTED waiting queuing created not_start not_started NOT_START ready scheduled Not-Started IN_QUEUE',
		],
		[
			'running',
			'processing in_progress IN_PROGRESS running generating started assigned stream awaiting In-Progress inProgress TASK_STATUS_PROCESSING',
		],
		['unknown', 'UNKNOWN post_processing whatever 处理中'],
	])('is %s', (status, words) => {
		for (const word of [...words.split(' '), ` ${words.split(' ')[0]} `]) {
			expect([word, decode(inSeed({ status: word }))]).toMatchObject([
				word,
				{ kind: 'pending', status, taskId: 't-1' },
			]);
		}
	});

	it('is success in every word of the family', () => {
		for (const word of 'succeeded success SUCCESS Succeed completed COMPLETE done finished TASK_STATUS_SUCCEED'.split(
			' ',
		)) {
			expect([word, decode(inSeed({ status: word, result_url: A }))]).toMatchObject([
				word,
				{ kind: 'images', images: [{ url: A }] },
			]);
		}
	});

	it('is failure in every word of the family', () => {
		for (const word of 'failed fail failure FAILURE error cancelled canceled rejected expired timeout CREATE_TASK_FAILED generate-failed'.split(
			' ',
		)) {
			expect([word, decode(inSeed({ status: word }))]).toMatchObject([
				word,
				{ kind: 'failed', taskId: 't-1', code: word },
			]);
		}
	});

	it.each<[unknown, number | undefined]>([
		['100%', 100],
		['50%', 50],
		['7 %', 7],
		['', undefined],
		[0, 0],
		[42, 42],
		[0.5, 50],
		['0.25', 25],
		[150, 100],
		[-3, 0],
		['soon', undefined],
		[null, undefined],
		[{}, undefined],
	])('reads the progress %p as %p', (progress, percent) => {
		const outcome = decode(inSeed({ status: 'processing', progress }));
		expect(outcome.kind === 'pending' && outcome.progress).toBe(percent);
	});

	it.each<Row>([
		['an empty envelope', { code: 'success', data: null }],
		['an envelope that only says success', { status: 'success', message: '', data: null }],
		['a greeting', { message: 'Welcome' }],
		['an empty object', {}],
		['an empty list', []],
		['text', 'hello'],
		['a number', 7],
		['null', null],
	])('is not known from %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'unknown' });
	});
});

describe('finished images', () => {
	it.each<[fact: string, body: unknown, pictures: string[]]>([
		['result_url of the API page', inSeed({ status: 'succeeded', result_url: A, metadata: { result_count: 1 } }), [A]],
		['result_urls beside result_url', inSeed({ status: 'succeeded', result_url: A, result_urls: [A, B] }), [A, B]],
		[
			'a list beside the same picture on another host',
			inSeed({ status: 'succeeded', result_url: 'https://mirror.example/a.png', result_urls: [A, B] }),
			[A, B],
		],
		['a late list that repeats result_url', inSeed({ status: 'succeeded', result_url: A, images: [A, B] }), [A, B]],
		[
			'plain images of a task made from text, beside an empty result_url',
			inSeed({ status: 'succeeded', result_url: '', images: [A, B], metadata: { task_type: 'text2image' } }),
			[A, B],
		],
		[
			'result_url besides echoed references',
			inSeed({ status: 'succeeded', result_url: A, images: [INPUT], image_urls: [INPUT] }),
			[A],
		],
		[
			'metadata when it announces more',
			inSeed({ status: 'succeeded', result_url: A, metadata: { result_count: 2, result_urls: [A, B] } }),
			[A, B],
		],
		[
			'url of the realtime branch',
			inSeed({ status: 'succeeded', url: A, format: 'png', metadata: null, error: null }),
			[A],
		],
		[
			'data.data.data',
			inSeed({ status: 'SUCCESS', data: { created: 1, data: [{ url: A, b64_json: '', revised_prompt: '' }] } }),
			[A],
		],
		[
			'data.data',
			inSeed({ status: 'SUCCESS', data: [{ url: '', b64_json: PNG, revised_prompt: '' }] }),
			[`base64 ${PNG.length}`],
		],
		['data.data as JSON text', inSeed({ status: 'SUCCESS', data: JSON.stringify({ data: [{ url: A }] }) }), [A]],
		[
			'data.result.data',
			{ data: { task_id: 't-1', status: 'completed', result: { created: 1, data: [{ url: A }] } } },
			[A],
		],
		[
			'top-level result_url and data',
			{ task_id: 't-1', status: 'succeeded', result_url: A, data: [{ url: A, b64_json: '', revised_prompt: '' }] },
			[A],
		],
		[
			'result.data and image_url',
			{ id: 't-1', status: 'completed', image_url: A, result: { data: [{ url: A }] } },
			[A],
		],
		[
			'output.data',
			{
				id: 't-1',
				status: 'completed',
				output: { availability: 'available', data: [{ index: 0, url: A, mime_type: 'image/png', size_bytes: 7 }] },
			},
			[A],
		],
		[
			'outputs',
			{
				id: 't-1',
				status: 'succeeded',
				error: '',
				outputs: [
					{ index: 0, url: A },
					{ index: 1, url: B },
				],
			},
			[A, B],
		],
		[
			'a list inside a list',
			{ code: 200, data: { id: 't-1', status: 'completed', result: { images: [{ url: [A], expires_at: 1 }] } } },
			[A],
		],
		['results as texts', { id: 't-1', status: 'completed', results: [A, B] }, [A, B]],
		['results as objects', { id: 't-1', status: 'completed', results: [{ url: A }, { url: B }] }, [A, B]],
		['image_urls', { task_id: 't-1', status: 'success', image_urls: [A, B] }, [A, B]],
		['images as objects', { task_id: 't-1', status: 'success', result_url: '', images: [{ url: A }] }, [A]],
		[
			'resultJson',
			{
				code: 200,
				msg: 'success',
				data: {
					taskId: 't-1',
					state: 'success',
					resultJson: JSON.stringify({ resultUrls: [A, B] }),
					param: JSON.stringify({ input: { image_urls: [INPUT] } }),
				},
			},
			[A, B],
		],
		[
			'response.resultUrls',
			{ code: 200, data: { taskId: 't-1', status: 'SUCCESS', response: { resultUrls: [A] } } },
			[A],
		],
		[
			'a relative address',
			{
				data: { task_id: 't-1', status: 'completed', result_url: '/v1/images/tasks/t-1/files/f?expires=1&signature=2' },
			},
			[`${BASE_URL}/v1/images/tasks/t-1/files/f?expires=1&signature=2`],
		],
		['an address without a scheme', inSeed({ status: 'succeeded', result_url: '//cdn.example/a.png' }), [A]],
		[
			'a data URI',
			inSeed({ status: 'succeeded', result_url: `data:image/png;base64,${PNG}` }),
			[`base64 ${PNG.length}`],
		],
		[
			'a data URI of another type that holds an image',
			inSeed({ status: 'succeeded', result_url: `data:application/octet-stream;base64,${PNG}` }),
			[`base64 ${PNG.length}`],
		],
		['addresses separated by commas', inSeed({ status: 'succeeded', result_url: `${A}, ${B}` }), [A, B]],
		['a Markdown image', inSeed({ status: 'succeeded', result: `Here you are: ![image](${A})` }), [A]],
		[
			'an address that a gateway copied into fail_reason (trap B)',
			inSeed({ status: 'SUCCESS', result_url: A, fail_reason: A }),
			[A],
		],
		[
			'an answer that came at once',
			{ created: 1, data: [{ url: A }, { b64_json: PNG, url: '' }] },
			[A, `base64 ${PNG.length}`],
		],
		[
			'an envelope around an answer that came at once',
			{ code: 200, msg: '', data: { data: [{ url: '', b64_json: PNG }], created: 1 } },
			[`base64 ${PNG.length}`],
		],
		['a bare list', [{ url: A }, { url: B }], [A, B]],
		['images of an object with an id of its own', { id: 'gen-1', images: [{ url: A }] }, [A]],
		['an unknown status at 100%', inSeed({ status: 'archived', progress: '100%', result_url: A }), [A]],
		[
			'metadata that holds the known one and the rest',
			inSeed({ status: 'succeeded', result_url: A, metadata: { result_count: 2, images: [A, B] } }),
			[A, B],
		],
		[
			'result_url, not the references in its metadata',
			inSeed({ status: 'succeeded', result_url: A, metadata: { result_count: 2, images: [INPUT, B] } }),
			[A],
		],
		[
			'the raw answer of a Gemini upstream',
			inSeed({
				status: 'SUCCESS',
				data: {
					candidates: [
						{ content: { parts: [{ text: 'Done' }, { inlineData: { mimeType: 'image/png', data: PNG } }] } },
					],
				},
			}),
			[`base64 ${PNG.length}`],
		],
		[
			'the raw answer of a chat upstream',
			inSeed({
				status: 'SUCCESS',
				data: { id: 'c-1', choices: [{ message: { role: 'assistant', content: `![image](${A})` } }] },
			}),
			[A],
		],
		['a Chinese word for success', inSeed({ status: '成功', result_url: A }), [A]],
		['an envelope with status success', { status: 'success', data: { images: [{ url: A }] } }, [A]],
	])('are found in %s', (_fact, body, pictures) => {
		expect(picturesIn(body)).toEqual(pictures);
	});

	it('leave a task under way as it is', () => {
		expect(decode(inSeed({ status: 'processing', result_url: A }))).toMatchObject({
			kind: 'pending',
			status: 'running',
		});
		expect(decode(inSeed({ status: 'post_processing', progress: '90%', result_url: A }))).toMatchObject({
			kind: 'pending',
			status: 'unknown',
		});
	});

	it('are not the references that went in, when the task came to nothing', () => {
		expect(picturesIn(inSeed({ status: 'succeeded', result_url: '', images: [INPUT], image: INPUT }))).toEqual([]);
		expect(picturesIn(inSeed({ status: 'succeeded', metadata: { result_count: 0 }, image_urls: [INPUT] }))).toEqual([]);
		expect(
			picturesIn(inSeed({ status: 'SUCCESS', properties: { input: INPUT }, request: { images: [INPUT] }, data: null })),
		).toEqual([]);
	});

	it.each([
		'ftp://cdn.example/a.png',
		'javascript:alert(1)',
		'file:///etc/passwd',
		'data:text/html;base64,PGI+',
		'upstream returned status 400',
		'http://',
		'',
	])('are not %p', (text) => expect(picturesIn(inSeed({ status: 'succeeded', result_url: text }))).toEqual([]));

	it('come with a warning for those that were blocked', () => {
		const error = { code: 'OutputImageSensitiveContentDetected', message: 'image blocked' };
		expect(decode({ created: 1, data: [{ url: A }, { url: '', error }] })).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
			warnings: ['1 of 2 images blocked: OutputImageSensitiveContentDetected'],
		});
		expect(
			decode(
				inSeed({
					status: 'succeeded',
					data: [
						{ url: '', error },
						{ url: '', error },
					],
				}),
			),
		).toEqual({
			kind: 'failed',
			taskId: 't-1',
			reason: 'image blocked',
			code: 'OutputImageSensitiveContentDetected',
			refused: true,
			isEnd: true,
		});
	});
});
