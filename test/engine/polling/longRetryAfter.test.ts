/* eslint-disable */
// An API that wants to be left alone for longer than anybody waits.
import { item, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = '={{ $json.prompt }}';
const prompts = (count: number) => Array.from({ length: count }, (_, index) => item({ prompt: `item ${index}` }));
const CONTINUE = { onError: 'continueRegularOutput' } as const;

it('one such response ends the items that wait for their turn, and no other', async () => {
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

it('an API that always gives it is asked by the first items only', async () => {
	engine.mockApi.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 4 });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1 } }, { input: prompts(40), settings: CONTINUE });

	expect(run.json).toHaveLength(40);
	expect(new Set(run.json.map(({ details }) => (details as { errorCode: string }).errorCode))).toEqual(
		new Set(['rate_limited']),
	);
	expect(engine.mockApi.calls('createTask')).toHaveLength(3);
});

it('in stop mode the rejected item is the one that is named, and nobody else is sent', async () => {
	engine.mockApi.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 3600 });
	const run = await engine.run({ prompt: PROMPT, options: { timeout: 1 } }, { input: prompts(6) });

	expect(run.status).toBe('error');
	expect(run.error).toMatchObject({ context: { itemIndex: 0, data: { errorCode: 'rate_limited', httpStatus: 429 } } });
	expect(engine.mockApi.calls('createTask').length).toBeLessThanOrEqual(3);
});
