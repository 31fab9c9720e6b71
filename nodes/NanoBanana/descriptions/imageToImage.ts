import type { INodeProperties } from 'n8n-workflow';

const show = (inputType: string[]): INodeProperties['displayOptions'] => ({
	show: { operation: ['imageToImage'], inputType },
});

/** Where the reference images come from. Files are sent first, then URLs, each in the order given. */
export const imageToImageFields: INodeProperties[] = [
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
		displayOptions: { show: { operation: ['imageToImage'] } },
	},
	{
		displayName: 'Input Data Field Name(s)',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the input field containing the image. Separate multiple names with commas.',
		displayOptions: show(['binary', 'both']),
	},
	{
		displayName: 'URL(s)',
		name: 'imageUrls',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/image.png',
		description: 'URLs of the reference images, separated by commas or new lines. The URLs must be public.',
		displayOptions: show(['url', 'both']),
	},
];
