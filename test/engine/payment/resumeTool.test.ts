/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import { MODEL, useGateway } from '../support/mockApi';
import { asTool, type ToolOptions } from '../support/runWorkflow';

const gateway = useGateway();
const NO = { status: 401, body: { error: { message: 'Invalid token', type: 'new_api_error', code: '' } } };
const RETRIES = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

async function call(args: IDataObject | IDataObject[], more: ToolOptions = {}, parameters: IDataObject = {}) {
	const { baseUrl, apiKey } = gateway.sandbox;
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
		gateway.sandbox.script('getTask', [NO, NO]);
		const { answers } = await call({ prompt: 'a' }, { protocol });

		expect(answers[0].error).toBeUndefined();
		expect(answers[0].text).toContain(String(gateway.sandbox.ledger[0].taskId));
		expect(gateway.sandbox.ledger).toMatchObject([{ collected: 1 }]);
	});

	it('buys anew when the same words are asked for once more', async () => {
		const { answers } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol });

		expect(gateway.sandbox.ledger.map(({ prompt }) => prompt)).toEqual(['a', 'a']);
		expect(answers.map(({ text }, index) => text.includes(String(gateway.sandbox.ledger[index].taskId)))).toEqual([
			true,
			true,
		]);
	});

	it('gives calls at the same time a task each, also when one needs a second try', async () => {
		gateway.sandbox.script('getTask', [NO]);
		const { answers } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, atOnce: true });

		expect(gateway.sandbox.created()).toBe(2);
		const ids = gateway.sandbox.ledger.map(({ taskId }) => String(taskId));
		expect(ids.map((id) => answers.filter(({ text }) => text.includes(id)).length)).toEqual([1, 1]);
	});

	it('collects the open task when the model asks again after an error', async () => {
		gateway.sandbox.script('getTask', [NO]);
		const { answers } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, settings: {} });

		expect(answers[0].error).toContain('key');
		expect(answers[1].error).toBeUndefined();
		expect(gateway.sandbox.ledger).toHaveLength(1);
	});

	it('sends an unclear request no second time', async () => {
		gateway.sandbox.script('createTask', [{ reset: true, accept: true }]);
		const { answers } = await call({ prompt: 'a' }, { protocol });

		expect(answers[0].error).toContain('may have been billed');
		expect(gateway.sandbox.calls('createTask')).toHaveLength(1);
	});
});
