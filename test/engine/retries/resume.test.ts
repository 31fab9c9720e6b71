/* eslint-disable */
import { NodeConnectionTypes, type INodeParameters } from 'n8n-workflow';

import type { RouteName } from '../../mock-api';
import { asFile, item, MODEL, plainImage, servedDigests, sha256, storedDigest, useEngine } from '../support/useEngine';
import {
	chain,
	createNode,
	nanoBananaWorkflow,
	readBinary,
	runWorkflow,
	type WorkflowDefinition,
} from '../support/runWorkflow';
import { sendJson, useRawServer } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
const PROMPT = '={{ $json.prompt }}';
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
/** n8n's batching creates each item before the next one is checked. */
const ONE_BY_ONE = { requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 300 } } } };
const MISSING_FILE = 'filesystem-v2:workflows/w/executions/1/binary_data/00000000-0000-0000-0000-000000000000';
const NO = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };

function prompts(...texts: string[]) {
	return texts.map((prompt) => item({ prompt }));
}

function charged(route: RouteName = 'createTask'): string[] {
	return engine.mockApi.calls(route).map(({ body }) => JSON.stringify(body));
}

describe('Retry On Fail', () => {
	it('resumes the task of the first try', async () => {
		engine.mockApi.script('getTask', [NO, NO]);
		const run = await engine.run({ prompt: 'a' }, { settings: RETRIES });

		expect(run.json).toMatchObject([{ status: 'succeeded', taskId: engine.mockApi.ledger[0].taskId }]);
		expect(engine.mockApi.ledger).toMatchObject([{ collected: 1, downloads: 1 }]);
		expect(await storedDigest(run.rows[0].binary?.data)).toBe(servedDigests(engine.mockApi)[0]);
	});

	it('creates exactly one task for each of two identical items', async () => {
		engine.mockApi.script('getTask', [NO]);
		const run = await engine.run({ prompt: 'a' }, { settings: RETRIES, input: prompts('x', 'x') });

		expect(run.json.map(({ taskId }) => taskId).sort()).toEqual(
			engine.mockApi.ledger.map(({ taskId }) => taskId).sort(),
		);
		expect(engine.mockApi.created()).toBe(2);
	});

	it('creates a failed task again, because it was not charged', async () => {
		engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'failedTask', times: 1 }] });
		const run = await engine.run({ prompt: 'a' }, { settings: RETRIES });

		expect(run.json).toMatchObject([{ taskId: engine.mockApi.ledger[1].taskId }]);
		expect(engine.mockApi.ledger).toMatchObject([
			{ state: 'failed', imagesCharged: 0 },
			{ state: 'succeeded', imagesCharged: 1 },
		]);
	});

	it('keeps tasks if Wait for Completion is off', async () => {
		engine.mockApi.set({
			faults: [{ route: 'createTask', fault: 'status429Balance', after: 2, times: 1 }],
			taskMs: 60_000,
		});
		const run = await engine.run({ prompt: PROMPT, wait: false }, { settings: RETRIES, input: prompts('a', 'b', 'c') });

		expect(run.json.map(({ status }) => status)).toEqual(['queued', 'queued', 'queued']);
		expect(engine.mockApi.ledger.map(({ prompt }) => prompt).sort()).toEqual(['a', 'b', 'c']);
	});

	it('creates a separate task in every run of a loop', async () => {
		engine.mockApi.script('getTask', [NO]);
		const workflow = loopWorkflow({ prompt: 'the same in every turn', model: MODEL, options: { pollInterval: 0.02 } });
		const { baseUrl, apiKey } = engine.mockApi;
		const run = await runWorkflow(workflow, {
			input: prompts('1', '2', '3'),
			credentials: { nanoBananaApi: { baseUrl, apiKey } },
		});

		expect(run.runData.NanoBanana).toHaveLength(3);
		expect(run.output('After')[0].map(({ json }) => json.taskId)).toEqual(
			engine.mockApi.ledger.map(({ taskId }) => taskId),
		);
		expect(engine.mockApi.ledger).toHaveLength(3);
	});
});

