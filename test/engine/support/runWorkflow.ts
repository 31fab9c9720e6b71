/* eslint-disable */
// Runs a workflow in the real n8n-core engine: only the database, the editor, and the built-in nodes are missing.
import './environment';
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import {
	BinaryDataService,
	ErrorReporter,
	ExecutionLifecycleHooks,
	ExternalSecretsProxy,
	WebhookContext,
	WorkflowExecute,
} from 'n8n-core';
import type {
	ExecutionError,
	ExecutionStatus,
	IBinaryData,
	IConnections,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INode,
	INodeCredentials,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IPinData,
	IRun,
	IRunData,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import {
	createRunExecutionData,
	deepCopy,
	jsonParse,
	jsonStringify,
	NodeConnectionTypes,
	Workflow,
} from 'n8n-workflow';

import type { ToolResponse, ToolDescription } from './workflowNodes';
import { createDatabaseFiles } from './databaseFiles';
import { connectedTool, describeTool, invokeTool } from './workflowNodes';
import type { Source } from './nodeTypes';
import { TestCredentialsHelper, TestNodeTypes } from './nodeTypes';

export interface WorkflowDefinition {
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
	pinData?: IPinData;
}

export interface LogEntry {
	level: 'error' | 'warn' | 'info' | 'debug';
	message: string;
	meta: IDataObject;
}

export interface NodeEvent {
	phase: 'started' | 'finished';
	nodeName: string;
	error?: ExecutionError;
}

export interface RunOptions {
	/** Added to the package's own node and the substitutes of workflowNodes.ts. */
	nodeTypes?: Record<string, Source<INodeType>>;
	/** Added to the package's own credential type. */
	credentialTypes?: Record<string, Source<ICredentialType>>;
	/** Decrypted data by credential type, for nodes without a credential of this type. */
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	/** Items passed to the start node. */
	input?: INodeExecutionData[];
	/** Global for the process, as in n8n: simultaneous runs must use the same mode. */
	binaryMode?: BinaryMode;
	mode?: WorkflowExecuteMode;
	executionId?: string;
	/** The data of a failed execution: this run is its "Retry execution" with the current workflow. */
	previous?: IRunExecutionData;
	onStart?(execution: { cancel(): void }): void;
	/** Called for each log entry of the node, live. */
	onLog?(entry: LogEntry): void;
	onNodeEvent?(event: NodeEvent): void;
}

export interface RunResult {
	status: ExecutionStatus;
	/** The thrown object. n8n stores and shows its copy in `data.resultData.error`. */
	error?: ExecutionError;
	/** Items per output. Empty if the node did not run or its failure stopped the execution. */
	output(nodeName: string, runIndex?: number): INodeExecutionData[][];
	runData: IRunData;
	/** The nodes' `getContext()` objects, saved with the execution. */
	context: IDataObject;
	data: IRunExecutionData;
	/** Entries that the nodes logged with `this.logger`. */
	logs: LogEntry[];
	/** Entries of the engine in the same log, such as error reports. */
	engineLogs: LogEntry[];
}

interface Session {
	logs: LogEntry[];
	engineLogs: LogEntry[];
	onLog?(entry: LogEntry): void;
}

const currentSession = new AsyncLocalStorage<Session>();

interface ServiceContainer {
	get(token: unknown): unknown;
	set(token: unknown, value: unknown): void;
}

// The linter's toolchain installs an older copy of @n8n/*, but n8n-core uses the container of its own copy.
const requireOfCore = createRequire(require.resolve('n8n-core'));
const { Container } = requireOfCore('@n8n/di') as { Container: ServiceContainer };
const { Logger } = requireOfCore('@n8n/backend-common') as { Logger: unknown };
const { OutboundHttp } = requireOfCore('@n8n/backend-network') as { OutboundHttp: unknown };

function createLogger(origin: 'logs' | 'engineLogs') {
	const write =
		(level: LogEntry['level']) =>
		(message: string, meta: IDataObject = {}) => {
			const session = currentSession.getStore();
			const entry = { level, message, meta };
			session?.[origin].push(entry);
			if (origin === 'logs') session?.onLog?.(entry);
		};
	const logger = {
		error: write('error'),
		warn: write('warn'),
		info: write('info'),
		debug: write('debug'),
		scoped: () => logger,
	};
	return logger;
}

// Services keep the logger that they were created with, nodes get it from the container: hence two loggers.
Container.set(Logger, createLogger('engineLogs'));
for (const service of [ErrorReporter, BinaryDataService, OutboundHttp]) Container.get(service);
Container.set(Logger, createLogger('logs'));

export type BinaryMode = 'filesystem' | 'database' | 'default';

const binaryData = Container.get(BinaryDataService) as BinaryDataService;
const binaryConfig = Reflect.get(binaryData, 'config') as { mode: string };
let preparedBinaryMode: string | undefined;
const databaseFiles = createDatabaseFiles(() => process.env.BENCH_CLIENT === undefined);

async function useBinaryMode(mode: BinaryMode): Promise<void> {
	if (preparedBinaryMode === mode) return;
	preparedBinaryMode = mode;
	binaryConfig.mode = mode;
	binaryData.setManager('database', databaseFiles.manager);
	await binaryData.init();
}

/** Sizes of the files that an execution stored in database mode. */
export function filesInDatabase(executionId: string): number[] {
	return databaseFiles.sizesOf(executionId);
}

export async function readBinary(binary: IBinaryData): Promise<Buffer> {
	return await binaryData.getAsBuffer(binary);
}

const BASE_URL = 'http://localhost:5678/';
let executionCount = 0;

function notAvailable(): Promise<never> {
	return Promise.reject(new Error('Not available outside an n8n server'));
}

interface Execution {
	workflow: Workflow;
	additionalData: IWorkflowExecuteAdditionalData;
	mode: WorkflowExecuteMode;
	executionId: string;
}

function prepareExecution(definition: WorkflowDefinition, options: RunOptions, hasExecutionId = true): Execution {
	const { credentials = {}, credentialTypes = {}, mode = options.previous ? 'retry' : 'manual' } = options;
	executionCount += 1;
	const executionId = options.executionId ?? String(executionCount);
	const nodeTypes = new TestNodeTypes(options.nodeTypes);
	const { nodes, connections, settings = {}, pinData } = deepCopy(definition);

	for (const node of nodes) {
		const declared = nodeTypes.getByNameAndVersion(node.type).description.credentials ?? [];
		const given = declared.filter(({ name }) => credentials[name] !== undefined);
		node.credentials = {
			...(Object.fromEntries(given.map(({ name }) => [name, { id: '1', name }])) as INodeCredentials),
			...node.credentials,
		};
	}

	const workflow = new Workflow({
		id: 'test-workflow',
		name: 'Test workflow',
		nodes,
		connections,
		active: mode !== 'manual',
		nodeTypes,
		settings: { executionOrder: 'v1', ...settings },
		pinData,
	});
	const hooks = new ExecutionLifecycleHooks(mode, executionId, {
		id: workflow.id,
		name: 'Test workflow',
		active: workflow.active,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		activeVersionId: null,
		nodes,
		connections,
		settings,
	});
	hooks.addHandler('nodeExecuteBefore', (nodeName) => options.onNodeEvent?.({ phase: 'started', nodeName }));
	hooks.addHandler('nodeExecuteAfter', (nodeName, { error }) =>
		options.onNodeEvent?.({ phase: 'finished', nodeName, ...(error && { error }) }),
	);

	return {
		workflow,
		mode,
		executionId,
		additionalData: {
			hooks,
			executionId: hasExecutionId ? executionId : undefined,
			credentialsHelper: new TestCredentialsHelper(credentials, credentialTypes),
			currentNodeExecutionIndex: 0,
			variables: {},
			restApiUrl: `${BASE_URL}rest`,
			instanceBaseUrl: BASE_URL,
			formBaseUrl: `${BASE_URL}form`,
			formWaitingBaseUrl: `${BASE_URL}form-waiting`,
			formTestBaseUrl: `${BASE_URL}form-test`,
			webhookBaseUrl: `${BASE_URL}webhook`,
			webhookWaitingBaseUrl: `${BASE_URL}webhook-waiting`,
			webhookTestBaseUrl: `${BASE_URL}webhook-test`,
			mcpBaseUrl: `${BASE_URL}mcp`,
			mcpTestBaseUrl: `${BASE_URL}mcp-test`,
			executeWorkflow: notAvailable,
			getRunExecutionData: notAvailable,
			getRuntimeCredential: notAvailable,
			startRunnerTask: notAvailable,
			logAiEvent: () => {},
			externalSecretsProxy: new ExternalSecretsProxy(),
		},
	};
}

/** n8n copies a node's error into its run data. This class keeps the original object. */
class WatchedExecute extends WorkflowExecute {
	thrown?: unknown;

	override async runNode(...args: Parameters<WorkflowExecute['runNode']>): ReturnType<WorkflowExecute['runNode']> {
		this.thrown = undefined;
		try {
			return await super.runNode(...args);
		} catch (error) {
			this.thrown = error;
			throw error;
		}
	}
}

function startData(workflow: Workflow, input: INodeExecutionData[]): IRunExecutionData {
	const node = workflow.getStartNode();
	if (node === undefined) throw new Error('The workflow has no start node');
	return createRunExecutionData({
		executionData: { nodeExecutionStack: [{ node, data: { main: [deepCopy(input)] }, source: null }] },
		resultData: { pinData: workflow.pinData },
	});
}

/** Changes the saved data like the server's execution service when a user retries an execution. */
function retryData(workflow: Workflow, previous: IRunExecutionData): IRunExecutionData {
	// Through JSON, like the database: no object is shared with the failed execution.
	const data = jsonParse<IRunExecutionData>(jsonStringify(previous, { replaceCircularRefs: true }));
	const { lastNodeExecuted, runData } = data.resultData;
	if (lastNodeExecuted !== undefined) {
		delete data.resultData.error;
		if (runData[lastNodeExecuted]?.at(-1)?.error !== undefined) runData[lastNodeExecuted].pop();
	}
	for (const entry of data.executionData?.nodeExecutionStack ?? []) {
		const node = workflow.getNode(entry.node.name);
		if (node === null) throw new Error(`Could not find the node "${entry.node.name}" in workflow`);
		entry.node = node;
	}
	return data;
}

function collectResult(run: IRun, session: Session, thrown: unknown): RunResult {
	const { data, status } = run;
	const { runData, error } = data.resultData;
	// The engine ends some executions with its own error, after it has ignored a node's error.
	const isThrown = thrown instanceof Error && thrown.message === error?.message;
	return {
		status,
		error: isThrown ? (thrown as ExecutionError) : error,
		output: (nodeName, runIndex = 0) => (runData[nodeName]?.[runIndex]?.data?.main ?? []).map((items) => items ?? []),
		runData,
		context: (data.executionData?.contextData ?? {}) as IDataObject,
		data,
		logs: session.logs,
		engineLogs: session.engineLogs,
	};
}

/** Runs the workflow from its start node to its end; never throws for a failed execution. */
export async function runWorkflow(definition: WorkflowDefinition, options: RunOptions = {}): Promise<RunResult> {
	await useBinaryMode(options.binaryMode ?? 'filesystem');
	const session: Session = { logs: [], engineLogs: [], onLog: options.onLog };
	const { workflow, additionalData, mode } = prepareExecution(definition, options);
	const data = options.previous
		? retryData(workflow, options.previous)
		: startData(workflow, options.input ?? [{ json: {} }]);

	return await currentSession.run(session, async () => {
		const execute = new WatchedExecute(additionalData, mode, data);
		try {
			const running = execute.processRunExecutionData(workflow);
			options.onStart?.({ cancel: () => running.cancel() });
			return collectResult(await running, session, execute.thrown);
		} catch (error) {
			// Rejected before the first node: the server records it as a failed execution.
			data.resultData.error = error as ExecutionError;
			const startedAt = new Date();
			return collectResult(
				{ data, mode, startedAt, stoppedAt: startedAt, storedAt: 'db', status: 'error' },
				session,
				error,
			);
		}
	});
}

const NODE_NAME = 'NanoBanana';
const NODE_TYPE = 'n8n-nodes-nanobanana.nanoBanana';

export function createNode(
	name: string,
	type: string,
	parameters: INodeParameters = {},
	settings: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...settings };
}

