/* eslint-disable */
import { sha256 } from '../harness/images/digest';
import { fileOf } from '../harness/n8n/execution';
import { startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { until } from '../harness/processes/until';
import { chain, manualTrigger, node, rows } from '../harness/n8n/workflow';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());
afterEach(() => environment.mockApi.reset());

/** A poll that fails for good: the node stops although its task keeps running. */
const keyRejected = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };

describe('one failing item of three', () => {
	const prompts = [{ prompt: 'a red cube' }, { prompt: 'a cube [fail]' }, { prompt: 'a blue cube' }];

	test('does not affect the other images when the node continues', async () => {
		const { client, mockApi, nanoBanana } = environment;
		const generate = nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' }, { onError: 'continueRegularOutput' });

		const run = await client.run(chain('Continue', manualTrigger(), ...rows(prompts), generate));

		expect(run.status).toBe('success');
		const [red, failed, blue] = run.items('NanoBanana');
		expect(failed.json).toMatchObject({
			error: expect.any(String),
			details: { errorCode: 'task_failed', taskId: mockApi.ledger.find((entry) => entry.state === 'failed')?.taskId },
		});
		expect(failed.pairedItem).toMatchObject({ item: 1 });
		for (const item of [red, blue]) {
			expect(sha256(await client.bytesOf(fileOf(item)))).toBe(mockApi.files.get(String(item.json.imageUrl))?.sha256);
		}
		expect(mockApi.ledger.map((entry) => entry.imagesCharged).sort()).toEqual([0, 1, 1]);
	});

	test('goes to the error output if the node has one', async () => {
		const { client, mockApi, nanoBanana } = environment;
		const generate = nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' }, { onError: 'continueErrorOutput' });

		const run = await client.run(chain('Error output', manualTrigger(), ...rows(prompts), generate));

		expect(run.status).toBe('success');
		expect(run.items('NanoBanana', 0).map((item) => item.json.status)).toEqual(['succeeded', 'succeeded']);
		const [failed, ...more] = run.items('NanoBanana', 1);
		expect(more).toEqual([]);
		expect(failed.json).toMatchObject({
			error: expect.any(String),
			details: { errorCode: 'task_failed' },
			prompt: 'a cube [fail]',
		});
		expect(mockApi.created()).toBe(3);
	});

	test('ends the run with an error that contains the reason from the API', async () => {
		const { client, nanoBanana } = environment;

		const run = await client.run(
			chain('Stop', manualTrigger(), ...rows(prompts), nanoBanana('NanoBanana', { prompt: '={{ $json.prompt }}' })),
		);

		expect(run.status).toBe('error');
		expect(run.error?.message).toMatch(/API could not create the image/);
		expect(run.error?.description).toContain('[fail]');
	});
});

