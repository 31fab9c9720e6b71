/* eslint-disable */
// Odd but plausible bodies, trimmed. What is paid for has to be found in them, and nothing else.
import { asyncTask } from '../../../../nodes/NanoBanana/formats/asyncTask';
import { gemini } from '../../../../nodes/NanoBanana/formats/gemini';
import { openAi } from '../../../../nodes/NanoBanana/formats/openAi';
import type { Asked, DecodedResponse } from '../../../../nodes/NanoBanana/types';

const BASE_URL = 'https://gateway.example/base';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const NEW = 'https://cdn.example/signed?id=9f2';
const R = 'https://mine.example/reference.png';
const R2 = 'https://mine.example/reference2.png';

type Row = [fact: string, body: unknown, pictures: string[]];

const decode = (body: unknown, asked?: Asked): DecodedResponse => asyncTask.decode(body, BASE_URL, asked);
const short = (text: string): string => (text === PNG ? 'PNG' : text);

/** Addresses as they are; base64 of the one picture as 'PNG'. */
function picturesIn(outcome: DecodedResponse): string[] {
	if (outcome.kind !== 'images') throw new Error(`no images but ${JSON.stringify(outcome)}`);
	return outcome.images.map((ref) => short(ref.kind === 'url' ? ref.url : ref.base64));
}

const warningsOf = (outcome: DecodedResponse): string =>
	outcome.kind === 'images' ? (outcome.warnings ?? []).join(' ') : '';
const task = (fields: object): object => ({ code: 'success', data: { task_id: 'task_j', ...fields } });
const done = (fields: object): object => task({ status: 'succeeded', ...fields });

describe('a task that ended partly', () => {
	it.each<Row>([
		['partially_failed', task({ status: 'partially_failed', fail_reason: 'why', results: [{ url: A }] }), [A]],
		['COMPLETED_WITH_ERRORS', task({ status: 'COMPLETED_WITH_ERRORS', error: 'why', result_url: A }), [A]],
		['partial_success', task({ status: 'partial_success', message: 'why', images: [{ url: A }] }), [A]],
		['部分成功', task({ status: '部分成功', fail_reason: 'why', result_urls: [A, B] }), [A, B]],
		[
			'partial_success with its pictures in a place that nobody knows',
			task({ status: 'partial_success', message: 'why', pictures: [{ at: A }] }),
			[A],
		],
		[
			'failed with data',
			task({ status: 'failed', fail_reason: '1 of 2 failed, and that is why', data: [{ url: A }] }),
			[A],
		],
		['failed with results', { id: 'task_j', status: 'FAILURE', fail_reason: 'why', results: [{ url: A }] }, [A]],
		[
			'failed with result_urls',
			{ id: 'task_j', status: 'failed', error: { message: 'why' }, result_urls: [A, B] },
			[A, B],
		],
		[
			'failed with a single address of a part',
			task({ status: 'failed', fail_reason: '1 of 2 failed, and that is why', result_url: A }),
			[A],
		],
		[
			'failed with a count',
			task({ status: 'failed', fail_reason: 'why', result_url: A, metadata: { result_count: 1 } }),
			[A],
		],
	])('hands out its pictures: %s', (_fact, body, pictures) => {
		const outcome = decode(body);
		expect([picturesIn(outcome), warningsOf(outcome)]).toEqual([pictures, expect.stringContaining('why')]);
		expect(outcome).toMatchObject({ taskId: 'task_j' });
	});

	it.each<[fact: string, body: unknown, references: string[]]>([
		['no picture', task({ status: 'partially_failed', fail_reason: 'why' }), []],
		[
			'completed with errors and no picture',
			task({ status: 'completed_with_errors', fail_reason: 'why', results: [] }),
			[],
		],
		['the failure where the result belongs', task({ status: 'FAILURE', fail_reason: 'why', result_url: 'why' }), []],
		['an old address where the result belongs', task({ status: 'FAILURE', fail_reason: 'why', result_url: A }), []],
		[
			'the reference where the result belongs',
			task({ status: 'FAILURE', fail_reason: '1 of 2 failed: why', result_url: R }),
			[R],
		],
		['the reference in a list of results', task({ status: 'FAILURE', fail_reason: 'why', results: [R] }), [R]],
		[
			'the reference in a list of results, and in what it repeats',
			task({ status: 'FAILURE', fail_reason: 'why', results: [R], input: { image_urls: [R] } }),
			[],
		],
		['results that have expired', task({ status: 'expired', fail_reason: 'why', results: [A] }), []],
		[
			'references in late places',
			task({
				status: 'failed',
				fail_reason: 'why',
				images: [{ url: R }],
				image_url: R,
				data: { images: [R], image: R },
			}),
			[],
		],
	])('has failed with %s', (_fact, body, references) => {
		expect(decode(body, { references })).toMatchObject({
			kind: 'failed',
			taskId: 'task_j',
			reason: expect.stringContaining('why'),
			isEnd: true,
		});
	});
});

