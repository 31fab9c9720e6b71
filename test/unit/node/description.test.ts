/* eslint-disable */
import type { INodeParameters, INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { NanoBananaApi } from '../../../credentials/NanoBananaApi.credentials';
import codex from '../../../nodes/NanoBanana/NanoBanana.node.json';
import { KINDS } from '../../../nodes/NanoBanana/errors/failureKinds';
import { NanoBanana } from '../../../nodes/NanoBanana/NanoBanana.node';
import manifest from '../../../package.json';

const { description } = new NanoBanana();
const node = { typeVersion: 1 };
const optionFields = (description.properties.at(-1)?.options ?? []) as INodeProperties[];
const allFields = [...description.properties, ...optionFields];
const OPERATIONS = ['textToImage', 'imageToImage', 'getStatus', 'waitForResult'];

/** Words that stay lowercase in title case, by n8n's guideline and linter. */
const SMALL_WORDS = [
	'a',
	'an',
	'and',
	'as',
	'at',
	'by',
	'for',
	'from',
	'in',
	'of',
	'on',
	'or',
	'per',
	'the',
	'to',
	'with',
];

/** The texts of a field and of its list entries. */
function allTexts(): string[] {
	const ofFields = [...allFields, ...new NanoBananaApi().properties].flatMap((field) => [
		field.description,
		field.hint,
		field.type === 'notice' ? field.displayName : undefined,
		...(field.modes ?? []).map(({ hint }) => hint),
		...((field.options ?? []) as INodePropertyOptions[]).map((entry) => entry.description),
	]);
	return [description.description, ...(description.hints ?? []).map(({ message }) => message), ...ofFields].filter(
		(text) => text !== undefined,
	);
}

function labels(): string[] {
	const shown = allFields.filter(({ type }) => type !== 'notice');
	return [
		...new Set([description.displayName, ...shown.flatMap((field) => [field.displayName, ...namesOf(field.options)])]),
	];
}

type Entry = INodePropertyOptions | INodeProperties | INodePropertyCollection;
const namesOf = (entries: Entry[] = []): string[] =>
	entries.map((entry) => ('displayName' in entry ? entry.displayName : entry.name));

/** Adds the defaults of the fields that these values show, as the editor does. */
function completed(values: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(description.properties, values, true, false, node, description) ?? {};
}

function shownFields(values: INodeParameters): string[] {
	const parameters = completed(values);
	return description.properties
		.filter((field) => NodeHelpers.displayParameter(parameters, field, node, description))
		.map(({ name }) => name);
}

function shownOptions(values: INodeParameters, chosen: INodeParameters = {}): string[] {
	const parameters = completed(values);
	return optionFields
		.filter((field) => NodeHelpers.displayParameter(chosen, field, node, description, parameters))
		.map(({ name }) => name);
}

describe('the contract with saved workflows', () => {
	it('has these fields with these defaults, in this order', () => {
		expect(description.properties.map(({ name, displayName, default: value }) => [name, displayName, value])).toEqual([
			['operation', 'Operation', 'textToImage'],
			['model', 'Model', { mode: 'list', value: 'NanoBanana2-1K', cachedResultName: 'NanoBanana 2 (1K)' }],
			// One for each paid operation, with its own placeholder.
			['prompt', 'Prompt', ''],
			['prompt', 'Prompt', ''],
			['inputType', 'Input Type', 'binary'],
			['binaryPropertyName', 'Input Data Field Name(s)', 'data'],
			['imageUrls', 'URL(s)', ''],
			['taskId', 'Task ID', '={{ $json.taskId }}'],
			['aspectRatio', 'Aspect Ratio', 'auto'],
			['numberOfImages', 'Number of Images', 1],
			['wait', 'Wait for Completion', true],
			['simplify', 'Simplify', true],
			['options', 'Options', {}],
		]);
	});

	it('has at least these options, with these defaults', () => {
		const defaults = Object.fromEntries(optionFields.map(({ name, default: value }) => [name, value]));

		expect(defaults).toMatchObject({
			apiFormat: 'asyncTask',
			outputFormat: 'png',
			binaryPropertyOutput: 'data',
			download: true,
			combineImages: false,
			fileName: '',
			timeout: 600,
			onTimeout: 'error',
			responseFormat: 'url',
			sendBinaryAs: 'dataUri',
			includeInputFields: false,
			extraBody: '{}',
			retryUnclear: false,
			skipModelChecks: false,
			previewRequest: false,
		});
		expect(Object.keys(defaults)).toEqual(
			expect.arrayContaining(['pollInterval', 'maxConcurrency', 'maxImages', 'unitPrice']),
		);
	});

	it.each([
		['operation', OPERATIONS],
		['inputType', ['binary', 'url', 'both']],
		['outputFormat', ['auto', 'png', 'jpeg', 'webp']],
		['apiFormat', ['asyncTask', 'openAi', 'gemini']],
		['onTimeout', ['error', 'continue']],
		['responseFormat', ['url', 'b64_json']],
		['sendBinaryAs', ['dataUri', 'base64', 'multipart']],
	])('keeps the values of %s', (name, values) => {
		const found = (allFields.find((field) => field.name === name)?.options ?? []) as INodePropertyOptions[];

		expect(found.map(({ value }) => value).sort()).toEqual([...values].sort());
	});

	it('includes the names of the node and its credential, and no resource field', () => {
		expect(description).toMatchObject({
			name: 'nanoBanana',
			displayName: 'NanoBanana',
			version: 1,
			usableAsTool: true,
			credentials: [{ name: 'nanoBananaApi', required: true }],
		});
		expect(new NanoBananaApi()).toMatchObject({ name: 'nanoBananaApi', displayName: 'NanoBanana API' });
		expect(allFields.map(({ name }) => name)).not.toContain('resource');
	});
});

it('does not use the words row, entrance, and ending in texts', () => {
	const texts = [...allTexts(), ...Object.values(KINDS).flatMap(({ message, nextStep }) => [message, nextStep])];

	expect(texts.filter((text) => /\b(rows?|entrances?|endings?)\b/i.test(text))).toEqual([]);
});

it('does not validate the model ID with a pattern: n8n fails a node whose pattern takes longer than 250 ms', () => {
	expect(allFields.flatMap(({ modes }) => modes ?? []).filter(({ validation }) => validation !== undefined)).toEqual(
		[],
	);
});

describe('the editor', () => {
	const COMMON = ['operation', 'simplify', 'options'];
	const CREATE = ['model', 'prompt', 'aspectRatio', 'numberOfImages'];

	it.each([
		[{ operation: 'textToImage' }, [...CREATE, 'wait']],
		[{ operation: 'textToImage', options: { apiFormat: 'asyncTask' } }, [...CREATE, 'wait']],
		[{ operation: 'textToImage', options: { apiFormat: 'openAi' } }, CREATE],
		[{ operation: 'textToImage', options: { apiFormat: 'gemini' } }, CREATE],
		[{ operation: 'imageToImage' }, [...CREATE, 'wait', 'inputType', 'binaryPropertyName']],
		[{ operation: 'imageToImage', inputType: 'url' }, [...CREATE, 'wait', 'inputType', 'imageUrls']],
		[
			{ operation: 'imageToImage', inputType: 'both', options: { apiFormat: 'gemini' } },
			[...CREATE, 'inputType', 'binaryPropertyName', 'imageUrls'],
		],
		[{ operation: 'getStatus' }, ['taskId']],
		[{ operation: 'waitForResult' }, ['taskId']],
	])('shows the fields that apply to %j', (values, fields) => {
		expect(shownFields(values).sort()).toEqual([...COMMON, ...fields].sort());
	});

	const PAID = [
		'apiFormat',
		'outputFormat',
		'extraBody',
		'maxImages',
		'previewRequest',
		'retryUnclear',
		'skipModelChecks',
	];
	const WAITING = ['onTimeout', 'pollInterval'];
	const FILES = ['binaryPropertyOutput', 'fileName'];

	it.each<[string, INodeParameters, string[], INodeParameters?]>([
		['textToImage', {}, [...PAID, ...WAITING, ...FILES, 'download', 'combineImages', 'responseFormat', 'timeout']],
		['imageToImage', {}, [...PAID, ...WAITING, ...FILES, 'download', 'sendBinaryAs', 'responseFormat']],
		['waitForResult', {}, [...WAITING, ...FILES, 'download', 'combineImages', 'timeout']],
		['getStatus', {}, [...FILES, 'download', 'combineImages']],
		// A format that always waits uses these, too, and hides 'Wait for Completion'.
		['textToImage', { wait: false }, [...PAID, ...FILES, 'download', 'combineImages', 'responseFormat', 'timeout']],
		['textToImage', {}, [...PAID, ...FILES, 'imageSize'], { apiFormat: 'gemini' }],
		['imageToImage', {}, ['sendBinaryAs', 'responseFormat'], { apiFormat: 'asyncTask' }],
	])('shows the options that apply to %s with %j: %j', (operation, values, names, chosen = {}) => {
		expect(shownOptions({ operation, ...values }, chosen)).toEqual(expect.arrayContaining(names));
	});

	it.each<[string, INodeParameters, string[], INodeParameters?]>([
		['textToImage', {}, ['sendBinaryAs', 'imageSize']],
		['imageToImage', {}, ['sendBinaryAs', 'imageSize'], { apiFormat: 'openAi' }],
		['imageToImage', {}, ['sendBinaryAs', 'responseFormat'], { apiFormat: 'gemini' }],
		['waitForResult', {}, [...PAID, 'sendBinaryAs', 'responseFormat']],
		['getStatus', {}, [...PAID, ...WAITING]],
	])('hides the options that do not apply to %s with %j: %j', (operation, values, names, chosen = {}) => {
		expect(shownOptions({ operation, ...values }, chosen).filter((name) => names.includes(name))).toEqual([]);
	});

	it('hides the file options when nothing is downloaded', () => {
		expect(
			shownOptions({ operation: 'textToImage' }, { download: false }).filter((name) => FILES.includes(name)),
		).toEqual([]);
		expect(shownOptions({ operation: 'textToImage' }, { download: true })).toEqual(expect.arrayContaining(FILES));
	});
});

describe('texts', () => {
	it.each(allFields.map((field) => [field.displayName, field] as const))(
		'of the field %s have the form that n8n recommends',
		(_name, field) => {
			const isPlainChoice = ['operation', 'options'].includes(field.name) || field.type === 'notice';
			if (!isPlainChoice) expect(field.description ?? field.hint ?? '').not.toBe('');
			if (field.type === 'boolean') expect(field.description).toMatch(/^Whether /);
			if (field.type === 'string') expect(field.placeholder).toMatch(/^e\.g\. /);
		},
	);

	it.each(allTexts())('end with a period only if they have multiple sentences: %s', (text) => {
		expect(text.endsWith('.')).toBe(/[.?!…)] [A-Z']/.test(text));
	});

	it.each(labels())('of labels are in title case: %s', (label) => {
		const words = label.split(/[\s-]+/).filter((word) => !SMALL_WORDS.includes(word));

		expect(words.filter((word) => /^[a-z]/.test(word))).toEqual([]);
	});

	it('include examples in the placeholders of the model modes and the credential', () => {
		const modes = allFields.flatMap((field) => field.modes ?? []);

		expect(modes.map(({ name }) => name)).toEqual(['list', 'id']);
		expect(modes.map(({ placeholder }) => placeholder?.startsWith('e.g. '))).toEqual([true, true]);
		expect(new NanoBananaApi().properties.map(({ placeholder }) => placeholder?.startsWith('e.g. '))).toEqual([
			true,
			true,
		]);
	});

	it('of the number of images, the API format, and the image limit warn about the cost', () => {
		const textOf = (name: string) => JSON.stringify(allFields.find((field) => field.name === name));

		expect(textOf('numberOfImages')).toContain('charged for every image');
		expect(textOf('apiFormat')).toContain('may be charged without getting an image');
		expect(textOf('maxImages')).toContain('nothing is sent');
	});

	it('of number fields state what is counted, and each of these fields has a minimum', () => {
		const numbers = allFields.filter(({ type }) => type === 'number').map(({ displayName }) => displayName);

		expect(numbers).toEqual([
			'Number of Images',
			'First Check After (Seconds)',
			'Max Concurrency',
			'Max Download Size (MB)',
			'Max Images per Run',
			'Price per Image',
			'Timeout (Seconds)',
		]);
		expect(
			allFields.filter(({ type }) => type === 'number').every(({ typeOptions }) => typeOptions?.minValue !== undefined),
		).toBe(true);
	});

	it('quote only labels that exist', () => {
		const quoted = allTexts().flatMap((text) => [...text.matchAll(/'([A-Z][^']+)'/g)].map(([, name]) => name));
		const known = [...labels(), ...new NanoBananaApi().properties.map(({ displayName }) => displayName)];

		expect(quoted.length).toBeGreaterThan(3);
		expect(quoted.filter((name) => !known.includes(name))).toEqual([]);
	});

	it('of failures do not use the words error, problem, failure, and mistake', () => {
		const texts = Object.values(KINDS).flatMap(({ message, nextStep }) => [message, nextStep]);

		expect(texts.filter((text) => /\b(error|problem|failure|mistake)s?\b/i.test(text))).toEqual([]);
	});

	it('of choices and options are in alphabetical order', () => {
		const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }));
		const lists = [
			'operation',
			'inputType',
			'apiFormat',
			'outputFormat',
			'options',
			'onTimeout',
			'responseFormat',
			'sendBinaryAs',
		].map((name) => namesOf(allFields.find((field) => field.name === name)?.options as Entry[]));

		expect(lists.every((names) => names.length > 1)).toBe(true);
		expect(lists).toEqual(lists.map(sorted));
	});

	it('of each operation are a name, an action, and a description', () => {
		const operations = description.properties[0].options as INodePropertyOptions[];

		expect(operations.map(({ name, action }) => [name, action])).toEqual([
			['Get Task Status', 'Get task status'],
			['Image to Image', 'Edit image'],
			['Text to Image', 'Generate image from text'],
			['Wait for Task Result', 'Wait for task result'],
		]);
		expect(operations.every((operation) => (operation.description ?? '').length > 20)).toBe(true);
	});

	it('mark every required field', () => {
		const required = allFields.filter((field) => field.required).map(({ name }) => name);

		expect(required).toEqual(['model', 'prompt', 'prompt', 'binaryPropertyName', 'imageUrls', 'taskId']);
	});
});

describe('the codex', () => {
	it('belongs to this node and has the aliases that people search for', () => {
		expect(codex.node).toBe(`${manifest.name}.${description.name}`);
		expect(codex).toMatchObject({
			nodeVersion: '1.0',
			codexVersion: '1.0',
			categories: ['Marketing & Content', 'Utility'],
		});
		expect(codex.alias).toEqual(expect.arrayContaining(['Nano Banana', 'image', 'edit', 'gemini', 'AI']));
	});

	it('has resources, because n8n ignores a codex without them, and is not in the description', () => {
		const { primaryDocumentation, credentialDocumentation } = codex.resources;

		for (const [{ url }] of [primaryDocumentation, credentialDocumentation])
			expect(url.startsWith(manifest.homepage.split('#')[0])).toBe(true);
		expect(description).not.toHaveProperty('codex');
	});
});
