/* eslint-disable */
import { gemini } from '../../../nodes/NanoBanana/formats/gemini';
import type { ImageRequest, Reference } from '../../../nodes/NanoBanana/types';

const BASE_URL = 'https://api.example';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
const DRAFT = `${PNG}AAAA`;
const A = 'https://cdn.example/a.png';

const decode = (body: unknown) => gemini.decode(body, BASE_URL);
const image = (data = PNG): object => ({ inlineData: { mimeType: 'image/png', data } });
const response = (parts: unknown, candidate: object = { finishReason: 'STOP' }): object => ({
	candidates: [{ content: { role: 'model', parts }, ...candidate }],
});
const base64 = (data = PNG): object => ({ kind: 'base64', base64: data });

describe('a response with images', () => {
	it.each<[fact: string, body: unknown, images: object[], text?: string]>([
		['with text', response([{ text: 'Here is the cube.' }, image()]), [base64()], 'Here is the cube.'],
		[
			'in snake case',
			{
				candidates: [
					{ content: { parts: [{ inline_data: { mime_type: 'image/png', data: PNG } }] }, finish_reason: 'STOP' },
				],
			},
			[base64()],
		],
		['without a finish reason', response([image()], {}), [base64()]],
		['with a lowercase finish reason', response([image()], { finishReason: 'stop' }), [base64()]],
		['in multiple parts', response([image(), image(DRAFT)]), [base64(), base64(DRAFT)]],
		[
			'in multiple candidates',
			{
				candidates: [response([image()]), response([image(DRAFT)])].flatMap(
					(one) => (one as { candidates: object[] }).candidates,
				),
			},
			[base64(), base64(DRAFT)],
		],
		[
			'after a draft in a thought',
			response([
				{ text: 'planning', thought: true },
				{ ...image(DRAFT), thought: true },
				{ ...image(), thoughtSignature: 'c2ln' },
			]),
			[base64()],
		],
		['as a file URL', response([{ fileData: { mimeType: 'image/png', fileUri: A } }]), [{ kind: 'url', url: A }]],
		[
			'as a file URL in snake case',
			response([{ file_data: { mime_type: 'image/png', file_uri: '/files/a.png' } }]),
			[{ kind: 'url', url: `${BASE_URL}/files/a.png` }],
		],
		['as a Markdown image with the bytes', response([{ text: `![cube](data:image/png;base64,${PNG})` }]), [base64()]],
		[
			'as a data URI in data',
			response([{ inlineData: { mimeType: 'image/png', data: `data:image/png;base64,${PNG}` } }]),
			[base64()],
		],
		[
			'as bytes of an unknown format',
			response([{ inlineData: { mimeType: 'image/avif', data: 'AAAAIGZ0eXBhdmlm' } }]),
			[base64('AAAAIGZ0eXBhdmlm')],
		],
		['in the OpenAI format', { created: 1, data: [{ b64_json: PNG }] }, [base64()]],
	])('is read %s', (_fact, body, images, text = '') => {
		const outcome = decode(body);
		expect(outcome).toMatchObject({ kind: 'images', images });
		expect((outcome.kind === 'images' && outcome.text) || '').toBe(text);
		expect(outcome).not.toHaveProperty('warnings');
	});

	it('warns if the model stopped early', () => {
		expect(decode(response([image()], { finishReason: 'MAX_TOKENS' }))).toMatchObject({
			kind: 'images',
			warnings: [expect.stringContaining('MAX_TOKENS')],
		});
	});

	it('includes the finish reason in the warning, and the text of the model', () => {
		expect(decode(response([image(), { text: 'One' }, { text: 'two' }], { finishReason: 'max_tokens' }))).toEqual({
			kind: 'images',
			images: [base64()],
			text: 'One\ntwo',
			warnings: ['The model stopped early (MAX_TOKENS), so images may be missing'],
		});
	});

	it.each<[fact: string, part: object, read: object]>([
		[
			'from bytes that look like an image, whatever their type',
			{ inlineData: { mimeType: 'text/plain', data: PNG } },
			base64(),
		],
		['from bytes rather than a file URL', { ...image(), fileData: { fileUri: A } }, base64()],
		['from camel case rather than snake case', { inlineData: { data: PNG }, inline_data: { data: DRAFT } }, base64()],
		["with text in 'thought'", { ...image(), thought: 'true' }, base64()],
	])('is read %s', (_fact, part, read) => {
		expect(decode(response([part]))).toEqual({ kind: 'images', images: [read] });
	});

	it.each<[fact: string, body: unknown]>([
		['as a Markdown image in text', response([{ text: `Done! ![cube](${A}) Enjoy.` }])],
		['as a Markdown link', response([{ text: `[cube](${A})` }])],
		['as a URL in text', response([{ text: `I cannot. A photo is at ${A}` }])],
		['as a Markdown image without a URL', response([{ text: '![cube](see below)' }])],
		['as an incomplete Markdown image', response([{ text: `![cube](${A}` }])],
	])('fails if the image is only %s', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'failed', cause: 'noImage' });
	});

	it.each<[fact: string, body: unknown]>([
		['in an envelope', { code: 200, message: 'ok', data: response([image()]) }],
		['in a list', [response([image()])]],
		['as events', `data: ${JSON.stringify(response([image()]))}\n\n`],
	])('is unknown %s, which is not documented', (_fact, body) => {
		expect(decode(body)).toMatchObject({ kind: 'unknown' });
	});

	it.each<[fact: string, texts: string[]]>([
		['one text', [`Here is the cube.\n![cube](data:image/png;base64,${PNG}) Enjoy.`]],
		['two texts', ['Here is the cube.', `![cube](data:image/png;base64,${PNG})`]],
		['one text, with line breaks', [`Here: ![cube](data:image/png;base64,${PNG.slice(0, 40)}\n${PNG.slice(40)})`]],
		['one text, with a title', [`Here: ![cube](data:image/png;base64,${PNG} "A cube")`]],
	])('is read from a data URI next to other words in %s', (_fact, texts) => {
		const decoded = decode(response(texts.map((text) => ({ text }))));
		const [image] = decoded.kind === 'images' ? decoded.images : [];

		expect(decoded).toMatchObject({ kind: 'images', images: [{ kind: 'base64' }] });
		expect(image.kind === 'base64' && image.base64.replace(/\s/g, '')).toBe(PNG);
	});

	it('is the last one of the thoughts if the response has no other, with a warning', () => {
		const thoughts = [{ text: 'planning' }, image(DRAFT), image()].map((part) => ({ ...part, thought: true }));

		expect(decode(response([...thoughts, { text: 'Here it is.' }]))).toEqual({
			kind: 'images',
			images: [base64()],
			text: 'Here it is.',
			warnings: ['The model returned only a draft of the image'],
		});
	});

	it('can be text that contains only Markdown images', () => {
		const text = ` ![a](${A})\n\n![b](/files/b.png "b") `;
		expect(decode(response([{ text }]))).toEqual({
			kind: 'images',
			images: [
				{ kind: 'url', url: A },
				{ kind: 'url', url: `${BASE_URL}/files/b.png` },
			],
		});
	});

	it('never returns a reference image', () => {
		expect(gemini.decode(response([{ text: `![a](${A})` }]), BASE_URL, { references: [A] })).toMatchObject({
			kind: 'failed',
		});
	});

	it('returns images from its text only if it has no others', () => {
		expect(decode(response([image(), { text: `![b](${A})` }]))).toMatchObject({ kind: 'images', images: [base64()] });
		expect(decode(response([{ text: `![a](${A})`, thought: true }]))).toMatchObject({ kind: 'failed' });
	});

	it('ignores audio, gs:// URLs, and empty data', () => {
		for (const part of [
			{ inlineData: { mimeType: 'audio/wav', data: 'UEsDBBQAAAAI' } },
			{ fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/a.png' } },
			{ inlineData: { mimeType: 'image/png', data: '' } },
			{ inline_data: { mime_type: 'audio/wav', data: 'UEsDBBQAAAAI' } },
		]) {
			expect(decode(response([part]))).toMatchObject({ kind: 'failed', code: 'NO_IMAGE', cause: 'noImage' });
		}
	});
});

