/* eslint-disable */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { CATALOG, modelFacts } from '../routes/catalog';
import { startMockApi, type ImageFormat, type MockApi } from '..';
import { padImage } from '../images/growImage';
import { readScene } from '../images/readScene';
import { renderImage, referenceBoxes, type ImageSpec } from '../images/renderImage';
import { colorAt, plainImage } from './pixels';
import { nearestRatio, pixelSize } from '../images/pixelSizes';
import { download, finishedTask } from './taskClient';

// Rendering and streaming take long on a busy machine.
jest.setTimeout(60_000);

const SPEC: ImageSpec = {
	width: 512,
	height: 512,
	prompt: 'x',
	caption: 'caption',
	index: 0,
	format: 'png',
	references: [],
	padToBytes: null,
	drawing: 'plain',
};

describe('pixel sizes', () => {
	it.each([
		['NanoBanana', '21:9', 1536, 672],
		['NanoBanana', '2:3', 832, 1248],
		['NanoBanana2-0.5K', '21:9', 792, 168],
		['NanoBanana2-0.5K', '8:1', 1536, 192],
		['NanoBanana2-1K', '4:5', 928, 1152],
		['NanoBanana2-2K', '9:16', 1536, 2752],
		['NanoBanana2-4K', '1:8', 1536, 12288],
		['NanoBananaPro-4K', '16:9', 5504, 3072],
		['NanoBananaPro-8K', '1:1', 4096, 4096],
		['gemini-3.1-flash-image-preview-512', '3:4', 448, 600],
		['gemini-2.5-flash-image', '16:9', 1344, 768],
	])('of %s at %s are %i by %i', (model, ratio, width, height) => {
		expect(pixelSize(modelFacts(model).tier, ratio)).toEqual({ width, height });
	});

	it('exist for every ratio that a model accepts', () => {
		for (const { tier, ratios } of CATALOG.map(modelFacts)) {
			for (const ratio of ratios.slice(1)) expect(pixelSize(tier, ratio)).not.toEqual(pixelSize(tier, '1:1'));
		}
	});

	it('have the ratio that is closest to the reference if none is requested', () => {
		const { ratios } = modelFacts('NanoBanana2-1K');
		expect(nearestRatio(ratios, { width: 1920, height: 1080 })).toBe('16:9');
		expect(nearestRatio(ratios, { width: 300, height: 400 })).toBe('3:4');
		expect(nearestRatio(ratios, { width: 10, height: 900 })).toBe('1:8');
	});
});

describe('images', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0 });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	it.each([
		['NanoBanana2-0.5K', '2:3', 'png', 424, 632],
		['NanoBanana2-1K', '16:9', 'jpeg', 1376, 768],
		['NanoBanana', '4:3', 'webp', 1184, 864],
		['NanoBananaPro-4K', '1:1', 'png', 4096, 4096],
	])('of %s at %s as %s have the published size', async (model, ratio, format, width, height) => {
		const task = await finishedTask(mockApi, { model, prompt: 'x', aspect_ratio: ratio, output_format: format });
		expect(await sharp(await download(task.result_url)).metadata()).toMatchObject({ format, width, height });
	});

	it.each(['plain', 'scene'] as const)(
		'drawn as %s differ for different prompts, and are identical for the same prompt',
		async (drawing) => {
			const [one, same, other] = await Promise.all(
				['a cube', 'a cube', 'a ball'].map(async (prompt) => await renderImage({ ...SPEC, drawing, prompt })),
			);
			expect(same.sha256).toBe(one.sha256);
			expect(other.sha256).not.toBe(one.sha256);
		},
	);

	it('can be rendered from any prompt', async () => {
		const prompt = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
		await fc.assert(
			fc.asyncProperty(prompt, async (text) => {
				const { content } = await renderImage({
					...SPEC,
					drawing: 'scene',
					width: 256,
					height: 96,
					prompt: `<&"${text}`,
				});
				expect((await sharp(content).stats()).channels).toHaveLength(3);
			}),
			{ numRuns: 25, seed: 1 },
		);
	});

	it('of an edit contain the references, pixel for pixel', async () => {
		const quarters = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#ff0000' } })
			.composite([{ input: await plainImage('#0000ff', 32, 24), left: 0, top: 0 }])
			.removeAlpha()
			.png()
			.toBuffer();
		const uri = `data:image/png;base64,${quarters.toString('base64')}`;
		const task = await finishedTask(mockApi, { model: 'NanoBanana2-0.5K', prompt: 'x', images: [uri, uri] });
		const result = await download(task.result_url);
		const { width, height } = await sharp(result).metadata();
		// The ratio follows the 4:3 reference.
		expect([width, height]).toEqual([600, 448]);
		const size = { width: 64, height: 48 };
		for (const box of referenceBoxes({ width, height }, [size, size])) {
			const shown = await sharp(result).extract(box).raw().toBuffer();
			const fitted = await sharp(quarters).resize(box.width, box.height, { fit: 'fill' }).raw().toBuffer();
			expect(shown.equals(fitted)).toBe(true);
		}
	});

	it("of an edit contain an earlier result, and the API's own download of it is not counted", async () => {
		const first = await finishedTask(mockApi, { model: 'NanoBanana2-0.5K', prompt: 'first' });
		const second = await finishedTask(mockApi, {
			model: 'NanoBanana2-0.5K',
			prompt: 'second',
			image: first.result_url,
		});
		const background = await colorAt(await download(first.result_url), 256, 256);
		expect(await colorAt(await download(second.result_url), 256, 256)).toEqual(background);
		expect(mockApi.ledger.map(({ downloads }) => downloads)).toEqual([1, 1]);
	});

	it('are padded to the size in the settings', async () => {
		mockApi.set({ imageBytes: 300_000 });
		const task = await finishedTask(mockApi, { model: 'NanoBanana2-0.5K', prompt: 'x' });
		expect(await download(task.result_url)).toHaveLength(300_000);
	});

	it.each(['png', 'jpeg', 'webp'] as ImageFormat[])('keep their pixels as %s when padded', async (format) => {
		const { content } = await renderImage({ ...SPEC, format });
		const padded = padImage(content, format, 200_000);
		expect(Math.abs(padded.length - 200_000)).toBeLessThan(64);
		const decoded = [content, padded].map(async (bytes) => await sharp(bytes, { failOn: 'warning' }).raw().toBuffer());
		const [before, after] = await Promise.all(decoded);
		expect(after.equals(before)).toBe(true);
	});

	it('contain only valid PNG chunks when padded', async () => {
		const padded = padImage((await renderImage(SPEC)).content, 'png', 200_000);
		const types: string[] = [];
		for (let at = 8; at < padded.length; ) {
			const end = at + 8 + padded.readUInt32BE(at);
			expect(padded.readUInt32BE(end)).toBe(crc32(padded.subarray(at + 4, end)));
			types.push(padded.toString('latin1', at + 4, at + 8));
			at = end + 4;
		}
		expect(types.slice(-2)).toEqual(['npAd', 'IEND']);
	});
});