it('keeps the image of a synchronous call over Retry On Fail, although its response contains an ID and a status', async () => {
	const png = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
	engine.mockApi.script('generations', [
		{ body: { id: 'gen-1', status: 'completed', data: [{ b64_json: png }] } },
		{ status: 401, body: NO.body },
	]);
	const run = await engine.run(
		{ prompt: PROMPT, options: { apiFormat: 'openAi', maxConcurrency: 1 } },
		{ input: prompts('a', 'b'), settings: RETRIES },
	);

	expect(await storedDigest(run.rows[0].binary?.data)).toBe(sha256(Buffer.from(png, 'base64')));
	expect(run.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
	expect(charged('generations').map((body) => JSON.parse(body).prompt)).toEqual(['a', 'b', 'b']);
	expect(engine.mockApi.calls('getTask')).toEqual([]);
});

describe.each([{ status: 'expired' }, { status: 'succeeded', output: { availability: 'expired', data: [] } }])(
	'a charged task without images (%j)',
	(end) => {
		let keys: unknown[] = [];
		const run = async (parameters: object, more: object = {}) =>
			await engine.run(
				{ prompt: 'a', ...parameters },
				{ credential: { baseUrl: raw.url }, settings: RETRIES, ...more },
			);
		beforeEach(() => {
			keys = [];
			raw.on('POST', '/v1/images/tasks', (response, { headers }) => {
				keys.push(headers['idempotency-key']);
				sendJson(response, { data: { task_id: `task_${keys.length}`, status: 'queued' } });
			});
			raw.on('GET', '/v1/images/tasks/', (response, { path }) =>
				sendJson(response, { data: { task_id: path.split('/').pop(), ...end } }),
			);
		});

		it('is not created again by Retry On Fail', async () => {
			const failed = await run({});

			expect(failed.error).toMatchObject({ context: { data: { taskId: 'task_1' } } });
			expect(keys).toHaveLength(1);
		});

		it('is created again by Retry execution, once and with another idempotency key', async () => {
			const failed = await run({}, { executionId: '1' });
			const again = await run({}, { executionId: '2', previous: failed.data });

			expect(again.error).toMatchObject({ context: { data: { taskId: 'task_2' } } });
			expect(new Set(keys).size).toBe(2);
			expect(keys).toHaveLength(2);
		});
	},
);

it('sends another idempotency key after a task that failed in the response to the request', async () => {
	const keys: unknown[] = [];
	raw.on('POST', '/v1/images/tasks', (response, { headers }) => {
		keys.push(headers['idempotency-key']);
		sendJson(response, { data: { task_id: `task_${keys.length}`, status: 'failed', error: 'no luck' } });
	});
	const run = await engine.run({ prompt: 'a' }, { credential: { baseUrl: raw.url }, settings: RETRIES });

	expect(run.error).toMatchObject({ context: { data: { errorCode: 'task_failed' } } });
	expect(new Set(keys).size).toBe(3);
});

describe('Retry execution', () => {
	it('resumes the task of the failed execution', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: 'a' });
		const retried = await engine.run({ prompt: 'a' }, { previous: failed.data });

		expect([failed.status, retried.status]).toEqual(['error', 'success']);
		expect(retried.json).toMatchObject([{ taskId: engine.mockApi.ledger[0].taskId, status: 'succeeded' }]);
		expect(charged()).toHaveLength(1);
	});

	it('creates a new task for a prompt that was changed before the retry', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: 'a cat' });
		const retried = await engine.run({ prompt: 'a dog' }, { previous: failed.data });

		expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['a cat', 'a dog']);
		expect(retried.json[0].taskId).toBe(engine.mockApi.ledger[1].taskId);
	});

	it('does not create a new task if only output options were changed', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: 'a' });
		const retried = await engine.run(
			{ prompt: 'a', simplify: false, options: { combineImages: true, timeout: 30 } },
			{ previous: failed.data },
		);

		expect(retried.json).toMatchObject([{ status: 'succeeded', billing: { returnedImages: 1 } }]);
		expect(charged()).toHaveLength(1);
	});

	it('returns the image of a synchronous call with the changed output options', async () => {
		const input = prompts('a', ' ');
		const failed = await engine.run(
			{ prompt: PROMPT, options: { apiFormat: 'openAi', download: false }, ...ONE_BY_ONE },
			{ input },
		);
		const retried = await engine.run(
			{ prompt: PROMPT, simplify: false, options: { apiFormat: 'openAi', binaryPropertyOutput: 'img' }, ...ONE_BY_ONE },
			{ previous: failed.data, settings: { onError: 'continueRegularOutput' } },
		);

		expect(failed.status).toBe('error');
		expect(retried.rows[0]).toMatchObject({
			json: { billing: { returnedImages: 1 } },
			binary: { img: { mimeType: 'image/png' } },
		});
		expect(engine.mockApi.ledger).toHaveLength(1);
	});

	it('sends only the rejected call again', async () => {
		engine.mockApi.set({ faults: [{ route: 'generateContent', fault: 'status429Balance', after: 1, times: 2 }] });
		const parameters = { prompt: PROMPT, numberOfImages: '={{ $json.prompt === "a" ? 2 : 1 }}' };
		const options = { apiFormat: 'gemini', maxConcurrency: 1 };
		const failed = await engine.run({ ...parameters, options }, { input: prompts('a', 'b') });
		const retried = await engine.run(
			{ ...parameters, options: { ...options, maxImages: 2 } },
			{ previous: failed.data },
		);

		expect(failed.status).toBe('error');
		expect(retried.rows).toHaveLength(3);
		expect(engine.mockApi.imagesCharged()).toBe(3);
	});

	it('sends an unclear request again, because the user decided to retry', async () => {
		engine.mockApi.script('createTask', [{ reset: true }]);
		const failed = await engine.run({ prompt: 'a' }, { settings: RETRIES });
		const postsBefore = charged().length;
		const retried = await engine.run({ prompt: 'a' }, { previous: failed.data });

		expect([postsBefore, charged().length]).toEqual([1, 2]);
		expect(retried.json).toMatchObject([{ status: 'succeeded' }]);
	});

	it('resumes the tasks of a node with pinned input data', async () => {
		engine.mockApi.script('getTask', [NO]);
		const workflow = nanoBananaWorkflow({ prompt: PROMPT, model: MODEL, options: { pollInterval: 0.02 } });
		workflow.pinData = { Start: prompts('pinned a', 'pinned b') };
		const { baseUrl, apiKey } = engine.mockApi;
		const credentials = { nanoBananaApi: { baseUrl, apiKey } };
		const failed = await runWorkflow(workflow, { credentials, input: workflow.pinData.Start });
		const retried = await runWorkflow(workflow, { credentials, previous: failed.data });

		expect([failed.status, retried.status]).toEqual(['error', 'success']);
		expect(engine.mockApi.ledger.map(({ prompt }) => prompt).sort()).toEqual(['pinned a', 'pinned b']);
		expect(retried.output('NanoBanana')[0]).toHaveLength(2);
	});

	it('resumes the tasks although n8n has deleted their files', async () => {
		engine.mockApi.script('getTask', [NO]);
		const parameters = { operation: 'imageToImage', prompt: PROMPT };
		const file = async (color: string) => ({ data: asFile(await plainImage(color)) });
		const input = [item({ prompt: 'a' }, await file('red')), item({ prompt: 'b' }, await file('blue'))];
		const failed = await engine.run(parameters, { input });
		for (const { binary } of failed.data.resultData.runData.Start[0].data?.main[0] ?? [])
			binary!.data = { mimeType: 'image/png', data: 'filesystem-v2', id: MISSING_FILE };
		const retried = await engine.run(parameters, { previous: failed.data });

		expect([failed.status, retried.status]).toEqual(['error', 'success']);
		expect(retried.json.map(({ taskId }) => taskId).sort()).toEqual(
			engine.mockApi.ledger.map(({ taskId }) => taskId).sort(),
		);
		expect(retried.json[0].warnings).toEqual([expect.stringContaining('could not be read again')]);
		expect(charged()).toHaveLength(2);
	});

	it('rejects a file that was replaced with one that is not an image, and names the task', async () => {
		engine.mockApi.script('getTask', [NO]);
		const parameters = { operation: 'imageToImage', prompt: 'a' };
		const failed = await engine.run(parameters, { input: [item({}, { data: asFile(await plainImage('red')) })] });
		failed.data.resultData.runData.Start[0].data!.main[0]![0].binary!.data = asFile(Buffer.from('%PDF-1.7 a document'));
		const retried = await engine.run(parameters, { previous: failed.data });

		expect(retried.error).toMatchObject({
			message: "The file in 'data' is not a supported image",
			context: { data: { taskId: engine.mockApi.ledger[0].taskId } },
		});
	});

	it.each(['continueRegularOutput', undefined] as const)(
		'does not say "not charged" about an item with images from an earlier try (On Error: %s)',
		async (onError) => {
			engine.mockApi.set({ faults: [{ route: 'generations', fault: 'status429Balance', after: 1, times: 1 }] });
			const parameters = { prompt: PROMPT, options: { apiFormat: 'openAi', maxConcurrency: 1 } };
			const failed = await engine.run(parameters, { input: prompts('a', 'b') });
			failed.data.resultData.runData.Start[0].data!.main[0]![0].json.prompt = '';
			const retried = await engine.run(parameters, { previous: failed.data, settings: { onError } });
			const text = String(
				retried.error?.description ?? (retried.json[0].details as { description: string }).description,
			);

			expect(text).toContain('You were not charged for this try.');
			expect(text).toContain('The images of these items are charged: 0.');
		},
	);

	it('names the task of an edited field with the same value, although another item is not valid now', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: PROMPT }, { input: prompts('a', 'b') });
		failed.data.resultData.runData.Start[0].data!.main[0]![1].json.prompt = '';
		const retried = await engine.run({ prompt: '={{ String($json.prompt) }}' }, { previous: failed.data });

		expect(retried.error?.description).toContain(String(engine.mockApi.ledger[0].taskId));
	});

	it('names the task although an option is not valid now', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: 'a' });
		const retried = await engine.run({ prompt: 'a', options: { timeout: 'abc' } }, { previous: failed.data });

		expect(retried.error).toMatchObject({ context: { data: { taskId: engine.mockApi.ledger[0].taskId } } });
	});

	it('names the tasks of all items if a field of one of them is not valid now', async () => {
		engine.mockApi.script('getTask', [NO]);
		const parameters = { prompt: '={{ $json.prompt }}' };
		const failed = await engine.run(parameters, { input: prompts('a', 'b') });
		failed.data.resultData.runData.Start[0].data!.main[0]![0].json.prompt = '';
		const retried = await engine.run(parameters, { previous: failed.data });
		const [a, b] = engine.mockApi.ledger.map(({ taskId }) => String(taskId));

		expect(retried.error).toMatchObject({ message: "'Prompt' is empty" });
		expect(retried.error?.description).toContain(a);
		expect(retried.error?.description).toContain(b);
		expect(retried.error?.description).not.toContain('You were not charged.');
		expect(charged()).toHaveLength(2);
	});

	it('returns charged images although a lower Max Images per Run stops the other items', async () => {
		engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'status429Balance', after: 1, times: 1 }] });
		const input = prompts('a', 'b');
		const failed = await engine.run({ prompt: PROMPT, options: { maxConcurrency: 1 } }, { input });
		const retried = await engine.run(
			{ prompt: PROMPT, options: { maxConcurrency: 1, maxImages: 0 } },
			{ previous: failed.data, settings: { onError: 'continueRegularOutput' } },
		);

		expect(retried.json).toMatchObject([
			{ status: 'succeeded', taskId: engine.mockApi.ledger[0].taskId },
			{ details: { errorCode: 'spending_limit' } },
		]);
		expect(charged()).toHaveLength(2);
	});

	it('gets task IDs from the saved execution, which contains no images', async () => {
		engine.mockApi.script('getTask', [NO]);
		const failed = await engine.run({ prompt: 'a' });

		expect(JSON.stringify(failed.context).length).toBeLessThan(500);
		expect(JSON.stringify(failed.context)).toContain(String(engine.mockApi.ledger[0].taskId));
	});
});