it('tells the end of a task from a complaint beside its id', () => {
	for (const status of ['failed', 'expired', '失败', 'CREATE_TASK_FAILED'])
		expect(decode(task({ status }))).toMatchObject({ kind: 'failed', isEnd: true });
	for (const body of [
		{ task_id: 'task_j', error: { message: 'late' } },
		{ code: 500, message: 'late', data: { task_id: 'task_j' } },
		{ error: { message: 'no' } },
	]) {
		expect(decode(body)).toMatchObject({ kind: 'failed' });
		expect(decode(body)).not.toHaveProperty('isEnd');
	}
});

describe('what was sent', () => {
	it.each<[fact: string, body: unknown, references: string[], pictures: string[]]>([
		['beside output_url', { status: 'succeeded', image: R, output_url: NEW }, [], [NEW]],
		['beside outputUrl, known', { status: 'succeeded', image: R, outputUrl: NEW }, [R], [NEW]],
		['beside download_url', { status: 'succeeded', images: [R], download_url: NEW }, [], [NEW]],
		['beside files', done({ images: [R, R2], files: [{ url: NEW }] }), [R, R2], [NEW]],
		['beside files, unknown', done({ images: [R, R2], files: [{ url: NEW }] }), [], [NEW]],
		['among the results', done({ images: [R, A] }), [R], [A]],
		['where the result belongs', done({ result_url: R, images: [A] }), [R], [A]],
		['written otherwise', done({ images: ['https://mine.example:443/reference.png', A] }), [R], [A]],
		['and nothing else', done({ images: [R, R2], image: R }), [R, R2], []],
		['deep below', done({ foo: { bar: R } }), [R], []],
	])('is no result %s', (_fact, body, references, pictures) => {
		expect(picturesIn(decode(body, { references }))).toEqual(pictures);
	});

	it.each([
		{ error: { message: 'sensitive words detected' }, images: [R], image: R, files: [R] },
		{ code: 400, msg: 'no such size', image_urls: [R] },
		{ task_id: 'task_j', error: 'late', files: [R] },
		{ error: { message: 'sensitive words detected' }, files: [{ url: R }] },
	])('is no result of an error that repeats it: %j', (body) => {
		expect(decode(body)).toMatchObject({ kind: 'failed' });
	});

	it('is no result beside the id of a task', () => {
		expect(decode({ task_id: 'task_j', files: [R], images: [R] })).toEqual({
			kind: 'pending',
			status: 'queued',
			taskId: 'task_j',
		});
	});

	it('is no result of a call without a task either', () => {
		expect(
			picturesIn(openAi.decode({ created: 1, images: [R], data: [{ url: A }] }, BASE_URL, { references: [R] })),
		).toEqual([A]);
		expect(openAi.decode({ created: 1, data: [{ url: R }] }, BASE_URL, { references: [R] })).toMatchObject({
			kind: 'images',
			images: [],
		});
		expect(decode({ images: [{ url: R }] }, { references: [R] })).toMatchObject({ kind: 'unknown' });
	});
});

