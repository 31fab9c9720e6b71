/* eslint-disable */
import { asFile, item, MODEL, plainImage, servedDigests, storedDigest, useEngine } from '../support/useEngine';
import { chain, createNode, nanoBananaWorkflow, runWorkflow } from '../support/runWorkflow';

const engine = useEngine();
const PROMPT = 'A small red cube';

const SIMPLE = ['taskId', 'status', 'imageUrl', 'fileName', 'mimeType', 'width', 'height', 'model'];

it('returns nine flat fields when simplified, the most useful first', async () => {
	const run = await engine.run({ prompt: PROMPT, options: { unitPrice: 0.04 } });

	expect(Object.keys(run.json[0])).toEqual([...SIMPLE, 'cost']);
	expect(Object.values(run.json[0]).filter((value) => typeof value === 'object')).toEqual([]);
	expect(run.json[0].imageUrl).toBe([...engine.mockApi.files.keys()][0]);
});

it('returns all fields when not simplified', async () => {
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 2, simplify: false, options: { unitPrice: 0.1 } });
	const [entry] = engine.mockApi.ledger;
	const files = [...engine.mockApi.files];

	expect(run.json.map((row) => Object.keys(row))).toEqual(
		Array(2).fill([
			'taskId',
			'status',
			'progress',
			'model',
			'operation',
			'requestHash',
			'image',
			'billing',
			'timing',
			'warnings',
		]),
	);
	expect(run.json).toEqual(
		files.map(([url, file], index) => ({
			taskId: entry.taskId,
			status: 'succeeded',
			progress: 100,
			model: 'NanoBanana2-0.5K',
			operation: 'textToImage',
			requestHash: expect.stringMatching(/^[0-9a-f]{32}$/),
			image: {
				index,
				url,
				fileName: `${entry.taskId}-${index + 1}.png`,
				mimeType: 'image/png',
				width: 512,
				height: 512,
				bytes: file.bytes,
				sha256: file.sha256,
			},
			billing: { requestedImages: 2, returnedImages: 2, unitPrice: 0.1, cost: 0.2 },
			timing: {
				submittedAt: expect.stringMatching(/^\d{4}-.*Z$/),
				finishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
				waitedMs: expect.any(Number),
				polls: engine.polls().length,
			},
			warnings: [],
		})),
	);
});

it('returns no cost if Price per Image is not set', async () => {
	const run = await engine.run({ prompt: PROMPT, simplify: false });

	expect(run.json[0].billing).toEqual({ requestedImages: 1, returnedImages: 1 });
});

it('warns if the API returns more images than requested', async () => {
	engine.mockApi.set({ resultCount: 3 });
	const run = await engine.run({ prompt: PROMPT, simplify: false });

	expect(run.rows).toHaveLength(3);
	expect(run.json[0]).toMatchObject({
		billing: { requestedImages: 1, returnedImages: 3 },
		warnings: expect.arrayContaining([
			'The API returned 3 images instead of 1. You may be charged for all of them.',
		]) as unknown,
	});
});

it('calculates the cost of the returned images, and warns if fewer than requested were returned', async () => {
	engine.mockApi.set({ resultCount: 2 });
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 3, simplify: false, options: { unitPrice: 0.04 } });

	expect(run.rows).toHaveLength(2);
	expect(run.json[0]).toMatchObject({
		billing: { requestedImages: 3, returnedImages: 2, unitPrice: 0.04, cost: 0.08 },
		warnings: ["The API returned 2 of 3 images. Check your provider's invoice."],
	});
	expect(engine.mockApi.imagesCharged()).toBe(2);
});

it('returns all images of a task in one item if Combine Images Into One Item is on', async () => {
	const run = await engine.run({
		prompt: PROMPT,
		numberOfImages: 3,
		options: { combineImages: true, unitPrice: 0.04 },
	});
	const urls = [...engine.mockApi.files.keys()];

	expect(run.rows).toHaveLength(1);
	expect(Object.keys(run.rows[0].binary ?? {})).toEqual(['data', 'data_1', 'data_2']);
	expect(await Promise.all(Object.values(run.rows[0].binary ?? {}).map(storedDigest))).toEqual(
		servedDigests(engine.mockApi),
	);
	expect(run.json[0]).toMatchObject({ status: 'succeeded', imageUrl: urls[0], imageUrls: urls, cost: 0.12 });
	expect(Object.keys(run.json[0]).length).toBeLessThanOrEqual(10);
});

it('lists all combined images when not simplified', async () => {
	const run = await engine.run({
		prompt: PROMPT,
		numberOfImages: 2,
		simplify: false,
		options: { combineImages: true },
	});

	expect(run.json[0]).toMatchObject({
		image: { index: 0 },
		images: [{ index: 0 }, { index: 1 }],
		billing: { returnedImages: 2 },
	});
});

it.each([
	[false, [['photo'], ['photo']]],
	[true, [['photo', 'photo_1']]],
])('returns the files in the field of Put Output in Field (combined: %s)', async (combineImages, fields) => {
	const run = await engine.run({
		prompt: PROMPT,
		numberOfImages: 2,
		options: { combineImages, binaryPropertyOutput: 'photo' },
	});

	expect(run.rows.map(({ binary }) => Object.keys(binary ?? {}))).toEqual(fields);
});

