import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { BASE_URL_EXPRESSION } from './normalizeCredential';
import { fields } from './descriptions/fields';
import { optionsField } from './descriptions/options';
import { TASKS_PATH } from './formats/asyncTask';
import { runOperation } from './lifecycle';
import { searchModels } from './listSearch/searchModels';

/** Metadata and the operation menu. The operations themselves are in lifecycle.ts. */
export class NanoBanana implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'NanoBanana',
		name: 'nanoBanana',
		icon: { light: 'file:../../icons/nanobanana.svg', dark: 'file:../../icons/nanobanana.dark.svg' },
		group: ['transform'],
		version: 1,
		// The canvas shows about 25 characters: the operation, then family and resolution, which set the price.
		subtitle:
			"={{ ({ textToImage: 'Text to Image', imageToImage: 'Image to Image', getStatus: 'Get Task Status', waitForResult: 'Wait for Task Result' })[$parameter.operation] + (['textToImage', 'imageToImage'].includes($parameter.operation) ? String($parameter.model || '').replace(/^NanoBanana2?-?/, '').replaceAll('-', ' ').replace(/.+/, ' ($&)') : '') }}",
		description:
			'Generate and edit images with NanoBanana models. Returns each image as a file, with its URL and task ID.',
		defaults: { name: 'NanoBanana' },
		usableAsTool: true,
		// For n8n's AI builder and MCP server; older versions of n8n ignore it.
		builderHint: {
			searchHint:
				'Every run of Text to Image or Image to Image is charged, so do not run it only to test a workflow: turn on Preview Request under Options first. Get Task Status and Wait for Task Result are free and return images that were already charged. For tasks that take minutes, turn off Wait for Completion and use Wait for Task Result after a Wait node.',
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'nanoBananaApi', required: true }],
		requestDefaults: { baseURL: BASE_URL_EXPRESSION },
		hints: [
			{
				message: "'Preview Request' is on, so the request is returned instead of being sent",
				displayCondition: '={{ $parameter.options?.previewRequest === true }}',
				location: 'outputPane',
				whenToDisplay: 'always',
			},
		],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				default: 'textToImage',
				// On the field and not on its options, so that n8n sends no request of its own for an unknown operation.
				routing: {
					request: { method: 'POST', url: TASKS_PATH },
					send: { paginate: true },
					operations: { pagination: runOperation },
				},
				options: [
					{
						name: 'Get Task Status',
						value: 'getStatus',
						action: 'Get task status',
						description:
							'Check a task once without waiting, free of charge. Also returns the images of a finished task.',
					},
					{
						name: 'Image to Image',
						value: 'imageToImage',
						action: 'Edit image',
						description: 'Edit or combine existing images with a text prompt',
					},
					{
						name: 'Text to Image',
						value: 'textToImage',
						action: 'Generate image from text',
						description: 'Generate an image from a text prompt',
					},
					{
						name: 'Wait for Task Result',
						value: 'waitForResult',
						action: 'Wait for task result',
						description: 'Wait for one or more tasks to finish and return their images',
					},
				],
			},
			...fields,
			optionsField,
		],
	};

	methods = { listSearch: { searchModels } };
}
