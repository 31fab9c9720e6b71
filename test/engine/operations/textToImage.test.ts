/* eslint-disable */
import { item, servedDigests, storedDigest, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube on a clean white desk';

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it('turns a prompt into an image with exactly the bytes from the API', async () => {
		const run = await engine.run({ prompt: PROMPT }, { binaryMode });

		expect(run.error).toBeUndefined();
		expect(run.rows).toHaveLength(1);
		expect(await storedDigest(run.rows[0].binary?.data)).toBe(servedDigests(engine.mockApi)[0]);
		expect(run.rows[0].binary?.data.id?.split(':')[0]).toBe(binaryMode === 'filesystem' ? 'filesystem-v2' : undefined);
		expect(run.rows[0].pairedItem).toEqual({ item: 0 });
	});

	it('returns three images of one task as three rows, in the order of the URLs', async () => {
		const run = await engine.run({ prompt: PROMPT, numberOfImages: 3 }, { binaryMode });
		const [{ taskId }] = engine.mockApi.ledger;
		const urls = engine.mockApi.task(String(taskId))?.urls ?? [];

		expect(engine.mockApi.ledger).toMatchObject([{ n: 3, imagesCharged: 3, downloads: 3 }]);
		expect(run.json.map(({ imageUrl }) => imageUrl)).toEqual(urls);
		const digests = await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)));
		expect(digests).toEqual(urls.map((url) => engine.mockApi.files.get(url)?.sha256));
		expect(new Set(digests).size).toBe(3);
		expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
	});
});

it('sends exactly the values of the fields', async () => {
	await engine.run({
		model: { __rl: true, mode: 'list', value: 'NanoBanana2-0.5K' },
		prompt: PROMPT,
		aspectRatio: '16:9',
		numberOfImages: 2,
		options: { outputFormat: 'jpeg' },
	});

	expect(engine.created()).toEqual([
		{
			model: 'NanoBanana2-0.5K',
			task_type: 'text2image',
			prompt: PROMPT,
			aspect_ratio: '16:9',
			output_format: 'jpeg',
			n: 2,
			response_format: 'url',
		},
	]);
});

it('does not send a ratio or a format that is set to "auto"', async () => {
	await engine.run({ prompt: PROMPT, aspectRatio: 'auto', options: { outputFormat: 'auto' } });

	expect(engine.created()).toEqual([
		{ model: 'NanoBanana2-0.5K', task_type: 'text2image', prompt: PROMPT, n: 1, response_format: 'url' },
	]);
});

it('requests one PNG if number and format are not set', async () => {
	const run = await engine.run({ model: { __rl: true, mode: 'list', value: 'NanoBanana2-1K' }, prompt: PROMPT });

	expect(engine.created()).toMatchObject([{ model: 'NanoBanana2-1K', output_format: 'png', n: 1 }]);
	expect(run.json).toMatchObject([{ width: 1024, height: 1024, mimeType: 'image/png' }]);
});

it.each([
	['png', 'image/png', 'png'],
	['jpeg', 'image/jpeg', 'jpg'],
	['webp', 'image/webp', 'webp'],
])('returns MIME type, file extension, and size of a %s file', async (outputFormat, mimeType, extension) => {
	const run = await engine.run({
		model: { __rl: true, mode: 'id', value: 'NanoBanana' },
		prompt: PROMPT,
		aspectRatio: '9:16',
		options: { outputFormat },
	});
	const [{ taskId }] = engine.mockApi.ledger;

	expect(run.json).toMatchObject([{ mimeType, fileName: `${taskId}.${extension}`, width: 768, height: 1344 }]);
	expect(run.rows[0].binary?.data).toMatchObject({
		mimeType,
		fileExtension: extension,
		fileName: `${taskId}.${extension}`,
	});
});

it('adds the additional request fields, which override the other fields', async () => {
	const extraBody = '{ "seed": 42, "aspect_ratio": "4:3", "metadata": { "order": 7 } }';
	const run = await engine.run({ prompt: PROMPT, aspectRatio: '1:1', options: { extraBody } });

	expect(engine.created()).toMatchObject([{ seed: 42, aspect_ratio: '4:3', metadata: { order: 7 }, prompt: PROMPT }]);
	expect(run.json).toMatchObject([{ width: 600, height: 448 }]);
});

it('accepts an object from an expression as additional request fields', async () => {
	await engine.run(
		{ prompt: PROMPT, options: { extraBody: '={{ { seed: $json.seed } }}' } },
		{ input: [item({ seed: 7 })] },
	);

	expect(engine.created()).toMatchObject([{ seed: 7 }]);
});

it('returns the task without polling if Wait for Completion is off', async () => {
	engine.mockApi.set({ taskMs: 60_000 });
	const run = await engine.run({ prompt: PROMPT, wait: false });
	const [entry] = engine.mockApi.ledger;

	expect(run.json).toEqual([{ taskId: entry.taskId, status: 'queued', progress: 0, model: 'NanoBanana2-0.5K' }]);
	expect(run.rows[0].binary).toBeUndefined();
	expect(engine.polls()).toEqual([]);
	expect(engine.mockApi.calls('file')).toEqual([]);
});

it('sends an unknown model ID, without the spaces around it', async () => {
	engine.mockApi.set({ models: ['NanoBanana9-0.5K'] });
	const run = await engine.run({ model: { __rl: true, mode: 'id', value: ' NanoBanana9-0.5K ' }, prompt: PROMPT });

	expect(run.json).toMatchObject([{ status: 'succeeded', model: 'NanoBanana9-0.5K', width: 512 }]);
	expect(engine.created()).toMatchObject([{ model: 'NanoBanana9-0.5K' }]);
});

it('evaluates a prompt expression for each item', async () => {
	const input = [item({ subject: 'cube' }), item({ subject: 'ball' })];
	await engine.run({ prompt: '=A red {{ $json.subject }}' }, { input });

	expect(
		engine
			.created()
			.map(({ prompt }) => prompt)
			.sort(),
	).toEqual(['A red ball', 'A red cube']);
});

it('sends the key only to the API, never to the file host', async () => {
	await engine.run({ prompt: PROMPT });

	const keys = Object.fromEntries(engine.mockApi.journal.map(({ origin, authorization }) => [origin, authorization]));
	expect(keys).toEqual({ api: `Bearer ${engine.mockApi.apiKey}`, files: undefined });
});
