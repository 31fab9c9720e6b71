/* eslint-disable */
import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { readTaskIds } from '../../../nodes/NanoBanana/parameters/settings';
import { settingsOf } from '../support/settings';

it.each([
	['task_1', ['task_1']],
	[' task_1 ', ['task_1']],
	['task_1,task_2', ['task_1', 'task_2']],
	['task_1, task_2\ntask_3\r\ntask_4,', ['task_1', 'task_2', 'task_3', 'task_4']],
	['an id with spaces', ['an id with spaces']],
	['a/b ?c#d;e', ['a/b ?c#d;e']],
	[
		['one, two', 'a b'],
		['one, two', 'a b'],
	],
	[
		['task_1', ' task_2 '],
		['task_1', 'task_2'],
	],
	[['task_1', null, undefined, {}, ''], ['task_1']],
	['task_1,task_1', ['task_1']],
	[4711, ['4711']],
	['["task_j","task_k"]', ['task_j', 'task_k']],
	[' [ "task_j" ]\n', ['task_j']],
	['[4711, null]', ['4711']],
	['{"taskId":"task_j"}', ['task_j']],
	['[{"taskId":"task_j"},"task_k"]', ['task_j', 'task_k']],
	[{ taskId: 'task_j', status: 'queued' }, ['task_j']],
	[{ task_id: 'task_j', status: 'queued' }, ['task_j']],
	[
		[{ taskId: 'task_j' }, { taskId: 4711 }, { id: 'x' }],
		['task_j', '4711'],
	],
	['[task_j', ['[task_j']],
	['https://api.example.com/v1/images/tasks/task_1?x=1', ['task_1']],
	['https://api.example.com/v1/images/tasks/task_1, task_2', ['task_1', 'task_2']],
	['https://api.example.com/v1/images/tasks/a%2Fb%20c', ['a/b c']],
	['https://api.example.com/v1/images/tasks/100%', ['100%']],
	['a%2Fb', ['a%2Fb']],
])('reads the task IDs from %j', (written, ids) => {
	expect(readTaskIds(written)).toEqual(ids);
});

it.each([
	[''],
	[' , '],
	[undefined],
	[null],
	['undefined'],
	['null'],
	[[]],
	[[null]],
	[{}],
	[true],
	['[]'],
	['{}'],
	[{ taskId: null }],
	[{ taskId: { id: 'x' } }],
])('rejects %j, which contains no task ID', (written) => {
	let thrown: unknown;
	try {
		readTaskIds(written);
	} catch (error) {
		thrown = error;
	}

	expect(toFailure(thrown)).toMatchObject({ kind: 'invalid_input', message: "'Task ID' is empty" });
});

it('uses the defaults of the fields if nothing is set', () => {
	expect(settingsOf()).toMatchObject({
		operation: 'textToImage',
		apiFormat: 'asyncTask',
		wait: true,
		simplify: true,
		binaryPropertyOutput: 'data',
		download: true,
		combineImages: false,
		outputFormat: 'png',
		fileName: undefined,
		timeoutMs: 600_000,
		onTimeout: 'error',
		pollIntervalMs: 1000,
		maxConcurrency: 64,
		maxImages: Number.MAX_SAFE_INTEGER,
		unitPrice: undefined,
		responseFormat: 'url',
		sendBinaryAs: 'dataUri',
		includeInputFields: false,
		skipModelChecks: false,
		previewRequest: false,
	});
});

it('always waits with a synchronous format and Wait for Task Result, and never with Get Task Status', () => {
	expect(settingsOf({ wait: false }).wait).toBe(false);
	expect(settingsOf({ wait: false, options: { apiFormat: 'openAi' } }).wait).toBe(true);
	expect(settingsOf({ wait: false, operation: 'waitForResult' }).wait).toBe(true);
	expect(settingsOf({ operation: 'getStatus' }).wait).toBe(false);
});

it('reads tasks in the asyncTask format, whatever a hidden field contains', () => {
	expect(settingsOf({ operation: 'waitForResult', options: { apiFormat: 'gemini' } }).apiFormat).toBe('asyncTask');
});

it.each([
	['previewRequest', 'Preview Request'],
	['download', 'Download Images'],
	['combineImages', 'Combine Images Into One Item'],
	['includeInputFields', 'Include Other Input Fields'],
	['skipModelChecks', 'Skip Model Checks'],
	['retryUnclear', 'Retry Unclear Requests'],
] as const)('reads the option %s from text, e.g. from a webhook', (name, label) => {
	expect(settingsOf({ options: { [name]: 'true' } })[name]).toBe(true);
	expect(settingsOf({ options: { [name]: ' False ' } })[name]).toBe(false);
	expect(() => settingsOf({ options: { [name]: 'perhaps' } })).toThrow(`'perhaps' is not a valid value for '${label}'`);
});

it('reads Wait for Completion and Simplify from text', () => {
	expect(settingsOf({ wait: 'false', simplify: 'false' })).toMatchObject({ wait: false, simplify: false });
	expect(settingsOf({ wait: 'true', simplify: '' })).toMatchObject({ wait: true, simplify: true });
});

it.each([undefined, null, '', ' '])('rejects %j as Max Images per Run', (maxImages) => {
	expect(() => settingsOf({ options: { maxImages } })).toThrow("'Max Images per Run' is empty");
});

it('reads a price of 0 as a price', () => {
	expect(settingsOf({ options: { unitPrice: 0 } }).unitPrice).toBe(0);
});

it.each(['timeout', 'pollInterval', 'maxConcurrency', 'maxImages', 'maxImageSize', 'unitPrice'])(
	'rejects text that is not a number in the option %s',
	(name) => {
		expect(() => settingsOf({ options: { [name]: 'many' } })).toThrow(
			/^'.*' must be a number, .* or higher \(got many\)$/,
		);
	},
);

it.each(['apiFormat', 'onTimeout', 'outputFormat', 'responseFormat', 'sendBinaryAs'])(
	'rejects a value that is not in the list of the option %s',
	(name) => {
		expect(() => settingsOf({ options: { [name]: 'other' } })).toThrow(/^'other' is not a valid value for '.*'$/);
	},
);

it('accepts a list value in another spelling', () => {
	expect(settingsOf({ options: { apiFormat: 'openai', outputFormat: 'JPG' } })).toMatchObject({
		apiFormat: 'openAi',
		outputFormat: 'jpeg',
	});
});

it('does not set an output format with Auto', () => {
	expect(settingsOf({ options: { outputFormat: 'auto' } }).outputFormat).toBeUndefined();
});

it('accepts numbers as text, e.g. from an expression', () => {
	expect(settingsOf({ options: { timeout: '90', maxConcurrency: '3.7' } })).toMatchObject({
		timeoutMs: 90_000,
		maxConcurrency: 3,
	});
});

it('accepts a path in JSONPath notation', () => {
	const pathOf = (imagePath: string) => settingsOf({ operation: 'waitForResult', options: { imagePath } }).imagePath;

	expect(pathOf('$.data.pics[*].src')).toBe('data.pics[*].src');
	expect(pathOf('$[0].src')).toBe('[0].src');
});
