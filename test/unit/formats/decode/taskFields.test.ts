/* eslint-disable */
import {
	findTask,
	isExpired,
	isFromText,
	isNamed,
	modelOf,
	resultCount,
	saysNothingCame,
	statusOf,
	taskIdOf,
} from '../../../../nodes/NanoBanana/formats/decode/taskFields';

const idIn = (body: unknown): string | undefined => taskIdOf(body, findTask(body));
const statusIn = (body: unknown) => statusOf(findTask(body));

/** What stands beside the task is left out where the body itself is the task. */
function besideOrNot(
	rows: Array<[fact: string, body: object, task: unknown, beside?: object]>,
): Array<[fact: string, body: object, expected: object]> {
	return rows.map(([fact, body, task, beside]) => [fact, body, { task, ...(beside && { beside }) }]);
}

describe('the task in a body', () => {
	it.each(
		besideOrNot([
			[
				'the body with an id and a status',
				{ task_id: 't-1', status: 'queued', data: { task_id: 't-2' } },
				{ task_id: 't-1', status: 'queued', data: { task_id: 't-2' } },
			],
			['named in data', { status: 'queued', data: { task_id: 't-1' } }, { task_id: 't-1' }, { status: 'queued' }],
			['named in task', { code: 0, task: { taskId: 't-1' } }, { taskId: 't-1' }, { code: 0 }],
			['named in output', { output: { job_id: 't-1' } }, { job_id: 't-1' }, {}],
			[
				'named in result, before one described in data',
				{ data: { status: 'queued' }, result: { jobId: 't-1' } },
				{ jobId: 't-1' },
				{ data: { status: 'queued' } },
			],
			[
				'named in an envelope that says success',
				{ task_id: 't-1', status: 'success', data: { taskID: 't-2' } },
				{ taskID: 't-2' },
				{ task_id: 't-1', status: 'success' },
			],
			[
				'the body with a bare id and a status',
				{ id: 't-1', status: 'queued', data: { id: 'x' } },
				{ id: 't-1', status: 'queued', data: { id: 'x' } },
			],
			['described in data by a bare id', { data: { id: 't-1' } }, { id: 't-1' }, {}],
			[
				'described in data, not the request around it with a bare id',
				{ id: 'req', data: { id: 't-1', status: 'queued' } },
				{ id: 't-1', status: 'queued' },
				{ id: 'req' },
			],
			[
				'described in data, beside the status',
				{ status: 'queued', data: { id: 't-1' } },
				{ id: 't-1' },
				{ status: 'queued' },
			],
			['described in data by its status', { data: { status: 'queued' } }, { status: 'queued' }, {}],
			['described in result by its status', { result: { status: 'queued' } }, { status: 'queued' }, {}],
			['the body beside a result with an id', { result: { id: 'x' } }, { result: { id: 'x' } }],
			['the body beside an image with an id', { data: { id: 'x', url: 'u' } }, { data: { id: 'x', url: 'u' } }],
			[
				'the body beside a list of images with a state',
				{ data: [{ state: 'ok', url: 'u' }] },
				{ data: [{ state: 'ok', url: 'u' }] },
			],
			['the body beside a status of null', { data: { status: null } }, { data: { status: null } }],
			['the one entry of a list', { data: [{ id: 't-1' }] }, { id: 't-1' }, {}],
			['the named entry of a list', { data: [{ url: 'u' }, { task_id: 't-1' }] }, { task_id: 't-1' }, {}],
			['the body beside a list of several', { data: [{ id: 'a' }, { id: 'b' }] }, { data: [{ id: 'a' }, { id: 'b' }] }],
			['in JSON text', { data: '{"task_id":"t-1"}' }, { task_id: 't-1' }, {}],
			['below data', { code: 0, data: { code: 1, data: { task_id: 't-1' } } }, { task_id: 't-1' }, { code: 0 }],
			['three times below data', { data: { data: { data: { data: { task_id: 't-1' } } } } }, { task_id: 't-1' }, {}],
			[
				'the body where it is too deep',
				{ data: { data: { data: { data: { data: { task_id: 't-1' } } } } } },
				{ data: { data: { data: { data: { data: { task_id: 't-1' } } } } } },
			],
		]),
	)('is %s', (_fact, body, expected) => {
		expect(findTask(body)).toEqual(expected);
	});

	it.each(['url', 'b64_json', 'image_url'])('is no image with an id and a %s', (place) => {
		expect(findTask({ data: { id: 'x', [place]: 'y' } })).toEqual({ task: { data: { id: 'x', [place]: 'y' } } });
	});

	it.each([
		'task_id',
		'taskId',
		'status',
		'task_status',
		'taskStatus',
		'state',
		'progress',
		'result_url',
		'fail_reason',
	])('is described by %s', (place) => {
		expect(findTask({ data: { [place]: 'x y' } })).toEqual({ task: { [place]: 'x y' }, beside: {} });
	});

	it('is looked for among the first hundred entries of a list', () => {
		const list = (length: number): object => ({ data: [...Array.from({ length }, () => ({})), { task_id: 't-1' }] });

		expect([idIn(list(99)), idIn(list(100))]).toEqual(['t-1', undefined]);
	});
});

