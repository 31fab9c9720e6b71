/* eslint-disable */
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { startMockApi, type MockApi } from '..';
import { colorAt, plainImage } from './pixels';
import { call, download } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const MODEL = 'NanoBanana2-0.5K';

async function upload(background: string, name: string): Promise<File> {
	return await toFile(await plainImage(background), name, { type: 'image/png' });
}

describe('the official OpenAI client', () => {
	let mockApi: MockApi;
	let client: OpenAI;

	beforeAll(async () => {
		mockApi = await startMockApi({ syncMs: 5 });
		client = new OpenAI({ baseURL: `${mockApi.baseUrl}/v1`, apiKey: mockApi.apiKey, maxRetries: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it('generates images and receives URLs', async () => {
		const response = await client.images.generate({ model: MODEL, prompt: 'a cube', n: 2, response_format: 'url' });
		expect(response.data).toHaveLength(2);
		for (const image of response.data ?? []) {
			expect(image.revised_prompt).toBe('a cube');
			const bytes = await download(image.url ?? '');
			expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 512, height: 512 });
		}
		expect(mockApi.ledger).toMatchObject([
			{ kind: 'generations', taskId: null, imagesCharged: 2, downloads: 2, isDelivered: true },
		]);
	});

	it('generates images and receives base64', async () => {
		const response = await client.images.generate({
			model: MODEL,
			prompt: 'a cube',
			size: '1536x1024',
			output_format: 'jpeg',
			response_format: 'b64_json',
		});
		const bytes = Buffer.from(response.data?.[0].b64_json ?? '', 'base64');
		expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 632, height: 424 });
	});

	it('edits one file', async () => {
		const image = await upload('#00ff00', 'green.png');
		const response = await client.images.edit({ model: MODEL, image, prompt: 'repaint', response_format: 'b64_json' });
		const bytes = Buffer.from(response.data?.[0].b64_json ?? '', 'base64');
		expect(await colorAt(bytes, 256, 256)).toEqual([0, 255, 0]);
		expect(mockApi.calls('edits')[0].body).toMatchObject({
			files: [{ field: 'image', fileName: 'green.png', mimeType: 'image/png' }],
		});
	});

	it('edits multiple files', async () => {
		const image = [await upload('#f00', 'red.png'), await upload('#00f', 'blue.png')];
		await client.images.edit({ model: MODEL, image, prompt: 'mix' });
		expect(mockApi.ledger).toMatchObject([{ kind: 'edits', references: 2 }]);
		expect(mockApi.calls('edits')[0].body).toMatchObject({ files: [{ field: 'image[]' }, { field: 'image[]' }] });
	});

	it('throws an API error if the API rejects a request or the key', async () => {
		const call = client.images.generate({ model: MODEL, prompt: 'a cube', output_format: 'webp' });
		await expect(call).rejects.toMatchObject({ status: 400, code: 'invalid_request', type: 'invalid_request_error' });
		const stranger = new OpenAI({ baseURL: `${mockApi.baseUrl}/v1`, apiKey: 'sk-stranger', maxRetries: 0 });
		await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
	});

	it('lists the models', async () => {
		const ids: string[] = [];
		for await (const { id } of client.models.list()) ids.push(id);
		expect(ids).toEqual(expect.arrayContaining(['NanoBanana', 'NanoBananaPro-8K', 'gpt-5.2']));
	});
});

describe('the edits endpoint with JSON', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ syncMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it.each([
		['images as objects', (uri: string) => ({ images: [{ image_url: uri }, { image_url: { url: uri } }] }), 2],
		['images as strings', (uri: string) => ({ images: [uri, uri] }), 2],
		['image as a string', (uri: string) => ({ image: uri }), 1],
		['image as an object', (uri: string) => ({ image: { url: uri } }), 1],
		['image as bare base64', (uri: string) => ({ image: uri.split(',')[1] }), 1],
	])('accepts %s', async (_name, images, references) => {
		const uri = `data:image/png;base64,${(await plainImage('#f0f')).toString('base64')}`;
		const reply = await call(mockApi, 'POST', '/v1/images/edits', { model: MODEL, prompt: 'x', ...images(uri) });
		expect(reply.status).toBe(200);
		expect(mockApi.ledger).toMatchObject([{ references, state: 'succeeded' }]);
	});

	it('rejects an edit without an image or with a broken image', async () => {
		expect((await call(mockApi, 'POST', '/v1/images/edits', { model: MODEL, prompt: 'x' })).status).toBe(400);
		const broken = `data:image/png;base64,${Buffer.from('\x89PNG broken', 'latin1').toString('base64')}`;
		const reply = await call(mockApi, 'POST', '/v1/images/edits', { model: MODEL, prompt: 'x', image: broken });
		expect(reply).toMatchObject({ status: 400, body: { error: { message: expect.stringContaining('decoded') } } });
		expect(mockApi.imagesCharged()).toBe(0);
	});
});