describe('one of several tasks', () => {
	const other = { task_id: 'task_other', status: 'failed', fail_reason: 'not mine' };

	it.each<[fact: string, body: unknown]>([
		['in a list', { data: [other, { task_id: 'task_j', status: 'succeeded', result_url: A }] }],
		[
			'in a list of tasks',
			{
				tasks: [
					{ id: 'task_other', status: 'failed' },
					{ id: 'task_j', status: 'succeeded', result_url: A },
				],
			},
		],
		['in a list below data', { data: { tasks: [other, { task_id: 'task_j', status: 'succeeded', result_url: A }] } }],
		['in a list at the top', [other, { task_id: 'task_j', status: 'succeeded', result_url: A }]],
	])('is the one that was asked for %s', (_fact, body) => {
		expect(decode(body, { taskId: 'task_j' })).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
			taskId: 'task_j',
		});
	});

	it.each<[fact: string, body: unknown]>([
		['in a list', { data: [{ task_id: 'a' }, { task_id: 'b' }, { task_id: 'c' }] }],
		['in a list of ids', { task_ids: ['a', 'b', 'c'] }],
		['in a list of ids below data', { code: 0, data: { taskIds: ['a', 'b', 'c'] } }],
		['in a list of tasks', { tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }],
		['in a list of tasks below data', { code: 0, data: { tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] } }],
		[
			'in a list with their states',
			{
				data: [
					{ id: 'a', status: 'queued' },
					{ id: 'b', status: 'queued' },
					{ id: 'c', status: 'queued' },
				],
			},
		],
		['in a list beside the first', { task_id: 'a', status: 'queued', task_ids: ['a', 'b', 'c'] }],
	])('is the first, with the others beside it, where nobody asked for one %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'pending', taskId: 'a', furtherTaskIds: ['b', 'c'] });
		expect(decode(body, { taskId: 'a' })).not.toHaveProperty('furtherTaskIds');
	});

	it('is not the end of all of them', () => {
		expect(
			decode({
				data: [
					{ task_id: 'a', status: 'succeeded', result_url: A },
					{ task_id: 'b', status: 'queued' },
				],
			}),
		).toMatchObject({ kind: 'pending', status: 'running', taskId: 'a', furtherTaskIds: ['b'] });
	});

	it('has no parts as further tasks, and is no list of pictures', () => {
		expect(decode({ task_id: 'a', status: 'queued', tasks: [{ id: 'part-1' }, { id: 'part-2' }] })).toEqual({
			kind: 'pending',
			status: 'queued',
			taskId: 'a',
		});
		expect(
			picturesIn(
				decode({
					data: [
						{ task_id: 'a', url: A },
						{ task_id: 'a', url: B },
					],
				}),
			),
		).toEqual([A, B]);
		expect(
			picturesIn(
				decode({
					data: [
						{ generation_id: 'g', url: A },
						{ generation_id: 'g', url: B },
					],
				}),
			),
		).toEqual([A, B]);
	});
});

describe('the id of a create', () => {
	it.each<[body: unknown]>([
		[{ job: { id: 'task_j' } }],
		[{ response: { task_id: 'task_j' } }],
		[{ payload: { task_id: 'task_j' } }],
		[{ data: { tasks: [{ task_id: 'task_j' }] } }],
		[{ task: 'task_j' }],
		[{ data: { task: 'task_j' } }],
		[{ prediction: { id: 'task_j' } }],
		[{ TaskId: 'task_j' }],
		[{ 'task-id': 'task_j' }],
		[{ Response: { TaskID: 'task_j', RequestId: 'r' } }],
		[{ generation_id: 'task_j' }],
		[{ uuid: 'task_j', status: 'queued' }],
		[{ data: { uuid: 'task_j', status: 'queued' } }],
		['task_j'],
		['"task_j"'],
		[{ request_id: 'r', output: { task_id: 'task_j', task_status: 'PENDING' } }],
	])('is found in %j', (body) => {
		expect(decode(body)).toMatchObject({ kind: 'pending', taskId: 'task_j' });
	});

	it('is a bare number only beside a status of a task on its way', () => {
		expect(decode({ id: 12345, status: 'succeeded', result_url: A })).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
		});
		expect(decode({ id: 12345, status: 'queued' })).toMatchObject({ kind: 'pending', taskId: '12345' });
		expect(decode({ id: 12345 })).toMatchObject({ kind: 'unknown' });
		expect(decode({ id: 12345, status: 'success', data: null })).toMatchObject({ kind: 'unknown' });
	});

	it.each<[body: unknown]>([
		[{ request_id: 'r-1' }],
		[{ requestId: 'r-1', status: 'queued' }],
		[{ uuid: 'u-1' }],
		['hello'],
		['success'],
		['task_not_found'],
		['upstream_error'],
		['internal_server_error_500'],
		['<html>'],
		[PNG],
	])('is not in %j', (body) => {
		expect(decode(body)).not.toHaveProperty('taskId');
		expect(decode(body)).not.toMatchObject({ kind: 'images' });
	});
});