describe('scenes', () => {
	let mockApi: MockApi;

	beforeAll(async () => {
		mockApi = await startMockApi({ taskMs: 0, drawing: 'scene' });
	});
	afterEach(() => mockApi.reset());
	afterAll(async () => await mockApi.stop());

	const drawn = async (prompt: string, more: object = {}): Promise<{ bytes: Buffer; url: string }> => {
		const { result_url: url } = await finishedTask(mockApi, { model: 'NanoBanana2-0.5K', prompt, ...more });
		return { bytes: await download(url), url };
	};
	/** The share of the pixels that have much more red than blue, or much more blue than red. */
	const shareOf = async (bytes: Buffer, channel: 'red' | 'blue'): Promise<number> => {
		const pixels = await sharp(bytes).removeAlpha().raw().toBuffer();
		const [strong, weak] = channel === 'red' ? [0, 2] : [2, 0];
		let count = 0;
		for (let at = 0; at < pixels.length; at += 3) if (pixels[at + strong] - pixels[at + weak] > 60) count += 1;
		return count / (pixels.length / 3);
	};

	it.each(['png', 'jpeg'])('show the red cube of the prompt as %s, and an edit makes it blue', async (format) => {
		const more = { output_format: format };
		const red = await drawn('A small red cube on a clean white desk', more);
		expect(await shareOf(red.bytes, 'red')).toBeGreaterThan(0.04);
		expect(await shareOf(red.bytes, 'red')).toBeLessThan(0.15);
		expect(await shareOf(red.bytes, 'blue')).toBe(0);

		const blue = await drawn('Make the cube blue', { ...more, image: red.url });
		expect(await shareOf(blue.bytes, 'red')).toBe(0);
		expect(await shareOf(blue.bytes, 'blue')).toBeGreaterThan(0.04);
	});

	it('keep the subject of the first prompt in an edit', async () => {
		const first = await drawn('a red ball on a table');
		const second = await drawn('put it on a blue desk', { image: first.url });
		const third = await drawn('at night', { image: second.url });
		expect(await shareOf(second.bytes, 'red')).toBeGreaterThan(0.04);
		expect(await shareOf(second.bytes, 'blue')).toBeGreaterThan(0.2);
		expect(await sharp(third.bytes).metadata()).toMatchObject({ format: 'png' });
		expect((await sharp(third.bytes).stats()).dominant.b).toBeLessThan(150);
	});

	it.each([
		['a small red cube on a clean white desk', 'cube #d8352f 0.6', '#fafafa', '#dfe5ea', 'studio'],
		['a desk with a blue background and a mug in daylight', 'mug #f3efe8 1', '#d9b48c', '#2f66d6', 'daylight'],
		['a big green ball and a banana', 'sphere #3c9a52 1.2, banana #f4c430 1', null, '#dfe5ea', 'studio'],
	])('are read from "%s"', (prompt, subjects, surface, wall, light) => {
		const scene = readScene(prompt);
		const written = [...(scene?.subjects ?? [])].map(([shape, { color, scale }]) => `${shape} ${color} ${scale}`);
		expect([written.join(', '), scene?.surface, scene?.wall, scene?.light]).toEqual([subjects, surface, wall, light]);
	});

	it('are posters if the prompt contains no known shape', async () => {
		expect(readScene('Make it night')).toBeNull();
		const [one, other] = [await drawn('a robot'), await drawn('two robots')];
		expect(one.bytes.equals(other.bytes)).toBe(false);
	});
});
