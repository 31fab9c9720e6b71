/* eslint-disable */
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { paintReference } from '../harness/images/referenceImage';
import { openScene, type Scene } from '../harness/testEnvironment';
import { chain, manualTrigger, pictureFile, rows } from '../harness/n8n/workflow';

/** n8n 2 is what every other test runs on. */
describe('the newest n8n 1', () => {
	let scene: Scene;

	beforeAll(async () => {
		scene = await openScene({ line: '1' });
	});
	afterAll(async () => await scene?.close());
	afterEach(() => scene.sandbox.reset());

	test('tests the credential', async () => {
		const { client, credential, sandbox } = scene;

		const right = await client.testCredential(credential, { baseUrl: sandbox.baseUrl, apiKey: sandbox.apiKey });
		const wrong = await client.testCredential(credential, { baseUrl: sandbox.baseUrl, apiKey: 'sk-wrong' });

		expect(right.status).toBe('OK');
		// n8n 1 prefers its own words to ours for a 401.
		expect(wrong).toEqual({ status: 'Error', message: expect.stringMatching(/credentials|key/i) });
	});

	test('makes a picture from text and edits it', async () => {
		const { client, sandbox, nanoBanana } = scene;
		const reference = await paintReference();
		const paint = nanoBanana('Paint', { prompt: 'a red cube' });
		const edit = nanoBanana('Edit', { operation: 'imageToImage', prompt: 'make it night' });

		const painted = await client.run(chain('Text to image', manualTrigger(), paint));
		const edited = await client.run(
			chain(
				'Image to image',
				manualTrigger(),
				...rows([{ picture: reference.toString('base64') }]),
				pictureFile('in.png', 'image/png'),
				edit,
			),
		);

		expect([painted.error, edited.error]).toEqual([undefined, undefined]);
		for (const item of [painted.items('Paint')[0], edited.items('Edit')[0]]) {
			expect(sha256(await client.bytesOf(fileOf(item)))).toBe(sandbox.files.get(String(item.json.imageUrl))?.sha256);
		}
		expect((sandbox.calls('createTask')[1].body as { image: string }).image).toBe(
			`data:image/png;base64,${reference.toString('base64')}`,
		);
		expect(sandbox.ledger.map((entry) => entry.imagesBilled)).toEqual([1, 1]);
	});

	test('resumes a paid task on Retry On Fail', async () => {
		const { client, sandbox, nanoBanana } = scene;
		sandbox.script('getTask', [{ status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error' } } }]);
		const painter = nanoBanana(
			'NanoBanana',
			{ prompt: 'a cube' },
			{ retryOnFail: true, maxTries: 2, waitBetweenTries: 100 },
		);

		const run = await client.run(chain('Retry', manualTrigger(), painter));

		expect(run.status).toBe('success');
		expect(sandbox.calls('createTask')).toHaveLength(1);
	});
});
