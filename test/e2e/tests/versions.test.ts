/* eslint-disable */
import { startMockApi } from '../../mock-api';
import { callWebhook } from '../harness/n8n/callWebhook';
import { until } from '../harness/processes/until';
import { quickToNotice, startQueue } from '../harness/servers/startQueue';
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { createReferenceImage } from '../harness/images/referenceImage';
import { connect, startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { chain, imageFile, manualTrigger, node, rows } from '../harness/n8n/workflow';

/** All other test files use n8n 2. */
describe('the newest n8n 1', () => {
	let environment: TestEnvironment;

	beforeAll(async () => {
		environment = await startTestEnvironment({ line: '1' });
	});
	afterAll(async () => await environment?.close());
	afterEach(() => environment.mockApi.reset());

	test('accepts a right API key and rejects a wrong one', async () => {
		const { client, credential, mockApi } = environment;

		const right = await client.testCredential(credential, { baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey });
		const wrong = await client.testCredential(credential, { baseUrl: mockApi.baseUrl, apiKey: 'sk-wrong' });

		expect(right.status).toBe('OK');
		// n8n 1 shows its own text for a 401.
		expect(wrong).toEqual({ status: 'Error', message: expect.stringMatching(/credentials|key/i) });
	});

	test('generates an image from text, and edits an image', async () => {
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
		expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1]);
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

test('the run of a killed n8n 1 worker fails, but the task ID is in the log, and the image can be read later', async () => {
	const mockApi = await startMockApi({ taskMs: 4_000 });
	// With the default of 1, another worker starts the run again and is charged again. n8n 2 never does that.
	const workerEnv = { ...quickToNotice, QUEUE_WORKER_MAX_STALLED_COUNT: '0' };
	const queue = await startQueue({ line: '1', workers: 1, workerEnv });
	try {
		const { client, nanoBanana } = await connect(queue.main, mockApi);
		const hook = node('Hook', 'n8n-nodes-base.webhook', 2.1, { path: 'killed', options: {} }, { webhookId: 'killed' });
		const saved = await client.createWorkflow(chain('Killed', hook, nanoBanana('NanoBanana', { prompt: 'a cube' })));
		await client.activate(saved);
		await callWebhook(`${queue.main.url}/webhook/killed`, {});
		await until('a status read', () => (mockApi.calls('getTask').length > 0 ? true : undefined));

		const [doomed] = queue.workers;
		await doomed.kill9();
		const taskId = String(mockApi.ledger[0].taskId);
		await queue.addWorker();
		const [{ id }] = await client.executionsOf(saved);
		const lost = await client.finished(id, 120_000);
		const readLater = await client.run(
			chain('Read later', manualTrigger(), nanoBanana('NanoBanana', { operation: 'waitForResult', taskId })),
		);

		expect(lost.status).toBe('error');
		expect(doomed.log()).toContain(taskId);
		const [item] = readLater.items('NanoBanana');
		expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
		expect(mockApi.calls('createTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
	} finally {
		await queue.stop();
		await mockApi.stop();
	}
}, 240_000);
