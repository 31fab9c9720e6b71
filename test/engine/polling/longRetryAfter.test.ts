/* eslint-disable */
// The API returns a Retry-After that is longer than the timeout.
import { item, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = '={{ $json.prompt }}';
const prompts = (count: number) => Array.from({ length: count }, (_, index) => item({ prompt: `item ${index}` }));
const CONTINUE = { onError: 'continueRegularOutput' } as const;

it('a single one fails waiting items, and no item with a task', async () => {
	engine.mockApi.set({
		faults: [{ route: 'createTask', fault: 'status429', after: 1, times: 1, retryAfter: 'seconds' }],
		retryAfterSeconds: 3600,
	});
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 3 } }, { input: prompts(6), settings: CONTINUE });
	const ended = run.json.map(({ status, details }) => status ?? (details as { errorCode: string }).errorCode);

	expect(ended.filter((end) => end === 'succeeded')).toHaveLength(engine.mockApi.created());
	expect(ended.slice(-2)).toEqual(['rate_limited', 'rate_limited']);
	expect(run.json.at(-1)).toMatchObject({ details: { httpStatus: 429 } });
	expect(engine.mockApi.calls('createTask').length).toBeLessThanOrEqual(4);
});

it('an API that always returns it gets only three requests from 40 items', async () => {
	engine.mockApi.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 4 });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1 } }, { input: prompts(40), settings: CONTINUE });

	expect(run.json).toHaveLength(40);
	expect(new Set(run.json.map(({ details }) => (details as { errorCode: string }).errorCode))).toEqual(
		new Set(['rate_limited']),
	);
	expect(engine.mockApi.calls('createTask')).toHaveLength(3);
});

it('in stop mode, the error is about the first item, and at most three items are sent', async () => {
	engine.mockApi.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 3600 });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1 } }, { input: prompts(6) });

	expect(run.status).toBe('error');
	expect(run.error).toMatchObject({ context: { itemIndex: 0, data: { errorCode: 'rate_limited', httpStatus: 429 } } });
	expect(engine.mockApi.calls('createTask').length).toBeLessThanOrEqual(3);
});
