/* eslint-disable */
import type { INodeParameters, INodePropertyOptions, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { NanoBanana } from '../../../nodes/NanoBanana/NanoBanana.node';
import { OPERATIONS, PAID_OPERATIONS, type Operation } from '../../../nodes/NanoBanana/types';

/** The text under the node on the canvas, as n8n evaluates it. */
function subtitleOf(parameters: INodeParameters): unknown {
	const node = {
		id: '1',
		name: 'Node',
		type: 'test',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters,
	};
	const nodeTypes = { getByNameAndVersion: () => new NanoBanana() } as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return workflow.expression.getSimpleParameterValue(node, new NanoBanana().description.subtitle ?? '', 'internal', {});
}

const model = (value: string) => ({ model: { __rl: true, mode: 'list', value } });

it.each([
	['operation, family, and resolution', 'NanoBananaPro-2K', 'Image to Image (Pro 2K)'],
	['operation and resolution for the default family', 'NanoBanana2-0.5K', 'Image to Image (0.5K)'],
	['only the operation for the base model', 'NanoBanana', 'Image to Image'],
	['operation and ID of any other model', 'other-model-v2', 'Image to Image (other model v2)'],
	['only the operation without a model', '', 'Image to Image'],
])('shows %s on the canvas', (_what, value, subtitle) => {
	expect(subtitleOf({ operation: 'imageToImage', ...model(value) })).toBe(subtitle);
});

it('shows the defaults on the canvas', () => {
	expect(subtitleOf({})).toBe('Text to Image (1K)');
});

it('shows the name of each operation', () => {
	const operations = new NanoBanana().description.properties[0].options as INodePropertyOptions[];

	expect(operations.length).toBeGreaterThan(1);
	for (const { name, value } of operations) expect(String(subtitleOf({ operation: value })).split(' (')[0]).toBe(name);
});

it('shows the model for paid operations only', () => {
	const named = (Object.keys(OPERATIONS) as Operation[]).filter((operation) =>
		String(subtitleOf({ operation })).endsWith(' (1K)'),
	);

	expect(named).toEqual(PAID_OPERATIONS);
});
