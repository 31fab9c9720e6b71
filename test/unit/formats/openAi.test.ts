/* eslint-disable */
import { openAi } from '../../../nodes/NanoBanana/formats/openAi';
import type { ImageRequest, Reference } from '../../../nodes/NanoBanana/types';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const A = 'https://cdn.example/a.png';
const decode = (body: unknown) => openAi.decode(body, 'https://api.example');
const url = { kind: 'url', url: A };
const base64 = { kind: 'base64', base64: PNG };

describe('a response', () => {
	it.each<[fact: string, body: unknown, images: object[]]>([
		['with URLs', { created: 1, data: [{ url: A, revised_prompt: 'A cube' }] }, [url]],
		[
			'with base64',
			{ created: 1, data: [{ b64_json: PNG }], usage: { total_tokens: 1 }, output_format: 'png' },
			[base64],
		],
		[
			'with both keys, one of them empty',
			{
				created: 1,
				data: [
					{ url: '', b64_json: PNG, revised_prompt: '' },
					{ url: A, b64_json: '' },
				],
			},
			[base64, url],
		],
		[
			'with a data URI as base64',
			{ created: 1, data: [{ b64_json: `data:image/png;base64,${PNG}`, url: '' }] },
			[base64],
		],
		[
			'with base64 of an unknown format',
			{ created: 1, data: [{ b64_json: 'AAAAIGZ0eXBhdmlm' }] },
			[{ kind: 'base64', base64: 'AAAAIGZ0eXBhdmlm' }],
		],
		['without a creation time', { data: [{ url: A }] }, [url]],
		[
			'in an envelope',
			{ code: 200, msg: 'success', data: { data: [{ url: '', b64_json: PNG }], created: 1 } },
			[base64],
		],
		['in an envelope with a text code', { code: 'success', data: { created: 1, data: [{ url: A }] } }, [url]],
		['with an ID next to a status', { id: 'gen-1', status: 'completed', data: [{ url: A }] }, [url]],
		['with an ID that is not a task ID', { id: 'img-1', created: 1, data: [{ url: A }] }, [url]],
		['with null as data', { created: 1, data: null }, []],
		['with an empty list', { created: 1, data: [] }, []],
		['with empty entries', { created: 1, data: [{ url: '', b64_json: '' }] }, []],
		['with an empty list in an envelope', { code: 200, msg: 'success', data: { created: 1, data: [] } }, []],
	])('is finished %s', (_fact, body, images) => {
		expect({ taskId: undefined, ...decode(body) }).toMatchObject({ kind: 'images', images, taskId: undefined });
	});

	it('keeps a task ID next to an image, because the task may have more images', () => {
		expect(
			decode({
				data: [
					{ task_id: 't-1', url: A },
					{ task_id: 't-2', status: 'processing' },
				],
			}),
		).toMatchObject({
			taskId: 't-1',
			otherTaskIds: ['t-2'],
		});
		expect(decode({ task_id: 't-1', data: [{ url: A }] })).toMatchObject({ images: [url], taskId: 't-1' });
	});

	it('is a task if the API returns one', () => {
		expect(
			decode({ created: 1, id: 't-1', model: 'm', object: 'image.generation.task', progress: 0, status: 'pending' }),
		).toMatchObject({ kind: 'pending', taskId: 't-1' });
		expect(decode({ code: 200, data: [{ status: 'submitted', task_id: 't-1' }] })).toMatchObject({
			kind: 'pending',
			taskId: 't-1',
		});
	});

	it('is a failure if the request is rejected or the image is blocked', () => {
		expect(decode({ error: { message: 'rejected by the safety system', code: 'moderation_blocked' } })).toMatchObject({
			kind: 'failed',
		});
		expect(
			decode({
				created: 1,
				data: [{ url: '', error: { code: 'OutputImageSensitiveContentDetected', message: 'image blocked' } }],
			}),
		).toMatchObject({
			kind: 'failed',
			reason: 'image blocked',
		});
	});

	it('is unknown if it is not an OpenAI response', () => {
		for (const body of ['<html>', null, {}, { message: 'Welcome' }, { data: [] }, { images: [{ url: A }] }])
			expect(decode(body)).toMatchObject({ kind: 'unknown' });
	});
});

describe('a request', () => {
	const request: ImageRequest = {
		operation: 'imageToImage',
		model: 'NanoBanana2-1K',
		prompt: 'A cube',
		n: 2,
		responseFormat: 'url',
		outputFormat: 'png',
		references: [],
		sendBinaryAs: 'dataUri',
		extraBody: {},
	};
	const file: Reference = {
		kind: 'bytes',
		data: Buffer.from(PNG, 'base64'),
		mimeType: 'image/png',
		fileName: 'data.png',
	};
	const fields = { model: 'NanoBanana2-1K', prompt: 'A cube', n: 2, response_format: 'url', output_format: 'png' };

	it('generates with JSON, and contains a size that the user adds', () => {
		expect(openAi.encode({ ...request, aspectRatio: '16:9', extraBody: { size: '1024x1024' } })).toEqual({
			path: '/v1/images/generations',
			json: { ...fields, aspect_ratio: '16:9', size: '1024x1024' },
		});
	});

	it.each([
		['one file', [file], ['image']],
		['multiple files', [file, file], ['image[]', 'image[]']],
	])('edits %s with a form', (_fact, references, names) => {
		const { form, json, path } = openAi.encode({ ...request, references });
		expect([path, json]).toEqual(['/v1/images/edits', undefined]);
		expect(
			form?.filter(({ fileName }) => fileName).map(({ name, mimeType, value }) => ({ name, mimeType, value })),
		).toEqual(names.map((name) => ({ name, mimeType: 'image/png', value: file.data })));
		expect(
			Object.fromEntries(form?.filter(({ fileName }) => !fileName).map(({ name, value }) => [name, value]) ?? []),
		).toEqual({ ...fields, n: '2' });
	});

	it('edits URLs with JSON in the documented form', () => {
		const references: Reference[] = [{ kind: 'url', url: A }];
		expect(openAi.needsBytes({ ...request, references })).toBe(false);
		expect(openAi.encode({ ...request, references })).toEqual({
			path: '/v1/images/edits',
			json: { ...fields, images: [{ image_url: A }] },
		});
	});

	it('needs the bytes of a URL if there is also a file', () => {
		expect(openAi.needsBytes({ ...request, references: [{ kind: 'url', url: A }, file] })).toBe(true);
	});

	it('applies the additional fields to JSON and to a form, whose last part is the file', () => {
		const references: Reference[] = [{ kind: 'url', url: A }];
		expect(openAi.encode({ ...request, references, extraBody: { images: 'mine', quality: 'low' } }).json).toEqual({
			...fields,
			images: 'mine',
			quality: 'low',
		});
		expect(openAi.encode({ ...request, references: [file], extraBody: { quality: 'low' } }).form).toContainEqual({
			name: 'quality',
			value: 'low',
		});
		expect(openAi.encode({ ...request, references: [file] }).form?.at(-1)).toEqual({
			name: 'image',
			value: file.data,
			fileName: 'data.png',
			mimeType: 'image/png',
		});
	});

	it('does not need bytes without a file', () => {
		expect(openAi.needsBytes(request)).toBe(false);
	});
});