describe('the id of a task', () => {
	it.each(['task_id', 'taskId', 'taskID', 'job_id', 'jobId', 'id'])('stands in %s', (place) => {
		expect(idIn({ [place]: ' t-1 ' })).toBe('t-1');
	});

	it.each<[fact: string, body: object, id: string | undefined]>([
		['a number that is named', { task_id: 7 }, '7'],
		['no number from zero down', { task_id: 0, taskId: -7 }, undefined],
		['no broken number', { task_id: 1.5 }, undefined],
		['no bare number', { id: 7 }, undefined],
		['the first that is one', { task_id: '', taskId: 't-1' }, 't-1'],
		['that of the task, not that around it', { id: 'req', data: { task_id: 't-1' } }, 't-1'],
		['that around it', { task_id: 't-1', status: 'success', data: { status: 'queued' } }, 't-1'],
		['data itself', { data: 't-1234' }, 't-1234'],
		['result itself', { result: 't-1234' }, 't-1234'],
		['data before result', { data: 'd-1234', result: 'r-1234' }, 'd-1234'],
		['no short text in data', { data: 'abc' }, undefined],
		['no long text in data', { data: 'x'.repeat(201) }, undefined],
		['a text of 200 letters in data', { data: '1x'.repeat(100) }, '1x'.repeat(100)],
		['no words in data', { data: 'not an id' }, undefined],
		['no address in data', { data: 'https://x/y' }, undefined],
		['no word for a status in data', { data: 'Queued' }, undefined],
		['a text of 500 letters', { task_id: 'x'.repeat(500) }, 'x'.repeat(500)],
		['no dots', { task_id: '...' }, undefined],
		['a name that ends with a dot', { task_id: 'a.' }, 'a.'],
		['a name with dots', { task_id: '..a' }, '..a'],
		['no text with a line break', { task_id: 'a\nb' }, undefined],
		['no text with a control character', { task_id: 'a\u0000b' }, undefined],
		[
			'the id beside a status, whatever else is there',
			{ id: 't-1', status: 'queued', error: { message: 'no' } },
			't-1',
		],
		['no id of an error in words', { id: 'req', error: 'no' }, undefined],
		['no id of an error', { id: 'req', error: { message: 'no' } }, undefined],
		['no id of an error with msg', { id: 'req', error: { msg: 'no' } }, undefined],
		['an id beside an error that is none', { id: 't-1', error: '' }, 't-1'],
		['no id of a chat answer', { id: 'chat', choices: [] }, undefined],
		['no id of a Gemini answer', { id: 'chat', candidates: [] }, undefined],
	])('is %s', (_fact, body, id) => {
		expect(idIn(body)).toBe(id);
	});

	it('tells whether a task is named as one', () => {
		expect([isNamed({ task_id: 't-1' }), isNamed({ id: 't-1' })]).toEqual([true, false]);
	});
});

