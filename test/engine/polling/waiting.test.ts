/* eslint-disable */
import { item, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube';
/** The task never ends, so the assertions do not depend on the clock. */
const ENDLESS_MS = 3_600_000;

/** Status and progress of each poll, from the log. */
function polls(run: { logs: Array<{ level: string; meta: Record<string, unknown> }> }): unknown[] {
	return run.logs.filter(({ level }) => level === 'debug').map(({ meta }) => [meta.status, meta.progress]);
}

/** Sets the responses to the next polls. */
function tell(...responses: Array<{ status: string; progress?: string; after?: string }>): void {
	engine.mockApi.script(
		'getTask',
		responses.map(({ status, progress = '', after }) => ({
			...(after !== undefined && { headers: { 'retry-after': after } }),
			body: {
				code: 'success',
				message: '',
				data: { status, progress, result_url: '', error: null },
			},
		})),
	);
}

it('polls a task from queued through running to the image, and logs each status', async () => {
	tell(
		{ status: 'queued', progress: '0%' },
		{ status: 'processing', progress: '' },
		{ status: 'in_progress', progress: '' },
	);
	engine.mockApi.set({ taskMs: 0 });
	const seen: unknown[] = [];
	const run = await engine.run(
		{ prompt: PROMPT },
		{ onLog: ({ level, meta }) => level === 'debug' && seen.push(meta.status) },
	);

	expect(polls(run)).toEqual([
		['queued', 0],
		['running', undefined],
		['running', undefined],
		['succeeded', 100],
	]);
	expect(seen).toEqual(['queued', 'running', 'running', 'succeeded']);
	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.polls()).toHaveLength(4);
});

it('keeps polling after an unknown status', async () => {
	engine.mockApi.set({ faults: [{ route: 'getTask', fault: 'unknownStatus', times: 2 }] });
	const run = await engine.run({ prompt: PROMPT });

	expect(
		polls(run)
			.slice(0, 2)
			.map((poll) => (poll as unknown[])[0]),
	).toEqual(['unknown', 'unknown']);
	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
});

it('keeps polling a task that is not visible right after its creation', async () => {
	engine.mockApi.set({ taskMs: 0, faults: [{ route: 'getTask', fault: 'lateVisibility', times: 3 }] });
	const run = await engine.run({ prompt: PROMPT });

	expect(run.error).toBeUndefined();
	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.polls().map(({ status }) => status)).toEqual([400, 400, 400, 200]);
	expect(engine.mockApi.created()).toBe(1);
});

it.each([
	'status408',
	'status425',
	'status429',
	'status500',
	'status502Html',
	'status503',
	'status504Html',
	'truncated',
	'resetBefore',
] as const)('keeps polling after %s, and is charged once', async (fault) => {
	engine.mockApi.set({ taskMs: 0, faults: [{ route: 'getTask', fault, times: 2 }] });
	const run = await engine.run({ prompt: PROMPT });

	expect(run.error).toBeUndefined();
	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.polls()).toHaveLength(3);
	expect(engine.mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
});

it.each(['seconds', 'date'] as const)('does not poll before Retry-After (%s) has passed', async (retryAfter) => {
	// One minute is longer than the timeout, so the next poll is the last one, at the deadline.
	engine.mockApi.set({
		taskMs: ENDLESS_MS,
		retryAfterSeconds: 60,
		faults: [{ route: 'getTask', fault: 'status429', times: 1, retryAfter }],
	});
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1.5 } });

	expect(run.error?.context).toMatchObject({ data: { errorCode: 'timed_out' } });
	expect(engine.polls()).toHaveLength(2);
});

it('honors Retry-After in a successful response', async () => {
	tell({ status: 'queued', after: '60' });
	engine.mockApi.set({ taskMs: ENDLESS_MS });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1.5 } });

	expect(run.error?.context).toMatchObject({ data: { errorCode: 'timed_out' } });
	expect(engine.polls()).toHaveLength(2);
});

