/* eslint-disable */
import sharp from 'sharp';

import type { INodeParameters } from 'n8n-workflow';

import { asFile, item, plainImage, useEngine, type NodeRun } from '../support/useEngine';

const engine = useEngine();

/** n8n does not allow these words in texts. The API's text is exempt. */
const UNWANTED = /error|problem|failure|mistake/i;
const ownWords = (text: string) => text.replace(/^(API response|Details): .*$/m, '');

const PROMPT = 'A small red cube';
const id = (value: string) => ({ __rl: true, mode: 'id', value });
const edit = (parameters: INodeParameters = {}): INodeParameters => ({
	operation: 'imageToImage',
	prompt: PROMPT,
	...parameters,
});
const body = (extraBody: string) => ({ options: { extraBody } });
const SKIP = "To send it anyway, turn on 'Skip Model Checks' under Options.";
const RATIOS = '1:1, 2:3, 3:2, 3:4, 4:3, 4:5, 5:4, 9:16, 16:9, 21:9';
const WHOLE = 'Enter a whole number, e.g. 1.';

type Bad = [what: string, parameters: INodeParameters, message: string, description: string];

/** Runs the node with invalid parameters and asserts the error text, and that nothing was charged. */
async function expectRejection([, parameters, message, advice]: Bad, more: NodeRun = {}): Promise<void> {
	const description = `You were not charged. ${advice}`;
	const run = await engine.run(parameters, more);

	expect(run.status).toBe('error');
	expect(run.error).toMatchObject({
		name: 'NodeApiError',
		message,
		description,
		context: { itemIndex: 0, data: { description } },
	});
	expect(`${message} ${ownWords(description)}`).not.toMatch(UNWANTED);
	// What n8n stores and shows is a copy.
	expect(run.data.resultData.error).toMatchObject({ message, description });
	expect(engine.mockApi.ledger).toEqual([]);
}

