/* eslint-disable */
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { createReferenceImage } from '../harness/images/referenceImage';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { chain, manualTrigger, imageFile, rows } from '../harness/n8n/workflow';

/** n8n 2 is what every other test runs on. */
describe('the newest n8n 1', () => {
	let environment: TestEnvironment;

	beforeAll(async () => {
		environment = await startTestEnvironment({ line: '1' });
	});
	afterAll(async () => await environment?.close());
	afterEach(() => environment.mockApi.reset());

	test('tests the credential', async () => {
		const { client, credential, mockApi } = environment;

		const right = await client.testCredential(credential, { baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey });
		const wrong = await client.testCredential(credential, { baseUrl: mockApi.baseUrl, apiKey: 'sk-wrong' });

		expect(right.status).toBe('OK');
		// n8n 1 shows its own text for a 401.
		expect(wrong).toEqual({ status: 'Error', message: expect.stringMatching(/credentials|key/i) });
	});

	test('generates an image from text and edits it', async () => {
		const { client, mockApi, nanoBanana } = environment;
		const reference = await createReferenceImage();
		const generate = nanoBanana('Generate', { prompt: 'a red cube' });
		const edit = nanoBanana('Edit', { operation: 'imageToImage', prompt: 'make it night' });

		const generated = await client.run(chain('Text to image', manualTrigger(), generate));
		const edited = await client.run(
			chain(
				'Image to image',
				manualTrigger(),
				...rows([{ image: reference.toString('base64') }]),
				imageFile('in.png', 'image/png'),
				edit,
			),
		);

		expect([generated.error, edited.error]).toEqual([undefined, undefined]);
		for (const item of [generated.items('Generate')[0], edited.items('Edit')[0]]) {
			expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
		}
		expect((mockApi.calls('createTask')[1].body as { image: string }).image).toBe(
			`data:image/png;base64,${reference.toString('base64')}`,
		);
		expect(mockApi.ledger.map((entry) => entry.imagesBilled)).toEqual([1, 1]);
	});

	test('resumes a paid task on Retry On Fail', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [{ status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error' } } }]);
		const generate = nanoBanana(
			'NanoBanana',
			{ prompt: 'a cube' },
			{ retryOnFail: true, maxTries: 2, waitBetweenTries: 100 },
		);

		const run = await client.run(chain('Retry', manualTrigger(), generate));

		expect(run.status).toBe('success');
		expect(mockApi.calls('createTask')).toHaveLength(1);
	});
});
