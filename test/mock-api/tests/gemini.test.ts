/* eslint-disable */
import { ApiError, FinishReason, GoogleGenAI, Modality, type GenerateContentResponse } from '@google/genai';
import sharp from 'sharp';
// The client uses undici's global dispatcher, which Jest's context only has after undici is loaded.
import 'undici';
import { startMockApi, type MockApi } from '..';
import { colorAt, plainImage } from './pixels';
import { call } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const MODEL = 'gemini-3.1-flash-image-preview-1k';

function inlineImages(response: GenerateContentResponse): Buffer[] {
	const parts = response.candidates?.[0].content?.parts ?? [];
	return parts.flatMap(({ inlineData }) => (inlineData?.data ? Buffer.from(inlineData.data, 'base64') : []));
}

describe('the official Google client', () => {
	let mockApi: MockApi;
	let client: GoogleGenAI;

	beforeAll(async () => {
		mockApi = await startMockApi({ syncMs: 5 });
		client = new GoogleGenAI({ apiKey: mockApi.apiKey, httpOptions: { baseUrl: mockApi.baseUrl } });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('receives a text and an image', async () => {
		const response = await client.models.generateContent({
			model: MODEL,
			contents: 'a cube',
			config: { imageConfig: { aspectRatio: '16:9' } },
		});
		expect(response.candidates?.[0]).toMatchObject({ finishReason: FinishReason.STOP });
		expect(response.candidates?.[0].content?.parts?.[0].text).toContain('a cube');
		const [image] = inlineImages(response);
		expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width: 1376, height: 768 });
		expect(mockApi.ledger).toMatchObject([{ kind: 'generateContent', imagesCharged: 1, isDelivered: true }]);
	});

	it('sends a reference image, which the generated image contains', async () => {
		const red = await plainImage('#f00', 90, 60);
		const response = await client.models.generateContent({
			model: 'gemini-3-pro-image-preview',
			contents: [{ text: 'repaint' }, { inlineData: { mimeType: 'image/png', data: red.toString('base64') } }],
			config: { responseModalities: [Modality.IMAGE], imageConfig: { imageSize: '2K' } },
		});
		expect(response.candidates?.[0].content?.parts).toHaveLength(1);
		const [image] = inlineImages(response);
		// No ratio was requested, so the image has the 3:2 ratio of the reference.
		expect(await sharp(image).metadata()).toMatchObject({ width: 2528, height: 1696 });
		expect(await colorAt(image, 1264, 848)).toEqual([255, 0, 0]);
	});

	it('receives the text of a rejection, which is not charged', async () => {
		const response = await client.models.generateContent({ model: MODEL, contents: 'a cube [refuse]' });
		expect(response.text).toContain("can't create");
		expect(inlineImages(response)).toHaveLength(0);
		expect(response.candidates?.[0].finishReason).toBe(FinishReason.STOP);
		expect(mockApi.imagesCharged()).toBe(0);
	});

	it('receives the reason why the safety filter removed an image', async () => {
		const response = await client.models.generateContent({ model: MODEL, contents: 'a cube [safety]' });
		expect(response.candidates).toHaveLength(1);
		expect(response.candidates?.[0].finishReason).toBe(FinishReason.IMAGE_SAFETY);
		expect(response.candidates?.[0].content?.parts).toBeUndefined();
	});

	it('receives the reason why a prompt is blocked', async () => {
		const response = await client.models.generateContent({ model: MODEL, contents: 'a cube [block]' });
		expect(response.candidates).toBeUndefined();
		expect(response.promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT');
		expect(mockApi.created()).toBe(0);
	});

	it('throws an API error for a rejected request', async () => {
		const asked = client.models.generateContent({
			model: MODEL,
			contents: 'a cube',
			config: { imageConfig: { aspectRatio: '7:5' } },
		});
		await expect(asked).rejects.toBeInstanceOf(ApiError);
		await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('INVALID_ARGUMENT') });
	});
});

describe('the Gemini endpoint', () => {
	let mockApi: MockApi;
	const generate = async (body: object, model = MODEL) =>
		await call(mockApi, 'POST', `/v1beta/models/${model}:generateContent`, body);

	beforeAll(async () => {
		mockApi = await startMockApi({ syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('accepts a bearer key and snake_case fields', async () => {
		const pixel = await plainImage('#0f0', 8, 8);
		const data = pixel.toString('base64');
		const { status, body } = await generate({
			contents: [{ role: 'user', parts: [{ text: 'x' }, { inline_data: { mime_type: 'image/png', data } }] }],
			generation_config: {
				response_modalities: ['IMAGE'],
				image_config: { aspect_ratio: '1:4', image_size: '512', output_format: 'jpeg' },
			},
		});
		expect(status).toBe(200);
		const response = body as {
			candidates: { content: { parts: { inlineData: { mimeType: string; data: string } }[] } }[];
		};
		const [{ inlineData }] = response.candidates[0].content.parts;
		expect(inlineData.mimeType).toBe('image/jpeg');
		const image = sharp(Buffer.from(inlineData.data, 'base64'));
		expect(await image.metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 1024 });
		expect(mockApi.ledger).toMatchObject([{ references: 1 }]);
	});

	it.each([
		['no contents', {}],
		[
			'a part with text and image',
			{ contents: [{ parts: [{ text: 'x', inlineData: { mimeType: 'image/png', data: 'aGk=' } }] }] },
		],
		[
			'a data: prefix in inlineData',
			{
				contents: [
					{
						parts: [
							{ text: 'x' },
							{ inlineData: { mimeType: 'image/png', data: 'data:image/png;base64,iVBORw0KGgo=' } },
						],
					},
				],
			},
		],
		['inlineData without a type', { contents: [{ parts: [{ text: 'x' }, { inlineData: { data: 'iVBORw0KGgo=' } }] }] }],
		['an unknown role', { contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }],
		[
			'a lower-case size',
			{ contents: [{ parts: [{ text: 'x' }] }], generationConfig: { imageConfig: { imageSize: '1k' } } },
		],
		['two candidates', { contents: [{ parts: [{ text: 'x' }] }], generationConfig: { candidateCount: 2 } }],
	])('rejects %s', async (_name, body) => {
		const reply = await generate(body);
		expect(reply).toMatchObject({ status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT' } } });
		expect(mockApi.created()).toBe(0);
	});

	it('rejects model ids of the other endpoints, and other verbs', async () => {
		const contents = [{ parts: [{ text: 'x' }] }];
		expect((await generate({ contents }, 'NanoBanana2-1K')).status).toBe(503);
		expect((await call(mockApi, 'POST', `/v1beta/models/${MODEL}:streamGenerateContent`, { contents })).status).toBe(
			501,
		);
		expect((await call(mockApi, 'POST', `/v1beta/models/${MODEL}:countTokens`, { contents })).status).toBe(404);
	});
});