describe('before it sends anything, the node', () => {
	afterEach(() => expect(engine.mockApi.journal).toEqual([]));

	it.each<Bad>([
		[
			'an empty prompt',
			{ prompt: "={{ '' }}" },
			"'Prompt' is empty",
			'Describe the image. If you use an expression, check that it returns text for this item.',
		],
		[
			'a prompt expression without a value',
			{ prompt: '={{ $json.nope }}' },
			"'Prompt' is empty",
			'Describe the image. If you use an expression, check that it returns text for this item.',
		],
		[
			'a prompt of whitespace',
			{ prompt: '  \n ' },
			"'Prompt' is empty",
			'Describe the image. If you use an expression, check that it returns text for this item.',
		],
		[
			'an empty model',
			{ prompt: PROMPT, model: id("={{ '' }}") },
			"'Model' is empty",
			'Select a model from the list or enter a model ID, e.g. NanoBanana2-1K.',
		],
		[
			'0 images',
			{ prompt: PROMPT, numberOfImages: 0 },
			"'Number of Images' must be a whole number, 1 or higher (got 0)",
			WHOLE,
		],
		[
			'11.5 images',
			{ prompt: PROMPT, numberOfImages: 11.5 },
			"'Number of Images' must be a whole number, 1 or higher (got 11.5)",
			WHOLE,
		],
		[
			'a word as the number of images',
			{ prompt: PROMPT, numberOfImages: '={{ "many" }}' },
			"'Number of Images' must be a whole number, 1 or higher (got many)",
			WHOLE,
		],
		[
			'WebP with NanoBanana2',
			{ prompt: PROMPT, options: { outputFormat: 'webp' } },
			'NanoBanana2-0.5K does not support the output format WebP',
			`Set 'Output Format' to PNG or JPEG, or use the NanoBanana model, which supports WebP. ${SKIP}`,
		],
		[
			'a ratio that the model does not support',
			{ prompt: PROMPT, model: id('NanoBananaPro-1K'), aspectRatio: '8:1' },
			'NanoBananaPro-1K does not support the aspect ratio 8:1',
			`Set 'Aspect Ratio' to one of: ${RATIOS}. ${SKIP}`,
		],
		[
			'a size instead of a ratio',
			{ prompt: PROMPT, aspectRatio: '={{ "1024x768" }}' },
			"'Aspect Ratio' is not a valid ratio",
			'Use a ratio such as 16:9. Sizes in pixels are not supported.',
		],
		[
			'an unknown output format',
			{ prompt: PROMPT, options: { outputFormat: '={{ "tiff" }}' } },
			"'tiff' is not a valid value for 'Output Format'",
			'Select a value from the list. An expression must return one of: auto, png, jpeg, webp.',
		],
		[
			'size in the additional fields',
			{ prompt: PROMPT, ...body('{ "size": "1024x1024" }') },
			"NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'",
			`Remove 'size'. Use 'Aspect Ratio' for the shape and 'Model' for the resolution (…-1K, …-2K). ${SKIP}`,
		],
		[
			'additional fields that are not JSON',
			{ prompt: PROMPT, ...body('{ "seed"') },
			"'Additional Request Fields (JSON)' must be a JSON object",
			'Enter an object such as { "seed": 42 }, or remove the option.',
		],
		[
			'a list as additional fields',
			{ prompt: PROMPT, ...body('[1]') },
			"'Additional Request Fields (JSON)' must be a JSON object",
			'Enter an object such as { "seed": 42 }, or remove the option.',
		],
		[
			'image and images in the additional fields',
			{ prompt: PROMPT, ...body('{ "image": "https://x.example/1.png", "images": [] }') },
			"Reference images are set in 'Additional Request Fields (JSON)' and in another field",
			'Set them in one place only.',
		],
		[
			'a word as the timeout',
			{ prompt: PROMPT, options: { timeout: '={{ "soon" }}' } },
			"'Timeout (Seconds)' must be a number, 0.1 or higher (got soon)",
			'Enter a number, or remove the option.',
		],
		[
			'a resolution that the model does not support',
			{ prompt: PROMPT, model: id('gemini-nano-banana-2.1'), options: { apiFormat: 'gemini', imageSize: '512' } },
			'gemini-nano-banana-2.1 does not support the resolution 0.5K',
			`Set 'Resolution' to one of: 1K, 2K, 4K. ${SKIP}`,
		],
		[
			'a negative price',
			{ prompt: PROMPT, options: { unitPrice: -0.04 } },
			"'Price per Image' must be a number, 0 or higher (got -0.04)",
			'Enter a number, or remove the option.',
		],
		[
			'a word as the price',
			{ prompt: PROMPT, options: { unitPrice: '={{ "cheap" }}' } },
			"'Price per Image' must be a number, 0 or higher (got cheap)",
			'Enter a number, or remove the option.',
		],
		[
			'NaN as the price',
			{ prompt: PROMPT, options: { unitPrice: '={{ NaN }}' } },
			"'Price per Image' must be a number, 0 or higher (got NaN)",
			'Enter a number, or remove the option.',
		],
		[
			'an output field with a dangerous name',
			{ prompt: PROMPT, options: { binaryPropertyOutput: '__proto__' } },
			"'__proto__' is not a valid value for 'Put Output in Field'",
			'Enter another name, e.g. data.',
		],
		[
			'more images than Max Images per Run',
			{ prompt: PROMPT, numberOfImages: 3, options: { maxImages: 2 } },
			"This run would generate 3 images, but 'Max Images per Run' is 2",
			"Raise 'Max Images per Run' under Options, send fewer items, or lower 'Number of Images'.",
		],
		[
			'an item without files',
			edit(),
			"No file found in the input field 'data'",
			"This item has no files. Correct 'Input Data Field Name(s)', or add a node that loads the image.",
		],
		[
			'an empty input field name',
			edit({ binaryPropertyName: "={{ '' }}" }),
			"'Input Data Field Name(s)' is empty",
			'Enter the name of the input field containing the image, e.g. data.',
		],
		[
			'an empty URL',
			edit({ inputType: 'url', imageUrls: "={{ '' }}" }),
			"'URL(s)' is empty",
			'Enter at least one image URL, e.g. https://example.com/image.png.',
		],
		[
			'an empty task ID',
			{ operation: 'getStatus', taskId: '={{ $json.taskId }}' },
			"'Task ID' is empty",
			"Enter the taskId returned by 'Text to Image' or 'Image to Image', or use an expression such as {{ $json.taskId }}.",
		],
		[
			'an empty list of task IDs',
			{ operation: 'waitForResult', taskId: '={{ [] }}' },
			"'Task ID' is empty",
			"Enter the taskId returned by 'Text to Image' or 'Image to Image', or use an expression such as {{ $json.taskId }}.",
		],
	])('rejects %s', async (...bad) => await expectRejection(bad));

	it.each(['ftp://example.com/a.png', 'file:///etc/passwd', 'image.png', 'https://', 'javascript:alert(1)'])(
		'rejects the URL %s',
		async (imageUrls) => {
			const description =
				"Enter a public URL that starts with https://. To use files from this workflow, set 'Input Type' to 'Binary File(s)'.";
			await expectRejection([
				'',
				edit({ inputType: 'url', imageUrls }),
				`'URL(s)' contains an invalid URL: ${imageUrls}`,
				description,
			]);
		},
	);

	it('rejects a file field that the item does not have, and lists the ones that it has', async () => {
		const input = [item({}, { data: asFile(await plainImage('red')), mask: asFile(await plainImage('red')) })];
		const description =
			"This item has files in: data, mask. Correct 'Input Data Field Name(s)', or add a node that loads the image.";
		await expectRejection(
			['', edit({ binaryPropertyName: 'data, photo' }), "No file found in the input field 'photo'", description],
			{ input },
		);
	});

	it('rejects a file that is not an image, even if its MIME type is image/png', async () => {
		const input = [item({}, { data: asFile(Buffer.from('%PDF-1.7 a document, not an image'), 'image/png') })];
		const description = 'Use a PNG, JPEG, WebP, or GIF file, and check which node provides the field.';
		await expectRejection(['', edit(), "The file in 'data' is not a supported image", description], {
			input,
		});
	});

	it("rejects a file that is missing from n8n's storage", async () => {
		const id = 'filesystem-v2:workflows/w/executions/1/binary_data/00000000-0000-0000-0000-000000000000';
		const input = [item({}, { data: { data: 'filesystem-v2', mimeType: 'image/png', id } })];
		const description = 'Run the node that provides the file again.<br>Details: File not found.';
		const run = await engine.run(edit(), { input });

		expect(run.error).toMatchObject({
			message: "The file in 'data' could not be read from n8n's storage",
			description: `You were not charged. ${description}`,
			context: { data: { errorCode: 'invalid_input' } },
		});
	});

	it('rejects an image of an unsupported type (TIFF)', async () => {
		const bitmap = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
			.tiff()
			.toBuffer();
		const description = 'Use a PNG, JPEG, WebP, or GIF file, and check which node provides the field.';
		await expectRejection(['', edit(), "The file in 'data' is not a supported image", description], {
			input: [item({}, { data: asFile(bitmap) })],
		});
	});

	it('rejects an incomplete image', async () => {
		const half = (await plainImage('red')).subarray(0, 60);
		const description = `Run the node that provides the file again. ${SKIP}`;
		await expectRejection(['', edit(), "The file in 'data' is incomplete", description], {
			input: [item({}, { data: asFile(half) })],
		});
	});

	it('rejects an image of more than 20 MB', async () => {
		const big = Buffer.concat([await plainImage('red'), Buffer.alloc(21_500_000)]);
		const input = [item({}, { data: asFile(big) })];
		const description =
			"Resize the image, e.g. with the Edit Image node, or set 'Input Type' to 'Image URL(s)'. To send it anyway, turn on 'Skip Model Checks' under Options.";
		await expectRejection(['', edit(), "The file in 'data' is too large (20.5 MB, maximum 20 MB)", description], {
			input,
		});
	});

	it.each([
		['NanoBanana', 4, 3],
		['NanoBanana2-0.5K', 15, 14],
	])('rejects more reference images than %s supports', async (model, given, most) => {
		const png = asFile(await plainImage('red'));
		const files = Object.fromEntries(Array.from({ length: given - 1 }, (_, index) => [`file${index}`, png]));
		const parameters = edit({
			model: id(model),
			inputType: 'both',
			binaryPropertyName: Object.keys(files).join(','),
			imageUrls: 'https://example.com/a.png',
		});
		const description = `Remove images from 'URL(s)' or 'Input Data Field Name(s)'. ${SKIP}`;
		await expectRejection(
			['', parameters, `${model} accepts up to ${most} reference images (got ${given})`, description],
			{ input: [item({}, files)] },
		);
	});

	it.each(['image', 'images'])('rejects %s in the additional fields together with a file', async (name) => {
		const input = [item({}, { data: asFile(await plainImage('red')) })];
		const parameters = edit(body(JSON.stringify({ [name]: 'https://example.com/a.png' })));
		const description = 'Set them in one place only.';
		await expectRejection(
			[
				'',
				parameters,
				"Reference images are set in 'Additional Request Fields (JSON)' and in another field",
				description,
			],
			{ input },
		);
	});

	it('is stopped by n8n if a required field is empty', async () => {
		const run = await engine.run({ prompt: '' });

		expect(run.status).toBe('error');
		expect(run.error?.message).toContain('Parameter "Prompt" is required.');
	});
});