describe('a status that is no word for an end', () => {
	it.each<Row>([
		['Ready', { id: 'task_j', status: 'Ready', result: { sample: NEW } }, [NEW]],
		['ready', task({ status: 'ready', result_url: A }), [A]],
		['saved', task({ status: 'saved', results: [A, B] }), [A, B]],
		['UNKNOWN', task({ status: 'UNKNOWN', output_url: A }), [A]],
		['2', { task_id: 'task_j', status: 2, images: [A] }, [A]],
		['4', { task_id: 'task_j', status: 4, result_url: A }, [A]],
		['processing', task({ status: 'processing', progress: 100, result_url: A }), [A]],
		['post_processing', task({ status: 'post_processing', progress: '100%', result_url: A }), [A]],
	])('is one beside results: %s', (word, body, pictures) => {
		const outcome = decode(body);
		expect([picturesIn(outcome), warningsOf(outcome)]).toEqual([pictures, expect.stringContaining(`'${word}'`)]);
	});

	it.each(['FINISH', 'finalized', 'completed_without_errors'])('is an end as %s', (status) => {
		expect(decode(task({ status, result_url: A }))).toEqual({
			kind: 'images',
			images: [{ kind: 'url', url: A }],
			taskId: 'task_j',
		});
	});

	it.each<[fact: string, body: unknown, outcome: object]>([
		['ready without pictures', task({ status: 'ready' }), { status: 'queued' }],
		['ready beside its references', task({ status: 'ready', images: [R] }), { status: 'queued' }],
		['work beside a preview', task({ status: 'processing', result_url: A }), { status: 'running' }],
		[
			'work beside its references',
			task({ status: 'processing', progress: 100, images: [R], image: R }),
			{ status: 'running' },
		],
		[
			'work beside half of the pictures',
			task({ status: 'processing', progress: 100, result_url: A, result_count: 2 }),
			{ status: 'running' },
		],
		['partial', task({ status: 'partial', result_url: A }), { status: 'running' }],
		[
			'an unknown word for work',
			task({ status: 'upscaling', result_url: A }),
			{ status: 'unknown', word: 'upscaling' },
		],
		[
			'an unknown word beside references',
			task({ status: 'stored', images: [R], data: { image: R } }),
			{ status: 'unknown', word: 'stored' },
		],
		[
			'an unknown word and a complaint',
			task({ status: 'held', error: { message: 'why' } }),
			{ status: 'unknown', word: 'held', reason: 'why' },
		],
		[
			'work and a complaint',
			task({ status: 'processing', error: { message: 'slow' } }),
			{ status: 'running', reason: 'slow' },
		],
		[
			'an unknown word and a complaint beside it',
			{ data: { task_id: 'task_j', status: 'held' }, error: 'why' },
			{ status: 'unknown', word: 'held', reason: 'why' },
		],
		['a number', { task_id: 'task_j', status: 1, images: [R] }, { status: 'unknown', word: '1' }],
	])('goes on with %s', (_fact, body, outcome) => {
		expect(decode(body)).toMatchObject({ kind: 'pending', taskId: 'task_j', ...outcome });
	});

	it.each([
		['FILTERED', true],
		['NSFW', true],
		['content_blocked', true],
		['审核不通过', true],
		['denied', false],
		['crashed', false],
	])('is a bad end as %s', (status, isRefused) => {
		const outcome = decode(task({ status, result_url: '' }));
		expect(outcome).toMatchObject({ kind: 'failed', isEnd: true });
		expect('refused' in outcome).toBe(isRefused);
	});

	it('is heard less than words where it is a number', () => {
		expect(decode({ code: 'task_not_exist', message: 'no such task', status: 50, task_id: 'task_j' })).toEqual({
			kind: 'failed',
			code: 'task_not_exist',
			reason: 'no such task',
			taskId: 'task_j',
		});
	});

	it('is no number of an envelope', () => {
		expect(decode({ status: 1, msg: 'ok', data: { task_id: 'task_j' } })).toMatchObject({
			kind: 'pending',
			status: 'queued',
		});
		expect(decode({ status: 1, data: [{ url: A }] })).toEqual({ kind: 'images', images: [{ kind: 'url', url: A }] });
	});
});

describe('more pictures than the first place holds', () => {
	it.each<Row>([
		['a count as text', done({ result_url: A, metadata: { result_count: '2', result_urls: [A, B] } }), [A, B]],
		['result_url_2', done({ result_url: A, result_url_2: B }), [A, B]],
		['resultUrl2', done({ resultUrl: A, resultUrl2: B }), [A, B]],
		['a longer list', done({ results: [A], outputs: [A, B], result_count: 2 }), [A, B]],
		['a longer list in text', done({ result_urls: [A], output: [A, B], metadata: { result_count: '2' } }), [A, B]],
	])('are found: %s', (_fact, body, pictures) => {
		expect(picturesIn(decode(body))).toEqual(pictures);
	});
});