/** Connects nodes in a row by their first output and input. */
export function chain(...names: string[]): IConnections {
	const links = names
		.slice(1)
		.map((name, index) => [names[index], { main: [[{ node: name, type: NodeConnectionTypes.Main, index: 0 }]] }]);
	return Object.fromEntries(links) as IConnections;
}

export function nanoBananaWorkflow(parameters: INodeParameters, settings: Partial<INode> = {}): WorkflowDefinition {
	const node = createNode(NODE_NAME, NODE_TYPE, parameters, {
		credentials: { nanoBananaApi: { id: '1', name: 'NanoBanana account' } },
		...settings,
	});
	return {
		nodes: [createNode('Start', 'n8n-nodes-base.manualTrigger'), node],
		connections: chain('Start', node.name),
	};
}

export interface ToolOptions extends RunOptions {
	/**
	 * `engine`: AI Agent v3, the tool runs as a node of the execution. `invocation`: AI Agent up to v2 and nested agents.
	 * `mcp`: MCP Server Trigger; the tool has no execution: no id, no cancel signal, no execution data.
	 */
	protocol?: 'engine' | 'invocation' | 'mcp';
	/** Multiple calls in one turn of the model. Only `invocation` and `mcp` run them at the same time. */
	atOnce?: boolean;
	/** Settings of the tool's node: retryOnFail, onError, another type, … */
	settings?: Partial<INode>;
}

