/* eslint-disable */
// Which request is the same one in the next try: what is written in the fields counts, not what an expression makes of it today.
import type { INodeParameters } from 'n8n-workflow';

import { asFile, plainImage, item, useEngine } from '../support/useEngine';

const engine = useEngine();
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const NO = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };
/** Another text in every try. */
const CHANGING = '={{ $json.prompt }} {{ $now.toISO() }} {{ Math.random() }}';
const CHANGED = /^An expression returned a different value/;

const prompts = (...texts: string[]) => texts.map((prompt) => item({ prompt }));
const posts = (): number => engine.mockApi.calls('createTask').length;

describe('Retry On Fail with an expression that changes', () => {
	it('resumes the task of the first try and says that the request changed', async () => {
		engine.mockApi.script('getTask', [NO, NO]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.json).toMatchObject([{ status: 'succeeded', taskId: engine.mockApi.ledger[0].taskId }]);
		expect(run.json[0].warnings).toEqual([expect.stringMatching(CHANGED)]);
		expect(posts()).toBe(1);
	});

	it('says so of images without a task, too', async () => {
		engine.mockApi.set({ faults: [{ route: 'generateContent', fault: 'status429Balance', after: 1, times: 1 }] });
		const run = await engine.run(
			{ prompt: CHANGING, options: { apiFormat: 'gemini', maxConcurrency: 1 } },
			{ settings: RETRIES, input: prompts('a', 'b') },
		);

		expect(run.json.map(({ warnings }) => warnings)).toEqual([[expect.stringMatching(CHANGED)], undefined]);
		expect(engine.mockApi.created()).toBe(2);
	});

	it('charges each of many items once when one of them fails once', async () => {
		engine.mockApi.script('getTask', [NO]);
		const names = Array.from({ length: 10 }, (_, index) => `item ${index}`);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts(...names) });

		expect(run.rows).toHaveLength(10);
		expect(engine.mockApi.created()).toBe(10);
	});

	it('does not send a request again whose connection was cut', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.status).toBe('error');
		expect([posts(), engine.mockApi.created()]).toEqual([1, 1]);
	});

	it('keeps the calls that the first try made, also when the number of images changes', async () => {
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

	it('sends the request as it is now when the first one was rejected', async () => {
		engine.mockApi.script('createTask', [{ status: 401, body: NO.body }]);
		const run = await engine.run({ prompt: CHANGING }, { settings: RETRIES, input: prompts('a') });

		expect(run.json[0]).toMatchObject({ status: 'succeeded' });
		expect(run.json[0].warnings).toBeUndefined();
		expect(posts()).toBe(2);
	});
});

describe('Retry execution', () => {
	async function retried(before: INodeParameters, after: INodeParameters, input = prompts('a')) {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run(before, { executionId: '1001', input });
		expect(failed.status).toBe('error');
		return await engine.run(after, { executionId: '1002', previous: failed.data });
	}

	it('resumes a task whose prompt contains the number of the execution', async () => {
		const parameters = { prompt: '={{ $execution.id }}' };
		const run = await retried(parameters, parameters);

		expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['1001']);
		expect(run.json).toMatchObject([{ status: 'succeeded', warnings: [expect.stringMatching(CHANGED)] }]);
	});

	it('resumes after the timeout was raised, without a warning', async () => {
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
	])('creates a new task after somebody changed %s', async (_field, after) => {
		const run = await retried({ prompt: '={{ $json.prompt }}' }, after);

		expect(engine.mockApi.created()).toBe(2);
		expect(run.json[0]).toMatchObject({ taskId: engine.mockApi.ledger[1].taskId });
		expect(run.json[0].warnings).toBeUndefined();
	});

	it('resumes a request that is written in another way and means the same', async () => {
		const run = await retried({ prompt: '={{ $json.prompt }}' }, { prompt: 'a' });

		expect(engine.mockApi.created()).toBe(1);
		expect(run.json[0].warnings).toBeUndefined();
	});

	it('resumes a task although another file is the reference now, and says so', async () => {
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

	it('resumes the tasks of all items when one of them is unclear, and sends only that one again', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const parameters = { prompt: CHANGING, options: { maxConcurrency: 1 } };
		const failed = await engine.run(parameters, {
			executionId: '1001',
			input: prompts('a', 'b'),
			settings: { onError: 'continueRegularOutput' },
		});
		expect(failed.json).toMatchObject([{ details: { errorCode: 'unclear_submission' } }, { status: 'succeeded' }]);
	});
});

it('gives each item of a run its own request, also when all are written alike', async () => {
	engine.mockApi.script('getTask', [NO]);
	const run = await engine.run({ prompt: 'the same' }, { settings: RETRIES, input: prompts('a', 'b', 'c') });

	expect(new Set(run.json.map(({ taskId }) => taskId)).size).toBe(3);
	expect(engine.mockApi.created()).toBe(3);
});