describe('words beside nothing', () => {
	it('are carried', () => {
		expect(openAi.decode({ created: 1, data: null, message: 'upstream timeout' }, BASE_URL)).toEqual({
			kind: 'images',
			images: [],
			warnings: ['upstream timeout'],
		});
		expect(openAi.decode({ created: 1, data: [], msg: 'success' }, BASE_URL)).toEqual({ kind: 'images', images: [] });
		expect(decode(done({ message: 'nothing was drawn' }))).toEqual({
			kind: 'images',
			images: [],
			warnings: ['nothing was drawn'],
			taskId: 'task_j',
		});
	});
});

describe('a stream', () => {
	const events = (...values: unknown[]): string =>
		values.map((value) => `event: x\ndata: ${JSON.stringify(value)}\n\n`).join('') + 'data: [DONE]\n\n';

	it("is its last event in every format, and all pieces of a model's answer", () => {
		expect(decode(events(task({ status: 'queued' }), done({ result_url: A })))).toMatchObject({
			kind: 'images',
			images: [{ url: A }],
		});
		const partial = { type: 'image_generation.partial_image', b64_json: 'AAAA'.repeat(9) };
		expect(
			openAi.decode(events(partial, { type: 'image_generation.completed', b64_json: PNG }), BASE_URL),
		).toMatchObject({ kind: 'images', images: [{ base64: PNG }] });
		expect(
			gemini.decode(
				`: keep-alive\n\n${JSON.stringify({ candidates: [{ content: { parts: [{ inlineData: { data: PNG } }] } }] })}`,
				BASE_URL,
			),
		).toMatchObject({ kind: 'images', images: [{ base64: PNG }] });
	});
});

describe('an envelope that says error', () => {
	it.each(['error', 'fail', 'failed', 'FAILURE'])('says nothing of the end of the task that it names: %s', (status) => {
		const outcome = decode({ status, message: 'Too many requests, your task is queued', data: { task_id: 'task_j' } });
		expect(outcome).toMatchObject({
			kind: 'failed',
			taskId: 'task_j',
			reason: 'Too many requests, your task is queued',
		});
		expect(outcome).not.toHaveProperty('isEnd');
	});

	it('leaves the word to the task itself', () => {
		expect(decode({ status: 'error', data: { task_id: 'task_j', status: 'running' } })).toMatchObject({
			kind: 'pending',
			status: 'running',
		});
		expect(decode({ status: 'ok', data: { task_id: 'task_j', status: 'error' } })).toMatchObject({
			kind: 'failed',
			isEnd: true,
		});
	});
});

describe('a list of tasks where one was asked for', () => {
	const other = { task_id: 'task_o', status: 'succeeded', result_url: A };
	const third = { task_id: 'task_p', status: 'running' };
	const ours = { task_id: 'task_j', status: 'running' };
	const look = (body: unknown) => asyncTask.decode(body, BASE_URL, { taskId: 'task_j' });

	it.each<[fact: string, body: object]>([
		['data', { code: 'success', data: [other, third] }],
		['data that says success', { status: 'success', data: [other, third] }],
		['tasks', { tasks: [third, other] }],
		['results', { results: [other, third] }],
	])('shows no other task as ours: %s', (_fact, body) => {
		expect(look(body)).toMatchObject({ kind: 'unknown' });
	});

	it.each(['data', 'tasks', 'results'])('finds ours in %s', (place) => {
		expect(look({ [place]: [other, ours] })).toMatchObject({ kind: 'pending', status: 'running', taskId: 'task_j' });
		expect(look({ [place]: [other, { ...ours, status: 'succeeded', result_url: B }] })).toMatchObject({
			kind: 'images',
			images: [{ url: B }],
			taskId: 'task_j',
		});
	});

	it('takes its parts for its own', () => {
		expect(
			look({
				task_id: 'task_j',
				status: 'succeeded',
				results: [
					{ task_id: 'p1', url: A },
					{ task_id: 'p2', url: B },
				],
			}),
		).toMatchObject({ kind: 'images', images: [{ url: A }, { url: B }] });
		expect(
			look({
				status: 'succeeded',
				results: [
					{ task_id: 'task_j', url: A },
					{ task_id: 'task_j', url: B },
				],
			}),
		).toMatchObject({ kind: 'images', images: [{ url: A }, { url: B }] });
	});
});