export interface ToolRun {
	/** One per call. */
	responses: ToolResponse[];
	/** The tool as the model gets it. Undefined if the execution failed. */
	tool?: ToolDescription;
	/** The agent's execution; an MCP call has none. */
	run?: RunResult;
	logs: LogEntry[];
}

/** Calls the node as an agent's tool, once per argument object. */
export async function asTool(
	parameters: INodeParameters,
	args: IDataObject | IDataObject[],
	options: ToolOptions = {},
): Promise<ToolRun> {
	const { protocol = 'engine', atOnce = false, settings = {} } = options;
	const calls = Array.isArray(args) ? args : [args];
	const node = createNode(NODE_NAME, `${NODE_TYPE}Tool`, parameters, settings);
	const toAgent = { [node.name]: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] } };

	if (protocol === 'mcp') {
		const nodes = [createNode('Agent', 'test.mcpTrigger'), node];
		return await callOverMcp({ nodes, connections: toAgent }, calls, atOnce, options);
	}
	const agent = createNode('Agent', 'test.agent', { calls: calls as unknown as INodeParameters[], protocol, atOnce });
	const definition = {
		nodes: [createNode('Start', 'n8n-nodes-base.manualTrigger'), agent, node],
		connections: { ...chain('Start', 'Agent'), ...toAgent },
	};
	const run = await runWorkflow(definition, options);
	const response = run.output('Agent')[0]?.[0]?.json as unknown as Pick<ToolRun, 'responses' | 'tool'> | undefined;
	return { responses: response?.responses ?? [], tool: response?.tool, run, logs: run.logs };
}

