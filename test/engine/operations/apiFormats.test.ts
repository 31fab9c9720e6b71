/* eslint-disable */
// The three endpoints of the API: different requests, the same output.
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { asFile, item, plainImage, sha256, storedDigest, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube';
const GEMINI_PATH = '/v1beta/models/gemini-3.1-flash-image-preview-512:generateContent';
const FORMATS = ['asyncTask', 'openAi', 'gemini'] as const;
type Format = (typeof FORMATS)[number];

let red: Buffer;
let blue: Buffer;

beforeAll(async () => {
	red = await plainImage('#ff0000');
	blue = await plainImage('#0000ff', 'jpeg');
});

const paid = (): Array<{ path: string; body: IDataObject }> =>
	engine.mockApi.journal
		.filter(({ method }) => method === 'POST')
		.map(({ path, body }) => ({ path, body: body as IDataObject }));

/** The files that the node downloads. The API downloads references itself. */
const downloaded = () =>
	engine.mockApi.calls('file').filter(({ headers }) => headers['user-agent'] !== 'mock-api-upstream');

async function publicUrl(): Promise<string> {
	const run = await engine.run({ prompt: 'a reference' });
	engine.mockApi.journal.length = 0;
	return String(run.json[0].imageUrl);
}

/** Every endpoint must return the generated images, byte for byte, and their metadata. */
async function expectImages(
	run: Ran,
	format: Format,
	expected: {
		count: number;
		operation: string;
		references: number;
		mimeType?: string;
		width?: number;
		height?: number;
	},
): Promise<void> {
	const { count, operation, references, mimeType = 'image/png', width = 512, height = 512 } = expected;
	const made = [...engine.mockApi.files.values()].slice(-count);
	const tasks = engine.mockApi.ledger.slice(format === 'gemini' ? -count : -1);

	expect(run.error).toBeUndefined();
	expect(run.rows).toHaveLength(count);
	expect(await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)))).toEqual(
		made.map((file) => file.sha256),
	);
	expect(run.json).toMatchObject(
		made.map((file, index) => ({
			status: 'succeeded',
			progress: 100,
			model: 'NanoBanana2-0.5K',
			operation,
			requestHash: expect.stringMatching(/^[0-9a-f]{32}$/),
			image: { index, mimeType, width, height, bytes: file.bytes, sha256: file.sha256 },
			billing: { requestedImages: count, returnedImages: count, unitPrice: 0.04, cost: 0.04 * count },
		})),
	);
	expect(run.rows.map(({ binary }) => binary?.data.mimeType)).toEqual(Array(count).fill(mimeType));
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual(Array(count).fill({ item: 0 }));
	expect(tasks.map((task) => [task.references, task.imagesCharged])).toEqual(
		format === 'gemini' ? Array(count).fill([references, 1]) : [[references, count]],
	);
	const notes = [
		`${count} requests were sent, one per image. You are charged for each.`,
		`These images are identical: ${Array.from({ length: count }, (_, index) => index + 1).join(', ')}.`,
	];
	expect(run.json.map(({ warnings }) => warnings)).toEqual(
		Array(count).fill(format === 'gemini' && count > 1 ? notes : []),
	);
	expect(
		engine.mockApi.journal.every(({ origin, authorization }) => origin === 'api' || authorization === undefined),
	).toBe(true);
}

async function generate(format: Format, parameters: INodeParameters = {}): Promise<Ran> {
	const options = { apiFormat: format, unitPrice: 0.04, ...(parameters.options as IDataObject | undefined) };
	return await engine.run({
		prompt: PROMPT,
		simplify: false,
		...parameters,
		options,
	} as INodeParameters);
}

async function edit(format: Format, parameters: INodeParameters): Promise<Ran> {
	const input = [item({}, { front: asFile(red), back: asFile(blue, 'image/jpeg') })];
	return await engine.run(
		{
			operation: 'imageToImage',
			prompt: PROMPT,
			simplify: false,
			options: { apiFormat: format, unitPrice: 0.04 },
			...parameters,
		},
		{ input },
	);
}

