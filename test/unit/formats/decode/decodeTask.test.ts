/* eslint-disable */
import { decodeBody } from '../../../../nodes/NanoBanana/formats/decode/decodeTask';
import type { DecodedResponse } from '../../../../nodes/NanoBanana/types';

const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const INPUT = 'https://mine.example/reference.png';

const decode = (body: unknown): DecodedResponse => decodeBody(body, 'https://gateway.example');
const ref = (url: string): object => ({ kind: 'url', url });
const blocked = (message: string, code?: string): object => ({ url: '', error: { message, ...(code && { code }) } });
const ODD = "The status 'fine' is not known as an end; the images beside it are taken for the result";
const BLOCKED = 'moderation_blocked';

it.each<[fact: string, body: unknown, outcome: object]>([
	['no JSON object', 'hello', { kind: 'unknown', reason: 'The answer is no JSON object' }],
	['null', null, { kind: 'unknown', reason: 'The answer is no JSON object' }],
	[
		'an object that says nothing',
		{ code: 0 },
		{ kind: 'unknown', reason: 'The answer holds neither a task ID nor an image' },
	],
	['a list of nothing', [], { kind: 'unknown', reason: 'The answer holds neither a task ID nor an image' }],
	['an id alone', { task_id: 't-1' }, { kind: 'pending', status: 'queued', taskId: 't-1' }],
	[
		'an id with a progress of its own',
		{ data: { task_id: 't-1', progress: 20, model: 'm' }, progress: 70 },
		{ kind: 'pending', status: 'queued', progress: 20, taskId: 't-1', model: 'm' },
	],
	[
		'an id with the progress around it',
		{ data: { task_id: 't-1' }, progress: 70 },
		{ kind: 'pending', status: 'queued', progress: 70, taskId: 't-1' },
	],
	[
		'a task under way',
		{ task_id: 't-1', status: 'running', progress: 0 },
		{ kind: 'pending', status: 'running', progress: 0, taskId: 't-1' },
	],
	[
		'a word that nobody knows',
		{ task_id: 't-1', status: 'fine' },
		{ kind: 'pending', status: 'unknown', taskId: 't-1', word: 'fine' },
	],
	[
		'a word that nobody knows beside a result',
		{ task_id: 't-1', status: 'fine', result_url: A },
		{ kind: 'images', images: [ref(A)], taskId: 't-1', warnings: [ODD] },
	],
	[
		'a word that nobody knows on its way',
		{ task_id: 't-1', status: 'fine', progress: 90, result_url: A },
		{ kind: 'pending', status: 'unknown', progress: 90, taskId: 't-1', word: 'fine' },
	],
	[
		'a word that nobody knows at its end',
		{ task_id: 't-1', status: 'fine', progress: 100, result_url: A },
		{ kind: 'images', images: [ref(A)], taskId: 't-1', warnings: [ODD] },
	],
	[
		'a word that nobody knows at its end without a picture',
		{ task_id: 't-1', status: 'fine', progress: 100 },
		{ kind: 'pending', status: 'unknown', progress: 100, taskId: 't-1', word: 'fine' },
	],
	[
		'a failure',
		{ task_id: 't-1', status: 'failed', model: 'm', error: 'no' },
		{ kind: 'failed', isEnd: true, reason: 'no', taskId: 't-1', model: 'm' },
	],
	[
		'a failure for the prompt',
		{ task_id: 't-1', status: 'failed', error: { code: BLOCKED } },
		{
			kind: 'failed',
			isEnd: true,
			reason: `The gateway gave the code ${BLOCKED}`,
			code: BLOCKED,
			refused: true,
			taskId: 't-1',
		},
	],
	[
		'a failure that pictures explain',
		{ task_id: 't-1', status: 'failed', data: [blocked('no more')] },
		{ kind: 'failed', isEnd: true, reason: 'no more', taskId: 't-1' },
	],
	[
		'a picture beside an old one',
		{ task_id: 't-1', status: 'failed', result_url: A },
		{ kind: 'failed', isEnd: true, reason: "The task ended with the status 'failed'", code: 'failed', taskId: 't-1' },
	],
	[
		'a no without a task',
		{ error: { code: 'E7', message: 'no' } },
		{ kind: 'failed', reason: 'no', code: 'E7', declined: true },
	],
	['a no with a task', { task_id: 't-1', error: 'no' }, { kind: 'failed', reason: 'no', taskId: 't-1' }],
	[
		'a no of its pictures',
		{ created: 1, data: [blocked('one', 'E7'), blocked('two'), blocked('one')] },
		{ kind: 'failed', reason: 'one; two', code: 'E7', declined: true },
	],
	['a success without a picture', { task_id: 't-1', status: 'success' }, { kind: 'images', images: [], taskId: 't-1' }],
	[
		'a success that says why it is empty',
		{ task_id: 't-1', status: 'success', error: 'no' },
		{ kind: 'failed', isEnd: true, reason: 'no', taskId: 't-1' },
	],
	[
		'a success whose pictures say why',
		{ task_id: 't-1', status: 'success', data: [blocked('one'), blocked('one')] },
		{ kind: 'failed', isEnd: true, reason: 'one', taskId: 't-1' },
	],
	[
		'a success that has expired',
		{ task_id: 't-1', status: 'success', availability: 'expired', error: 'no' },
		{
			kind: 'failed',
			isEnd: true,
			code: 'result_expired',
			reason: 'The images are no longer available',
			taskId: 't-1',
		},
	],
	['pictures alone', { model: 'm', data: [{ url: A }] }, { kind: 'images', images: [ref(A)], model: 'm' }],
])('is read from %s', (_fact, body, outcome) => {
	expect(decode(body)).toEqual(outcome);
});

