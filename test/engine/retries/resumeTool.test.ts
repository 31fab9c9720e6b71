/* eslint-disable */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { MODEL, useEngine } from '../support/useEngine';
import { asTool, chain, createNode, runWorkflow, type ToolOptions } from '../support/runWorkflow';
import { connectedTool, invokeTool } from '../support/workflowNodes';

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
	it('resumes the task in the next try', async () => {
		engine.mockApi.script('getTask', [NO, NO]);
		const { responses } = await call({ prompt: 'a' }, { protocol });

		expect(responses[0].error).toBeUndefined();
		expect(responses[0].text).toContain(String(engine.mockApi.ledger[0].taskId));
		expect(engine.mockApi.ledger).toMatchObject([{ collected: 1 }]);
	});

	it('creates a new task for a second call with the same prompt', async () => {
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol });

		expect(engine.mockApi.ledger.map(({ prompt }) => prompt)).toEqual(['a', 'a']);
		expect(responses.map(({ text }, index) => text.includes(String(engine.mockApi.ledger[index].taskId)))).toEqual([
			true,
			true,
		]);
	});

	it('creates one task per simultaneous call, also if one needs a second try', async () => {
		engine.mockApi.script('getTask', [NO]);
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, atOnce: true });

		expect(engine.mockApi.created()).toBe(2);
		const ids = engine.mockApi.ledger.map(({ taskId }) => String(taskId));
		expect(ids.map((id) => responses.filter(({ text }) => text.includes(id)).length)).toEqual([1, 1]);
	});

	it('does not send an unclear request again', async () => {
		engine.mockApi.script('createTask', [{ reset: true, accept: true }]);
		const { responses } = await call({ prompt: 'a' }, { protocol });

		expect(responses[0].error).toContain('You may have been charged');
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});
});

describe.each(['engine', 'invocation'] as const)('as a tool of an execution, called by %s', (protocol) => {
	it('resumes the open task if the model calls it again after an error', async () => {
		engine.mockApi.script('getTask', [NO]);
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, settings: {} });

		expect(responses[0].error).toContain('key');
		expect(responses[1].error).toBeUndefined();
		expect(engine.mockApi.ledger).toHaveLength(1);
	});

	it('resumes the task if the model asks again because it only received the task ID', async () => {
		engine.mockApi.set({ taskMs: 60_000 });
		const waits = { options: { pollInterval: 0.02, timeout: 0.1, onTimeout: 'continue' } };
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol }, waits);

		const [{ taskId }] = engine.mockApi.ledger;
		expect(responses.map(({ text }) => text.includes(String(taskId)))).toEqual([true, true]);
		expect(engine.mockApi.ledger).toHaveLength(1);
	});

	it('tells the model to call again after a timeout, which is free', async () => {
		engine.mockApi.set({ taskMs: 60_000 });
		const options = { pollInterval: 0.02, timeout: 0.1 };
		const { responses } = await call([{ prompt: 'a' }, { prompt: 'a' }], { protocol, settings: {} }, { options });

		expect(responses[0].error).toContain('call this tool again with exactly the same input');
		expect(responses[1].error).toContain(String(engine.mockApi.ledger[0].taskId));
		expect(engine.mockApi.ledger).toHaveLength(1);
	});

	it('applies Max Images per Run to all calls together', async () => {
		const args = ['a', 'b', 'c'].map((prompt) => ({ prompt }));
		const { responses } = await call(args, { protocol }, { options: { pollInterval: 0.02, maxImages: 2 } });

		expect(responses.map(({ error }) => error !== undefined)).toEqual([false, false, true]);
		expect(responses[2].error).toContain("The agent's calls would generate 3 images, but 'Max Images per Run' is 2");
		expect(engine.mockApi.created()).toBe(2);
	});
});

it('does not tell a client of an MCP trigger to call again, because it would be charged again', async () => {
	engine.mockApi.set({ taskMs: 60_000 });
	const options = { pollInterval: 0.02, timeout: 0.1 };
	const { responses } = await call({ prompt: 'a' }, { protocol: 'mcp', settings: {} }, { options });

	expect(responses[0].error).toContain('If you run this node again, you will be charged again.');
	expect(responses[0].error).not.toContain('call this tool again');
});

it('applies Max Images per Run to simultaneous calls', async () => {
	const args = ['a', 'b'].map((prompt) => ({ prompt }));
	const { responses } = await call(
		args,
		{ protocol: 'invocation', atOnce: true },
		{ options: { pollInterval: 0.02, maxImages: 1 } },
	);

	expect(responses.filter(({ error }) => error !== undefined)).toHaveLength(1);
	expect(engine.mockApi.created()).toBe(1);
});

/** An agent whose model fails once after it has called the tool. */
function failingAgent(): new () => INodeType {
	let failures = 1;
	return class implements INodeType {
		description = {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Agent' },
			inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.AiTool],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		} as INodeTypeDescription;

		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			const tool = await connectedTool(this);
			const { text } = await invokeTool(tool, { prompt: 'a' });
			if (failures-- > 0) throw new Error('The model is overloaded');
			return [[{ json: { text }, pairedItem: { item: 0 } }]];
		}
	};
}

it('returns the already charged image to an agent in Retry execution', async () => {
	const { baseUrl, apiKey } = engine.mockApi;
	const tool = createNode(
		'NanoBanana',
		'n8n-nodes-nanobanana.nanoBananaTool',
		{
			prompt: "={{ $fromAI('prompt', 'What to draw', 'string') }}",
			model: MODEL,
			options: { pollInterval: 0.02 },
		} as never,
		{ credentials: { nanoBananaApi: { id: '1', name: 'NanoBanana' } } },
	);
	const definition = {
		nodes: [createNode('Start', 'n8n-nodes-base.manualTrigger'), createNode('Agent', 'test.failingAgent'), tool],
		connections: {
			...chain('Start', 'Agent'),
			NanoBanana: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
		},
	};
	const options = {
		nodeTypes: { 'test.failingAgent': failingAgent() },
		credentials: { nanoBananaApi: { baseUrl, apiKey } },
	};
	const first = await runWorkflow(definition, options);
	const again = await runWorkflow(definition, { ...options, previous: first.data });

	expect([first.status, again.status]).toEqual(['error', 'success']);
	const text = String(again.output('Agent')[0][0].json.text);
	expect(text).toContain(String(engine.mockApi.ledger[0].taskId));
	expect(text).toContain('The agent already received this image in an earlier try.');
	expect(engine.mockApi.created()).toBe(1);
});

it('reports that a tool gets no files', async () => {
	const { responses } = await call({ prompt: 'a' }, {}, { operation: 'imageToImage' });

	expect(responses[0].error).toContain("n8n does not pass files to AI tools. Set 'Input Type' to 'Image URL(s)'.");
	expect(engine.mockApi.journal).toEqual([]);
});
