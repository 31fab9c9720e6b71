/* eslint-disable */
import { item, MODEL, servedDigests, storedDigest, useEngine } from '../support/useEngine';
import { chain, createNode, nanoBananaWorkflow, runWorkflow } from '../support/runWorkflow';

const engine = useEngine();
const EACH = '={{ $json.prompt }}';
const prompts = (...texts: string[]) => texts.map((prompt) => item({ prompt }));

describe.each(['filesystem', 'default'] as const)('with the %s storage', (binaryMode) => {
	it('keeps rows in the order of their items, no matter which one finishes first', async () => {
		engine.mockApi.set({ taskMs: (number) => (number === 1 ? 250 : 20) });
		const run = await engine.run(
			{ prompt: EACH, numberOfImages: 3 },
			{ binaryMode, input: prompts('a', 'b', 'c', 'd') },
		);

		expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3].map((index) => ({ item: index })),
		);
		const tasks = new Map(engine.mockApi.ledger.map(({ prompt, taskId }) => [prompt, taskId]));
		expect(run.json.map(({ taskId }) => taskId)).toEqual(
			['a', 'b', 'c', 'd'].flatMap((prompt) => Array(3).fill(tasks.get(prompt))),
		);
		const digests = await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)));
		expect(digests.sort()).toEqual(servedDigests(engine.mockApi).sort());
	});
});

it('creates each item once and is charged once for it', async () => {
	await engine.run({ prompt: EACH }, { input: prompts('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h') });

	expect(
		engine
			.created()
			.map(({ prompt }) => prompt)
			.sort(),
	).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
	expect(engine.mockApi.imagesCharged()).toBe(8);
});

it('creates two tasks for two identical items', async () => {
	const run = await engine.run({ prompt: EACH }, { input: prompts('same', 'same') });

	expect(new Set(run.json.map(({ taskId }) => taskId)).size).toBe(2);
	expect(engine.mockApi.created()).toBe(2);
});

it('processes only the first item with Execute Once', async () => {
	const run = await engine.run({ prompt: EACH }, { input: prompts('a', 'b', 'c'), settings: { executeOnce: true } });

	expect(engine.created()).toMatchObject([{ prompt: 'a' }]);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
});

it('returns nothing for an empty input, and sends nothing', async () => {
	const run = await engine.run({ prompt: 'a' }, { input: [] });

	expect(run.error).toBeUndefined();
	expect(run.rows).toEqual([]);
	expect(engine.mockApi.journal).toEqual([]);
});

it('links every row to its item, for expressions in later nodes', async () => {
	const workflow = nanoBananaWorkflow({
		model: MODEL,
		prompt: EACH,
		numberOfImages: 2,
		options: { pollInterval: 0.02 },
	});
	workflow.nodes.push(createNode('After', 'test.items', { json: "={{ { from: $('Start').item.json.prompt } }}" }));
	workflow.connections = chain('Start', 'NanoBanana', 'After');
	const { baseUrl, apiKey } = engine.mockApi;
	const run = await runWorkflow(workflow, {
		input: prompts('a', 'b'),
		credentials: { nanoBananaApi: { baseUrl, apiKey } },
	});

	expect(run.output('After')[0].map(({ json }) => json.from)).toEqual(['a', 'a', 'b', 'b']);
});

it('evaluates expressions in options for each item', async () => {
	const input = [item({ prompt: 'a', name: 'first', n: 1 }), item({ prompt: 'b', name: 'second', n: 2 })];
	const run = await engine.run(
		{ prompt: EACH, numberOfImages: '={{ $json.n }}', options: { fileName: '={{ $json.name }}' } },
		{ input },
	);

	expect(run.json.map(({ fileName }) => fileName)).toEqual(['first.png', 'second-1.png', 'second-2.png']);
});

it('keeps at most Max Concurrency tasks open', async () => {
	let open = 0;
	let most = 0;
	const ended = new Set<string>();
	engine.mockApi.set({
		onResponse: ({ route }) => {
			if (route === 'createTask') open += 1;
			most = Math.max(most, open);
			for (const { taskId, collected } of engine.mockApi.ledger) {
				if (taskId === null || collected === 0 || ended.has(taskId)) continue;
				ended.add(taskId);
				open -= 1;
			}
		},
	});
	await engine.run({ prompt: EACH, options: { maxConcurrency: 2 } }, { input: prompts('a', 'b', 'c', 'd', 'e') });

	expect(most).toBe(2);
	expect(engine.mockApi.created()).toBe(5);
});

it('returns an error row for a failed item, between the rows of the others, on the regular output', async () => {
	const run = await engine.run(
		{ prompt: EACH },
		{ input: prompts('a', '[fail]', 'c'), settings: { onError: 'continueRegularOutput' } },
	);

	expect(run.json).toMatchObject([
		{ status: 'succeeded' },
		{ error: 'The API could not create the image', details: { errorCode: 'task_failed' } },
		{ status: 'succeeded' },
	]);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(run.rows[1]).not.toHaveProperty('error');
});

it('passes a failed item, with its task ID and its input, to the error output', async () => {
	const run = await engine.run(
		{ prompt: EACH },
		{ input: prompts('a', '[fail]', 'c'), settings: { onError: 'continueErrorOutput' } },
	);
	const failed = engine.mockApi.ledger.find(({ prompt }) => prompt === '[fail]');

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
	expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
	expect(run.errorRows).toMatchObject([
		{
			json: {
				prompt: '[fail]',
				error: 'The API could not create the image',
				details: { errorCode: 'task_failed', taskId: failed?.taskId },
			},
			pairedItem: { item: 1 },
		},
	]);
});

it('reports the task IDs of all items if one item stops the run', async () => {
	const failure = { route: 'getTask' as const, fault: 'failedTask' as const, times: 1 };
	engine.mockApi.set({
		taskMs: 3_600_000,
		onResponse: () => engine.mockApi.created() === 3 && engine.mockApi.set({ faults: [failure] }),
	});
	const run = await engine.run({ prompt: EACH }, { input: prompts('a', 'b', 'c') });
	const { data } = run.error?.context as { data: { taskId: string; taskIds: string[] } };

	expect(run.status).toBe('error');
	expect([data.taskId, ...data.taskIds].sort()).toEqual(engine.mockApi.ledger.map(({ taskId }) => taskId).sort());
	expect(run.error?.description).toContain(data.taskIds.join(', '));
});

it('logs each accepted task, and not the API key', async () => {
	const run = await engine.run({ prompt: EACH }, { input: prompts('a', 'b') });
	const accepted = run.logs.filter(({ level }) => level === 'info').map(({ meta }) => meta);

	expect(accepted.map(({ taskId }) => taskId).sort()).toEqual(engine.mockApi.ledger.map(({ taskId }) => taskId).sort());
	expect(accepted.map(({ itemIndex }) => itemIndex).sort()).toEqual([0, 1]);
	expect(JSON.stringify(run.logs)).not.toContain(engine.mockApi.apiKey);
});