describe.each(FORMATS)('through the %s endpoint', (format) => {
	it.each([1, 3])('text becomes %i image(s)', async (count) => {
		await expectImages(await generate(format, { numberOfImages: count }), format, {
			count,
			operation: 'textToImage',
			references: 0,
		});
		expect(paid()).toHaveLength(format === 'gemini' ? count : 1);
	});

	it('text becomes a wide JPEG', async () => {
		const run = await generate(format, { aspectRatio: '16:9', options: { outputFormat: 'jpeg' } });
		await expectImages(run, format, {
			count: 1,
			operation: 'textToImage',
			references: 0,
			mimeType: 'image/jpeg',
			width: 688,
			height: 384,
		});
	});

	it('one file becomes an image', async () => {
		const run = await edit(format, { binaryPropertyName: 'front', aspectRatio: '1:1' });
		await expectImages(run, format, { count: 1, operation: 'imageToImage', references: 1 });
	});

	it('two files become two images', async () => {
		const run = await edit(format, { binaryPropertyName: 'front, back', aspectRatio: '1:1', numberOfImages: 2 });
		await expectImages(run, format, { count: 2, operation: 'imageToImage', references: 2 });
	});

	it('a URL becomes an image, and its host does not get the key', async () => {
		const url = await publicUrl();
		const run = await edit(format, { inputType: 'url', imageUrls: url });
		await expectImages(run, format, { count: 1, operation: 'imageToImage', references: 1 });
		expect(downloaded().every(({ authorization }) => authorization === undefined)).toBe(true);
	});

	it('a file and a URL become an image', async () => {
		const url = await publicUrl();
		const run = await edit(format, {
			inputType: 'both',
			binaryPropertyName: 'back',
			imageUrls: url,
			aspectRatio: '1:1',
		});
		await expectImages(run, format, { count: 1, operation: 'imageToImage', references: 2 });
	});
});

describe('the OpenAI endpoint', () => {
	const fields = { model: 'NanoBanana2-0.5K', prompt: PROMPT, response_format: 'url', output_format: 'png' };

	it('gets JSON for a generation', async () => {
		await generate('openAi', { aspectRatio: '16:9', numberOfImages: 2 });
		expect(paid()).toEqual([{ path: '/v1/images/generations', body: { ...fields, n: 2, aspect_ratio: '16:9' } }]);
	});

	it('gets a form with one image, or with a list of images', async () => {
		await edit('openAi', { binaryPropertyName: 'front' });
		await edit('openAi', { binaryPropertyName: 'front,back' });
		const front = {
			field: 'image',
			fileName: 'front.png',
			mimeType: 'image/png',
			bytes: red.length,
			sha256: sha256(red),
		};
		const back = {
			field: 'image[]',
			fileName: 'back.jpg',
			mimeType: 'image/jpeg',
			bytes: blue.length,
			sha256: sha256(blue),
		};
		expect(paid()).toEqual([
			{ path: '/v1/images/edits', body: { fields: { ...fields, n: '1' }, files: [front] } },
			{
				path: '/v1/images/edits',
				body: { fields: { ...fields, n: '1' }, files: [{ ...front, field: 'image[]' }, back] },
			},
		]);
	});

	it('gets JSON for URLs, and downloads them itself', async () => {
		const url = await publicUrl();
		await edit('openAi', { inputType: 'url', imageUrls: url });
		expect(paid()).toEqual([{ path: '/v1/images/edits', body: { ...fields, n: 1, images: [{ image_url: url }] } }]);
		expect(downloaded()).toHaveLength(1);
	});

	it('returns images in the response if Response Format is b64_json', async () => {
		const run = await generate('openAi', { options: { responseFormat: 'b64_json' } });
		await expectImages(run, 'openAi', { count: 1, operation: 'textToImage', references: 0 });
		expect(paid()[0].body).toMatchObject({ response_format: 'b64_json' });
		expect(downloaded()).toEqual([]);
	});

	it('can return a task, which the node polls', async () => {
		engine.mockApi.set({ dialect: 'openAiTask' });
		const run = await generate('openAi');
		await expectImages(run, 'openAi', { count: 1, operation: 'textToImage', references: 0 });
		expect(run.json[0].taskId).toBe(engine.mockApi.ledger[0].taskId);
		expect(engine.polls().length).toBeGreaterThan(0);
		expect(paid()).toHaveLength(1);
	});
});

