/* eslint-disable */
// Which request is the same one in the next try: the text in the fields decides, not the values of expressions.
import type { INodeParameters } from 'n8n-workflow';

import { asFile, plainImage, item, useEngine } from '../support/useEngine';

const engine = useEngine();
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const NO = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };
/** A different text in every try. */
const CHANGING = '={{ $json.prompt }} {{ $now.toISO() }} {{ Math.random() }}';
const CHANGED = /^An expression returned a different value/;

const prompts = (...texts: string[]) => texts.map((prompt) => item({ prompt }));
const posts = (): number => engine.mockApi.calls('createTask').length;

describe('Retry On Fail with an expression that changes', () => {
	it('resumes the task of the first try and warns that the request changed', async () => {
		engine.mockApi.script('getTask', [NO, NO]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.json).toMatchObject([{ status: 'succeeded', taskId: engine.mockApi.ledger[0].taskId }]);
		expect(run.json[0].warnings).toEqual([expect.stringMatching(CHANGED)]);
		expect(posts()).toBe(1);
	});

	it('returns images without a task with this warning, too', async () => {
		engine.mockApi.set({ faults: [{ route: 'generateContent', fault: 'status429Balance', after: 1, times: 1 }] });
		const run = await engine.run(
			{ prompt: CHANGING, options: { apiFormat: 'gemini', maxConcurrency: 1 } },
			{ settings: RETRIES, input: prompts('a', 'b') },
		);

		expect(run.json.map(({ warnings }) => warnings)).toEqual([[expect.stringMatching(CHANGED)], undefined]);
		expect(engine.mockApi.created()).toBe(2);
	});

	it('creates each of ten items once if one poll fails', async () => {
		engine.mockApi.script('getTask', [NO]);
		const names = Array.from({ length: 10 }, (_, index) => `item ${index}`);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts(...names) });

		expect(run.rows).toHaveLength(10);
		expect(engine.mockApi.created()).toBe(10);
	});

	it('does not send a request again if its connection was reset', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.status).toBe('error');
		expect([posts(), engine.mockApi.created()]).toEqual([1, 1]);
	});

	it('warns that both requests may be charged if an unclear one was sent again', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const options = { retryUnclear: true, timeout: 0.3, onTimeout: 'continue' };
		const run = await engine.run({ prompt: CHANGING, options }, { settings: RETRIES, input: prompts('a') });

		const warning = expect.stringMatching(/sent again with the new value, so you may have been charged for both\.$/);
		expect(run.json[0].warnings).toContainEqual(warning);
		expect([posts(), engine.mockApi.created()]).toEqual([2, 2]);
	});

	it('keeps the images of the first try, also if the number of images changes', async () => {
		engine.mockApi.script('generateContent', [
			{ status: 400, delayMs: 100, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } },
		]);
		const parameters = {
			prompt: CHANGING,
			numberOfImages: '={{ $json.prompt === "b" ? 1 + Math.ceil(Math.random() * 3) : 1 }}',
			options: { apiFormat: 'gemini', maxConcurrency: 8 },
		};
		const run = await engine.run(parameters, { settings: RETRIES, input: prompts('a', 'b') });

		expect(run.status).toBe('success');
		expect(engine.mockApi.created()).toBe(run.rows.length);
	});

	it('sends the current request if the first one was rejected', async () => {
		engine.mockApi.script('createTask', [{ status: 401, body: NO.body }]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.json[0]).toMatchObject({ status: 'succeeded' });
		expect(run.json[0].warnings).toBeUndefined();
		expect(posts()).toBe(2);
	});
});

it('Retry execution warns that a changed request may be charged twice if the first one was unclear', async () => {
	engine.mockApi.set({
		faults: [
			{ route: 'generateContent', fault: 'resetAfter', after: 1, times: 1 },
			{ route: 'generateContent', fault: 'status429Balance', after: 2, times: 1 },
		],
	});
	const parameters = {
		prompt: CHANGING,
		numberOfImages: '={{ $json.prompt === "a" ? 2 : 1 }}',
		options: { apiFormat: 'gemini', maxConcurrency: 1 },
	};
	const input = prompts('a', 'b');
	const failed = await engine.run(parameters, { executionId: '1001', input });
	const run = await engine.run(parameters, { executionId: '1002', previous: failed.data, input });

	const warning = expect.stringMatching(/so you may have been charged for both\.$/);
	expect(run.json[0].warnings).toContainEqual(warning);
});

