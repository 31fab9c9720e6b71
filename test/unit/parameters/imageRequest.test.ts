/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import { fields } from '../../../nodes/NanoBanana/descriptions/fields';
import { optionsField } from '../../../nodes/NanoBanana/descriptions/options';
import { toFailure, type Failure } from '../../../nodes/NanoBanana/errors/failure';
import { readRequest, requestAsWritten, type CheckedRequest } from '../../../nodes/NanoBanana/parameters/imageRequest';
import { settingsOf } from '../support/settings';

const BODY = { model: 'NanoBanana2-1K', prompt: 'a cube' };

function read(
	body: IDataObject,
	options: IDataObject = {},
	more: { references?: number; parameters?: IDataObject } = {},
): CheckedRequest {
	return readRequest({ ...BODY, ...body }, settingsOf({ ...more.parameters, options }), more.references ?? 0);
}

function failureOf(...args: Parameters<typeof read>): Failure | undefined {
	try {
		read(...args);
	} catch (thrown) {
		return toFailure(thrown);
	}
	return undefined;
}

function refusal(...args: Parameters<typeof read>): string | undefined {
	const failure = failureOf(...args);
	return failure && (failure.kind === 'invalid_input' ? failure.message : failure.kind);
}

it('needs only a model and a prompt', () => {
	expect(read({})).toEqual({
		request: {
			operation: 'textToImage',
			...BODY,
			n: 1,
			outputFormat: 'png',
			responseFormat: 'url',
			sendBinaryAs: 'dataUri',
			extraBody: {},
		},
		warnings: [],
	});
});

it.each([[undefined], [null], [''], ['auto'], ['Auto '], [' ']])('does not send the aspect ratio %j', (value) => {
	expect(read({ aspect_ratio: value } as IDataObject).request.aspectRatio).toBeUndefined();
});

it('does not send the output format Auto', () => {
	expect(read({}, { outputFormat: 'auto' }).request.outputFormat).toBeUndefined();
});

it.each([
	['jpg', 'jpeg'],
	['JPEG', 'jpeg'],
	[' PNG ', 'png'],
])('reads the format %j as %s', (outputFormat, format) => {
	expect(read({}, { outputFormat }).request.outputFormat).toBe(format);
});

it.each([
	['webp', 'NanoBanana', undefined],
	['webp', 'NanoBanana2-1K', 'NanoBanana2-1K does not support the output format WebP'],
	['webp', 'NanoBananaPro-8K', 'NanoBananaPro-8K does not support the output format WebP'],
	['webp', 'SomethingElse', undefined],
])('checks the output format %s against the family of %s', (outputFormat, model, message) => {
	expect(refusal({ model }, { outputFormat })).toBe(message);
});

it.each([
	['8:1', 'NanoBanana2-4K', undefined],
	['8:1', 'NanoBanana', 'NanoBanana does not support the aspect ratio 8:1'],
	['7:5', 'NanoBanana2-4K', 'NanoBanana2-4K does not support the aspect ratio 7:5'],
	['7:5', 'SomethingElse', undefined],
	['1024x1024', 'SomethingElse', "'Aspect Ratio' is not a valid ratio"],
])('checks the ratio %s against the family of %s', (aspect_ratio, model, message) => {
	expect(refusal({ aspect_ratio, model })).toBe(message);
});

it.each([
	['NanoBanana', 3, undefined],
	['NanoBanana', 4, 'NanoBanana accepts up to 3 reference images (got 4)'],
	['NanoBananaPro-2K', 14, undefined],
	['NanoBananaPro-2K', 15, 'NanoBananaPro-2K accepts up to 14 reference images (got 15)'],
	['SomethingElse', 99, undefined],
])('limits the reference images: %s with %i', (model, references, message) => {
	expect(refusal({ model }, {}, { references })).toBe(message);
});

it.each([
	[{ image: 'x' }, 0, false],
	[{ images: ['x'] }, 0, false],
	[{ image: 'x', images: ['y'] }, 0, true],
	[{ image: 'x' }, 1, true],
	[{ images: ['x'] }, 1, true],
	[{ images: ['x'] }, 2, true],
])('accepts references in one place only: %j with %i from the fields', (extraBody, references, isRefused) => {
	expect(refusal({}, { extraBody }, { references }) !== undefined).toBe(isRefused);
});

it.each([
	['{ "seed": 1 }', { seed: 1 }],
	['', {}],
	['  ', {}],
	[undefined, {}],
	[{ seed: 1 }, { seed: 1 }],
])('reads the additional fields %j', (extraBody, fields) => {
	expect(read({}, { extraBody } as IDataObject).request.extraBody).toEqual(fields);
});