it('fails at the timeout, with the task ID and how to get the images', async () => {
	engine.mockApi.set({ taskMs: ENDLESS_MS });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 0.3 } });
	const [{ taskId }] = engine.mockApi.ledger;

	expect(run.error).toMatchObject({
		name: 'NodeApiError',
		message: 'The task did not finish within 0.3 seconds',
		context: { itemIndex: 0, data: { errorCode: 'timed_out', taskId } },
	});
	expect(run.error?.description?.split('<br>')).toEqual([
		"The task keeps running and is charged. Get its images at no extra cost: enter the task ID in 'Wait for Task Result'. If you run this node again, you will be charged again.",
		`Task ID: ${taskId}.`,
		'Details: Last status: queued.',
	]);
	expect(run.data.resultData.error).toMatchObject({ message: run.error?.message, description: run.error?.description });
});

it('lets Wait for Task Result finish a timed-out task without another charge', async () => {
	engine.mockApi.set({ taskMs: ENDLESS_MS });
	const run = await engine.run(
		{ prompt: PROMPT, options: { timeout: 0.2 } },
		{ settings: { onError: 'continueRegularOutput' } },
	);
	engine.mockApi.finishTasks();
	const collected = await engine.run(
		{ operation: 'waitForResult', taskId: '={{ $json.details.taskId }}' },
		{ input: run.rows },
	);

	expect(run.json).toMatchObject([
		{ error: 'The task did not finish within 0.2 seconds', details: { errorCode: 'timed_out' } },
	]);
	expect(collected.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.mockApi.created()).toBe(1);
});

it.each(['textToImage', 'waitForResult'])(
	'returns the open task at the timeout if On Timeout is "continue" (%s)',
	async (operation) => {
		engine.mockApi.set({ taskMs: ENDLESS_MS });
		const ordered = operation === 'waitForResult' ? await engine.run({ prompt: PROMPT, wait: false }) : undefined;
		const run = await engine.run({
			operation,
			...(ordered ? { taskId: String(ordered.json[0].taskId) } : { prompt: PROMPT }),
			options: { timeout: 0.3, onTimeout: 'continue' },
		});

		expect(run.error).toBeUndefined();
		expect(run.json).toMatchObject([
			{
				taskId: engine.mockApi.ledger[0].taskId,
				status: 'queued',
				progress: 0,
				warnings: [
					"Not finished after 0.3 seconds. The task keeps running and is charged. Get its images with 'Wait for Task Result'.",
				],
			},
		]);
		expect(run.rows[0]).toMatchObject({ pairedItem: { item: 0 } });
		expect(run.rows[0].binary).toBeUndefined();
	},
);

it('returns each task with its own status if only some reach the timeout', async () => {
	engine.mockApi.set({ taskMs: (number) => (number === 1 ? ENDLESS_MS : 0) });
	const run = await engine.run(
		{ prompt: '={{ $json.prompt }}', options: { timeout: 0.5, onTimeout: 'continue', maxConcurrency: 1 } },
		{ input: [item({ prompt: 'a' }), item({ prompt: 'b' })] },
	);

	expect(run.json.map(({ status }) => status)).toEqual(['queued', 'succeeded']);
});

it('polls less often the longer a task takes', async () => {
	engine.mockApi.set({ taskMs: ENDLESS_MS, progress: 'none' });
	await engine.run({ prompt: PROMPT, options: { timeout: 1, onTimeout: 'continue' } });

	// A constant interval of 20 ms would result in fifty polls.
	expect(engine.polls().length).toBeLessThan(25);
});

it('ends as canceled if the user stops the execution, and logs the task that keeps running', async () => {
	engine.mockApi.set({ taskMs: ENDLESS_MS });
	let cancel = (): void => undefined;
	const run = await engine.run(
		{ prompt: PROMPT },
		{
			onStart: (execution) => (cancel = execution.cancel),
			onLog: ({ level }) => level === 'debug' && cancel(),
		},
	);

	expect(run.status).toBe('canceled');
	const [{ taskId }] = engine.mockApi.ledger;
	expect(run.logs.filter(({ level }) => level === 'warn').map(({ meta }) => meta)).toEqual([{ taskIds: [taskId] }]);
});
