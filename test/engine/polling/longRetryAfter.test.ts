/* eslint-disable */
// A gateway that wants to be left alone for longer than anybody waits.
import { item, useGateway } from '../support/mockApi';

const gateway = useGateway();
const PROMPT = '={{ $json.prompt }}';
const prompts = (count: number) => Array.from({ length: count }, (_, index) => item({ prompt: `item ${index}` }));
const CONTINUE = { onError: 'continueRegularOutput' } as const;

it('one such answer ends the items that wait for their turn, and no other', async () => {
	gateway.sandbox.set({
		faults: [{ route: 'createTask', fault: 'status429', after: 1, times: 1, retryAfter: 'seconds' }],
		retryAfterSeconds: 3600,
	});
	const run = await gateway.run({ prompt: PROMPT, options: { timeout: 3 } }, { input: prompts(6), settings: CONTINUE });
	const ended = run.json.map(({ status, details }) => status ?? (details as { errorCode: string }).errorCode);

	expect(ended.filter((end) => end === 'succeeded')).toHaveLength(gateway.sandbox.created());
	expect(ended.slice(-2)).toEqual(['rate_limited', 'rate_limited']);
	expect(run.json.at(-1)).toMatchObject({ details: { httpStatus: 429 } });
	expect(gateway.sandbox.calls('createTask').length).toBeLessThanOrEqual(4);
});

it('a gateway that always gives it is asked by the first items only', async () => {
	gateway.sandbox.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 4 });
	const run = await gateway.run(
		{ prompt: PROMPT, options: { timeout: 1 } },
		{ input: prompts(40), settings: CONTINUE },
	);

	expect(run.json).toHaveLength(40);
	expect(new Set(run.json.map(({ details }) => (details as { errorCode: string }).errorCode))).toEqual(
		new Set(['rate_limited']),
	);
	expect(gateway.sandbox.calls('createTask')).toHaveLength(3);
});

it('in stop mode the refused item is the one that is named, and nobody else is sent', async () => {
	gateway.sandbox.set({ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 3600 });
	const run = await gateway.run({ prompt: PROMPT, options: { timeout: 1 } }, { input: prompts(6) });

	expect(run.status).toBe('error');
	expect(run.error).toMatchObject({ context: { itemIndex: 0, data: { errorCode: 'rate_limited', httpStatus: 429 } } });
	expect(gateway.sandbox.calls('createTask').length).toBeLessThanOrEqual(3);
});
