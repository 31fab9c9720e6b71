/* eslint-disable */
import type { INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';

import { asFile, item, plainImage, servedDigests, sha256, storedDigest, useEngine } from '../support/useEngine';
import { readBinary } from '../support/runWorkflow';

const engine = useEngine();
const PROMPT = 'Put the cup on a wooden table';

let red: Buffer;
let blue: Buffer;

beforeAll(async () => {
	red = await plainImage('#ff0000');
	blue = await plainImage('#0000ff', 'jpeg');
});

function edit(parameters: INodeParameters): INodeParameters {
	return { operation: 'imageToImage', prompt: PROMPT, ...parameters };
}

/** A URL that the API can open: it generates the image before the test's own requests. */
async function publicUrl(): Promise<string> {
	const run = await engine.run({ prompt: 'a reference' });
	const url = String(run.json[0].imageUrl);
	engine.mockApi.journal.length = 0;
	return url;
}

/** Whether an image shows a reference of this color somewhere. */
async function hasColor(bytes: Buffer, wanted: 'red' | 'blue'): Promise<boolean> {
	const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
	for (let at = 0; at < data.length; at += info.channels) {
		const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
		if (g < 40 && (wanted === 'red' ? r > 215 && b < 40 : b > 215 && r < 40)) return true;
	}
	return false;
}

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it.each([1, 3])('edits one input file into %i image(s) that show it', async (numberOfImages) => {
		const input = [item({}, { data: asFile(red) })];
		const run = await engine.run(edit({ numberOfImages }), { binaryMode, input });

		expect(run.error).toBeUndefined();
		expect(engine.created()).toMatchObject([
			{ task_type: 'image2image', n: numberOfImages, image: `data:image/png;base64,${red.toString('base64')}` },
		]);
		expect(engine.created()[0]).not.toHaveProperty('images');
		expect(engine.mockApi.ledger).toMatchObject([{ n: numberOfImages, imagesCharged: numberOfImages, references: 1 }]);
		const stored = await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)));
		expect(stored.sort()).toEqual(servedDigests(engine.mockApi).sort());
		const [{ binary }] = run.rows;
		expect(binary && (await hasColor(await readBinary(binary.data), 'red'))).toBe(true);
	});

	it('sends two files and a URL as images, in the order given', async () => {
		const url = await publicUrl();
		const input = [item({}, { front: asFile(red), back: asFile(blue, 'image/jpeg') })];
		const run = await engine.run(edit({ inputType: 'both', binaryPropertyName: 'back, front', imageUrls: url }), {
			binaryMode,
			input,
		});

		expect(run.error).toBeUndefined();
		expect(engine.created()).toMatchObject([
			{
				images: [
					`data:image/jpeg;base64,${blue.toString('base64')}`,
					`data:image/png;base64,${red.toString('base64')}`,
					url,
				],
			},
		]);
		expect(engine.created()[0]).not.toHaveProperty('image');
		expect(engine.mockApi.ledger.at(-1)).toMatchObject({ references: 3, imagesCharged: 1 });
		expect(await storedDigest(run.rows[0].binary?.data)).toBe(servedDigests(engine.mockApi).at(-1));
	});
});

it('edits an image at a URL without downloading it', async () => {
	const url = await publicUrl();
	const run = await engine.run(edit({ inputType: 'url', imageUrls: url }));

	expect(engine.created()).toMatchObject([{ task_type: 'image2image', image: url }]);
	expect(run.json).toMatchObject([{ status: 'succeeded', width: 512, height: 512 }]);
	// The API downloads the reference itself; the node downloads only the result.
	const files = engine.mockApi.calls('file').map(({ headers }) => String(headers['user-agent']));
	expect(files.filter((agent) => agent !== 'mock-api-upstream')).toHaveLength(1);
});

it.each([
	['separated by commas', (urls: string[]) => urls.join(', ')],
	['on separate lines', (urls: string[]) => urls.join('\n')],
	['in an array from an expression', (urls: string[]) => `={{ ${JSON.stringify(urls)} }}`],
])('accepts multiple URLs %s', async (_way, written) => {
	const first = await publicUrl();
	const urls = [`${first}&view=1,2`, `${first}&view=3`];
	await engine.run(edit({ inputType: 'url', imageUrls: written(urls) }));

	expect(engine.created()).toMatchObject([{ images: urls }]);
});

it('sends the MIME type of the bytes, not the one of the file name or the item', async () => {
	const mislabeled = { ...asFile(blue, 'image/png'), fileName: 'photo.png' };
	await engine.run(edit({}), { input: [item({}, { data: mislabeled })] });

	expect(engine.created()[0].image).toMatch(/^data:image\/jpeg;base64,/);
});

it('sends bare base64 if Send Images As is "base64"', async () => {
	await engine.run(edit({ options: { sendBinaryAs: 'base64' } }), { input: [item({}, { data: asFile(red) })] });

	expect(engine.created()).toMatchObject([{ image: red.toString('base64') }]);
});

it('uploads files in a form with the other fields if Send Images As is "multipart"', async () => {
	const input = [item({}, { front: asFile(red), back: asFile(blue, 'image/jpeg') })];
	const run = await engine.run(
		edit({ binaryPropertyName: 'front,back', numberOfImages: 2, options: { sendBinaryAs: 'multipart' } }),
		{ input },
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
	expect(engine.created()).toMatchObject([
		{
			fields: {
				model: 'NanoBanana2-0.5K',
				task_type: 'image2image',
				prompt: PROMPT,
				output_format: 'png',
				n: '2',
				response_format: 'url',
			},
			files: [
				{ field: 'images', fileName: 'front.png', mimeType: 'image/png', sha256: sha256(red) },
				{ field: 'images', fileName: 'back.jpg', mimeType: 'image/jpeg', sha256: sha256(blue) },
			],
		},
	]);
});

it('sends each item with its own reference image', async () => {
	const input = [item({}, { data: asFile(red) }), item({}, { data: asFile(blue, 'image/jpeg') })];
	const run = await engine.run(edit({}), { input });

	expect(
		engine
			.created()
			.map(({ image }) => String(image).slice(0, 16))
			.sort(),
	).toEqual(['data:image/jpeg;', 'data:image/png;b']);
	const [first, second] = run.rows.map(({ binary }) => binary?.data);
	expect(first && (await hasColor(await readBinary(first), 'red'))).toBe(true);
	expect(first && (await hasColor(await readBinary(first), 'blue'))).toBe(false);
	expect(second && (await hasColor(await readBinary(second), 'blue'))).toBe(true);
});

it('does not change the input item', async () => {
	const input = [item({ note: 'keep' }, { data: asFile(red) })];
	const run = await engine.run(edit({}), { input });

	expect(run.output('Start')[0][0].binary?.data.data).toBe(red.toString('base64'));
	expect(run.output('Start')[0][0].json).toEqual({ note: 'keep' });
});
