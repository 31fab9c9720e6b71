/* eslint-disable */
// A declarative node that shares no code with the package: it shows whether the harness causes a failure.
import type {
	DeclarativeRestApiSettings,
	ICredentialType,
	IDataObject,
	IExecutePaginationFunctions,
	IExecuteSingleFunctions,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeApiError, NodeConnectionTypes } from 'n8n-workflow';

export class PlainApi implements ICredentialType {
	name = 'plainApi';
	displayName = 'Plain API';
	properties: ICredentialType['properties'] = [
		{ displayName: 'Base URL', name: 'baseUrl', type: 'string', default: '' },
		{ displayName: 'API Key', name: 'apiKey', type: 'string', default: 'the-default-key' },
	];
	authenticate = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{ $credentials.apiKey }}' } },
	} as const;
}

async function keepEnvelope(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	{ statusCode, body }: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	return [{ json: { statusCode, body: body as IDataObject } }];
}

/** Creates an image once per run and item, remembers it, and reads it. */
async function createImage(
	this: IExecutePaginationFunctions,
	requestData: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const item = this.getItemIndex();
	const runIndex = this.getWorkflowDataProxy(item).$runIndex as number;
	const prompt = this.getNodeParameter('prompt') as string;
	if (prompt === 'row') return [{ json: { error: 'Refused', details: { taskId: 'task-1' } }, pairedItem: { item } }];
	if (prompt === 'throw')
		throw new NodeApiError(this.getNode(), {}, { message: 'Refused', description: 'Task task-1' });

	// An MCP call has no execution whose context could be used.
	const context: IDataObject = this.getExecutionId() === undefined ? {} : this.getContext('node');
	context.attempts = Number(context.attempts ?? 0) + 1;
	this.logger.info('Creating', { prompt });

	const key = `${runIndex}:${item}`;
	if (context[key] === undefined) {
		const [created] = await this.makeRoutingRequest(requestData);
		const { statusCode, body } = created.json as { statusCode: number; body: IDataObject };
		if (statusCode !== 200) return [{ json: { statusCode }, pairedItem: { item } }];
		context[key] = body.id;
	}
	const image = (await this.helpers.httpRequest({
		url: `${requestData.options.baseURL}/images/${context[key]}`,
		encoding: 'arraybuffer',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		abortSignal: this.getExecutionCancelSignal(),
	})) as IN8nHttpFullResponse;
	if (image.statusCode !== 200) {
		throw new NodeApiError(this.getNode(), {}, { message: `The image is not ready (${image.statusCode})` });
	}
	const data = await this.helpers.prepareBinaryData(image.body as Buffer, 'image.png', 'image/png');
	return [{ json: { id: context[key], prompt, runIndex }, binary: { data }, pairedItem: { item } }];
}

export class PlainNode implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Plain',
		name: 'plain',
		group: ['transform'],
		version: 1,
		description: 'Creates an image',
		defaults: { name: 'Plain' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'plainApi', required: true }],
		requestDefaults: { baseURL: '={{ $credentials.baseUrl }}', ignoreHttpStatusErrors: true },
		properties: [
			{
				displayName: 'Prompt',
				name: 'prompt',
				type: 'string',
				default: '={{ $json.prompt }}',
				routing: {
					request: { method: 'POST', url: '/images' },
					send: { type: 'body', property: 'prompt', paginate: true },
					output: { postReceive: [keepEnvelope] },
					operations: { pagination: createImage },
				},
			},
		],
	};
}
