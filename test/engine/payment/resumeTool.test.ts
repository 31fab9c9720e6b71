/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import { MODEL, useEngine } from '../support/useEngine';
import { asTool, type ToolOptions } from '../support/runWorkflow';

const engine = useEngine();
const NO = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

async function call(args: IDataObject | IDataObject[], more: ToolOptions = {}, parameters: IDataObject = {}) {
	const { baseUrl, apiKey } = engine.mockApi;
	const merged = {
		prompt: "={{ $fromAI('prompt', 'What to draw', 'string') }}",
		model: MODEL,
		options: { pollInterval: 0.02 },
		...parameters,
	};
	return await asTool(merged as never, args, {
		settings: RETRIES,
		credentials: { nanoBananaApi: { baseUrl, apiKey } },
		...more,
	});
}

describe.each(['engine', 'invocation', 'mcp'] as const)('as a tool called by %s', (protocol) => {
	it('goes on with the paid task on the next try', async () => {
		engine.mockApi.script('getTask', [NO, NO]);
		const { responses } = await call({ prompt: 'a' }, { protocol });

		expect(responses[0].error).toBeUndefined();
		expect(responses[0].text).toContain(String(engine.mockApi.ledger[0].taskId));
		expect(engine.mockApi.ledger).toMatchObject([{ collected: 1 }]);
	});

	it('creates a new task when the same words are asked for once more', async () => {
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol });

		expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['a', 'a']);
		expect(responses.map(({ text }, index) => text.includes(String(engine.mockApi.ledger[index].taskId)))).toEqual([
			true,
			true,
		]);
	});

	it('gives calls at the same time a task each, also when one needs a second try', async () => {
		engine.mockApi.script('getTask', [NO]);
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, atOnce: true });

		expect(engine.mockApi.created()).toBe(2);
		const ids = engine.mockApi.ledger.map(({ taskId }) => String(taskId));
		expect(ids.map((id) => responses.filter(({ text }) => text.includes(id)).length)).toEqual([1, 1]);
	});

	it('collects the open task when the model asks again after an error', async () => {
		engine.mockApi.script('getTask', [NO]);
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, settings: {} });

		expect(responses[0].error).toContain('key');
		expect(responses[1].error).toBeUndefined();
		expect(engine.mockApi.ledger).toHaveLength(1);
	});

	it('sends an unclear request no second time', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const { responses } = await call({ prompt: 'a' }, { protocol });

		expect(responses[0].error).toContain('You may have been charged');
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});
});
