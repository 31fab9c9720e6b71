/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import { failureIn } from '../../nodes/NanoBanana/errors';
import { readRequest, type CheckedRequest } from '../../nodes/NanoBanana/request';
import { settingsOf } from './settings';

const BODY = { model: 'NanoBanana2-1K', prompt: 'a cube' };

function read(body: IDataObject, options: IDataObject = {}, more: { references?: number; parameters?: IDataObject } = {}): CheckedRequest {
	return readRequest({ ...BODY, ...body }, settingsOf({ ...more.parameters, options }), more.references ?? 0);
}

function refusal(...args: Parameters<typeof read>): string | undefined {
	try {
		read(...args);
	} catch (thrown) {
		const failure = failureIn(thrown);
		return failure.kind === 'invalid_input' ? failure.message : failure.kind;
	}
	return undefined;
}

it('needs no more than a model and a prompt', () => {
	expect(read({})).toEqual({
		request: { operation: 'textToImage', ...BODY, n: 1, responseFormat: 'url', sendBinaryAs: 'dataUri', extraBody: {} },
		warnings: [],
	});
});

it.each([[undefined], [null], [''], ['auto']])('leaves ratio and format out when they are %j', (value) => {
	const { request } = read({ aspect_ratio: value, output_format: value } as IDataObject);

	expect(request).not.toHaveProperty('aspectRatio');
	expect(request).not.toHaveProperty('outputFormat');
});

it.each([['jpg', 'jpeg'], ['JPEG', 'jpeg'], [' PNG ', 'png']])('reads the format %j as %s', (written, format) => {
	expect(read({ output_format: written }).request.outputFormat).toBe(format);
});

it.each([
	['webp', 'NanoBanana', undefined],
	['webp', 'NanoBanana2-1K', "'Output Format' webp is not available for the model NanoBanana2-1K"],
	['webp', 'NanoBananaPro-8K', "'Output Format' webp is not available for the model NanoBananaPro-8K"],
	['webp', 'SomethingElse', undefined],
])('judges %s by the family of %s', (output_format, model, message) => {
	expect(refusal({ output_format, model })).toBe(message);
});

it.each([
	['8:1', 'NanoBanana2-4K', undefined],
	['8:1', 'NanoBanana', "'Aspect Ratio' 8:1 is not available for the model NanoBanana"],
	['7:5', 'NanoBanana2-4K', "'Aspect Ratio' 7:5 is not available for the model NanoBanana2-4K"],
	['7:5', 'SomethingElse', undefined],
	['1024x1024', 'SomethingElse', "'Aspect Ratio' is no ratio"],
])('judges the ratio %s by the family of %s', (aspect_ratio, model, message) => {
	expect(refusal({ aspect_ratio, model })).toBe(message);
});

it.each([
	['NanoBanana', 3, undefined],
	['NanoBanana', 4, '4 reference images are more than the model NanoBanana takes'],
	['NanoBananaPro-2K', 14, undefined],
	['NanoBananaPro-2K', 15, '15 reference images are more than the model NanoBananaPro-2K takes'],
	['SomethingElse', 99, undefined],
])('lets %s take %i references or not', (model, references, message) => {
	expect(refusal({ model }, {}, { references })).toBe(message);
});

it.each([
	[{ image: 'x' }, 0, false],
	[{ images: ['x'] }, 0, false],
	[{ image: 'x', images: ['y'] }, 0, true],
	[{ image: 'x' }, 1, true],
	[{ images: ['x'] }, 1, true],
	[{ images: ['x'] }, 2, true],
])('takes the references %j beside %i of the fields or not', (extraBody, references, isRefused) => {
	expect(refusal({}, { extraBody }, { references }) !== undefined).toBe(isRefused);
});

it.each([['{ "seed": 1 }', { seed: 1 }], ['', {}], ['  ', {}], [undefined, {}], [{ seed: 1 }, { seed: 1 }]])('reads the additional fields %j', (extraBody, fields) => {
	expect(read({}, { extraBody } as IDataObject).request.extraBody).toEqual(fields);
});

it.each([['[]'], ['7'], ['null'], ['"text"'], ['{ broken'], [[1]]])('refuses the additional fields %j', (extraBody) => {
	expect(refusal({}, { extraBody } as IDataObject)).toBe("'Additional Request Fields (JSON)' is no JSON object");
});

it('turns every finding into a warning when the checks are skipped', () => {
	const { warnings } = read({ output_format: 'webp', aspect_ratio: '7:5' }, { skipModelChecks: true, extraBody: { size: '1x1' } }, { references: 20 });

	expect(warnings).toHaveLength(4);
	expect(warnings.every((warning) => warning.endsWith('.'))).toBe(true);
});

it('refuses an empty prompt even when the checks are skipped', () => {
	expect(refusal({ prompt: ' ' }, { skipModelChecks: true })).toBe("'Prompt' is empty");
});
