// n8n-nodes-base is not installed: these are real node types, reduced to what the tested workflows need.
import type {
	EngineRequest,
	EngineResponse,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	NodeConnectionType,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

const { Main, AiTool } = NodeConnectionTypes;

function describe(name: string, changes: Partial<INodeTypeDescription> = {}): INodeTypeDescription {
	return {
		displayName: name,
		name,
		group: ['transform'],
		version: [1, 1.1, 2, 3, 3.1],
		description: name,
		defaults: { name },
		inputs: [Main],
		outputs: [Main],
		properties: [],
		...changes,
	};
}

function keepItems(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return Promise.resolve([this.getInputData()]);
}

/** Returns the items that the execution was started with. */
class ManualTrigger implements INodeType {
	description = describe('manualTrigger', { group: ['trigger'], inputs: [] });

	execute = keepItems;
}

class NoOp implements INodeType {
	description = describe('noOp');

	execute = keepItems;
}

/** On the canvas only; an exported workflow may contain one. */
class StickyNote implements INodeType {
	description = describe('stickyNote', { inputs: [], outputs: [] });

	execute = keepItems;
}

/** Like Edit Fields (Set): merges `json` (an object or its text, expressions resolved per item) into each item. */
class Items implements INodeType {
	description = describe('items', {
		properties: [{ displayName: 'JSON', name: 'json', type: 'json', default: '{}' }],
	});

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData().map((item, index) => {
			const json = this.getNodeParameter('json', index) as string | IDataObject;
			const added = typeof json === 'string' ? (JSON.parse(json) as IDataObject) : json;
			return { ...item, json: { ...item.json, ...added }, pairedItem: { item: index } };
		});
		return [items];
	}
}

interface LoopState extends IDataObject {
	waiting?: INodeExecutionData[];
	done?: INodeExecutionData[];
}

/** Like Loop Over Items: output 0 is "done", output 1 the next batch; the loop comes back into the only input. */
class Loop implements INodeType {
	description = describe('splitInBatches', {
		outputs: [Main, Main],
		properties: [{ displayName: 'Batch Size', name: 'batchSize', type: 'number', default: 1 }],
	});

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][] | null> {
		const state = this.getContext('node') as LoopState;
		const input = this.getInputData();
		if (state.waiting === undefined) {
			state.waiting = input.map((item, index) => ({ ...item, pairedItem: { item: index } }));
			state.done = [];
		} else {
			state.done = [...(state.done ?? []), ...input];
		}
		const batch = state.waiting.splice(0, this.getNodeParameter('batchSize', 0) as number);
		return batch.length > 0 ? [[], batch] : [state.done ?? [], []];
	}
}

/** Like Merge in its "Append" mode. */
class Merge implements INodeType {
	description = describe('merge', { inputs: [Main, Main], requiredInputs: 1 });

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const appended = [0, 1].flatMap((input) =>
			this.getInputData(input).map((item, index) => ({ ...item, pairedItem: { item: index, input } })),
		);
		return [appended];
	}
}

export interface ToolDescription {
	name: string;
	description: string;
	parameters: string[];
}

export interface ToolResponse {
	/** The text that the model gets. */
	text: string;
	/** The message of the failed call; `text` then contains it too. */
	error?: string;
}

/** The part of LangChain's DynamicStructuredTool that n8n's agents use. */
interface ConnectedTool {
	name: string;
	description: string;
	schema: { shape: Record<string, unknown> };
	metadata: { sourceNodeName: string };
	invoke(args: IDataObject): Promise<string>;
}

interface ToolSession {
	itemIndex: number;
	responses: ToolResponse[];
}

export async function connectedTool(context: {
	getInputConnectionData(type: NodeConnectionType, itemIndex: number): Promise<unknown>;
}): Promise<ConnectedTool> {
	const [tool] = (await context.getInputConnectionData(AiTool, 0)) as ConnectedTool[];
	if (tool === undefined) throw new Error('No tool is connected');
	return tool;
}

export function describeTool({ name, description, schema }: ConnectedTool): ToolDescription {
	return { name, description, parameters: Object.keys(schema.shape) };
}

export async function invokeTool(tool: ConnectedTool, args: IDataObject): Promise<ToolResponse> {
	try {
		return { text: await tool.invoke(args) };
	} catch (error) {
		const { message } = error as Error;
		return { text: message, error: message };
	}
}

/** The observation that an AI Agent v3 adds to its conversation (buildSteps of @n8n/n8n-nodes-langchain). */
function observe(response: EngineResponse<ToolSession>['actionResponses'][number]): ToolResponse {
	const { data, error } = response.data;
	const rows = data?.ai_tool?.[0]?.map((item) => item.json) ?? [];
	const failure = error === undefined ? {} : { error: error.message };
	if (rows.length > 0) return { text: JSON.stringify(rows), ...failure };
	if (error === undefined) return { text: '""' };
	return { text: JSON.stringify({ error: error.message, errorType: error.name }), ...failure };
}

/**
 * An AI Agent whose model is a list of calls. `engine`: the tool runs as a node of the execution (AI Agent v3);
 * `invocation`: the agent invokes the LangChain tool itself (AI Agent up to v2, nested agents).
 */
class Agent implements INodeType {
	description = describe('agent', {
		inputs: [Main, AiTool],
		properties: [
			{ displayName: 'Calls', name: 'calls', type: 'json', default: '[]' },
			{ displayName: 'Protocol', name: 'protocol', type: 'string', default: 'engine' },
			{ displayName: 'At Once', name: 'atOnce', type: 'boolean', default: false },
		],
	});

	async execute(
		this: IExecuteFunctions,
		response?: EngineResponse<ToolSession>,
	): Promise<INodeExecutionData[][] | EngineRequest<ToolSession>> {
		const tool = await connectedTool(this);
		const calls = this.getNodeParameter('calls', 0) as IDataObject[];
		const atOnce = this.getNodeParameter('atOnce', 0) as boolean;
		const responses = [...(response?.metadata.responses ?? []), ...(response?.actionResponses ?? []).map(observe)];

		if (this.getNodeParameter('protocol', 0) === 'invocation') {
			if (atOnce) responses.push(...(await Promise.all(calls.map((args) => invokeTool(tool, args)))));
			else for (const args of calls) responses.push(await invokeTool(tool, args));
		} else if (responses.length < calls.length) {
			const next = calls.slice(responses.length, atOnce ? undefined : responses.length + 1);
			const session = { itemIndex: 0, responses };
			return {
				metadata: session,
				actions: next.map((input, index) => ({
					actionType: 'ExecutionNodeAction' as const,
					nodeName: tool.metadata.sourceNodeName,
					type: AiTool,
					id: `call-${responses.length + index}`,
					input,
					metadata: session,
				})),
			};
		}
		return [
			[
				{
					json: { responses: responses as unknown as IDataObject[], tool: { ...describeTool(tool) } },
					pairedItem: { item: 0 },
				},
			],
		];
	}
}

/** Only connects the tool: an MCP client's call does not start an execution. */
class McpTrigger implements INodeType {
	description = describe('mcpTrigger', { group: ['trigger'], inputs: [AiTool], outputs: [] });

	execute = keepItems;
}

export const flowNodes: Record<string, new () => INodeType> = {
	'n8n-nodes-base.manualTrigger': ManualTrigger,
	'n8n-nodes-base.noOp': NoOp,
	'n8n-nodes-base.stickyNote': StickyNote,
	'n8n-nodes-base.splitInBatches': Loop,
	'n8n-nodes-base.merge': Merge,
	'test.items': Items,
	'test.agent': Agent,
	'test.mcpTrigger': McpTrigger,
};