it.each([['[]'], ['7'], ['null'], ['"text"'], ['{ broken'], [[1]]])('rejects the additional fields %j', (extraBody) => {
	expect(refusal({}, { extraBody } as IDataObject)).toBe("'Additional Request Fields (JSON)' must be a JSON object");
});

it('turns every failed check into a warning if the checks are skipped', () => {
	const { warnings } = read(
		{ aspect_ratio: '7:5' },
		{ outputFormat: 'webp', skipModelChecks: true, extraBody: { size: '1x1' } },
		{ references: 20 },
	);

	expect(warnings).toHaveLength(4);
	expect(warnings.every((warning) => warning.endsWith('.'))).toBe(true);
});

it('rejects an empty prompt even if the checks are skipped', () => {
	expect(refusal({ prompt: ' ' }, { skipModelChecks: true })).toBe("'Prompt' is empty");
});

it('contains the values of the fields and options', () => {
	const parameters = { operation: 'imageToImage' };
	const options = {
		outputFormat: 'webp',
		imageSize: '2K',
		responseFormat: 'b64_json',
		sendBinaryAs: 'multipart',
		extraBody: { seed: 7 },
	};

	expect(
		read({ model: ' NanoBanana ', n: '3', aspect_ratio: ' 16:9 ' }, options, {
			references: 1,
			parameters,
		}),
	).toEqual({
		request: {
			operation: 'imageToImage',
			model: 'NanoBanana',
			prompt: 'a cube',
			n: 3,
			aspectRatio: '16:9',
			outputFormat: 'webp',
			imageSize: '2K',
			responseFormat: 'b64_json',
			sendBinaryAs: 'multipart',
			extraBody: { seed: 7 },
		},
		warnings: [],
	});
});

it.each<[unknown, string | undefined]>([
	['100:100', undefined],
	['1000:1', "'Aspect Ratio' is not a valid ratio"],
	['1:1000', "'Aspect Ratio' is not a valid ratio"],
	['x16:9', "'Aspect Ratio' is not a valid ratio"],
	['16:9x', "'Aspect Ratio' is not a valid ratio"],
	['16:', "'Aspect Ratio' is not a valid ratio"],
	[':9', "'Aspect Ratio' is not a valid ratio"],
	[1.5, "'Aspect Ratio' is not a valid ratio"],
])('accepts only valid ratios: %j', (aspect_ratio, message) => {
	expect(refusal({ aspect_ratio, model: 'SomethingElse' } as IDataObject)).toBe(message);
});

it.each<[unknown, string]>([
	['tiff', "'tiff' is not a valid value for 'Output Format'"],
	[7, "'7' is not a valid value for 'Output Format'"],
	['x'.repeat(60), `'${'x'.repeat(40)}' is not a valid value for 'Output Format'`],
])('rejects the output format %j', (outputFormat, message) => {
	expect(failureOf({}, { outputFormat } as IDataObject)).toMatchObject({ kind: 'invalid_input', message });
});

it.each<[fact: string, args: Parameters<typeof read>, advice: string[]]>([
	['a model', [{ model: '' }], ['e.g. NanoBanana2-1K']],
	['a prompt', [{ prompt: '' }], ['Describe the image']],
	['another ratio', [{ aspect_ratio: 'wide' }], ['such as 16:9']],
	['an object for the additional fields', [{}, { extraBody: '[]' }], ['{ "seed": 42 }']],
	['references in only one place', [{}, { extraBody: { image: 'x', images: ['y'] } }], ['in one place only']],
	[
		'a format that the family supports',
		[{}, { outputFormat: 'webp' }],
		['to PNG or JPEG', 'NanoBanana', 'Skip Model Checks'],
	],
	['a ratio that the family supports', [{ aspect_ratio: '7:5' }], ['16:9, 21:9, 1:4', 'Skip Model Checks']],
	['fewer references', [{}, {}, { references: 15 }], ['Remove images', 'Skip Model Checks']],
	['a ratio instead of a size', [{}, { extraBody: { size: '1x1' } }], ["Use 'Aspect Ratio'", 'Skip Model Checks']],
])('recommends %s', (_fact, args, advice) => {
	const failure = failureOf(...args);

	expect(failure?.kind).toBe('invalid_input');
	for (const words of advice) expect(failure?.nextStep).toContain(words);
});

it.each([
	['asyncTask', 4],
	['openAi', 4],
	['gemini', 2],
])('uses the number of images in the additional fields only with formats that support it: %s', (apiFormat, n) => {
	expect(read({ n: 2 }, { apiFormat, extraBody: { n: 4 } }).request.n).toBe(n);
});