const ENDPOINTS: Array<[string, RouteName, INodeParameters]> = [
	['asyncTask', 'createTask', {}],
	['openAi', 'generations', {}],
	['openAi', 'generations', { responseFormat: 'b64_json' }],
	['gemini', 'generateContent', {}],
];

describe.each(ENDPOINTS)('on the %s endpoint (%s, %j)', (apiFormat, route, options) => {
	it.each(['filesystem', 'default'] as const)(
		'returns finished items again at no extra cost, with %s storage',
		async (binaryMode) => {
			engine.mockApi.set({ faults: [{ route, fault: 'status429Balance', after: 1, times: 1 }] });
			const parameters = { prompt: PROMPT, options: { apiFormat, maxConcurrency: 1, ...options } };
			const run = await engine.run(parameters, { settings: RETRIES, binaryMode, input: prompts('a', 'b') });

			expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
			expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['a', 'b']);
			expect(charged(route)).toHaveLength(3);
			const images = await Promise.all(run.rows.map(async ({ binary }) => sha256(await readBinary(binary!.data))));
			expect(new Set(images).size).toBe(2);
		},
	);

	it.each(['filesystem', 'default'] as const)(
		'does not send a request again that was pending when another item failed, with %s storage',
		async (binaryMode) => {
			engine.mockApi.set({ syncMs: 150, faults: [{ route, fault: 'status429Balance', times: 1 }] });
			const run = await engine.run(
				{ prompt: PROMPT, options: { apiFormat, ...options } },
				{ settings: RETRIES, binaryMode, input: prompts('a', 'b', 'c') },
			);

			expect(run.rows).toHaveLength(3);
			expect(engine.mockApi.ledger.map(({ prompt }) => prompt).sort()).toEqual(['a', 'b', 'c']);
			expect(run.rows.every(({ binary }) => binary?.data !== undefined)).toBe(true);
		},
	);
});

