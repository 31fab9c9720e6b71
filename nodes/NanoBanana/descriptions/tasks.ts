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
			'ID that an earlier node or run put out in the field taskId. Several can be given, separated by commas or as an array from an expression.',
		displayOptions: { show: { operation: ['getStatus', 'waitForResult'] } },
	},
];
