import type { INodeProperties } from 'n8n-workflow';

const show = (inputType: string[]): INodeProperties['displayOptions'] => ({
	show: { operation: ['imageToImage'], inputType },
});

/** Where the reference images come from. Files first, then addresses, each in the order given. */
export const imageToImageFields: INodeProperties[] = [
	{
		displayName: 'Input Type',
		name: 'inputType',
		type: 'options',
		default: 'binary',
		description: 'Where the reference images come from',
		options: [
			{ name: 'Binary File(s)', value: 'binary', description: 'Files of the input item' },
			{
				name: 'Binary File(s) and Image URL(s)',
				value: 'both',
				description: 'Files of the input item, followed by addresses',
			},
			{ name: 'Image URL(s)', value: 'url', description: 'Addresses that the gateway can open without signing in' },
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
		hint: 'The name of the input field that holds the image; several separated by commas, e.g. product, background',
		displayOptions: show(['binary', 'both']),
	},
	{
		displayName: 'URL(s)',
		name: 'imageUrls',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/image.png',
		description:
			'Addresses of reference images, separated by commas or new lines. The gateway loads them, so they must be public.',
		displayOptions: show(['url', 'both']),
	},
];
