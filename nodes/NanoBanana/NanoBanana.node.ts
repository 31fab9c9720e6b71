import type { INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { BASE_URL_EXPRESSION } from './credential';
import { imageToImageFields } from './descriptions/imageToImage';
import { optionsField } from './descriptions/options';
import { createFields, lastFields, shapeFields } from './descriptions/create';
import { taskFields } from './descriptions/tasks';
import { TASKS_PATH } from './formats/asyncTask';
import { createImages, readTasks } from './lifecycle';
import { searchModels } from './listSearch/searchModels';

/** Metadata and the operation menu. What an operation does is told in lifecycle.ts. */
export class NanoBanana implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'NanoBanana',
		name: 'nanoBanana',
		icon: { light: 'file:../../icons/nanobanana.svg', dark: 'file:../../icons/nanobanana.dark.svg' },
		group: ['transform'],
		version: 1,
		// The canvas shows some 25 characters, and the resolution at the end of a model's ID is what tells prices apart.
		subtitle:
			"={{ (['textToImage', 'imageToImage'].includes($parameter.operation) && $parameter.model ? $parameter.model + ': ' : '') + ({ textToImage: 'Text to Image', imageToImage: 'Image to Image', getStatus: 'Get Task Status', waitForResult: 'Wait for Task Result' })[$parameter.operation] }}",
		description:
			'Generate and edit images with the NanoBanana models of a Nano Series gateway. Returns the task ID, the status and a link to each image, and the image as a file.',
		defaults: { name: 'NanoBanana' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'nanoBananaApi', required: true }],
		requestDefaults: { baseURL: BASE_URL_EXPRESSION },
		hints: [
			{
				message: "'Preview Request' is on: the request is shown and nothing is sent",
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
				options: [
					{
						name: 'Get Task Status',
						value: 'getStatus',
						action: 'Get task status',
						description: 'Look once at a task that was created earlier, without waiting and without cost',
						routing: {
							request: { method: 'GET', url: TASKS_PATH },
							send: { paginate: true },
							operations: { pagination: readTasks },
						},
					},
					{
						name: 'Image to Image',
						value: 'imageToImage',
						action: 'Edit image',
						description: 'Change or combine existing images by describing the result',
						routing: {
							request: { method: 'POST', url: TASKS_PATH },
							send: { paginate: true },
							operations: { pagination: createImages },
						},
					},
					{
						name: 'Text to Image',
						value: 'textToImage',
						action: 'Generate image from text',
						description: 'Make a new image from a description',
						routing: {
							request: { method: 'POST', url: TASKS_PATH },
							send: { paginate: true },
							operations: { pagination: createImages },
						},
					},
					{
						name: 'Wait for Task Result',
						value: 'waitForResult',
						action: 'Wait for task result',
						description: 'Collect the images of tasks that were created earlier, as soon as they are finished',
						routing: {
							request: { method: 'GET', url: TASKS_PATH },
							send: { paginate: true },
							operations: { pagination: readTasks },
						},
					},
				],
			},
			...createFields,
			...imageToImageFields,
			...shapeFields,
			...taskFields,
			...lastFields,
			optionsField,
		],
	};

	methods = { listSearch: { searchModels } };
}