it.each<[fact: string, entries: object[], warning: string]>([
	['blocked', [{ url: A }, blocked('rejected', BLOCKED)], `1 of 2 images blocked: ${BLOCKED}`],
	['failed', [{ url: A }, blocked('broke')], '1 of 2 images failed: broke'],
	[
		'failed, though one of them was blocked',
		[{ url: A }, { url: B }, blocked('rejected', BLOCKED), blocked('broke')],
		`2 of 4 images failed: ${BLOCKED}; broke`,
	],
])('warns of images that %s', (_fact, entries, warning) => {
	expect(decode({ data: entries })).toMatchObject({ kind: 'images', warnings: [warning] });
});

describe('the pictures of a task', () => {
	const done = (fields: object): object => ({ task_id: 't-1', status: 'succeeded', ...fields });

	it.each<[fact: string, body: object, urls: string[]]>([
		['those in it', { url: B, data: done({ result_url: A }) }, [A]],
		['those beside it, where it has none', { url: A, data: done({}) }, [A]],
		['no texts beside it in late places', { images: [INPUT], data: done({}) }, []],
		['objects beside it in late places', { images: [{ url: A }], data: done({}) }, [A]],
		['as many as are listed', done({ results: [A], metadata: { result_count: 1, results: [B] } }), [A]],
		['more where more are announced', done({ results: [A], metadata: { result_count: 2, results: [A, B] } }), [A, B]],
		[
			'result_url and the rest, where more are announced',
			done({ result_url: A, results: [B], metadata: { result_count: 2 } }),
			[A, B],
		],
		[
			'sure ones of the metadata beside others',
			done({ result_url: A, metadata: { result_count: 2, results: [B] } }),
			[A, B],
		],
		[
			'no unsure ones of the metadata',
			done({ result_url: A, metadata: { result_count: 2, image_urls: [INPUT] } }),
			[A],
		],
		[
			'unsure ones of the metadata, where a known one is among them',
			done({ result_url: A, metadata: { result_count: 2, image_urls: [B, A] } }),
			[A, B],
		],
		['plain images of a task that has an end and says of nothing that it is empty', done({ images: [A] }), [A]],
		['no plain images beside an empty list', done({ results: [], images: [INPUT] }), []],
		[
			'plain images beside an empty list of a task made from text',
			done({ results: [], images: [A], task_type: 'text2image' }),
			[A],
		],
	])('are %s', (_fact, body, urls) => {
		expect(decode(body)).toEqual({ kind: 'images', images: urls.map(ref), taskId: 't-1' });
	});

	it('are no plain addresses beside a name without a status, as these may be its references', () => {
		expect(decode({ task_id: 't-1', images: [INPUT] })).toEqual({ kind: 'pending', status: 'queued', taskId: 't-1' });
		expect(decode({ task_id: 't-1', task_type: 't2i', images: [A] })).toMatchObject({
			kind: 'images',
			images: [ref(A)],
		});
		expect(decode({ id: 'gen-1', images: [A] })).toMatchObject({ kind: 'images', images: [ref(A)] });
	});
});
