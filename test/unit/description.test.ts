/* eslint-disable */
import type { INodeParameters, INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { NanoBananaApi } from '../../credentials/NanoBananaApi.credentials';
import codex from '../../nodes/NanoBanana/NanoBanana.node.json';
import { NanoBanana } from '../../nodes/NanoBanana/NanoBanana.node';
import manifest from '../../package.json';

const { description } = new NanoBanana();
const node = { typeVersion: 1 };
const optionFields = (description.properties.at(-1)?.options ?? []) as INodeProperties[];
const allFields = [...description.properties, ...optionFields];
const OPERATIONS = ['textToImage', 'imageToImage', 'getStatus', 'waitForResult'];

type Entry = INodePropertyOptions | INodeProperties | INodePropertyCollection;
const namesOf = (entries: Entry[] = []): string[] => entries.map((entry) => ('displayName' in entry ? entry.displayName : entry.name));

/** Fills in the defaults of what these values show, as the editor does. */
function completed(values: INodeParameters): INodeParameters {
	return NodeHelpers.getNodeParameters(description.properties, values, true, false, node, description) ?? {};
}

function shownFields(values: INodeParameters): string[] {
	const parameters = completed(values);
	return description.properties.filter((field) => NodeHelpers.displayParameter(parameters, field, node, description)).map(({ name }) => name);
}

function shownOptions(values: INodeParameters, chosen: INodeParameters = {}): string[] {
	const parameters = completed(values);
	return optionFields.filter((field) => NodeHelpers.displayParameter(chosen, field, node, description, parameters)).map(({ name }) => name);
}

describe('the contract with saved workflows', () => {
	it('has these fields with these defaults, in this order', () => {
		expect(description.properties.map(({ name, displayName, default: value }) => [name, displayName, value])).toEqual([
			['operation', 'Operation', 'textToImage'],
			['model', 'Model', { mode: 'list', value: 'NanoBanana2-1K' }],
			['prompt', 'Prompt', ''],
			['inputType', 'Input Type', 'binary'],
			['binaryPropertyName', 'Input Data Field Name(s)', 'data'],
			['imageUrls', 'URL(s)', ''],
			['aspectRatio', 'Aspect Ratio', 'auto'],
			['outputFormat', 'Output Format', 'png'],
			['numberOfImages', 'Number of Images', 1],
			['taskId', 'Task ID', '={{ $json.taskId }}'],
			['wait', 'Wait for Completion', true],
			['simplify', 'Simplify', true],
			['apiFormat', 'API Format', 'asyncTask'],
			['options', 'Options', {}],
		]);
	});

	it('has at least these options, which mean by default what happens without them', () => {
		const defaults = Object.fromEntries(optionFields.map(({ name, default: value }) => [name, value]));

		expect(defaults).toMatchObject({
			binaryPropertyOutput: 'data',
			download: true,
			outputLayout: 'itemPerImage',
			fileName: '',
			timeout: 600,
			onTimeout: 'error',
			responseFormat: 'url',
			sendBinaryAs: 'dataUri',
			includeInputFields: false,
			extraBody: '{}',
			skipModelChecks: false,
			previewRequest: false,
		});
		expect(Object.keys(defaults)).toEqual(expect.arrayContaining(['pollInterval', 'maxConcurrency', 'maxImages', 'unitPrice']));
	});

	it.each([
		['operation', OPERATIONS],
		['inputType', ['binary', 'url', 'both']],
		['outputFormat', ['auto', 'png', 'jpeg', 'webp']],
		['apiFormat', ['asyncTask', 'openAi', 'gemini']],
		['outputLayout', ['itemPerImage', 'singleItem']],
		['onTimeout', ['error', 'continue']],
		['responseFormat', ['url', 'b64_json']],
		['sendBinaryAs', ['dataUri', 'base64', 'multipart']],
	])('keeps the values of %s', (name, values) => {
		const found = (allFields.find((field) => field.name === name)?.options ?? []) as INodePropertyOptions[];

		expect(found.map(({ value }) => value).sort()).toEqual([...values].sort());
	});

	it('is NanoBanana with its own credential, and has no resource', () => {
		expect(description).toMatchObject({ name: 'nanoBanana', displayName: 'NanoBanana', version: 1, usableAsTool: true, credentials: [{ name: 'nanoBananaApi', required: true }] });
		expect(new NanoBananaApi()).toMatchObject({ name: 'nanoBananaApi', displayName: 'NanoBanana API' });
		expect(allFields.map(({ name }) => name)).not.toContain('resource');
	});
});

describe('fields appear where they apply', () => {
	const COMMON = ['operation', 'simplify', 'options'];
	const CREATE = ['model', 'prompt', 'aspectRatio', 'outputFormat', 'numberOfImages', 'apiFormat'];

	it.each([
		[{ operation: 'textToImage' }, [...CREATE, 'wait']],
		[{ operation: 'textToImage', apiFormat: 'openAi' }, CREATE],
		[{ operation: 'textToImage', apiFormat: 'gemini' }, CREATE],
		[{ operation: 'imageToImage' }, [...CREATE, 'wait', 'inputType', 'binaryPropertyName']],
		[{ operation: 'imageToImage', inputType: 'url' }, [...CREATE, 'wait', 'inputType', 'imageUrls']],
		[{ operation: 'imageToImage', inputType: 'both', apiFormat: 'gemini' }, [...CREATE, 'inputType', 'binaryPropertyName', 'imageUrls']],
		[{ operation: 'getStatus' }, ['taskId']],
		[{ operation: 'waitForResult' }, ['taskId']],
	])('for %j', (values, fields) => {
		expect(shownFields(values).sort()).toEqual([...COMMON, ...fields].sort());
	});

	const PAID = ['extraBody', 'maxImages', 'previewRequest', 'skipModelChecks'];
	const WAITING = ['onTimeout', 'pollInterval'];
	const FILES = ['binaryPropertyOutput', 'fileName'];

	it.each([
		['textToImage', {}, [...PAID, ...WAITING, ...FILES, 'download', 'outputLayout', 'responseFormat', 'timeout']],
		['imageToImage', {}, [...PAID, ...WAITING, ...FILES, 'download', 'sendBinaryAs', 'responseFormat']],
		['waitForResult', {}, [...WAITING, ...FILES, 'download', 'outputLayout', 'timeout']],
		['getStatus', {}, [...FILES, 'download', 'outputLayout']],
		['textToImage', { wait: false }, [...PAID, 'responseFormat']],
		['textToImage', { apiFormat: 'gemini' }, [...PAID, ...FILES, 'imageSize']],
	])('among the options of %s with %j', (operation, values, names) => {
		expect(shownOptions({ operation, ...values })).toEqual(expect.arrayContaining(names));
	});

	it.each([
		['textToImage', {}, ['sendBinaryAs', 'imageSize']],
		['imageToImage', { apiFormat: 'openAi' }, ['sendBinaryAs', 'imageSize']],
		['textToImage', { apiFormat: 'gemini' }, ['responseFormat']],
		['waitForResult', {}, [...PAID, 'sendBinaryAs', 'responseFormat']],
		['getStatus', {}, [...PAID, ...WAITING]],
		['textToImage', { wait: false }, [...WAITING, ...FILES, 'download', 'outputLayout', 'timeout']],
	])('and not where they do not: %s with %j', (operation, values, names) => {
		expect(shownOptions({ operation, ...values }).filter((name) => names.includes(name))).toEqual([]);
	});

	it('hides the file options when nothing is downloaded', () => {
		expect(shownOptions({ operation: 'textToImage' }, { download: false }).filter((name) => FILES.includes(name))).toEqual([]);
		expect(shownOptions({ operation: 'textToImage' }, { download: true })).toEqual(expect.arrayContaining(FILES));
	});
});

describe('texts', () => {
	it.each(allFields.map((field) => [field.displayName, field] as const))('of %s help', (_name, field) => {
		const isPlainChoice = field.name === 'operation' || field.name === 'options';
		if (!isPlainChoice) expect(field.description ?? field.hint ?? '').not.toBe('');
		if (field.type === 'boolean') expect(field.description).toMatch(/^Whether /);
		if (field.type === 'string') expect(field.placeholder).toMatch(/^e\.g\. /);
		// One sentence carries no full stop, several do.
		const text = field.description ?? '';
		expect(text.endsWith('.')).toBe(/[.?!…)] [A-Z]/.test(text));
	});

	it('of choices and options are in alphabetical order', () => {
		const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }));
		const lists = ['operation', 'inputType', 'apiFormat', 'outputFormat', 'options', 'outputLayout', 'onTimeout', 'responseFormat', 'sendBinaryAs'].map((name) => namesOf(allFields.find((field) => field.name === name)?.options as Entry[]));

		expect(lists.every((names) => names.length > 1)).toBe(true);
		expect(lists).toEqual(lists.map(sorted));
	});

	it('name each operation with its object, as an action and in other words', () => {
		const operations = description.properties[0].options as INodePropertyOptions[];

		expect(operations.map(({ name, action }) => [name, action])).toEqual([
			['Get Task Status', 'Get task status'],
			['Image to Image', 'Edit image'],
			['Text to Image', 'Generate image from text'],
			['Wait for Task Result', 'Wait for task result'],
		]);
		expect(operations.every((operation) => (operation.description ?? '').length > 20)).toBe(true);
	});

	it('mark every field that cannot stay empty', () => {
		const required = allFields.filter((field) => field.required).map(({ name }) => name);

		expect(required).toEqual(['model', 'prompt', 'binaryPropertyName', 'imageUrls', 'taskId']);
	});
});

describe('the codex', () => {
	it('belongs to this node and can be found by what people call it', () => {
		expect(codex.node).toBe(`${manifest.name}.${description.name}`);
		expect(codex).toMatchObject({ nodeVersion: '1.0', codexVersion: '1.0', categories: ['Marketing & Content', 'Utility'] });
		expect(codex.alias).toEqual(expect.arrayContaining(['Nano Banana', 'image', 'edit', 'gemini', 'AI']));
	});

	it('has resources, without which n8n drops it whole', () => {
		const { primaryDocumentation, credentialDocumentation } = codex.resources;

		for (const [{ url }] of [primaryDocumentation, credentialDocumentation]) expect(url.startsWith(manifest.homepage.split('#')[0])).toBe(true);
		expect(description).not.toHaveProperty('codex');
	});
});
