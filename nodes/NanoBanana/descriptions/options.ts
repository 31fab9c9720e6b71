import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import {
	DEFAULT_CONCURRENCY,
	DEFAULT_MAX_IMAGE_MB,
	DEFAULT_POLL_INTERVAL_S,
	DEFAULT_TIMEOUT_S,
} from '../parameters/settings';
import { PAID_OPERATIONS } from '../types';

const forPaid: IDisplayOptions = { show: { '/operation': PAID_OPERATIONS } };
const forWaiting: IDisplayOptions = { hide: { '/operation': ['getStatus'], '/wait': [false] } };
/** An option that nobody added is absent, so the file options hide on `false` instead of showing on `true`. */
const forFiles: IDisplayOptions = { hide: { '/wait': [false], download: [false] } };

/** Optional fields of all operations, in alphabetical order. Their defaults are what happens without them, but for 'Max Images' and 'Unit Price': without these there is no limit and no cost. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Additional Request Fields (JSON)',
			name: 'extraBody',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "seed": 42 }',
			description:
				'Merged into the request as it is, so that new fields of the gateway can be used the day they appear',
			displayOptions: forPaid,
		},
		{
			displayName: 'Download Images',
			name: 'download',
			type: 'boolean',
			default: true,
			description:
				'Whether to load the images into the workflow as files. When off, only their addresses come out, which expire.',
			displayOptions: { hide: { '/wait': [false] } },
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. product-photo',
			description:
				'Name of the image file without its extension, which follows from the file itself. Several images are numbered. Without this option it is the task ID.',
			displayOptions: forFiles,
		},
		{
			displayName: 'Image Size',
			name: 'imageSize',
			type: 'options',
			default: '1K',
			description:
				"Resolution for Google's own model IDs, whose name holds none. The gateway's IDs (…-1K, …-2K) bring theirs along.",
			options: [
				{ name: '0.5K', value: '512' },
				{ name: '1K', value: '1K' },
				{ name: '2K', value: '2K' },
				{ name: '4K', value: '4K' },
			],
			displayOptions: { show: { '/operation': PAID_OPERATIONS, '/apiFormat': ['gemini'] } },
		},
		{
			displayName: 'Include Input Fields',
			name: 'includeInputFields',
			type: 'boolean',
			default: false,
			description: "Whether to keep the input item's fields beside the result",
		},
		{
			displayName: 'Max Concurrency',
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: DEFAULT_CONCURRENCY,
			description:
				'How many tasks of this run may be open at the gateway at a time. A lower limit of the gateway is found and kept to by itself.',
		},
		{
			displayName: 'Max Image Size (MB)',
			name: 'maxImageSize',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_MAX_IMAGE_MB,
			description: 'Largest image that is loaded, in megabytes. A larger one comes out as an address with a warning.',
		},
		{
			displayName: 'Max Images',
			name: 'maxImages',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: 100,
			description:
				'Spending guard: the most images that all input items of one run may order together. A larger order is refused before anything is sent. Without this option there is no limit.',
			displayOptions: forPaid,
		},
		{
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			default: 'error',
			description: 'What to do with a task that is not finished in time. It stays paid for and goes on at the gateway.',
			options: [
				{
					name: 'Continue With the Open Task',
					value: 'continue',
					description: 'Put out an item with the task ID and the status, so that the workflow can collect it later',
				},
				{
					name: 'Stop With a Message',
					value: 'error',
					description: 'Fail the item with a message that names the task ID',
				},
			],
			displayOptions: forWaiting,
		},
		{
			displayName: 'Output Layout',
			name: 'outputLayout',
			type: 'options',
			default: 'itemPerImage',
			description: 'How several images of one task come out',
			options: [
				{
					name: 'All Images in One Item',
					value: 'singleItem',
					description: 'One item with the fields data, data_1, data_2, …',
				},
				{ name: 'One Item per Image', value: 'itemPerImage', description: 'Each image is an item of its own' },
			],
			displayOptions: { hide: { '/wait': [false] } },
		},
		{
			displayName: 'Poll Interval (Seconds)',
			name: 'pollInterval',
			type: 'number',
			typeOptions: { minValue: 0.2 },
			default: DEFAULT_POLL_INTERVAL_S,
			description: 'Time until the first look at the task. Later looks follow the progress and grow further apart.',
			displayOptions: forWaiting,
		},
		{
			displayName: 'Preview Request',
			name: 'previewRequest',
			type: 'boolean',
			default: false,
			description: 'Whether to show the request instead of sending it. Nothing is sent and nothing is billed.',
			displayOptions: forPaid,
		},
		{
			displayName: 'Put Output in Field',
			name: 'binaryPropertyOutput',
			type: 'string',
			default: 'data',
			placeholder: 'e.g. data',
			hint: 'The name of the output field that holds the image',
			displayOptions: forFiles,
		},
		{
			displayName: 'Receive Images As',
			name: 'responseFormat',
			type: 'options',
			default: 'url',
			description: 'How the gateway hands the images over. The workflow gets files either way.',
			options: [
				{
					name: 'Base64',
					value: 'b64_json',
					description: 'Inside the answer, for networks that reach the gateway only',
				},
				{ name: 'URL', value: 'url', description: 'As an address that the node downloads from' },
			],
			displayOptions: { show: { '/operation': PAID_OPERATIONS, '/apiFormat': ['asyncTask', 'openAi'] } },
		},
		{
			displayName: 'Send Images As',
			name: 'sendBinaryAs',
			type: 'options',
			default: 'dataUri',
			description:
				'How files travel in the request for a task. The documentation of the API promises addresses only, so try another entry when the gateway does not take files.',
			options: [
				{ name: 'Base64', value: 'base64', description: 'Bare base64 text' },
				{ name: 'Data URI', value: 'dataUri', description: 'Base64 with its type in front' },
				{ name: 'Multipart Form', value: 'multipart', description: 'As an uploaded file' },
			],
			displayOptions: { show: { '/operation': ['imageToImage'], '/apiFormat': ['asyncTask'] } },
		},
		{
			displayName: 'Skip Model Checks',
			name: 'skipModelChecks',
			type: 'boolean',
			default: false,
			description: 'Whether to send requests that the known models do not take. The checks become warnings.',
			displayOptions: forPaid,
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_TIMEOUT_S,
			description:
				"How long to wait for one task, or with 'Get Task Status' for the answer. A task that takes longer stays paid for and goes on at the gateway.",
			displayOptions: { hide: { '/wait': [false] } },
		},
		{
			displayName: 'Unit Price',
			name: 'unitPrice',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 6 },
			default: 0,
			description:
				'Price of one image at your gateway, in any currency. With this option each item shows what it cost.',
		},
	],
};