it('Retry execution warns that a request may be charged twice if its response was lost with the run', async () => {
	engine.mockApi.set({ faults: [{ route: 'generations', fault: 'slowHeaders', ms: 700, times: 1 }] });
	// The second item fails while the first one waits for its response.
	const prompt = "={{ $json.prompt ? $json.prompt + Math.random() : $('No such node').first().json.prompt }}";
	const parameters = {
		prompt,
		options: { apiFormat: 'openAi', retryUnclear: true },
		requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 300 } } },
	};
	const failed = await engine.run(parameters, { executionId: '1001', input: [item({ prompt: 'a' }), item({})] });
	failed.data.resultData.runData.Start[0].data!.main[0]![1].json.prompt = 'b';
	const saved = JSON.parse(JSON.stringify(failed.data)) as typeof failed.data;
	const run = await engine.run(parameters, { executionId: '1002', previous: saved });

	expect(run.status).toBe('success');
	expect(run.json[0].warnings).toContainEqual(expect.stringMatching(/so you may have been charged for both\.$/));
	expect(engine.mockApi.calls('generations')).toHaveLength(3);
});

describe('Retry execution', () => {
	async function retried(before: INodeParameters, after: INodeParameters, input = prompts('a')) {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run(before, { executionId: '1001', input });
		expect(failed.status).toBe('error');
		return await engine.run(after, { executionId: '1002', previous: failed.data });
	}

	it('resumes a task whose prompt contains the execution ID', async () => {
		const parameters = { prompt: '={{ $execution.id }}' };
		const run = await retried(parameters, parameters);

		expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['1001']);
		expect(run.json).toMatchObject([{ status: 'succeeded', warnings: [expect.stringMatching(CHANGED)] }]);
	});

	it('resumes a task without a warning after the timeout was raised', async () => {
		const run = await retried({ prompt: 'a' }, { prompt: 'a', options: { timeout: 30, unitPrice: 1 } });

		expect(engine.mockApi.created()).toBe(1);
		expect(run.json[0]).toMatchObject({ status: 'succeeded' });
		expect(run.json[0].warnings).toBeUndefined();
	});

	it.each<[string, INodeParameters]>([
		['the prompt', { prompt: '={{ $json.prompt }}, in oil' }],
		['the number of images', { prompt: '={{ $json.prompt }}', numberOfImages: 2 }],
		['the aspect ratio', { prompt: '={{ $json.prompt }}', aspectRatio: '16:9' }],
		['the additional fields', { prompt: '={{ $json.prompt }}', options: { extraBody: '{"seed":1}' } }],
		['the model', { prompt: '={{ $json.prompt }}', model: { __rl: true, mode: 'id', value: 'NanoBanana2-1K' } }],
	])('creates a new task if the user changed %s', async (_field, after) => {
		const run = await retried({ prompt: '={{ $json.prompt }}' }, after);

		expect(engine.mockApi.created()).toBe(2);
		expect(run.json[0]).toMatchObject({ taskId: engine.mockApi.ledger[1].taskId });
		expect(run.json[0].warnings).toBeUndefined();
	});

	it('resumes a task if the field is written differently but has the same value', async () => {
		const run = await retried({ prompt: '={{ $json.prompt }}' }, { prompt: 'a' });

		expect(engine.mockApi.created()).toBe(1);
		expect(run.json[0].warnings).toBeUndefined();
	});

	it('resumes a task with a warning if the reference is a different file now', async () => {
		const [red, blue] = [await plainImage('red'), await plainImage('blue')];
		const input = [item({ prompt: 'a' }, { red: asFile(red), blue: asFile(blue) })];
		const parameters = {
			operation: 'imageToImage',
			prompt: 'a',
			binaryPropertyName: '={{ $execution.id === "1001" ? "red" : "blue" }}',
		};
		const run = await retried(parameters, parameters, input);

		expect(engine.mockApi.created()).toBe(1);
		expect(run.json).toMatchObject([{ status: 'succeeded', warnings: [expect.stringMatching(CHANGED)] }]);
	});
});

it('creates one task per item, even if all requests are identical', async () => {
	engine.mockApi.script('getTask', [NO]);
	const run = await engine.run({ prompt: 'the same' }, { settings: RETRIES, input: prompts('a', 'b', 'c') });

	expect(new Set(run.json.map(({ taskId }) => taskId)).size).toBe(3);
	expect(engine.mockApi.created()).toBe(3);
});