it.each(['filesystem', 'default'] as const)(
	'keeps a charged image if another item failed before the last call was sent, with %s storage',
	async (binaryMode) => {
		engine.mockApi.script('generateContent', [
			{ status: 400, delayMs: 150, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } },
		]);
		const parameters = {
			prompt: PROMPT,
			numberOfImages: '={{ $json.n }}',
			options: { apiFormat: 'gemini', maxConcurrency: 2 },
		};
		const input = [item({ prompt: 'a', n: 1 }), item({ prompt: 'b', n: 30 })];
		const run = await engine.run(parameters, { settings: RETRIES, binaryMode, input });

		expect(run.rows).toHaveLength(31);
		expect(engine.mockApi.created()).toBe(31);
		expect(engine.mockApi.calls('generateContent').length).toBe(32);
	},
);

function loopWorkflow(parameters: INodeParameters): WorkflowDefinition {
	const workflow = nanoBananaWorkflow(parameters, RETRIES);
	workflow.nodes.push(createNode('Loop', 'n8n-nodes-base.splitInBatches'), createNode('After', 'n8n-nodes-base.noOp'));
	const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	workflow.connections = {
		...chain('Start', 'Loop'),
		...chain('NanoBanana', 'Loop'),
		Loop: { main: [to('After'), to('NanoBanana')] },
	};
	return workflow;
}
