/* eslint-disable */
import { asFile, item, plainImage, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube';

afterEach(() => expect(engine.mockApi.journal).toEqual([]));

it('includes the input fields if Include Other Input Fields is on', async () => {
	const options = { previewRequest: true, includeInputFields: true };
	const run = await engine.run({ prompt: PROMPT, options }, { input: [item({ sku: 'A-1' })] });

	expect(run.json).toMatchObject([{ sku: 'A-1', preview: { method: 'POST' } }]);
});

it('shows method, URL, and body, hides the key, and sends nothing', async () => {
	const run = await engine.run({
		prompt: PROMPT,
		aspectRatio: '16:9',
		numberOfImages: 4,
		options: { previewRequest: true, extraBody: '{ "seed": 1 }' },
	});

	expect(run.json).toEqual([
		{
			preview: {
				method: 'POST',
				url: `${engine.mockApi.baseUrl}/v1/images/tasks`,
				headers: { authorization: 'Bearer [key]', 'content-type': 'application/json' },
				body: {
					model: 'NanoBanana2-0.5K',
					task_type: 'text2image',
					prompt: PROMPT,
					aspect_ratio: '16:9',
					output_format: 'png',
					n: 4,
					response_format: 'url',
					seed: 1,
				},
				calls: 1,
			},
			requestHash: expect.stringMatching(/^[0-9a-f]{32}$/),
			billing: { requestedImages: 4, imagesInRun: 4 },
			warnings: ["'Preview Request' is on, so nothing was sent."],
		},
	]);
	expect(JSON.stringify(run.data)).not.toContain(engine.mockApi.apiKey);
});

it.each(['dataUri', 'base64', 'multipart'])(
	'shows the field names of files instead of their content (%s)',
	async (sendBinaryAs) => {
		const png = await plainImage('red');
		const input = [item({}, { front: asFile(png), back: asFile(png) })];
		const run = await engine.run(
			{
				operation: 'imageToImage',
				prompt: PROMPT,
				inputType: 'both',
				binaryPropertyName: 'front,back',
				imageUrls: 'https://example.com/a.png',
				options: { previewRequest: true, sendBinaryAs },
			},
			{ input },
		);
		const shown = JSON.stringify(run.json[0].preview);

		expect(shown).toContain("[file in 'front']");
		expect(shown).toContain("[file in 'back']");
		expect(shown).toContain('https://example.com/a.png');
		expect(shown).not.toContain(png.toString('base64').slice(0, 40));
	},
);

it('previews every item and does not count it against Max Images per Run', async () => {
	const run = await engine.run(
		{ prompt: '={{ $json.prompt }}', numberOfImages: 5, options: { previewRequest: true, maxImages: 1 } },
		{ input: [item({ prompt: 'a' }), item({ prompt: 'b' })] },
	);

	expect(run.json).toMatchObject([{ preview: { body: { prompt: 'a' } } }, { preview: { body: { prompt: 'b' } } }]);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
});

it('shows what all items of the run would cost together', async () => {
	const run = await engine.run(
		{ prompt: PROMPT, numberOfImages: '={{ $json.n }}', options: { previewRequest: true, unitPrice: 0.1 } },
		{ input: [item({ n: 1 }), item({ n: 4 })] },
	);

	expect(run.json).toMatchObject([
		{ billing: { requestedImages: 1, imagesInRun: 5, cost: 0.1, costOfRun: 0.5 } },
		{ billing: { requestedImages: 4, imagesInRun: 5, cost: 0.4, costOfRun: 0.5 } },
	]);
});

it('warns if the run would exceed Max Images per Run', async () => {
	const options = { previewRequest: true, maxImages: 4 };
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 5, options });

	expect(run.json[0].warnings).toContain("This run would exceed 'Max Images per Run' (4), so it would not be sent.");
	expect((await engine.run({ prompt: PROMPT, numberOfImages: 4, options })).json[0].warnings).toHaveLength(1);
});

it('rejects a request that the node would not send', async () => {
	const run = await engine.run({ prompt: PROMPT, options: { outputFormat: 'webp', previewRequest: true } });

	expect(run.error?.message).toBe('NanoBanana2-0.5K does not support the output format WebP');
});