it('sends an invalid request with a warning if Skip Model Checks is on', async () => {
	const run = await engine.run({
		prompt: PROMPT,
		options: { skipModelChecks: true, extraBody: '{ "size": "1024x1024" }' },
	});

	expect(engine.created()).toMatchObject([{ size: '1024x1024' }]);
	expect(run.json).toMatchObject([
		{
			status: 'succeeded',
			warnings: ["NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'."],
		},
	]);
});

const MIXED = [
	item({ prompt: 'a', n: 1 }),
	item({ prompt: '', n: 1 }),
	item({ prompt: 'c', n: 1 }),
	item({ prompt: 'd', n: 0 }),
];
const PER_ITEM = { prompt: '={{ $json.prompt }}', numberOfImages: '={{ $json.n }}' };

describe('a run with multiple items', () => {
	it('sends nothing in stop mode if one item is invalid', async () => {
		const run = await engine.run(PER_ITEM, { input: MIXED });

		expect(run.error).toMatchObject({ message: "'Prompt' is empty", context: { itemIndex: 1 } });
		expect(engine.mockApi.journal).toEqual([]);
		expect(engine.mockApi.ledger).toEqual([]);
	});

	it('creates the valid items and returns an error row for each invalid one on the regular output', async () => {
		const run = await engine.run(PER_ITEM, { input: MIXED, settings: { onError: 'continueRegularOutput' } });

		expect(run.rows.map(({ json, pairedItem }) => [json.status ?? json, pairedItem])).toEqual([
			['succeeded', { item: 0 }],
			[
				{
					error: "'Prompt' is empty",
					details: { errorCode: 'invalid_input', description: expect.stringContaining('Describe the image.') },
				},
				{ item: 1 },
			],
			['succeeded', { item: 2 }],
			[
				{
					error: "'Number of Images' must be a whole number, 1 or higher (got 0)",
					details: { errorCode: 'invalid_input', description: `You were not charged. ${WHOLE}` },
				},
				{ item: 3 },
			],
		]);
		expect(engine.mockApi.ledger.map(({ prompt }) => prompt).sort()).toEqual(['a', 'c']);
	});

	it('passes the invalid items to the error output with their input', async () => {
		const run = await engine.run(PER_ITEM, { input: MIXED, settings: { onError: 'continueErrorOutput' } });

		expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(run.errorRows).toMatchObject([
			{
				json: { prompt: '', error: "'Prompt' is empty", details: { errorCode: 'invalid_input' } },
				pairedItem: { item: 1 },
			},
			{ json: { n: 0, details: { errorCode: 'invalid_input' } }, pairedItem: { item: 3 } },
		]);
	});

	it('counts the images of all items against Max Images per Run before it sends a request', async () => {
		const input = [item({ prompt: 'a', n: 2 }), item({ prompt: 'b', n: 3 })];
		const run = await engine.run({ ...PER_ITEM, options: { maxImages: 4 } }, { input });

		expect(run.error?.message).toBe("This run would generate 5 images, but 'Max Images per Run' is 4");
		expect(engine.mockApi.journal).toEqual([]);
	});
});

it.each(['generate', "={{ 'textToImage' }}", ''])(
	'rejects the operation "%s", which the menu does not contain',
	async (operation) => {
		const journal = engine.mockApi.journal.length;
		const run = await engine.run({ operation, prompt: PROMPT });

		expect(run.error).toMatchObject({
			message: expect.stringContaining("is not a valid value for 'Operation'"),
			description: 'You were not charged. Select an operation from the list. An expression is not supported here.',
		});
		expect(engine.mockApi.journal).toHaveLength(journal);
	},
);