describe('the status of a task', () => {
	it.each(['status', 'task_status', 'taskStatus', 'state'])('stands in %s', (place) => {
		expect(statusIn({ task_id: 't-1', [place]: 'RUNNING' })).toEqual({ word: 'RUNNING', status: 'running' });
	});

	it.each<[fact: string, body: object, found: object | undefined]>([
		[
			'its own, not that around it',
			{ status: 'failed', data: { task_id: 't-1', status: 'queued' } },
			{ word: 'queued', status: 'queued' },
		],
		['that around it', { status: 'queued', data: { task_id: 't-1' } }, { word: 'queued', status: 'queued' }],
		['not that of an envelope', { status: 'success', data: { task_id: 't-1' } }, undefined],
		['not a word around a named task that nobody knows', { status: 'fine', data: { task_id: 't-1' } }, undefined],
		[
			'a word around that nobody knows where the task has no name',
			{ status: 'fine', data: { id: 't-1' } },
			{ word: 'fine', status: 'unknown' },
		],
		['not that of a bare envelope', { status: 'OK' }, undefined],
		[
			'that of a body with an id, in a word of an envelope',
			{ id: 't-1', status: 'ok' },
			{ word: 'ok', status: 'succeeded' },
		],
		[
			'that of a task in an envelope, in a word of one',
			{ data: { status: 'ok' } },
			{ word: 'ok', status: 'succeeded' },
		],
		[
			'that of a bare body, in no word of an envelope',
			{ status: 'completed' },
			{ word: 'completed', status: 'succeeded' },
		],
		[
			'cut to a hundred letters',
			{ task_id: 't-1', status: 'x'.repeat(120) },
			{ word: 'x'.repeat(100), status: 'unknown' },
		],
		['nothing', { task_id: 't-1' }, undefined],
	])('is %s', (_fact, body, found) => {
		expect(statusIn(body)).toEqual(found);
	});

	it.each(['success', 'succeed', 'Successful', 'ok'])('is nothing where an envelope says %s', (word) => {
		expect(statusIn({ status: word, data: { task_id: 't-1' } })).toBeUndefined();
		expect(statusIn({ status: word, data: null })).toBeUndefined();
	});
});

it('reads the model of the task, else the one beside it, unless it is out of proportion', () => {
	expect(modelOf({ task: { model: 'a' }, beside: { model: 'b' } })).toBe('a');
	expect(modelOf({ task: {}, beside: { model: 'b' } })).toBe('b');
	expect(modelOf({ task: { model: 'x'.repeat(200) } })).toBe('x'.repeat(200));
	expect(modelOf({ task: { model: 'x'.repeat(201) } })).toBeUndefined();
	expect(modelOf({ task: {} })).toBeUndefined();
});

describe('a task', () => {
	it.each(['result_url', 'result_urls', 'resultUrls', 'results', 'outputs', 'output', 'data', 'result'])(
		'says that nothing came with an empty %s',
		(place) => {
			expect([saysNothingCame({ [place]: '' }), saysNothingCame({ [place]: [] })]).toEqual([true, true]);
			expect([
				saysNothingCame({ [place]: 'x' }),
				saysNothingCame({ [place]: ['x'] }),
				saysNothingCame({ [place]: {} }),
			]).toEqual([false, false, false]);
		},
	);

	it('says that nothing came with a result_url of null or a count of none', () => {
		expect([saysNothingCame({ result_url: null }), saysNothingCame({ result_count: 0 })]).toEqual([true, true]);
		expect([saysNothingCame({ results: null }), saysNothingCame({ result_count: 1 }), saysNothingCame({})]).toEqual([
			false,
			false,
			false,
		]);
	});

	it.each<[object, boolean]>([
		[{ task_type: 'text2image' }, true],
		[{ task_type: 'TEXT_TO_IMAGE' }, true],
		[{ task_type: 't2i' }, true],
		[{ metadata: { task_type: 'text2image' } }, true],
		[{ task_type: 'image2image' }, false],
		[{ task_type: 'text2image_edit' }, false],
		[{ task_type: 'not_t2i' }, false],
		[{}, false],
		[{ task_type: 't2i', metadata: { task_type: 'image2image' } }, false],
	])('is made from text or not as %j', (task, isText) => {
		expect(isFromText(task)).toBe(isText);
	});

	it.each<[object, number | undefined]>([
		[{ result_count: 2 }, 2],
		[{ metadata: { result_count: 3 }, result_count: 2 }, 3],
		[{ result_count: '2' }, 2],
		[{ resultCount: 2 }, 2],
		[{ result_count: 'two' }, undefined],
		[{}, undefined],
	])('announces in %j %p images', (task, count) => {
		expect(resultCount(task)).toBe(count);
	});

	it.each<[object, boolean]>([
		[{ availability: 'expired' }, true],
		[{ output: { availability: 'expired' } }, true],
		[{ result: { availability: 'expired' } }, true],
		[{ availability: 'available' }, false],
		[{ data: { availability: 'expired' } }, false],
		[{}, false],
	])('has expired or not as %j', (task, isGone) => {
		expect(isExpired(task)).toBe(isGone);
	});
});
