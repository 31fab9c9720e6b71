import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import {
	DEFAULT_CONCURRENCY,
	DEFAULT_MAX_IMAGE_MB,
	DEFAULT_POLL_INTERVAL_S,
	DEFAULT_TIMEOUT_S,
} from '../parameters/settings';
import { FREE_OPERATIONS, PAID_OPERATIONS } from '../types';

/**
 * An option that was not added is undefined and matches no value. So these conditions use `hide` for values that do not
 * apply, and `show` on an option only for values other than its default.
 */
const forPaid: IDisplayOptions = { show: { '/operation': PAID_OPERATIONS } };
const forWaiting: IDisplayOptions = { hide: { '/operation': ['getStatus'] } };
const forReads: IDisplayOptions = { show: { '/operation': FREE_OPERATIONS } };
const forFiles: IDisplayOptions = { hide: { download: [false] } };

/**
 * Optional fields of all operations, in alphabetical order. Each default is the behavior without the option, except for
 * 'Max Images per Run' (no limit) and 'Price per Image' (no cost).
 */
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
				'Extra JSON fields to add to the request body, e.g. for API parameters that this node does not support yet',
			displayOptions: forPaid,
		},
		{
			displayName: 'API Format',
			name: 'apiFormat',
			type: 'options',
			default: 'asyncTask',
			description: 'Which API endpoint to use. Only Async Task returns a task ID to get the images again.',
			hint: 'The other formats use one long request. If the connection drops, you may be charged without getting an image.',
			options: [
				{
					name: 'Async Task (Recommended)',
					value: 'asyncTask',
					description: 'Create a task and check it until it is done. You can get its images again by task ID.',
				},
				{
					name: 'Gemini Compatible',
					value: 'gemini',
					description: 'Send one long request per image (generateContent)',
				},
				{
					name: 'OpenAI Compatible',
					value: 'openAi',
					description: 'Send one long request (images/generations or images/edits)',
				},
			],
			displayOptions: forPaid,
		},
		{
			displayName: 'Combine Images Into One Item',
			name: 'combineImages',
			type: 'boolean',
			default: false,
			description: 'Whether to return all images of a task in one item, in the fields data, data_1, data_2, and so on',
		},
		{
			displayName: 'Download Images',
			name: 'download',
			type: 'boolean',
			default: true,
			description:
				'Whether to download the images as files. If turned off, only their URLs are returned, which expire. Base64 images are always files.',
		},
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. product-photo',
			description:
				'Name of the image file, without the extension. Multiple images of an item are numbered. Default: the task ID, or nanobanana without a task.',
			displayOptions: forFiles,
		},
		{
			displayName: 'First Check After (Seconds)',
			name: 'pollInterval',
			type: 'number',
			typeOptions: { minValue: 0.2 },
			default: DEFAULT_POLL_INTERVAL_S,
			description:
				"Minimum time before the first status check of a new task. Later checks adapt to the task's progress.",
			displayOptions: forWaiting,
		},
		{
			displayName: 'Image Path in Response',
			name: 'imagePath',
			type: 'string',
			default: '',
			placeholder: 'e.g. data.output.pics[*].src',
			description:
				'Path to the images if the node does not recognize the response. Separate names with dots. Use [0] for a position and [*] for all.',
			displayOptions: forReads,
		},
		{
			displayName: 'Include Other Input Fields',
			name: 'includeInputFields',
			type: 'boolean',
			default: false,
			description: "Whether to include the input item's fields in the output",
		},
		{
			displayName: 'Max Concurrency',
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: DEFAULT_CONCURRENCY,
			description:
				'Maximum number of tasks to run in parallel. If the API allows fewer, the node adapts automatically.',
		},
		{
			displayName: 'Max Download Size (MB)',
			name: 'maxImageSize',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_MAX_IMAGE_MB,
			description:
				'Maximum size of a downloaded image, in megabytes. Larger images are returned as a URL with a warning.',
		},
		{
			displayName: 'Max Images per Run',
			name: 'maxImages',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: 100,
			description:
				'Maximum number of images for all input items. If a run would exceed it, nothing is sent. With batching, earlier batches may be charged.',
			displayOptions: forPaid,
		},
		{
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			default: 'error',
			description: 'What to do when a task does not finish in time. The task keeps running and is charged either way.',
			options: [
				{
					name: 'Continue and Return Task ID',
					value: 'continue',
					description: 'Return an item with the task ID and status, so the workflow can get the images later',
				},
				{ name: 'Fail the Item', value: 'error', description: 'Fail with a message that includes the task ID' },
			],
			displayOptions: forWaiting,
		},
		{
			displayName: 'Output Format',
			name: 'outputFormat',
			type: 'options',
			default: 'png',
			description: 'File format to request. The format that was returned is in mimeType.',
			options: [
				{ name: 'Auto', value: 'auto' },
				{ name: 'JPEG', value: 'jpeg' },
				{ name: 'PNG', value: 'png' },
				{ name: 'WebP (Not for NanoBanana 2 or Pro)', value: 'webp' },
			],
			displayOptions: forPaid,
		},
		{
			displayName: 'Preview Request',
			name: 'previewRequest',
			type: 'boolean',
			default: false,
			description: 'Whether to return the request instead of sending it. You are not charged.',
			displayOptions: forPaid,
		},
		{
			displayName: 'Price per Image',
			name: 'unitPrice',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 6 },
			default: 0,
			description: 'Price per image, in any currency. Adds a cost field to each item.',
		},
		{
			displayName: 'Put Output in Field',
			name: 'binaryPropertyOutput',
			type: 'string',
			default: 'data',
			placeholder: 'e.g. data',
			hint: 'The name of the output field to put the image in',
			displayOptions: forFiles,
		},
		{
			displayName: 'Resolution',
			name: 'imageSize',
			type: 'options',
			default: '1K',
			description: "Resolution to use with Google's own model IDs. NanoBanana IDs already include it (…-1K, …-2K).",
			options: [
				{ name: '0.5K', value: '512' },
				{ name: '1K', value: '1K' },
				{ name: '2K', value: '2K' },
				{ name: '4K', value: '4K' },
			],
			displayOptions: { show: { '/operation': PAID_OPERATIONS, apiFormat: ['gemini'] } },
		},
		{
			displayName: 'Response Format',
			name: 'responseFormat',
			type: 'options',
			default: 'url',
			description: 'How the API returns the images. With Download Images on, the node outputs files either way.',
			options: [
				{
					name: 'Base64',
					value: 'b64_json',
					description: 'As part of the API response. Use this if n8n cannot reach the image URLs.',
				},
				{ name: 'URL', value: 'url', description: 'As URLs that the node downloads' },
			],
			displayOptions: { ...forPaid, hide: { apiFormat: ['gemini'] } },
		},
		{
			displayName: 'Retry Unclear Requests',
			name: 'retryUnclear',
			type: 'boolean',
			default: false,
			description:
				'Whether to resend a request that may have been accepted. If your provider does not honor Idempotency-Key, you may be charged twice.',
			displayOptions: forPaid,
		},
		{
			displayName: 'Send Images As',
			name: 'sendBinaryAs',
			type: 'options',
			default: 'dataUri',
			description: 'How to encode files in the request. Try another option if the API rejects your files.',
			options: [
				{ name: 'Base64', value: 'base64', description: 'Base64 without a prefix' },
				{ name: 'Data URI', value: 'dataUri', description: 'Base64 with a data:image/… prefix' },
				{ name: 'Multipart Form', value: 'multipart', description: 'Form upload (multipart/form-data)' },
			],
			displayOptions: { show: { '/operation': ['imageToImage'] }, hide: { apiFormat: ['openAi', 'gemini'] } },
		},
		{
			displayName: 'Skip Model Checks',
			name: 'skipModelChecks',
			type: 'boolean',
			default: false,
			description:
				'Whether to send requests even if a check fails. Model limits become warnings. The size and completeness of files are not checked.',
			displayOptions: forPaid,
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_TIMEOUT_S,
			description:
				'Maximum time to wait for each task or request. Tasks keep running and are charged. In other formats, you may be charged without an image.',
		},
	],
};
