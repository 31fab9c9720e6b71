/* eslint-disable */
// What the error of a run says about requests of which nobody knows whether they were accepted.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { item, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const PROMPT = '={{ $json.prompt }}';
const RETRIES = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const prompts = (...texts: string[]) => texts.map((prompt) => item({ prompt }));

function shown(run: Ran) {
	return run.data.resultData.error as unknown as {
		message: string;
		description: string;
		context: { data: Record<string, unknown> };
	};
}

it('offers only what cannot be charged again while an item is unclear', async () => {
	engine.mockApi.script('createTask', [{ reset: true, accept: true, delayMs: 300 }]);
	const run = await engine.run({ prompt: PROMPT }, { input: prompts('a', 'b') });
	const { description, context } = shown(run);

	expect(context.data).toMatchObject({ errorCode: 'unclear_submission', taskIds: [expect.any(String)] });
	expect(description).toContain('You may have been charged.');
	expect(description).toContain("with 'Wait for Task Result' at no extra cost");
	expect(description).not.toContain('Retry');
});

it('says in the first try when the request was sent', async () => {
	engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
	const { description, context } = shown(await engine.run({ prompt: PROMPT }, { input: prompts('a') }));

	expect(description).toMatch(/\bRequest sent: \d{4}-\S+Z\./);
	expect(context.data).toMatchObject({ submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
});

it('keeps the first cause and its time over all tries, and does not advise to turn on what is on', async () => {
	const page = '<html><head><title>504 Gateway Time-out</title></head></html>';
	engine.mockApi.script('createTask', [{ status: 504, body: page, accept: true }]);
	const run = await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });
	const { description, context } = shown(run);

	expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	expect(description).toContain('HTTP 504: (web page) 504 Gateway Time-out');
	expect(context.data).toMatchObject({ httpStatus: 504, submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
	expect(description).not.toContain('Retry On Fail');
});

describe('an API that honors idempotency keys', () => {
	const refusal = { error: { message: 'sensitive words detected', code: 'sensitive_words_detected' } };
	beforeEach(() => engine.mockApi.set({ honorsIdempotencyKey: true }));

	it('gets an unclear request again with the same key, and charges it once', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const run = await engine.run({ prompt: PROMPT, options: { retryUnclear: true } }, { input: prompts('a') });
		const keys = engine.mockApi.calls('createTask').map(({ headers }) => headers['idempotency-key']);

		expect(run.json).toMatchObject([{ status: 'succeeded' }]);
		expect([keys.length, new Set(keys).size, engine.mockApi.created()]).toEqual([2, 1, 1]);
	});

	it('gets it again also after another item has failed, so that the error names the task', async () => {
		engine.mockApi.script('createTask', [
			{ reset: true, accept: true },
			{ status: 400, body: refusal, delayMs: 100 },
		]);
		const parameters = { prompt: PROMPT, options: { retryUnclear: true, maxConcurrency: 2 } };
		const run = await engine.run(parameters, { input: prompts('a', 'b') });
		const { data } = shown(run).context;

		expect(data).toMatchObject({ errorCode: 'prompt_refused', taskIds: [engine.mockApi.ledger[0].taskId] });
		expect(data.unclearItems).toBeUndefined();
		expect(engine.mockApi.calls('createTask')).toHaveLength(3);
		expect(engine.mockApi.created()).toBe(1);
	});

	const inProgress = {
		status: 409,
		body: { error: { message: 'A request with this Idempotency-Key is in progress', code: 'idempotency_key_in_use' } },
	};

	it('gets the same key again while it still processes the first request', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }, inProgress]);
		const run = await engine.run({ prompt: PROMPT, options: { retryUnclear: true } }, { input: prompts('a') });
		const keys = engine.mockApi.calls('createTask').map(({ headers }) => headers['idempotency-key']);

		expect(run.json).toMatchObject([{ status: 'succeeded' }]);
		expect([keys.length, new Set(keys).size, engine.mockApi.created()]).toEqual([3, 1, 1]);
	});

	it('leaves it unclear what becomes of the first request where the key is not sent again', async () => {
		engine.mockApi.script('createTask', [inProgress]);
		const run = await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });

		expect(shown(run).context.data.errorCode).toBe('unclear_submission');
		expect(shown(run).description).toContain('You may have been charged.');
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});

	it('says so when it rejects the key', async () => {
		const body = {
			error: { message: 'this Idempotency-Key was used with another body', code: 'idempotency_key_reused' },
		};
		engine.mockApi.script('createTask', [{ status: 422, body }]);
		const run = await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });

		expect(shown(run).context.data.errorCode).toBe('idempotency_conflict');
		expect(shown(run).description?.match(/may have been charged/g)).toHaveLength(1);
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});
});

