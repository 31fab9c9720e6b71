/* eslint-disable */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes } from 'n8n-workflow';

import { PlainNode, PlainApi } from './plainNode';
import type { RunOptions, WorkflowDefinition } from './runWorkflow';
import { asTool, chain, createNode, readBinary, runWorkflow } from './runWorkflow';

const IMAGE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff]);

/** Requests and behavior of the API, reset before each test. */
const api = {
	posts: [] as Array<{ authorization?: string; body: IDataObject }>,
	createStatus: 200,
	/** Status codes of the next image reads; 200 when used up. */
	readStatuses: [] as number[],
	/** Resolves when the response may be sent. */
	gate: async (_request: IncomingMessage): Promise<void> => {},
	url: '',
};

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	if (request.method === 'POST') {
		const body = JSON.parse(Buffer.concat(chunks).toString()) as IDataObject;
		api.posts.push({ authorization: request.headers.authorization, body });
		const id = `plain-${api.posts.length}`;
		await api.gate(request);
		response.writeHead(api.createStatus, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
		return;
	}
	await api.gate(request);
	response.writeHead(api.readStatuses.shift() ?? 200).end(IMAGE);
}

const server = createServer((request, response) => void respond(request, response));

beforeAll(async () => {
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
	api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
	server.closeAllConnections();
	server.close();
});

beforeEach(() => {
	Object.assign(api, { posts: [], createStatus: 200, readStatuses: [], gate: async () => {} });
});

function options(more: RunOptions = {}): RunOptions {
	return {
		nodeTypes: { 'test.plain': PlainNode },
		credentialTypes: { plainApi: PlainApi },
		credentials: { plainApi: { baseUrl: api.url } },
		...more,
	};
}

function prompts(...texts: string[]): INodeExecutionData[] {
	return texts.map((prompt) => ({ json: { prompt } }));
}

function imageWorkflow(settings: Partial<INode> = {}): WorkflowDefinition {
	const nodes = [createNode('Start', 'n8n-nodes-base.manualTrigger'), createNode('Plain', 'test.plain', {}, settings)];
	return { nodes, connections: chain('Start', 'Plain') };
}

function jsonOf(items: INodeExecutionData[] = []): IDataObject[] {
	return items.map(({ json }) => json);
}

it('starts the requests of all items at once', async () => {
	let release = () => {};
	const allArrived = new Promise<void>((resolve) => (release = resolve));
	api.gate = async () => {
		if (api.posts.length === 4) release();
		await allArrived;
	};
	const run = await runWorkflow(imageWorkflow(), options({ input: prompts('a', 'b', 'c', 'd') }));

	expect(run.status).toBe('success');
	expect(jsonOf(run.output('Plain')[0]).map(({ prompt }) => prompt)).toEqual(['a', 'b', 'c', 'd']);
});

it('resolves the credential with its defaults and signs the request', async () => {
	const run = await runWorkflow(imageWorkflow(), options({ input: prompts('a') }));

	expect(run.error).toBeUndefined();
	expect(api.posts).toEqual([{ authorization: 'Bearer the-default-key', body: { prompt: 'a' } }]);
});

it('ends as canceled if the aborted request throws "canceled"', async () => {
	let cancel = () => {};
	api.gate = async ({ method }) => {
		if (method !== 'GET') return;
		cancel();
		await new Promise(() => {});
	};
	const onStart: RunOptions['onStart'] = (execution) => (cancel = execution.cancel);
	const run = await runWorkflow(imageWorkflow(), options({ input: prompts('a'), onStart }));

	expect(run.status).toBe('canceled');
	expect(run.error?.message).toBe('canceled');
});

it('keeps the node context between the tries of Retry On Fail', async () => {
	api.readStatuses = [503, 503];
	const workflow = imageWorkflow({ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 });
	const run = await runWorkflow(workflow, options({ input: prompts('a') }));

	expect(run.status).toBe('success');
	expect(run.context['node:Plain']).toEqual({ attempts: 3, '0:0': 'plain-1' });
	expect(api.posts).toHaveLength(1);
});