it('rejects a number of images in the additional fields that is not a number', () => {
	for (const n of ['many', null])
		expect(refusal({ n: 4 }, { extraBody: { n } })).toBe(
			`'Number of Images' must be a whole number, 1 or higher (got ${n})`,
		);
});

it.each([
	['asyncTask', 'NanoBanana2-1K'],
	['openAi', 'NanoBanana2-1K'],
	['gemini', 'NanoBanana'],
])('uses the model in the additional fields only with formats that support it: %s', (apiFormat, model) => {
	expect(read({ model: 'NanoBanana' }, { apiFormat, extraBody: { model: 'NanoBanana2-1K' } }).request.model).toBe(
		model,
	);
});

it('rejects references that are set in two places', () => {
	expect(refusal({}, { extraBody: { image: 'x' } }, { references: 1 })).toBe(
		"Reference images are set in 'Additional Request Fields (JSON)' and in another field",
	);
	expect(refusal({}, { extraBody: { image: 'x', images: ['y'] } })).toBe(
		"Reference images are set in 'Additional Request Fields (JSON)' and in another field",
	);
	expect(refusal({ model: 'SomethingElse' }, { extraBody: { image: 'x' } }, { references: 1 })).toMatch(
		/^Reference images are set in 'Additional Request Fields \(JSON\)'/,
	);
});

it.each([
	['asyncTask', { size: '1x1' }, "NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'"],
	['asyncTask', { sizes: '1x1' }, undefined],
	['openAi', { size: '1x1' }, undefined],
	['gemini', { size: '1x1' }, undefined],
	['openAi', { stream: true }, "'stream' in 'Additional Request Fields (JSON)' is not supported"],
	['openAi', { stream: false }, undefined],
	[
		'gemini',
		{ generationConfig: { candidateCount: 4 } },
		"'candidateCount' in 'Additional Request Fields (JSON)' is not supported",
	],
	['gemini', { generationConfig: { candidateCount: 1 } }, undefined],
	['asyncTask', { output_format: 'webp' }, 'NanoBanana2-1K does not support the output_format webp'],
	['openAi', { aspect_ratio: '9:99' }, 'NanoBanana2-1K does not support the aspect_ratio 9:99'],
	['asyncTask', { output_format: 'JPEG', aspect_ratio: ' auto', n: 1 }, undefined],
	['gemini', { output_format: 'webp', aspect_ratio: '9:99' }, undefined],
])('checks the additional fields for the format %s: %j', (apiFormat, extraBody, message) => {
	expect(refusal({}, { apiFormat, extraBody })).toBe(message);
});

it('writes a failed check as a sentence if the checks are skipped', () => {
	expect(read({ aspect_ratio: '8:1', model: 'NanoBanana' }, { skipModelChecks: true }).warnings).toEqual([
		'NanoBanana does not support the aspect ratio 8:1.',
	]);
});

it.each([
	['gemini', 'NanoBanana', ['The Gemini ID of NanoBanana is not known, so it was sent unchanged.']],
	['gemini', 'NanoBanana2-1K', []],
	['gemini', 'gemini-3-pro-image', []],
	['asyncTask', 'NanoBanana', []],
])('warns with the format %s if the Gemini ID of the model is not known (%s)', (apiFormat, model, warnings) => {
	expect(read({ model }, { apiFormat }).warnings).toEqual(warnings);
});

it.each([
	['gemini', 'NanoBanana2-1K', 'jpeg', false],
	['gemini', 'gemini-3-pro-image', 'jpeg', true],
	['gemini', 'gemini-3-pro-image', 'png', false],
	['gemini', 'NanoBanana', 'webp', true],
	['asyncTask', 'NanoBanana', 'webp', false],
])('warns if the output format is not sent: %s %s %s', (apiFormat, model, outputFormat, isWarned) => {
	const { warnings } = read({ model }, { apiFormat, outputFormat: outputFormat as never });

	expect(warnings.some((warning) => warning.startsWith("'Output Format' was not sent"))).toBe(isWarned);
});

