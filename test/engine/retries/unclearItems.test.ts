/* eslint-disable */
// The error of a run with requests that are unclear: they may have been accepted.
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

it('recommends only steps at no extra cost if an item is unclear', async () => {
	engine.mockApi.script('createTask', [{ reset: true, accept: true, delayMs: 300 }]);
	const run = await engine.run({ prompt: PROMPT }, { input: prompts('a', 'b') });
	const { description, context } = shown(run);

	expect(context.data).toMatchObject({ errorCode: 'unclear_submission', taskIds: [expect.any(String)] });
	expect(description).toContain('You may have been charged.');
	expect(description).toContain("with 'Wait for Task Result' at no extra cost");
	expect(description).not.toContain('Retry');
});

it('reports when the request was sent', async () => {
	engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
	const { description, context } = shown(await engine.run({ prompt: PROMPT }, { input: prompts('a') }));

	expect(description).toMatch(/\bRequest sent: \d{4}-\S+Z\./);
	expect(context.data).toMatchObject({ submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
});

it('reports the first cause and its time in all tries, and does not recommend Retry On Fail if it is on', async () => {
	const page = '<html><head><title>504 Gateway Time-out</title></head></html>';
	engine.mockApi.script('createTask', [{ status: 504, body: page, accept: true }]);
	const run = await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });
	const { description, context } = shown(run);

	expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	expect(description).toContain('HTTP 504: (web page) 504 Gateway Time-out');
	expect(context.data).toMatchObject({ httpStatus: 504, submittedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
	expect(description).not.toContain('Retry On Fail');
});

it('reports the request of Retry execution, and not the one before it', async () => {
	engine.mockApi.script('createTask', [
		{ reset: true, accept: true },
		{ status: 502, accept: true },
	]);
	const first = await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a') });
	const second = await engine.run({ prompt: PROMPT }, { executionId: '2', previous: first.data });
	const [{ context: before }, { context: after }] = [shown(first), shown(second)];

	expect(engine.mockApi.calls('createTask')).toHaveLength(2);
	expect(after.data).toMatchObject({ errorCode: 'unclear_submission', httpStatus: 502 });
	expect(String(after.data.submittedAt) > String(before.data.submittedAt)).toBe(true);
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

	it('gets an unclear request again after another item has failed, so the error includes the task', async () => {
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

	it('makes a request unclear if it reports the key as in use and the key is not sent again', async () => {
		engine.mockApi.script('createTask', [inProgress]);
		const run = await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });

		expect(shown(run).context.data.errorCode).toBe('unclear_submission');
		expect(shown(run).description).toContain('You may have been charged.');
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});

	it('gets no second request if it rejects the key, and the error reports a possible charge', async () => {
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

it('sends each new request with another idempotency key', async () => {
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a', 'a') });
	await engine.run({ prompt: PROMPT }, { executionId: '2', input: prompts('a') });

	expect(new Set(keysSent()).size).toBe(3);
});

it('sends the same key if n8n restarts an execution after its worker was killed', async () => {
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a') });
	await engine.run({ prompt: PROMPT }, { executionId: '1', input: prompts('a') });

	expect(keysSent()).toHaveLength(2);
	expect(new Set(keysSent()).size).toBe(1);
});

it.each([
	['a response without an image', { body: { created: 1, data: [] } }],
	['a rejection', { status: 402, body: { error: { message: 'no credit', code: 'insufficient_user_quota' } } }],
])('sends another key in Retry execution after %s', async (_, response) => {
	engine.mockApi.script('generations', [response]);
	const parameters = { prompt: 'a', options: { apiFormat: 'openAi' } };
	const failed = await engine.run(parameters, { executionId: '1' });
	await engine.run(parameters, { executionId: '2', previous: failed.data });
	const keys = engine.mockApi.calls('generations').map(({ headers }) => headers['idempotency-key']);

	expect([keys.length, new Set(keys).size]).toEqual([2, 2]);
});

it('sends another key after a failed task', async () => {
	engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'failedTask', times: 1 }] });
	await engine.run({ prompt: PROMPT }, { settings: RETRIES, input: prompts('a') });

	expect(new Set(keysSent()).size).toBe(2);
});

it.each([
	[{ prompt: 'draw [object Object]' }, "'Prompt' contains [object Object]"],
	[{ prompt: 'a', numberOfImages: 1001 }, "'Number of Images' can be at most 1000 (got 1001)"],
])('rejects %j before anything is sent', async (parameters, message) => {
	const run = await engine.run(parameters);

	expect(shown(run)).toMatchObject({ message, description: expect.stringContaining('You were not charged.') });
	expect(engine.mockApi.journal).toEqual([]);
});

it('includes the task ID in the error row of an image that cannot be stored', async () => {
	const settings = { onError: 'continueRegularOutput' as const };
	await engine.run({ prompt: PROMPT }, { input: prompts('a') });
	// A file with the path of the folder in which n8n would store the image.
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

it('returns all 150 images of one task', async () => {
	const run = await engine.run({ prompt: 'a', numberOfImages: 150, options: { download: false } });

	expect(run.rows).toHaveLength(150);
	expect(run.json[0].warnings).toBeUndefined();
});

it('reports an item with a rejected and an unclear call as charged', async () => {
	engine.mockApi.set({ honorsIdempotencyKey: true });
	const rejected = { status: 400, body: { code: 'invalid_request', message: 'size is not supported', data: null } };
	// The first item sends its unclear call again, even after the second item has failed.
	engine.mockApi.script('generateContent', [rejected, { reset: true, accept: true }, rejected, rejected]);
	const options = { apiFormat: 'gemini', maxConcurrency: 1, retryUnclear: true };
	const run = await engine.run({ prompt: PROMPT, numberOfImages: 2, options }, { input: prompts('a', 'b') });

	expect(engine.mockApi.created()).toBe(1);
	expect(shown(run).context).toMatchObject({ itemIndex: 1, data: { keptItems: [0] } });
	expect(shown(run).description).toContain('The images of these items are charged: 0.');
});
