import type { INodeProperties } from 'n8n-workflow';

/** The one field of the operations that read tasks. */
export const taskFields: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		default: '={{ $json.taskId }}',
		required: true,
		placeholder: 'e.g. task_9fK2mQx7Lr0V',
		description:
			'The taskId returned by an earlier node or run. Separate multiple IDs with commas or line breaks, or use an expression that returns an array.',
		builderHint: { propertyHint: 'Use the taskId of an earlier NanoBanana node. Reading a task is free.' },
		displayOptions: { show: { operation: ['getStatus', 'waitForResult'] } },
	},
];