describe('the request as written', () => {
	const written = (parameters: IDataObject): string => JSON.stringify(requestAsWritten(parameters as never));
	const BASE = { model: { mode: 'list', value: 'NanoBanana' }, prompt: '={{ $now }}', options: {} };

	it.each(['operation', 'prompt', 'inputType', 'binaryPropertyName', 'imageUrls', 'aspectRatio', 'numberOfImages'])(
		'differs if the field %s differs',
		(name) => {
			expect(written({ ...BASE, [name]: 'a' })).not.toBe(written({ ...BASE, [name]: 'b' }));
		},
	);

	it.each(['apiFormat', 'outputFormat', 'extraBody', 'imageSize', 'responseFormat', 'sendBinaryAs'])(
		'differs if the option %s differs',
		(name) => {
			expect(written({ ...BASE, options: { [name]: 'a' } })).not.toBe(written({ ...BASE, options: { [name]: 'b' } }));
		},
	);

	it('differs by every field and option of the paid operations, except those of waiting and output', () => {
		const names = [...fields.map(({ name }) => name), ...(optionsField.options ?? []).map(({ name }) => name)];
		const changing = names.filter((name) => {
			const [as, bs] = ['a', 'b'].map((value) => [
				{ ...BASE, [name]: value },
				{ ...BASE, options: { [name]: value } },
			]);
			return written(as[0]) !== written(bs[0]) || written(as[1]) !== written(bs[1]);
		});

		expect(names.filter((name) => !changing.includes(name)).sort()).toEqual([
			'binaryPropertyOutput',
			'combineImages',
			'download',
			'fileName',
			'imagePath',
			'includeInputFields',
			'maxConcurrency',
			'maxImageSize',
			'maxImages',
			'onTimeout',
			'pollInterval',
			'previewRequest',
			'retryUnclear',
			'simplify',
			'skipModelChecks',
			'taskId',
			'timeout',
			'unitPrice',
			'wait',
		]);
	});

	it('differs by the model, not by how it was selected', () => {
		const model = { mode: 'id', value: 'NanoBanana' };

		expect(written({ ...BASE, model })).toBe(written(BASE));
		expect(written({ ...BASE, model: 'NanoBanana' })).toBe(written(BASE));
		expect(written({ ...BASE, model: { ...model, value: 'NanoBanana2-1K' } })).not.toBe(written(BASE));
	});

	it('does not depend on how the node waits and what it outputs', () => {
		const other = { wait: false, simplify: false, options: { timeout: 5, fileName: 'a', download: false } };

		expect(written({ ...BASE, ...other })).toBe(written(BASE));
	});
});

it('explains that an expression returns an object instead of a prompt', () => {
	expect(failureOf({ prompt: 'Draw [object Object]' })).toMatchObject({
		message: "'Prompt' contains [object Object]",
		nextStep: expect.stringContaining('{{ $json.text }}') as string,
	});
});

it('accepts 1,000 images per item, but not more', () => {
	expect(read({ n: 1000 }).request.n).toBe(1000);
	expect(failureOf({ n: 1001 })).toMatchObject({
		message: "'Number of Images' can be at most 1000 (got 1001)",
		nextStep: 'Enter a smaller number, or send more items.',
	});
});

describe('the resolution in the Gemini format', () => {
	const LITE = 'gemini-3.1-flash-lite-image';
	const gemini = (imageSize?: string) => ({ apiFormat: 'gemini', ...(imageSize !== undefined && { imageSize }) });

	it.each([
		['512', '0.5K'],
		['2K', '2K'],
	])('%s is rejected for a model that does not support it', (imageSize, label) => {
		expect(failureOf({ model: LITE }, gemini(imageSize))).toMatchObject({
			message: `${LITE} does not support the resolution ${label}`,
			nextStep: expect.stringMatching(/^Set 'Resolution' to one of: 1K\. .*Skip Model Checks/) as string,
		});
	});

	it('is accepted if the model supports it, does not limit it, or it is not set', () => {
		expect(refusal({ model: LITE }, gemini('1K'))).toBeUndefined();
		expect(refusal({ model: LITE }, gemini())).toBeUndefined();
		expect(refusal({ model: 'gemini-3-pro-image' }, gemini('4K'))).toBeUndefined();
	});

	it('is not checked in other formats, which do not send it', () => {
		expect(refusal({ model: LITE }, { imageSize: '2K' })).toBeUndefined();
	});
});

it.each<[options: IDataObject, nextStep: string]>([
	[{ extraBody: { stream: true } }, "Remove 'stream'. The node reads complete responses only."],
	[
		{ apiFormat: 'gemini', extraBody: { generationConfig: { candidateCount: 2 } } },
		"Remove 'candidateCount', and set 'Number of Images' instead.",
	],
	[{ extraBody: { aspect_ratio: '7:9' } }, "Change or remove 'aspect_ratio' in 'Additional Request Fields (JSON)'."],
])('says what to do about %j', (options, nextStep) => {
	expect(failureOf({}, options)?.nextStep).toBe(
		`${nextStep} To send it anyway, turn on 'Skip Model Checks' under Options.`,
	);
});

it('accepts `stream` in the Gemini format, which ignores it, and `stream: false` in the others', () => {
	expect(refusal({}, { apiFormat: 'gemini', extraBody: { stream: true } })).toBeUndefined();
	expect(refusal({}, { extraBody: { stream: false } })).toBeUndefined();
});
