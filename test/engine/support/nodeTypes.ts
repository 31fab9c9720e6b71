/* eslint-disable */
// Finds node and credential types like the n8n server, from the given classes.
import './environment';
import type { ExecuteContext } from 'n8n-core';
import { DirectoryLoader, RoutingNode } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentials,
	ICredentialsExpressionResolveValues,
	ICredentialType,
	IDataObject,
	IExecuteData,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	INodeParameters,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
	INodeTypes,
	IRequestOptionsSimplified,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { ICredentialsHelper, injectDomainRestrictionFields, NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';

import { flowNodes } from './workflowNodes';

export type Source<T> = T | (new () => T);

// Loaded on first use only: the harness itself must work without the package's own node.
const packageNodes: Record<string, () => Source<INodeType>> = {
	'n8n-nodes-nanobanana.nanoBanana': loadNode,
	// The type name of a node in ~/.n8n/custom.
	'CUSTOM.nanoBanana': loadNode,
};

function loadNode(): Source<INodeType> {
	// With the extension: outside Jest, "NanoBanana.node" alone resolves to NanoBanana.node.json.
	return (require('../../../nodes/NanoBanana/NanoBanana.node.ts') as { NanoBanana: new () => INodeType }).NanoBanana;
}

function loadCredential(): Source<ICredentialType> {
	const file = require('../../../credentials/NanoBananaApi.credentials') as {
		NanoBananaApi: new () => ICredentialType;
	};
	return file.NanoBananaApi;
}

function instantiate<T>(source: Source<T>): T {
	return typeof source === 'function' ? new (source as new () => T)() : source;
}

// A server uses one instance per process for all executions. Module state of a node depends on that.
const instances = new Map<Source<INodeType>, INodeType>();

function loadInstance(source: Source<INodeType>): INodeType {
	const known = instances.get(source);
	if (known !== undefined) return known;
	const node = instantiate(source);
	DirectoryLoader.applyDeclarativeNodeOptionParameters(node);
	if (!node.execute && !node.trigger && !node.poll && !node.webhook && !node.supplyData) {
		node.execute = async function (this: ExecuteContext) {
			return (await new RoutingNode(this, node).runNode()) ?? [];
		} as INodeType['execute'];
	}
	instances.set(source, node);
	return node;
}

/** Derives the `…Tool` variant without a copy, like the server's node-types service and convertNodeToAiTool. */
function toToolVariant(node: INodeType): INodeType {
	if (!node.description.usableAsTool) throw new Error(`${node.description.name} cannot be used as a tool`);
	const properties = Object.create(node.description.properties) as INodeProperties[];
	const description = Object.create(node.description, { properties: { value: properties } }) as INodeTypeDescription;
	description.name += 'Tool';
	description.inputs = [];
	description.outputs = [NodeConnectionTypes.AiTool];
	description.displayName += ' Tool';

	const named = (name: string) => properties.some((property) => property.name === name);
	if (!named('toolDescription')) {
		const chosen = named('resource') || named('operation');
		properties.splice(0, 0, {
			displayName: 'Description',
			name: 'toolDescription',
			type: 'string',
			default: node.description.description,
			required: true,
			...(chosen && { displayOptions: { show: { descriptionType: ['manual'] } } }),
		});
		if (chosen) {
			properties.splice(0, 0, {
				displayName: 'Tool Description',
				name: 'descriptionType',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Set Automatically', value: 'auto' },
					{ name: 'Set Manually', value: 'manual' },
				],
				default: 'auto',
			});
		}
	}
	return Object.create(node, { description: { value: description } }) as INodeType;
}

export class TestNodeTypes implements INodeTypes {
	private readonly tools = new Map<INodeType, INodeType>();

	constructor(private readonly sources: Record<string, Source<INodeType>> = {}) {}

	getByName(name: string): INodeType {
		return this.getByNameAndVersion(name);
	}

	getByNameAndVersion(name: string): INodeType {
		const source = this.find(name);
		if (source !== undefined) return loadInstance(source);
		const base = name.endsWith('Tool') ? this.find(name.slice(0, -'Tool'.length)) : undefined;
		if (base === undefined) throw new Error(`Unrecognized node type: ${name}`);
		const node = loadInstance(base);
		const tool = this.tools.get(node) ?? toToolVariant(node);
		this.tools.set(node, tool);
		return tool;
	}

	getKnownTypes(): IDataObject {
		return {};
	}

	private find(name: string): Source<INodeType> | undefined {
		return this.sources[name] ?? flowNodes[name] ?? packageNodes[name]?.();
	}
}

/** n8n's own helper without the database: all nodes of a run use the same credential of a type. */
export class TestCredentialsHelper extends ICredentialsHelper {
	constructor(
		private readonly data: Record<string, ICredentialDataDecryptedObject>,
		private readonly types: Record<string, Source<ICredentialType>>,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions | IRequestOptionsSimplified,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.getType(typeName);
		const options = requestOptions as IHttpRequestOptions;
		if (authenticate === undefined) return options;
		if (typeof authenticate === 'function') return await authenticate(credentials, options);
		if (workflow === undefined || node === undefined) throw new Error('Only a workflow can resolve the credential');

		const resolve = (value: string) =>
			String(
				workflow.expression.getSimpleParameterValue(
					node,
					value,
					'internal',
					{ $credentials: credentials },
					undefined,
					'',
				) ?? '',
			);
		const sections = options as unknown as Record<string, Record<string, unknown> | undefined>;
		sections.headers ??= {};
		for (const [section, fields] of Object.entries(authenticate.properties)) {
			const target = (sections[section] ??= {});
			for (const [name, value] of Object.entries((fields ?? {}) as Record<string, string>)) {
				target[resolve(name)] = resolve(value);
			}
		}
		return options;
	}

	async preAuthentication(): Promise<undefined> {
		return undefined;
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('There is no credential store in a test');
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		_nodeCredentials: INodeCredentialsDetails,
		typeName: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		raw?: boolean,
		at?: ICredentialsExpressionResolveValues,
	): Promise<ICredentialDataDecryptedObject> {
		const stored = this.data[typeName];
		if (stored === undefined) throw new Error(`The run was given no credential of type ${typeName}`);
		if (raw === true) return stored;
		const properties = this.getCredentialsProperties(typeName);
		const filled = NodeHelpers.getNodeParameters(properties, stored as INodeParameters, true, false, null, null) ?? {};
		if (at === undefined) return filled as ICredentialDataDecryptedObject;
		return at.workflow.expression.getParameterValue(
			filled,
			at.runExecutionData,
			at.runIndex,
			at.itemIndex,
			at.node.name,
			at.connectionInputData,
			mode,
			{},
			executeData,
			false,
			filled,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	/** With the fields that the server adds to every credential that authenticates requests. */
	getCredentialsProperties(typeName: string): INodeProperties[] {
		return injectDomainRestrictionFields(this.getType(typeName));
	}

	private getType(typeName: string): ICredentialType {
		const source = this.types[typeName] ?? (typeName === 'nanoBananaApi' ? loadCredential() : undefined);
		if (source === undefined) throw new Error(`Unrecognized credential type: ${typeName}`);
		return instantiate(source);
	}
}