describe('a response without images', () => {
	it.each<[fact: string, body: unknown, expected: object]>([
		[
			'a refusal as text',
			response([{ text: "I can't create that image." }]),
			{ code: 'text_only', reason: "I can't create that image.", cause: 'noImage' },
		],
		[
			'a stop for safety',
			{ candidates: [{ content: {}, finishReason: 'IMAGE_SAFETY', finishMessage: 'Blocked by filters.' }] },
			{ code: 'IMAGE_SAFETY', reason: 'Blocked by filters.', cause: 'promptRefused' },
		],
		[
			'a stop for safety in snake case',
			{ candidates: [{ finish_reason: 'SAFETY', finish_message: 'Blocked.' }] },
			{ code: 'SAFETY', reason: 'Blocked.', cause: 'promptRefused' },
		],
		[
			'a stop with text and a message',
			response([{ text: 'Sorry.' }], { finishReason: 'PROHIBITED_CONTENT', finishMessage: 'Blocked.' }),
			{ code: 'PROHIBITED_CONTENT', reason: 'Blocked. Sorry.', cause: 'promptRefused' },
		],
		[
			'a stop for safety after a draft',
			response([{ ...image(), thought: true }], { finishReason: 'IMAGE_SAFETY' }),
			{ code: 'IMAGE_SAFETY', cause: 'promptRefused' },
		],
		[
			'no image',
			response([], { finishReason: 'NO_IMAGE' }),
			{ code: 'NO_IMAGE', reason: expect.stringContaining('No image was generated'), cause: 'noImage' },
		],
		['another finish reason', response([], { finishReason: 'IMAGE_OTHER' }), { code: 'IMAGE_OTHER', cause: 'noImage' }],
		[
			'an unknown finish reason',
			response([], { finishReason: 'MISSING_THOUGHT_SIGNATURE' }),
			{ code: 'MISSING_THOUGHT_SIGNATURE', cause: 'noImage' },
		],
		[
			'too many tokens',
			response([{ text: 'The cube is' }], { finishReason: 'MAX_TOKENS' }),
			{ code: 'MAX_TOKENS', reason: 'The cube is', cause: 'noImage' },
		],
		['an empty candidate', response([]), { code: 'NO_IMAGE', cause: 'noImage' }],
		['only a thought', response([{ text: 'planning', thought: true }]), { code: 'NO_IMAGE', cause: 'noImage' }],
		[
			'a blocked prompt',
			{ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } },
			{ code: 'PROHIBITED_CONTENT', reason: 'The prompt was blocked (PROHIBITED_CONTENT)', cause: 'promptRefused' },
		],
		[
			'a blocked prompt with its message',
			{ prompt_feedback: { block_reason: 'OTHER', block_reason_message: 'Not this.' } },
			{ code: 'OTHER', reason: 'Not this.', cause: 'promptRefused' },
		],
		[
			'null as candidates',
			{ candidates: null, usageMetadata: { candidatesTokenCount: 0 } },
			{ code: 'no_candidates', cause: 'promptRefused' },
		],
		[
			'missing candidates',
			{ usageMetadata: { promptTokenCount: 9 }, modelVersion: 'm' },
			{ code: 'no_candidates', cause: 'promptRefused' },
		],
		['an empty list of candidates', { candidates: [] }, { code: 'no_candidates', cause: 'promptRefused' }],
	])('fails for %s', (_fact, body, expected) => {
		expect(decode(body)).toMatchObject({ kind: 'failed', ...expected });
	});

	it.each([
		'SAFETY',
		'IMAGE_SAFETY',
		'PROHIBITED_CONTENT',
		'IMAGE_PROHIBITED_CONTENT',
		'BLOCKLIST',
		'SPII',
		'RECITATION',
		'IMAGE_RECITATION',
		'MODEL_ARMOR',
		'LANGUAGE',
	])('is a refusal for %s, and its drafts are not returned', (finishReason) => {
		expect(decode(response([{ ...image(DRAFT), thought: true }], { finishReason }))).toEqual({
			kind: 'failed',
			code: finishReason,
			reason: `No image was generated (${finishReason})`,
			cause: 'promptRefused',
		});
	});

	it.each<[fact: string, body: unknown, outcome: object]>([
		[
			'its finish reason',
			response([], { finishReason: 'NO_IMAGE' }),
			{ code: 'NO_IMAGE', reason: 'No image was generated (NO_IMAGE)', cause: 'noImage' },
		],
		[
			'the first finish reason other than STOP',
			{ candidates: [{ finishReason: 'STOP' }, { finishReason: 'OTHER' }, { finishReason: 'SAFETY' }] },
			{ code: 'OTHER', reason: 'No image was generated (OTHER)', cause: 'noImage' },
		],
		[
			'the messages and texts of all candidates',
			{
				candidates: [
					{ finishReason: 'OTHER', finishMessage: 'one' },
					{ finishMessage: 'two', content: { parts: [{ text: 'three' }] } },
				],
			},
			{ code: 'OTHER', reason: 'one two three', cause: 'noImage' },
		],
		[
			'the first 100 characters of its finish reason',
			response([], { finishReason: 'X'.repeat(120) }),
			{ code: 'X'.repeat(100), reason: `No image was generated (${'X'.repeat(100)})`, cause: 'noImage' },
		],
		[
			'the block of the prompt rather than its finish reason',
			{ promptFeedback: { blockReason: 'OTHER' }, candidates: [{ finishReason: 'SAFETY' }] },
			{ code: 'OTHER', reason: 'The prompt was blocked (OTHER)', cause: 'promptRefused' },
		],
		[
			'the message of a block',
			{ promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'Not this.' } },
			{ code: 'OTHER', reason: 'Not this.', cause: 'promptRefused' },
		],
		[
			'a fixed text if the reason is missing',
			response([]),
			{ code: 'NO_IMAGE', reason: 'No image was generated', cause: 'noImage' },
		],
		[
			'a fixed text if the candidates are missing',
			{ usage_metadata: {} },
			{ code: 'no_candidates', reason: 'The prompt was rejected before generation', cause: 'promptRefused' },
		],
	])('fails with %s', (_fact, body, outcome) => {
		expect(decode(body)).toEqual({ kind: 'failed', ...outcome });
	});

	it('is an error with the message of the API', () => {
		const error = { code: 400, message: 'Bad size', status: 'INVALID_ARGUMENT' };
		const told = { kind: 'failed', cause: 'rejected', code: 'INVALID_ARGUMENT', reason: 'Bad size' };
		expect(decode({ error })).toEqual(told);
		expect(decode({ candidates: [], error })).toEqual(told);
	});

	it('is a task if the API returns one', () => {
		expect(decode({ data: { task_id: 't-1', status: 'queued' } })).toMatchObject({ kind: 'pending', taskId: 't-1' });
	});

	it('is unknown if it is not a Gemini response', () => {
		for (const body of ['<html>', '', 'data: nothing', null, [], {}, { candidate: [] }])
			expect(decode(body)).toMatchObject({ kind: 'unknown' });
	});

	it('shows the first 5,000 characters of the model text', () => {
		const outcome = decode(response([{ text: 'no '.repeat(1_000_000) }]));
		expect(outcome.kind === 'failed' && outcome.reason).toBe('no '.repeat(2_000).slice(0, 5000));
	});
});

