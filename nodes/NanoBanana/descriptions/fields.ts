import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { ASPECT_RATIOS, DEFAULT_MODEL, findModel, isOnlyForNanoBanana2 } from '../models';
import { FREE_OPERATIONS, PAID_OPERATIONS } from '../types';

const forPaid: IDisplayOptions = { show: { operation: PAID_OPERATIONS } };
const forEdits = (inputType?: string[]): IDisplayOptions => ({
	show: { operation: ['imageToImage'], ...(inputType && { inputType }) },
});

const prompt = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	default: '',
	required: true,
	routing: { send: { type: 'body', property: 'prompt' } },
} as const;

/** The fields between operation and options, in form order. `routing` maps a value to the request body. */
export const fields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: DEFAULT_MODEL, cachedResultName: findModel(DEFAULT_MODEL)?.label },
		required: true,
		description:
			'The model to use. Its suffix is the resolution: a square image has about 1024 px per side with 1K. Each model has its own price.',
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
		displayOptions: forPaid,
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
		displayOptions: forEdits(),
	},
	{
		displayName: 'Input Type',
		name: 'inputType',
		type: 'options',
		default: 'binary',
		description: 'Where the reference images come from',
		builderHint: { propertyHint: 'Use binary for files from an earlier node, url for public links' },
		options: [
			{ name: 'Binary File(s)', value: 'binary', description: 'Use files from the input item' },
			{
				name: 'Binary File(s) and Image URL(s)',
				value: 'both',
				description: 'Use files from the input item, followed by URLs',
			},
			{ name: 'Image URL(s)', value: 'url', description: 'Use public URLs' },
		],
		displayOptions: forEdits(),
	},
	{
		displayName: 'Input Data Field Name(s)',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the input field containing the image. Separate multiple names with commas.',
		displayOptions: forEdits(['binary', 'both']),
	},
	{
		displayName: 'URL(s)',
		name: 'imageUrls',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/image.png',
		description: 'URLs of the reference images, separated by commas or line breaks. The URLs must be public.',
		displayOptions: forEdits(['url', 'both']),
	},
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		default: '={{ $json.taskId }}',
		required: true,
		placeholder: 'e.g. task_9fK2mQx7Lr0V',
		description:
			'The taskId returned by an earlier node or run. Separate multiple IDs with commas or line breaks, or use an expression that returns an array.',
		builderHint: { propertyHint: 'Use the taskId of an earlier NanoBanana node. Checking a task is free.' },
		displayOptions: { show: { operation: FREE_OPERATIONS } },
	},
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
		displayOptions: forPaid,
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
		displayOptions: forPaid,
		routing: { send: { type: 'body', property: 'n' } },
	},
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
		// The other formats return the images in the same response, so waiting cannot be turned off.
		displayOptions: { ...forPaid, hide: { '/options.apiFormat': ['openAi', 'gemini'] } },
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
