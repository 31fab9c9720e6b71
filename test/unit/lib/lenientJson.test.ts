/* eslint-disable */
import { readBody } from '../../../nodes/NanoBanana/lib/lenientJson';

const TASK = { task_id: 't-1', note: 'a } brace, a ] bracket, a \\ and a "quote"' };
const TEXT = JSON.stringify(TASK);
const chunk = (text: string): object => ({ candidates: [{ content: { parts: [{ text }] } }] });

it.each<[fact: string, text: string, value: unknown]>([
	['as it is', TEXT, TASK],
	['as a bare text', '"task_j"', 'task_j'],
	['as null', 'null', null],
	['behind a byte order mark', `\uFEFF${TEXT}`, TASK],
	['with a line behind it', `${TEXT}\nOK`, TASK],
	['with words right behind it', `${TEXT} done`, TASK],
	['with half of something behind it', `${TEXT}{"task_id":"t-`, TASK],
	['in a list with a line behind it', `[${TEXT}]\n\n--end--`, [TASK]],
	['behind comments that kept the connection busy', `: keep-alive\n\n: keep-alive\n\n${TEXT}`, TASK],
	['behind a byte order mark and comments', `\uFEFF: ping\r\n\r\n${TEXT}\r\n`, TASK],
	['behind what keeps scripts off', `)]}',\n${TEXT}`, TASK],
	['behind a loop that keeps scripts off', `for(;;);${TEXT};`, TASK],
	['one per line: the last of them', `{"status":"processing"}\n${TEXT}\n`, TASK],
	['as an event', `event: result\nid: 7\ndata: ${TEXT}\n\n`, TASK],
	['as the last of several events', `data: {"status":"processing"}\n\ndata: ${TEXT}\n\ndata: [DONE]\n\n`, TASK],
	['as the last event with something in it', `data: ${TEXT}\n\ndata: {}\n\ndata: [DONE]`, TASK],
	['as an event in several lines', `data: {"task_id":\ndata: "t-1"}\n\n`, { task_id: 't-1' }],
	['as events without a line between them', `data: {"status":"processing"}\ndata: ${TEXT}`, TASK],
	['as an event before a sign of life', `data: ${TEXT}\n\ndata: {"type":"ping"}\n`, TASK],
	['as an event whose type is no text', 'data: {"type":{"toString":1},"a":1}', { type: { toString: 1 }, a: 1 }],
	['as an event before one that was cut off', `data: ${TEXT}\n\ndata: {"task_id":"t-`, TASK],
	[
		'as the pieces of a streamed answer',
		`data: ${JSON.stringify(chunk('a'))}\n\ndata: ${JSON.stringify(chunk('b'))}\n\n`,
		[chunk('a'), chunk('b')],
	],
	[
		'as the pieces of an answer of which one is an error',
		`${JSON.stringify(chunk('a'))}{"error":{"message":"x"}}`,
		[chunk('a'), { error: { message: 'x' } }],
	],
])('is read %s', (_fact, text, value) => {
	expect(readBody(text)).toEqual(value);
});

describe('of several values', () => {
	const ERROR = { error: { message: 'broken', type: 'x' } };
	const made = { code: 'success', data: { task_id: 'task_j' } };
	const pictures = { created: 1, data: [{ url: 'https://cdn.example/a.png' }] };
	const completed = (b64_json: string): object => ({ type: 'image_generation.completed', b64_json });
	const state = (status: string): object => ({ task_id: 'task_j', status });

	it.each<[fact: string, values: unknown[], counts: unknown]>([
		['a task before an error', [made, ERROR], made],
		['a task before an error with a page of help', [made, { ...ERROR, url: 'https://docs.example' }], made],
		['a task behind an error', [ERROR, made], made],
		['a task before an error in words', [made, { code: 500, message: 'panic', data: null }], made],
		['a task before a note', [made, { type: 'done' }], made],
		['a task that is a bare id before an error', [{ code: 1, data: 'task_j' }, ERROR], { code: 1, data: 'task_j' }],
		['pictures before an error', [pictures, ERROR], pictures],
		['a picture before its usage', [completed('A'), { type: 'usage', usage: { total_tokens: 3 } }], completed('A')],
		[
			'the last state',
			[state('queued'), state('running'), { ...state('succeeded'), result_url: 'x' }],
			{ ...state('succeeded'), result_url: 'x' },
		],
		[
			'the failure that is a state',
			[state('queued'), { ...state('failed'), ...ERROR }],
			{ ...state('failed'), ...ERROR },
		],
		[
			'the last state before an error',
			[state('queued'), { ...state('succeeded'), result_url: 'x' }, ERROR],
			{ ...state('succeeded'), result_url: 'x' },
		],
		['a state with its end in words', [state('queued'), { task_id: 'task_j', error: 'log' }], state('queued')],
		[
			'a result that leaves out the id',
			[state('queued'), { status: 'succeeded', result_url: 'x' }],
			{ task_id: 'task_j', status: 'succeeded', result_url: 'x' },
		],
		['a state without the id is none', [made, { status: 'processing' }], made],
		['an error before a note', [ERROR, { type: 'done' }], ERROR],
		['the pictures of all events', [completed('A'), completed('B')], { data: [completed('A'), completed('B')] }],
	])('%s counts', (_fact, values, counts) => {
		expect(readBody(values.map((value) => JSON.stringify(value)).join(''))).toEqual(counts);
		expect(readBody(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(''))).toEqual(counts);
	});
});

it.each<[fact: string, text: string]>([
	['nothing', ''],
	['blank lines', ' \n \n'],
	['half an object', '{"task_id":"t-1"'],
	['half an object that holds a whole one', '{"data":{"task_id":"t-1"}'],
	['half a text in it', '{"task_id":"t-1}'],
	['half a list', '[{"task_id":"t-1"},{"task'],
	['a web page', `<!doctype html><html><script>var x = ${TEXT}</script></html>`],
	['a web page with an event in it', `<html>\ndata: ${TEXT}\n</html>`],
	['a web page behind a comment', `: keep-alive\n<html>${TEXT}</html>`],
	['words', 'upstream error'],
	['words that repeat the request', `invalid request: ${TEXT}`],
	['words in brackets', '[ERROR] upstream'],
	['numbers in brackets', '[1] upstream'],
	['an empty object before words', '{} upstream'],
	['brackets in disorder', '{]}'],
	['an event that was cut off', 'data: {"task_id":"t-'],
	[
		'a preview before a picture that was cut off',
		'data: {"type":"image_generation.partial_image","b64_json":"AAAA"}\n\ndata: {"type":"image_generation.completed","b64_json":"AA',
	],
	['comments', ': keep-alive\n\n: keep-alive\n'],
	['an event and words', `data: ${TEXT}\nupstream broke`],
])('is no value: %s', (_fact, text) => {
	expect(readBody(text)).toBeUndefined();
});

it.each([
	'{',
	'[',
	'"',
	'\\"',
	'{"a":"\\',
	'{}',
	'[]\n',
	'data:',
	'data:\n',
	'data:{"a"\n',
	': \n',
	' ',
	'{"a":1}\n',
	'\n',
])('is read in one go when it holds %j a megabyte long', (part) => {
	for (const text of [part.repeat(1_000_000 / part.length), `{"a":"${part.repeat(1_000_000 / part.length)}`])
		expect(() => readBody(text)).not.toThrow();
});