describe('the Gemini endpoint', () => {
	const generationConfig = { responseModalities: ['TEXT', 'IMAGE'] };
	const inline = (bytes: Buffer, mimeType: string) => ({ inlineData: { mimeType, data: bytes.toString('base64') } });

	it('gets the prompt and its own model ID', async () => {
		await generate('gemini', { aspectRatio: '16:9' });
		expect(paid()).toEqual([
			{
				path: GEMINI_PATH,
				body: {
					contents: [{ role: 'user', parts: [{ text: PROMPT }] }],
					generationConfig: { ...generationConfig, imageConfig: { aspectRatio: '16:9' } },
				},
			},
		]);
	});

	it('gets files and the content of URLs inline, in the order given', async () => {
		const url = await publicUrl();
		await edit('gemini', { inputType: 'both', binaryPropertyName: 'back,front', imageUrls: url });
		const parts = (
			paid()[0].body.contents as Array<{ parts: Array<{ inlineData?: { data: string; mimeType: string } }> }>
		)[0].parts;
		expect(parts.slice(0, 3)).toEqual([{ text: PROMPT }, inline(blue, 'image/jpeg'), inline(red, 'image/png')]);
		expect(sha256(Buffer.from(parts[3].inlineData?.data ?? '', 'base64'))).toBe(engine.mockApi.files.get(url)?.sha256);
	});

	it('gets the size in the body, and the model ID unchanged, if the ID does not contain a size', async () => {
		const model = { __rl: true, mode: 'id', value: 'gemini-3.1-flash-image' };
		const run = await generate('gemini', { model, options: { imageSize: '512' } });
		expect(paid()).toMatchObject([
			{
				path: '/v1beta/models/gemini-3.1-flash-image:generateContent',
				body: { generationConfig: { imageConfig: { imageSize: '512' } } },
			},
		]);
		expect(run.json).toMatchObject([{ model: 'gemini-3.1-flash-image', image: { width: 512 } }]);
	});

	it('can return text with the image, which the node keeps', async () => {
		const run = await generate('gemini');
		expect(run.json[0].text).toBe(`Here is your image: ${PROMPT}`);
	});

	it('can reject one of two calls: the node returns the image of the other one with a warning', async () => {
		engine.mockApi.script('generateContent', [
			{ status: 400, body: { error: { code: 400, message: 'Bad luck', status: 'INVALID_ARGUMENT' } } },
		]);
		const run = await generate('gemini', { numberOfImages: 2 });
		expect(run.json).toHaveLength(1);
		expect(run.json[0].billing).toMatchObject({ requestedImages: 2, returnedImages: 1 });
		expect(run.json[0].warnings).toContainEqual(
			expect.stringContaining('One of 2 requests returned no image: The API rejected the request (Bad luck'),
		);
		expect(paid()).toHaveLength(2);
	});

	it('can reject one call and leave the other one unclear: the error reports the unclear one', async () => {
		engine.mockApi.script('generateContent', [
			{ status: 400, body: { error: { code: 400, message: 'Bad luck', status: 'INVALID_ARGUMENT' } } },
			{ status: 502, body: '<html><title>502 Bad Gateway</title></html>' },
		]);
		const run = await engine.run(
			{ prompt: PROMPT, numberOfImages: 2, options: { apiFormat: 'gemini' } },
			{ settings: { onError: 'continueRegularOutput' } },
		);
		expect(run.json).toMatchObject([{ details: { errorCode: 'unclear_submission' } }]);
	});

	it.each([
		['[refuse]', 'no_image', 'text_only', "I can't create that image, but I can describe it."],
		['[safety]', 'prompt_refused', 'IMAGE_SAFETY', 'The image was blocked by the safety filters.'],
		['[block]', 'prompt_refused', 'PROHIBITED_CONTENT', 'The prompt was blocked (PROHIBITED_CONTENT)'],
	])(
		'rejects a prompt with %s: the error includes the reason, and nothing is sent again or charged',
		async (mark, errorCode, gatewayCode, words) => {
			const run = await generate('gemini', { prompt: `${mark} a cube` });
			expect(run.error).toMatchObject({
				description: expect.stringContaining(words),
				context: { data: { errorCode, gatewayCode } },
			});
			expect(paid()).toHaveLength(1);
			expect(engine.mockApi.imagesCharged()).toBe(0);
		},
	);
});

it('returns the images from the response to the create request, without polling', async () => {
	const url = await publicUrl();
	engine.mockApi.script('createTask', [{ body: { created: 1, data: [{ url: url }] } }]);
	const run = await generate('asyncTask');

	expect(run.json).toMatchObject([
		{ status: 'succeeded', image: { url: url, sha256: engine.mockApi.files.get(url)?.sha256 } },
	]);
	expect(engine.polls()).toEqual([]);
});

it.each([
	[
		'a success without an image',
		{ code: 'success', status: 'success', data: { task_id: 'TASK', status: 'success' } },
		{},
	],
	['an empty body with the task URL in Location', '', { location: '/v1/images/tasks/TASK' }],
	[
		'a body without an ID and the task URL in Operation-Location',
		{ status: 'accepted' },
		{ 'operation-location': '/v1/images/tasks/TASK?v=1' },
	],
])('polls the task after %s', async (_fact, body, headers) => {
	await engine.run({ prompt: 'made before', wait: false } as INodeParameters);
	const taskId = String(engine.mockApi.ledger[0].taskId);
	const filled = JSON.parse(JSON.stringify({ body, headers }).replaceAll('TASK', taskId)) as {
		body: IDataObject;
		headers: Record<string, string>;
	};
	engine.mockApi.script('createTask', [{ status: 202, ...filled }]);
	const run = await generate('asyncTask');

	expect(run.json).toMatchObject([{ taskId, status: 'succeeded', image: { width: 512 } }]);
	expect(engine.mockApi.created()).toBe(1);
});

it('does not create a second task if a poll is rejected', async () => {
	engine.mockApi.script('getTask', [{ body: { code: 401, message: 'Invalid token', data: null } }]);
	const run = await engine.run(
		{ prompt: PROMPT },
		{ settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 } },
	);

	expect(run.error).toBeUndefined();
	expect(run.json).toMatchObject([{ status: 'succeeded', taskId: engine.mockApi.ledger[0].taskId }]);
	expect(engine.mockApi.created()).toBe(1);
});