async function callOverMcp(
	definition: WorkflowDefinition,
	calls: IDataObject[],
	atOnce: boolean,
	options: RunOptions,
): Promise<ToolRun> {
	await useBinaryMode(options.binaryMode ?? 'filesystem');
	const session: Session = { logs: [], engineLogs: [], onLog: options.onLog };

	return await currentSession.run(session, async () => {
		/** A separate workflow and request per call, like the server for each MCP message (live-webhooks.ts). */
		const receive = (): WebhookContext => {
			const { workflow, additionalData } = prepareExecution(definition, options, false);
			const trigger = workflow.getNode('Agent');
			if (trigger === null) throw new Error('The workflow has no MCP trigger');
			const webhook = {
				httpMethod: 'POST',
				node: trigger.name,
				path: 'mcp',
				workflowId: workflow.id,
			} as ConstructorParameters<typeof WebhookContext>[4];
			return new WebhookContext(workflow, trigger, additionalData, 'webhook', webhook, [], null);
		};
		const call = async (args: IDataObject) => await invokeTool(await connectedTool(receive()), args);
		const responses: ToolResponse[] = [];
		if (atOnce) responses.push(...(await Promise.all(calls.map(call))));
		else for (const args of calls) responses.push(await call(args));
		const tool = describeTool(await connectedTool(receive()));
		return { responses, tool, logs: session.logs };
	});
}