it('uses File Name for the files, with numbers and the correct file extension', async () => {
	const run = await engine.run({
		prompt: PROMPT,
		numberOfImages: 2,
		options: { outputFormat: 'jpeg', fileName: '=red {{ 1 + 1 }}.png' },
	});

	expect(run.json.map(({ fileName }) => fileName)).toEqual(['red 2-1.jpg', 'red 2-2.jpg']);
	expect(run.rows.map(({ binary }) => binary?.data.fileName)).toEqual(['red 2-1.jpg', 'red 2-2.jpg']);
});

it('uses the task ID as the file name if File Name is not set', async () => {
	const run = await engine.run({ prompt: PROMPT });

	expect(run.json[0].fileName).toBe(`${engine.mockApi.ledger[0].taskId}.png`);
});

it('keeps the input fields if Include Other Input Fields is on, and the result overrides them', async () => {
	const input = [item({ sku: 'A-7', status: 'draft' })];
	const kept = await engine.run({ prompt: PROMPT, options: { includeInputFields: true } }, { input });
	const plain = await engine.run({ prompt: PROMPT }, { input });

	expect(kept.json).toMatchObject([{ sku: 'A-7', status: 'succeeded' }]);
	expect(plain.json[0]).not.toHaveProperty('sku');
});

it('returns URLs without any download if Download Images is off', async () => {
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 2, options: { download: false } });
	const urls = engine.mockApi.task(String(run.json[0].taskId))?.urls;

	expect(run.json.map(({ imageUrl }) => imageUrl)).toEqual(urls);
	expect(run.json.map((row) => Object.keys(row))).toEqual(Array(2).fill(['taskId', 'status', 'imageUrl', 'model']));
	expect(run.rows.map(({ binary }) => binary)).toEqual([undefined, undefined]);
	expect(engine.mockApi.calls('file')).toEqual([]);
});

it('stores images that the API returns as base64, and keeps the base64 out of the row', async () => {
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 2, options: { responseFormat: 'b64_json' } });

	expect(engine.created()).toMatchObject([{ response_format: 'b64_json' }]);
	expect(engine.mockApi.calls('file')).toEqual([]);
	expect(run.json.map((row) => Object.keys(row))).toEqual(Array(2).fill(SIMPLE.filter((name) => name !== 'imageUrl')));
	expect(run.rows.map(({ binary }) => binary?.data.mimeType)).toEqual(['image/png', 'image/png']);
	expect(JSON.stringify(run.json).length).toBeLessThan(1000);
});

it('stores images that the API returns as base64, even if Download Images is off', async () => {
	const run = await engine.run({ prompt: PROMPT, options: { responseFormat: 'b64_json', download: false } });

	expect(run.rows[0].binary?.data.mimeType).toBe('image/png');
});

it('returns the URL of an image that is too large, with a warning, because it was charged', async () => {
	engine.mockApi.set({ imageBytes: 300_000 });
	const run = await engine.run({ prompt: PROMPT, options: { maxImageSize: 0.1 } });

	expect(run.json).toMatchObject([
		{
			status: 'succeeded',
			imageUrl: expect.stringContaining(engine.mockApi.filesUrl),
			warnings: [
				expect.stringMatching(
					/You were charged for it\. .* a higher 'Max Download Size \(MB\)'\. Reason: It is larger than .* 'Max Download Size \(MB\)'/,
				),
			],
		},
	]);
	expect(run.rows[0].binary).toBeUndefined();
});

it('passes the file to the next node, which can read it', async () => {
	const workflow = nanoBananaWorkflow({ model: MODEL, prompt: PROMPT, options: { pollInterval: 0.02 } });
	workflow.nodes.push(createNode('After', 'n8n-nodes-base.noOp'));
	workflow.connections = chain('Start', 'NanoBanana', 'After');
	const { baseUrl, apiKey } = engine.mockApi;
	const run = await runWorkflow(workflow, { credentials: { nanoBananaApi: { baseUrl, apiKey } } });

	expect(await storedDigest(run.output('After')[0][0].binary?.data)).toBe(servedDigests(engine.mockApi)[0]);
});

it('accepts the images of one run as the references of the next', async () => {
	const first = await engine.run({ prompt: PROMPT });
	const second = await engine.run({ operation: 'imageToImage', prompt: 'bluer' }, { input: first.rows });

	expect(second.json).toMatchObject([{ status: 'succeeded' }]);
	expect(second.rows[0].binary).toHaveProperty('data');
	expect(engine.mockApi.ledger).toMatchObject([{ references: 0 }, { references: 1 }]);
});

it('replaces the input file with the image, and removes the other files', async () => {
	const input = [item({}, { data: asFile(await plainImage('#00ff00')), other: asFile(await plainImage('#00ff00')) })];
	const run = await engine.run({ operation: 'imageToImage', prompt: PROMPT }, { input });

	expect(Object.keys(run.rows[0].binary ?? {})).toEqual(['data']);
	expect(await storedDigest(run.rows[0].binary?.data)).toBe(servedDigests(engine.mockApi)[0]);
});
