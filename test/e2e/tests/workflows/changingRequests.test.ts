/* eslint-disable */
import { shownError, UNCLEAR } from '../../harness/n8n/shownError';
import { chain, manualTrigger, rows } from '../../harness/n8n/workflow';
import { startTestEnvironment, type TestEnvironment } from '../../harness/testEnvironment';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

/** A poll that fails for good: the node stops although its task keeps running. */
const keyRejected = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };
/** A different text at each evaluation. */
const changing = '={{ "a cube at " + $now.toISO() + Math.random() }}';
const retries = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };

describe('a prompt that changes with each evaluation', () => {
	test('is charged once with Retry On Fail, and the output contains a warning', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [keyRejected]);

		const run = await client.run(
			chain('Changing', manualTrigger(), nanoBanana('NanoBanana', { prompt: changing }, retries)),
		);

		expect(run.error).toBeUndefined();
		expect(run.items('NanoBanana')[0].json).toMatchObject({ status: 'succeeded', warnings: [expect.any(String)] });
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
	});

	test('is sent once with Retry On Fail if the response is lost', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.set({ faults: [{ route: 'createTask', fault: 'resetAfter', times: 1 }] });

		const run = await client.run(
			chain('Changing and cut off', manualTrigger(), nanoBanana('NanoBanana', { prompt: changing }, retries)),
		);

		expect(run.status).toBe('error');
		expect(mockApi.calls('createTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ isDelivered: false }]);
	});

	test('is charged once with Retry execution', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [keyRejected]);
		const failed = await client.run(
			chain('Changing, retried', manualTrigger(), nanoBanana('NanoBanana', { prompt: changing })),
		);

		const retried = await client.finished(await client.retryExecution(failed.id));

		expect([failed.status, retried.status]).toEqual(['error', 'success']);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
	});

	test('creates ten tasks for ten items, also if one of them fails once', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [keyRejected]);
		const items = Array.from({ length: 10 }, (_, index) => ({ word: `cube ${index}` }));
		const prompt = '={{ $json.word + " " + Math.random() }}';

		const run = await client.run(
			chain('Ten items', manualTrigger(), ...rows(items), nanoBanana('NanoBanana', { prompt }, retries)),
		);

		expect(run.error).toBeUndefined();
		expect(run.items('NanoBanana')).toHaveLength(10);
		expect(mockApi.created()).toBe(10);
	});
});

describe('Retry with currently saved workflow', () => {
	async function failThenSave(change: { prompt?: string; options?: object }) {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [keyRejected]);
		const generate = nanoBanana('NanoBanana', { prompt: 'a red cube' });
		const workflow = chain('Edited', manualTrigger(), generate);
		const saved = await client.createWorkflow(workflow);
		const failed = await client.finished(await client.start(saved));
		Object.assign(generate.parameters, change);
		await client.updateWorkflow(saved, workflow);
		return await client.finished(await client.retryExecution(failed.id, { withSavedWorkflow: true }));
	}

	test('generates a new image if the prompt was edited', async () => {
		const retried = await failThenSave({ prompt: 'a blue cube' });

		expect(retried.error).toBeUndefined();
		expect(environment.mockApi.ledger.map((entry) => entry.prompt)).toEqual(['a red cube', 'a blue cube']);
	});

	test('resumes the task if only the timeout was raised', async () => {
		const retried = await failThenSave({ options: { timeout: 900 } });

		expect(retried.error).toBeUndefined();
		expect(environment.mockApi.ledger).toMatchObject([{ prompt: 'a red cube', imagesCharged: 1, downloads: 1 }]);
	});
});

test('the error of an unclear item lists the accepted task that another run would charge again', async () => {
	const { client, mockApi, nanoBanana } = environment;
	mockApi.set({ taskMs: 60_000, faults: [{ route: 'createTask', fault: 'resetAfter', times: 1 }] });
	const items = [{ prompt: 'a red cube' }, { prompt: 'a blue cube' }];

	const run = await client.run(
		chain(
			'Unclear and accepted',
			manualTrigger(),
			...rows(items),
			nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' }),
		),
	);

	const accepted = mockApi.ledger.find((entry) => entry.isDelivered);
	expect(shownError(run)).toEqual([
		...UNCLEAR,
		`If you run the node again, you will be charged again for these tasks: ${accepted?.taskId}. Instead, get their images with 'Wait for Task Result' at no extra cost.`,
		'Request sent: <time>.',
		'Details: The connection was closed before the response was complete.',
	]);
	expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1]);
	expect(mockApi.calls('createTask')).toHaveLength(2);
});