describe('a paid task', () => {
	test('is resumed by Retry On Fail, not charged again', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('getTask', [keyRejected]);
		const generate = nanoBanana(
			'NanoBanana',
			{ prompt: 'a cube' },
			{ retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
		);

		const run = await client.run(chain('Retry On Fail', manualTrigger(), generate));

		expect(run.status).toBe('success');
		expect(sha256(await client.bytesOf(fileOf(run.items('NanoBanana')[0])))).toBe(
			[...mockApi.files.values()][0].sha256,
		);
		expect(mockApi.calls('createTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1, state: 'succeeded' }]);
	});

	test.each(['manual', 'webhook'])(
		'of a %s execution is resumed by Retry execution, not charged again',
		async (mode) => {
			const { client, n8n, mockApi, nanoBanana } = environment;
			mockApi.script('getTask', [keyRejected]);
			const trigger =
				mode === 'manual'
					? manualTrigger()
					: node('Start', 'n8n-nodes-base.webhook', 2.1, { path: 'retry', options: {} }, { webhookId: 'retry' });
			const saved = await client.createWorkflow(
				chain(`Retry ${mode}`, trigger, nanoBanana('NanoBanana', { prompt: 'a cube' })),
			);
			if (mode === 'manual') await client.start(saved);
			else {
				await client.activate(saved);
				await until('the webhook', async () => ((await fetch(`${n8n.url}/webhook/retry`)).ok ? true : undefined));
			}
			const [{ id }] = await until('an execution', async () => {
				const found = await client.executionsOf(saved);
				return found.length > 0 ? found : undefined;
			});
			const failed = await client.finished(id);
			const retried = await client.finished(await client.retryExecution(id));

			expect([failed.status, retried.status]).toEqual(['error', 'success']);
			expect(failed.error?.description).toContain(mockApi.ledger[0].taskId);
			expect(sha256(await client.bytesOf(fileOf(retried.items('NanoBanana')[0])))).toBe(
				[...mockApi.files.values()][0].sha256,
			);
			expect(mockApi.calls('createTask')).toHaveLength(1);
			expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, state: 'succeeded' }]);
		},
	);

	test('whose response was lost is reported as unclear and not created again by Retry On Fail', async () => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.set({ faults: [{ route: 'createTask', fault: 'resetAfter', times: 1 }] });
		const generate = nanoBanana(
			'NanoBanana',
			{ prompt: 'a cube' },
			{ retryOnFail: true, maxTries: 3, waitBetweenTries: 100 },
		);

		const run = await client.run(chain('Unclear', manualTrigger(), generate));

		expect(run.status).toBe('error');
		expect(run.error?.message).toMatch(/unclear/i);
		expect(run.error?.description).toMatch(/may have been charged/);
		expect(`${run.error?.message} ${run.error?.description}`).not.toMatch(
			/ECONNRESET|socket|retry the request immediately/i,
		);
		expect(mockApi.calls('createTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ isDelivered: false, imagesCharged: 1 }]);
	});

	test('of a stopped execution is not polled again, its ID is in the log, and it can be read later', async () => {
		const { client, n8n, mockApi, nanoBanana } = environment;
		mockApi.set({ taskMs: (number) => (number === 1 ? 8_000 : 100) });
		const saved = await client.createWorkflow(
			chain(
				'Stopped',
				manualTrigger(),
				nanoBanana('NanoBanana', { prompt: 'a slow cube', options: { pollInterval: 0.1 } }),
			),
		);
		const id = await client.start(saved);
		await until('a status read', () => (mockApi.calls('getTask').length > 0 ? true : undefined));
		await client.stopExecution(id);
		const stopped = await client.finished(id);
		const taskId = String(mockApi.ledger[0].taskId);
		const reads = () => mockApi.calls('getTask').filter((call) => call.path.includes(taskId)).length;
		const readsAtStop = reads();

		// Another complete run is enough time for a leftover loop to send a request.
		await client.run(chain('Another', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a quick cube' })));
		const readsLater = reads();
		const readLater = await client.run(
			chain('Read later', manualTrigger(), nanoBanana('NanoBanana', { operation: 'waitForResult', taskId })),
		);

		expect(stopped.status).toBe('canceled');
		expect(readsLater).toBe(readsAtStop);
		expect(n8n.log()).toContain(taskId);
		expect(n8n.log()).not.toContain(mockApi.apiKey);
		expect(readLater.items('NanoBanana')[0].json).toMatchObject({ taskId, status: 'succeeded' });
		expect(mockApi.ledger.map((entry) => [entry.prompt, entry.imagesCharged])).toEqual([
			['a slow cube', 1],
			['a quick cube', 1],
		]);
	});
});

describe('the error text', () => {
	const rejections = [
		['a wrong key', keyRejected, 'The API key is not valid'],
		[
			'no balance',
			{
				status: 403,
				body: { code: 'insufficient_user_quota', message: '用户额度不足, 剩余额度: ＄0.000000', data: null },
			},
			'Not enough credit for this request',
		],
		[
			'an unknown model',
			{ status: 400, body: { code: 'model_not_found', message: 'No available channel for model X', data: null } },
			'The model is not available for this account',
		],
		[
			'a web page',
			{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html><title>Welcome</title></html>' },
			"'Base URL' in the credential does not lead to the API",
		],
	] as const;

	test.each(rejections)('reports %s at no cost, without key or socket code', async (_, response, message) => {
		const { client, mockApi, nanoBanana } = environment;
		mockApi.script('createTask', [response]);

		const run = await client.run(chain('Rejected', manualTrigger(), nanoBanana('NanoBanana', { prompt: 'a cube' })));

		expect(run.status).toBe('error');
		expect(run.error?.message).toBe(message);
		expect(run.error?.description).toMatch(/\.$/);
		const stored = JSON.stringify(run.runData);
		expect(stored).not.toContain(mockApi.apiKey);
		expect(`${run.error?.message} ${run.error?.description}`).not.toMatch(/\bE[A-Z]{5,}\b/);
		expect(mockApi.created()).toBe(0);
	});
});
