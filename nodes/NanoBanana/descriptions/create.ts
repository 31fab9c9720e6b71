import type { INodeProperties } from 'n8n-workflow';

import { ASPECT_RATIOS, DEFAULT_MODEL, findModel, isOnlyForNanoBanana2 } from '../models';
import { PAID_OPERATIONS } from '../types';

const CREATE = { show: { operation: PAID_OPERATIONS } };

const prompt = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	routing: { send: { type: 'body', property: 'prompt' } },
} as const;

/** The fields that start every paid operation. `routing` says where a value goes in the request body. */
export const createFields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: DEFAULT_MODEL, cachedResultName: findModel(DEFAULT_MODEL)?.label },
		required: true,
		description:
			'The model to use. The suffix is the resolution: 1K is about 1024 px on the long side, 4K about 4096 px. Each model has its own price.',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'e.g. NanoBanana 2 (1K)',
				typeOptions: { searchListMethod: 'searchModels', searchable: true },
			},
			{
				displayName: 'ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. NanoBanana2-1K',
				hint: 'Enter the model ID exactly as your provider lists it',
			},
		],
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'model' } },
	},
	{
		...prompt,
		placeholder: 'e.g. A small red cube on a clean white desk, soft daylight',
		description: 'A text description of the image to generate',
		displayOptions: { show: { operation: ['textToImage'] } },
	},
	{
		...prompt,
		placeholder: 'e.g. Replace the background with a beach',
		description: 'A text description of the changes to make to the reference images',
		displayOptions: { show: { operation: ['imageToImage'] } },
	},
];

/** Shape and number of the images, after the fields that only one operation has. */
export const shapeFields: INodeProperties[] = [
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		default: 'auto',
		description:
			'Aspect ratio of the image. With Auto, the model decides: square for text prompts, same as the reference image for edits.',
		options: [
			{ name: 'Auto', value: 'auto' },
			...ASPECT_RATIOS.map((ratio) => ({ name: `${ratio} (${shapeOf(ratio)})`, value: ratio })),
		],
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'aspect_ratio' } },
	},
	{
		displayName: 'Number of Images',
		name: 'numberOfImages',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 1,
		description: 'How many images to generate for each input item',
		builderHint: { propertyHint: 'Keep at 1 unless the user asks for several images, because every image is charged' },
		hint: "You are charged for every image. To limit a run, add 'Max Images per Run' under Options.",
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'n' } },
	},
];

/** The last fields before the options. */
export const lastFields: INodeProperties[] = [
	{
		displayName: 'Wait for Completion',
		name: 'wait',
		type: 'boolean',
		default: true,
		description:
			"Whether to wait until the images are ready. If turned off, get them later with 'Wait for Task Result'.",
		builderHint: {
			propertyHint: 'Turn off only if a later Wait for Task Result node gets the images by taskId',
		},
		// The other formats answer with the images themselves, so there is nothing to wait for later.
		displayOptions: { show: { operation: PAID_OPERATIONS }, hide: { '/options.apiFormat': ['openAi', 'gemini'] } },
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
];

function shapeOf(ratio: string): string {
	if (isOnlyForNanoBanana2(ratio)) return 'NanoBanana 2 Only';
	if (ratio === '21:9') return 'Ultrawide';
	const [width, height] = ratio.split(':').map(Number);
	if (width === height) return 'Square';
	return width > height ? 'Landscape' : 'Portrait';
}