const keysSent = () => engine.mockApi.calls('createTask').map(({ headers }) => headers['idempotency-key']);

it('sends each new request with another key', async () => {
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a', 'a') });
	await engine.run({ prompt: PROMPT }, { executionId: '2', input: prompts('a') });

	expect(new Set(keysSent()).size).toBe(3);
});

it('sends the same key when n8n starts an execution again whose worker was killed', async () => {
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a') });
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a') });

	expect(keysSent()).toHaveLength(2);
	expect(new Set(keysSent()).size).toBe(1);
});

it.each([
	['a response without an image', { body: { created: 1, data: [] } }],
	['a rejection', { status: 402, body: { error: { message: 'no credit', code: 'insufficient_user_quota' } } }],
])('sends another key when a person retries an execution after %s', async (_, response) => {
	engine.mockApi.script('generations', [response]);
	const parameters = { prompt: 'a', options: { apiFormat: 'openAi' } };
	const failed = await engine.run(parameters, { executionId: '1' });
	await engine.run(parameters, { executionId: '2', previous: failed.data });
	const keys = engine.mockApi.calls('generations').map(({ headers }) => headers['idempotency-key']);

	expect([keys.length, new Set(keys).size]).toEqual([2, 2]);
});

it('sends another key after a task that failed', async () => {
	engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'failedTask', times: 1 }] });
	await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });

	expect(new Set(keysSent()).size).toBe(2);
});

it.each([
	[{ prompt: 'draw [object Object]' }, "'Prompt' contains [object Object]"],
	[{ prompt: 'a', numberOfImages: 1001 }, "'Number of Images' can be at most 1000 (got 1001)"],
])('refuses %j before anything is sent', async (parameters, message) => {
	const run = await engine.run(parameters);

	expect(shown(run)).toMatchObject({ message, description: expect.stringContaining('You were not charged.') });
	expect(engine.mockApi.journal).toEqual([]);
});

it('names the task in every error of a continue mode, whatever went wrong after it was paid', async () => {
	const settings = { onError: 'continueRegularOutput' as const };
	await engine.run({ prompt: PROMPT }, { input: prompts('a') });
	// A file in the place of the folder that n8n is going to store the image in.
	const folder = String(process.env.N8N_USER_FOLDER);
	const executions = readdirSync(folder, { recursive: true })
		.map(String)
		.find((path) => /executions$/.test(path));
	writeFileSync(join(folder, String(executions), 'not-writable'), '');
	const run = await engine.run({ prompt: PROMPT }, { settings, executionId: 'not-writable', input: prompts('a') });

	expect(run.json).toMatchObject([
		{ details: { errorCode: 'storage_failed', taskId: engine.mockApi.ledger[1].taskId } },
	]);
	expect(JSON.stringify(run.json[0])).toContain("enter the task ID in 'Wait for Task Result'");
});

it('returns as many images of one task as were asked for', async () => {
	const run = await engine.run({ prompt: 'a', numberOfImages: 150, options: { download: false } });

	expect(run.rows).toHaveLength(150);
	expect(run.json[0].warnings).toBeUndefined();
});

it('never says of an item with a rejected and an unclear call that nothing was charged', async () => {
	engine.mockApi.set({ honorsIdempotencyKey: true });
	const rejected = { status: 400, body: { code: 'invalid_request', message: 'size is not supported', data: null } };
	// The first item sends its unclear call again, also after the second one has failed.
	engine.mockApi.script('generateContent', [rejected, { reset: true, accept: true }, rejected, rejected]);
	const options = { apiFormat: 'gemini', maxConcurrency: 1, retryUnclear: true };
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 2, options }, { input: prompts('a', 'b') });

	expect(engine.mockApi.created()).toBe(1);
	expect(shown(run).context).toMatchObject({ itemIndex: 1, data: { keptItems: [0] } });
	expect(shown(run).description).toContain('The images of these items are charged: 0.');
});
