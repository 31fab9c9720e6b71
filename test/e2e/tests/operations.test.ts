/* eslint-disable */
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { chain, manualTrigger, imageFile, rows } from '../harness/n8n/workflow';
import { createReferenceImage } from '../harness/images/referenceImage';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

/** The digests of the files that the API served, in the order of the URLs. */
function servedDigests(urls: unknown[]): Array<string | undefined> {
	return urls.map((url) => environment.mockApi.files.get(String(url))?.sha256);
}

test('Text to Image returns exactly the bytes that the API served, one item per image', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const generate = nanoBanana('NanoBanana', {
		prompt: '={{ $json.prompt }}',
		numberOfImages: 2,
		aspectRatio: '16:9',
		simplify: false,
	});

	const run = await client.run(
		chain('Text to Image', manualTrigger(), ...rows([{ prompt: 'a red cube' }, { prompt: 'a blue cube' }]), generate),
	);

	expect(run.error).toBeUndefined();
	const items = run.items('NanoBanana');
	const images = items.map(
		(item) => item.json.image as { url: string; index: number; sha256: string; mimeType: string },
	);
	expect(images.map((image) => image.index)).toEqual([0, 1, 0, 1]);
	expect(items.map((item) => item.pairedItem)).toEqual([0, 0, 1, 1].map((item) => expect.objectContaining({ item })));
	const bytes = await Promise.all(items.map(async (item) => await client.bytesOf(fileOf(item))));
	const digests = bytes.map(sha256);
	expect(digests).toEqual(servedDigests(images.map((image) => image.url)));
	expect(images.map((image) => image.sha256)).toEqual(digests);
	expect(new Set(digests).size).toBe(4);
	expect(items.map((item) => fileOf(item).mimeType)).toEqual(Array(4).fill('image/png'));
	expect(items.map((item) => fileOf(item).id)).toEqual(Array(4).fill(expect.stringMatching(/^filesystem-v2:/)));
	expect(
		mockApi.ledger.map(({ prompt, n, imagesCharged, collected, downloads }) => ({
			prompt,
			n,
			imagesCharged,
			collected,
			downloads,
		})),
	).toEqual(
		expect.arrayContaining(
			['a red cube', 'a blue cube'].map((prompt) => ({ prompt, n: 2, imagesCharged: 2, collected: 1, downloads: 2 })),
		),
	);
	expect(mockApi.created()).toBe(2);
	expect(mockApi.calls('createTask')[0].body).toMatchObject({
		model: 'NanoBanana2-1K',
		aspect_ratio: '16:9',
		n: 2,
		output_format: 'png',
	});
});

test('Image to Image sends the bytes of the input file and returns the edited image', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const reference = await createReferenceImage();
	const editor = nanoBanana('NanoBanana', {
		operation: 'imageToImage',
		prompt: 'make it night',
		options: { outputFormat: 'jpeg' },
	});

	const run = await client.run(
		chain(
			'Image to Image',
			manualTrigger(),
			...rows([{ image: reference.toString('base64') }]),
			imageFile('in.png', 'image/png'),
			editor,
		),
	);

	expect(run.error).toBeUndefined();
	const [item] = run.items('NanoBanana');
	expect(item.json).toMatchObject({ status: 'succeeded', mimeType: 'image/jpeg' });
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe(servedDigests([item.json.imageUrl])[0]);
	expect(fileOf(item).fileName).toMatch(/\.jpe?g$/);
	const sent = mockApi.calls('createTask')[0].body as { image: string; images?: unknown };
	expect(sent.images).toBeUndefined();
	expect(sent.image).toBe(`data:image/png;base64,${reference.toString('base64')}`);
	expect(mockApi.ledger).toMatchObject([{ references: 1, imagesCharged: 1, state: 'succeeded' }]);
});

test('with Wait for Completion off, an unfinished task is returned, and its image is read later at no extra cost', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const create = nanoBanana('Create', { prompt: 'a slow cube', wait: false });
	const status = nanoBanana('Status', { operation: 'getStatus' });
	const waitForIt = nanoBanana('Wait', { operation: 'waitForResult', options: { pollInterval: 0.1 } });
	// The task ends after two polls.
	mockApi.set({
		taskMs: 3_600_000,
		onResponse: () => {
			if (mockApi.calls('getTask').length >= 2) mockApi.finishTasks();
		},
	});

	const run = await client.run(chain('Created, then read', manualTrigger(), create, status, waitForIt));

	expect(run.error).toBeUndefined();
	const [created] = run.items('Create');
	const [seen] = run.items('Status');
	const [finished] = run.items('Wait');
	expect(created.json.taskId).toBe(mockApi.ledger[0].taskId);
	expect([created.json.status, seen.json.status]).toEqual([
		expect.stringMatching(/queued|running/),
		expect.stringMatching(/queued|running/),
	]);
	expect(created.binary ?? {}).toEqual({});
	expect(finished.json).toMatchObject({ taskId: created.json.taskId, status: 'succeeded' });
	expect(sha256(await client.bytesOf(fileOf(finished)))).toBe(servedDigests([finished.json.imageUrl])[0]);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, collected: 1, downloads: 1 }]);
});

test('Get Task Status of a finished task returns the image', async () => {
	const { client, mockApi, nanoBanana } = environment;
	const create = nanoBanana('Create', { prompt: 'a finished cube', options: { download: false } });
	const status = nanoBanana('Status', { operation: 'getStatus' });

	const run = await client.run(chain('Read twice', manualTrigger(), create, status));

	const [item] = run.items('Status');
	expect(run.items('Create')[0].binary ?? {}).toEqual({});
	expect(sha256(await client.bytesOf(fileOf(item)))).toBe(servedDigests([item.json.imageUrl])[0]);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, collected: 2, downloads: 1 }]);
});

test.each([
	['openAi', 'generations'],
	['gemini', 'generateContent'],
] as const)('the format %s calls its own endpoint and returns the image', async (apiFormat, route) => {
	const { client, mockApi, nanoBanana } = environment;

	const run = await client.run(
		chain(
			`Format ${apiFormat}`,
			manualTrigger(),
			nanoBanana('NanoBanana', { prompt: 'a cube', options: { apiFormat } }),
		),
	);

	expect(run.error).toBeUndefined();
	const [item] = run.items('NanoBanana');
	expect((await client.bytesOf(fileOf(item))).subarray(1, 4).toString()).toBe('PNG');
	expect(mockApi.calls('createTask')).toEqual([]);
	expect(mockApi.calls(route)).toHaveLength(1);
	expect(mockApi.ledger).toMatchObject([{ kind: route, imagesCharged: 1 }]);
});

test('Preview Request returns the request and sends nothing', async () => {
	const { client, mockApi, nanoBanana } = environment;

	const run = await client.run(
		chain(
			'Preview',
			manualTrigger(),
			nanoBanana('NanoBanana', { prompt: 'a cube', options: { previewRequest: true } }),
		),
	);

	const shown = JSON.stringify(run.items('NanoBanana')[0].json);
	expect(shown).toContain('/v1/images/tasks');
	expect(shown).toContain('a cube');
	expect(shown).not.toContain(mockApi.apiKey);
	expect(mockApi.journal).toEqual([]);
});
