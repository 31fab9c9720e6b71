/* eslint-disable */
import { readBody } from '../../nodes/NanoBanana/bodyText';

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
	['as the pieces of a streamed answer', `data: ${JSON.stringify(chunk('a'))}\n\ndata: ${JSON.stringify(chunk('b'))}\n\n`, [chunk('a'), chunk('b')]],
])('is read %s', (_fact, text, value) => {
	expect(readBody(text)).toEqual(value);
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
	['a preview before a picture that was cut off', 'data: {"type":"image_generation.partial_image","b64_json":"AAAA"}\n\ndata: {"type":"image_generation.completed","b64_json":"AA'],
	['comments', ': keep-alive\n\n: keep-alive\n'],
	['an event and words', `data: ${TEXT}\nupstream broke`],
])('is no value: %s', (_fact, text) => {
	expect(readBody(text)).toBeUndefined();
});

it.each(['{', '[', '"', '\\"', '{"a":"\\', '{}', '[]\n', 'data:', 'data:\n', 'data:{"a"\n', ': \n', ' ', '{"a":1}\n', '\n'])('is read in one go when it holds %j a megabyte long', (part) => {
	for (const text of [part.repeat(1_000_000 / part.length), `{"a":"${part.repeat(1_000_000 / part.length)}`]) expect(() => readBody(text)).not.toThrow();
});