it('passes the context of a failed execution to its retry', async () => {
	api.readStatuses = [503];
	const failed = await runWorkflow(imageWorkflow(), options({ input: prompts('a') }));
	const retried = await runWorkflow(imageWorkflow(), options({ previous: failed.data }));

	expect([failed.status, retried.status]).toEqual(['error', 'success']);
	expect(failed.error).toBeInstanceOf(NodeApiError);
	expect(retried.context['node:Plain']).toEqual({ attempts: 2, '0:0': 'plain-1' });
	expect(retried.runData.Plain).toHaveLength(1);
	expect(api.posts).toHaveLength(1);
});

it('stores a copy of the thrown error, and returns no output', async () => {
	const run = await runWorkflow(imageWorkflow(), options({ input: prompts('a', 'throw') }));

	expect(run.status).toBe('error');
	expect(run.error).toMatchObject({
		message: 'Refused',
		description: 'Task task-1',
		context: { itemIndex: 1, runIndex: 0 },
	});
	expect(run.data.resultData.error).not.toBe(run.error);
	expect(run.data.resultData.error).toMatchObject({
		name: 'NodeApiError',
		message: 'Refused',
		description: 'Task task-1',
	});
	expect(run.output('Plain')).toEqual([]);
});

it('returns the message of a thrown error, and a returned error row as it is, on the regular output', async () => {
	const workflow = imageWorkflow({ onError: 'continueRegularOutput' });
	const run = await runWorkflow(workflow, options({ input: prompts('throw', 'row') }));

	expect(run.status).toBe('success');
	expect(jsonOf(run.output('Plain')[0])).toEqual([
		{ error: 'Refused' },
		{ error: 'Refused', details: { taskId: 'task-1' } },
	]);
});

it('passes rows with error and details to the error output, merged with their input', async () => {
	const workflow = imageWorkflow({ onError: 'continueErrorOutput' });
	const run = await runWorkflow(workflow, options({ input: prompts('a', 'row', 'throw') }));
	const [good, failed] = run.output('Plain');

	expect(jsonOf(good)).toEqual([{ id: 'plain-1', prompt: 'a', runIndex: 0 }]);
	expect(jsonOf(failed)).toEqual([
		{ prompt: 'row', error: 'Refused', details: { taskId: 'task-1' } },
		// The engine splits the outputs before it pairs items, so a thrown error has no input.
		{ error: 'Refused' },
	]);
	expect(failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, undefined]);
});

it('links items to their input, for expressions in later nodes', async () => {
	const workflow = imageWorkflow();
	workflow.nodes.push(createNode('After', 'test.items', { json: '={{ { from: $("Start").item.json.note } }}' }));
	workflow.connections = chain('Start', 'Plain', 'After');
	const input = prompts('a', 'b').map(({ json }) => ({ json: { ...json, note: `note ${json.prompt}` } }));
	const run = await runWorkflow(workflow, options({ input }));

	expect(jsonOf(run.output('After')[0]).map(({ from }) => from)).toEqual(['note a', 'note b']);
});

it.each(['filesystem', 'default'] as const)('stores and reads binary data in the %s mode', async (binaryMode) => {
	const run = await runWorkflow(imageWorkflow(), options({ binaryMode, input: prompts('a') }));
	const binary = run.output('Plain')[0]?.[0]?.binary?.data;

	expect(binary).toMatchObject({ fileName: 'image.png', mimeType: 'image/png' });
	expect(binary?.id?.split(':')[0]).toBe(binaryMode === 'filesystem' ? 'filesystem-v2' : undefined);
	expect(binary && (await readBinary(binary))).toEqual(IMAGE);
});

it('counts the runs of a node in a loop', async () => {
	const workflow = imageWorkflow();
	workflow.nodes.push(createNode('Loop', 'n8n-nodes-base.splitInBatches'), createNode('After', 'n8n-nodes-base.noOp'));
	const to = (node: string) => [{ node, type: NodeConnectionTypes.Main, index: 0 }];
	workflow.connections = {
		...chain('Start', 'Loop'),
		...chain('Plain', 'Loop'),
		Loop: { main: [to('After'), to('Plain')] },
	};
	const run = await runWorkflow(workflow, options({ input: prompts('a', 'b', 'c') }));

	expect(run.runData.Plain).toHaveLength(3);
	expect(jsonOf(run.output('After')[0]).map(({ runIndex }) => runIndex)).toEqual([0, 1, 2]);
});

