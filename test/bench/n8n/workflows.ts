/* eslint-disable */
import type { INode, INodeParameterResourceLocator } from 'n8n-workflow';

import type { CredentialReference } from '../../e2e/harness/n8n/restClient';
import { chain, manualTrigger, node, nodeType, rows, type Workflow } from '../../e2e/harness/n8n/workflow';

/** The model whose images take the mock API the least time to draw. */
const MODEL = 'NanoBanana2-0.5K';
const byId = (value: string): INodeParameterResourceLocator => ({ __rl: true, mode: 'id', value });

export function prompts(count: number): string[] {
	return Array.from({ length: count }, (_, index) => `A paper crane, number ${index + 1}`);
}

/** Our node with its defaults. Only the model and the prompt are set. */
export function ours(credential: CredentialReference, items: number, parameters: INode['parameters'] = {}): Workflow {
	return chain('Ours', ...table(items), nanoBanana(credential, parameters));
}

export function nanoBanana(credential: CredentialReference, parameters: INode['parameters']): INode {
	return node(
		'NanoBanana',
		nodeType,
		1,
		{ model: byId(MODEL), prompt: '={{ $json.prompt }}', ...parameters },
		used(credential),
	);
}

interface HandOptions {
	waitSeconds: number;
	/** Turns on Retry On Fail of the create node, with the longest pause. */
	retries?: boolean;
}

/** The loop that users build from n8n's own nodes, with the defaults of the editor. */
export function byHand(
	baseUrl: string,
	credential: CredentialReference,
	items: number,
	{ waitSeconds, retries }: HandOptions,
): Workflow {
	const authentication = { authentication: 'genericCredentialType', genericAuthType: 'httpBearerAuth' };
	const create = node(
		'Create Task',
		'n8n-nodes-base.httpRequest',
		4.3,
		{
			...authentication,
			method: 'POST',
			url: `${baseUrl}/v1/images/tasks`,
			sendBody: true,
			bodyParameters: {
				parameters: [
					{ name: 'model', value: MODEL },
					{ name: 'prompt', value: '={{ $json.prompt }}' },
				],
			},
			options: {},
		},
		{ ...used(credential), ...(retries ? { retryOnFail: true, maxTries: 3, waitBetweenTries: 5_000 } : {}) },
	);
	const wait = node('Wait', 'n8n-nodes-base.wait', 1.1, { amount: waitSeconds });
	const status = node(
		'Get Status',
		'n8n-nodes-base.httpRequest',
		4.3,
		{
			...authentication,
			url: `=${baseUrl}/v1/images/tasks/{{ $json.data.task_id }}`,
			options: {},
		},
		used(credential),
	);
	const finished = node('Finished?', 'n8n-nodes-base.if', 2.2, {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			conditions: [
				{
					id: 'finished',
					leftValue: '={{ $json.data.status }}',
					rightValue: 'succeeded',
					operator: { type: 'string', operation: 'equals' },
				},
			],
			combinator: 'and',
		},
		options: {},
	});
	const download = node('Download', 'n8n-nodes-base.httpRequest', 4.3, {
		url: '={{ $json.data.result_url }}',
		options: { response: { response: { responseFormat: 'file' } } },
	});
	const workflow = chain('By Hand', ...table(items), create, wait, status, finished, download);
	workflow.connections[finished.name].main[1] = [{ node: wait.name, type: 'main', index: 0 }];
	return workflow;
}

export function builtInOpenAi(credential: CredentialReference, items: number): Workflow {
	return chain(
		'Built-in OpenAI',
		...table(items),
		node(
			'OpenAI',
			'@n8n/n8n-nodes-langchain.openAi',
			2.3,
			{
				resource: 'image',
				operation: 'generate',
				modelId: byId(MODEL),
				prompt: '={{ $json.prompt }}',
				options: {},
			},
			used(credential),
		),
	);
}

export function builtInGemini(credential: CredentialReference, items: number): Workflow {
	return chain(
		'Built-in Gemini',
		...table(items),
		node(
			'Gemini',
			'@n8n/n8n-nodes-langchain.googleGemini',
			1.2,
			{
				resource: 'image',
				operation: 'generate',
				modelId: byId('models/gemini-3.1-flash-image-preview-512'),
				prompt: '={{ $json.prompt }}',
				options: {},
			},
			used(credential),
		),
	);
}

/** Responds to its caller at once and generates one image. */
export function imageOnCall(credential: CredentialReference, path: string): Workflow {
	const hook = node(
		'Hook',
		'n8n-nodes-base.webhook',
		2.1,
		{ httpMethod: 'POST', path, options: {} },
		{ webhookId: path },
	);
	return chain(path, hook, nanoBanana(credential, { prompt: '={{ $json.body.prompt }}' }));
}

function table(items: number): INode[] {
	return [manualTrigger(), ...rows(prompts(items).map((prompt) => ({ prompt })))];
}

function used({ id, name, type }: CredentialReference): Partial<INode> {
	return { credentials: { [type]: { id, name } } };
}