describe('a request', () => {
	const request: ImageRequest = {
		operation: 'textToImage',
		model: 'NanoBanana2-1K',
		prompt: 'A cube',
		n: 1,
		responseFormat: 'url',
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

	it('asks for text and an image, so that a refusal includes its reason', () => {
		expect(gemini.encode({ ...request, aspectRatio: '16:9' })).toEqual({
			path: '/v1beta/models/gemini-3.1-flash-image-preview-1k:generateContent',
			json: {
				contents: [{ role: 'user', parts: [{ text: 'A cube' }] }],
				generationConfig: { responseModalities: ['TEXT', 'IMAGE'], imageConfig: { aspectRatio: '16:9' } },
			},
		});
	});

	it('needs one call per image', () => {
		expect(gemini.callsFor(3)).toBe(3);
	});

	it.each([
		['NanoBanana2-0.5K', 'gemini-3.1-flash-image-preview-512'],
		['NanoBanana2-4K', 'gemini-3.1-flash-image-preview-4k'],
		['NanoBananaPro-2K', 'gemini-3-pro-image-preview-2k'],
		['gemini-3-pro-image', 'gemini-3-pro-image'],
		['NanoBanana', 'NanoBanana'],
		['vendor/model', 'vendor%2Fmodel'],
	])('sends the model %s as %s', (model, id) => {
		expect(gemini.encode({ ...request, model }).path).toBe(`/v1beta/models/${id}:generateContent`);
	});

	it('sends the size only for model IDs that do not contain it', () => {
		const config = (model: string) => gemini.encode({ ...request, model, imageSize: '2K' }).json?.generationConfig;
		expect(config('gemini-3-pro-image')).toMatchObject({ imageConfig: { imageSize: '2K' } });
		expect(config('NanoBananaPro-2K')).not.toHaveProperty('imageConfig');
	});

	it('sends references as bare base64, one part each, and needs their bytes', () => {
		expect(gemini.needsBytes({ ...request, references: [file] })).toBe(true);
		const { json } = gemini.encode({ ...request, references: [file, file] });
		const inline = { inlineData: { mimeType: 'image/png', data: PNG } };
		expect(json?.contents).toEqual([{ role: 'user', parts: [{ text: 'A cube' }, inline, inline] }]);
	});

	it('sends a URL that was not downloaded as a URL', () => {
		expect(gemini.encode({ ...request, references: [{ kind: 'url', url: A }] }).json?.contents).toEqual([
			{ role: 'user', parts: [{ text: 'A cube' }, { fileData: { fileUri: A } }] },
		]);
	});

	it.each([
		['NanoBanana2-1K', 'jpeg' as const, { imageConfig: { outputFormat: 'jpeg' } }],
		['NanoBanana2-1K', 'png' as const, {}],
		['gemini-3-pro-image', 'jpeg' as const, {}],
	])(
		'sends the output format only for JPEG and a NanoBanana model with a Gemini ID (%s, %s)',
		(model, outputFormat, config) => {
			expect(gemini.encode({ ...request, model, outputFormat }).json?.generationConfig).toEqual({
				responseModalities: ['TEXT', 'IMAGE'],
				...config,
			});
		},
	);

	it('applies the additional fields last', () => {
		const { json } = gemini.encode({ ...request, extraBody: { generationConfig: { seed: 7 } } });
		expect(json?.generationConfig).toEqual({ responseModalities: ['TEXT', 'IMAGE'], seed: 7 });
	});
});