it('appends the branches of a merge', async () => {
	const workflow = imageWorkflow();
	workflow.nodes.push(createNode('Other', 'n8n-nodes-base.noOp'), createNode('Merge', 'n8n-nodes-base.merge'));
	const to = (node: string, index = 0) => ({ node, type: NodeConnectionTypes.Main, index });
	workflow.connections = {
		Start: { main: [[to('Plain'), to('Other')]] },
		Plain: { main: [[to('Merge')]] },
		Other: { main: [[to('Merge', 1)]] },
	};
	const run = await runWorkflow(workflow, options({ input: prompts('a') }));

	expect(jsonOf(run.output('Merge')[0])).toEqual([{ id: 'plain-1', prompt: 'a', runIndex: 0 }, { prompt: 'a' }]);
});

it('passes a rejected request to the hooks if the node ignores HTTP status errors', async () => {
	api.createStatus = 400;
	const run = await runWorkflow(imageWorkflow(), options({ input: prompts('a') }));

	expect(jsonOf(run.output('Plain')[0])).toEqual([{ statusCode: 400 }]);
});

it('separates the log of the node from that of the engine, and reports it live', async () => {
	const seen: string[] = [];
	const input = prompts('a', 'throw');
	const run = await runWorkflow(
		imageWorkflow(),
		options({
			input,
			onLog: ({ message }) => seen.push(message),
			onNodeEvent: ({ phase, nodeName }) => seen.push(`${nodeName} ${phase}`),
		}),
	);

	expect(run.logs).toEqual([{ level: 'info', message: 'Creating', meta: { prompt: 'a' } }]);
	expect(run.engineLogs.map(({ message }) => message.split('\n')[0])).toEqual(['Refused']);
	expect(seen).toEqual(['Start started', 'Start finished', 'Plain started', 'Creating', 'Plain finished']);
});

it('rejects a workflow with an incomplete node before the first node runs', async () => {
	const workflow = imageWorkflow();
	workflow.nodes.push(createNode('Gap', 'test.gap'));
	workflow.connections = chain('Start', 'Plain', 'Gap');
	const gap = new PlainNode();
	gap.description.properties = [{ displayName: 'Needed', name: 'needed', type: 'string', default: '', required: true }];
	const run = await runWorkflow(workflow, options({ nodeTypes: { 'test.plain': PlainNode, 'test.gap': gap } }));

	expect(run.status).toBe('error');
	expect(run.error?.message).toContain('Gap');
	expect(api.posts).toEqual([]);
});

describe.each(['engine', 'invocation', 'mcp'] as const)('as a tool called by %s', (protocol) => {
	const parameters: INodeParameters = { prompt: "={{ $fromAI('prompt', 'What to draw', 'string') }}" };
	const toolOptions = () => ({ ...options(), protocol, settings: { type: 'test.plainTool', onError: undefined } });

	it('returns its JSON to each call', async () => {
		const called = await asTool(parameters, [{ prompt: 'a' }, { prompt: 'b' }], toolOptions());

		expect(called.tool).toEqual({ name: 'NanoBanana', description: 'Creates an image', parameters: ['prompt'] });
		expect(called.responses.map(({ text }) => JSON.parse(text) as unknown)).toEqual([
			[{ id: 'plain-1', prompt: 'a', runIndex: 0 }],
			[{ id: 'plain-2', prompt: 'b', runIndex: protocol === 'mcp' ? 0 : 1 }],
		]);
	});

	it('returns the reason of a failed call to the model', async () => {
		const { responses } = await asTool(parameters, { prompt: 'throw' }, toolOptions());

		expect(responses[0]?.error).toBe(protocol === 'engine' ? 'Refused' : 'Refused\n\nDetails: Task task-1');
	});
});
