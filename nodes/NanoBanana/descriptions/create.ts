import type { INodeProperties } from 'n8n-workflow';

import { ASPECT_RATIOS, DEFAULT_MODEL } from '../models';
import { PAID_OPERATIONS } from '../types';

const CREATE = { show: { operation: PAID_OPERATIONS } };

/** The fields that every paid operation has. Each says in `routing` where it lands in the request. */
export const createFields: INodeProperties[] = [
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: DEFAULT_MODEL },
		required: true,
		description:
			'The model that makes the image. The resolution is part of it: 1K is about 1024 pixels on the long side, 4K about 4096. Each has its own price at the gateway.',
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
				hint: 'Any model ID that your gateway knows, exactly as it writes it',
			},
		],
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'model' } },
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		required: true,
		placeholder: 'e.g. A small red cube on a clean white desk, soft daylight',
		description: 'What the image should show, or what should change about the reference images',
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'prompt' } },
	},
];

/** What shapes the picture; shown below the fields of the single operation. */
export const shapeFields: INodeProperties[] = [
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		default: 'auto',
		description:
			'Shape of the image. Auto leaves it to the model: square for text, the shape of the reference image for edits.',
		options: [{ name: 'Auto', value: 'auto' }, ...ASPECT_RATIOS.map((ratio) => ({ name: ratio, value: ratio }))],
		displayOptions: CREATE,
		routing: {
			send: { type: 'body', property: 'aspect_ratio', value: "={{ $value === 'auto' ? undefined : $value }}" },
		},
	},
	{
		displayName: 'Output Format',
		name: 'outputFormat',
		type: 'options',
		default: 'png',
		description:
			'File type to ask for. WebP is known to the base model NanoBanana only. What really came is read from the file and stands in mimeType.',
		options: [
			{ name: 'Auto', value: 'auto' },
			{ name: 'JPEG', value: 'jpeg' },
			{ name: 'PNG', value: 'png' },
			{ name: 'WebP', value: 'webp' },
		],
		displayOptions: CREATE,
		routing: {
			send: { type: 'body', property: 'output_format', value: "={{ $value === 'auto' ? undefined : $value }}" },
		},
	},
	{
		displayName: 'Number of Images',
		name: 'numberOfImages',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 1,
		description: 'How many images to make for each input item',
		hint: "Every image is billed. 'Max Images' under Options limits what all items of a run may order together.",
		displayOptions: CREATE,
		routing: { send: { type: 'body', property: 'n' } },
	},
];

/** Shown last, after the operation's own fields. */
export const lastFields: INodeProperties[] = [
	{
		displayName: 'Wait for Completion',
		name: 'wait',
		type: 'boolean',
		default: true,
		description:
			"Whether to wait until the images are there. When off, the task comes out at once, to be collected later with 'Wait for Task Result'.",
		displayOptions: { show: { operation: PAID_OPERATIONS, apiFormat: ['asyncTask'] } },
	},
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
	{
		displayName: 'API Format',
		name: 'apiFormat',
		type: 'options',
		default: 'asyncTask',
		description: "Which of the gateway's three endpoints to use. The other fields mean the same in all of them.",
		options: [
			{
				name: 'Async Task (Recommended)',
				value: 'asyncTask',
				description: 'Creates a task and asks for its result; a paid task can be found again whatever happens',
			},
			{
				name: 'Gemini Compatible',
				value: 'gemini',
				description: 'One long call for each image (generateContent)',
			},
			{
				name: 'OpenAI Compatible',
				value: 'openAi',
				description: 'One long call (images/generations, images/edits)',
			},
		],
		displayOptions: CREATE,
	},
	{
		displayName:
			"A call that breaks off may be billed without a result. 'Async Task' cannot lose a paid image that way.",
		name: 'longCallNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { operation: PAID_OPERATIONS, apiFormat: ['openAi', 'gemini'] } },
	},
];
