/* eslint-disable */
import type { INodeParameters, INodePropertyOptions, INodeTypes } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { NanoBanana } from '../../../nodes/NanoBanana/NanoBanana.node';
import { OPERATIONS, PAID_OPERATIONS, type Operation } from '../../../nodes/NanoBanana/types';

/** The words under the node on the canvas, as n8n works them out. */
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
	['operation, family, and resolution of a purchase', 'NanoBananaPro-2K', 'Image to Image (Pro 2K)'],
	['the resolution alone for the default family', 'NanoBanana2-0.5K', 'Image to Image (0.5K)'],
	['the operation alone for a model without both', 'NanoBanana', 'Image to Image'],
	['any other model ID at the end', 'other-model-v2', 'Image to Image (other model v2)'],
	['the operation alone without a model', '', 'Image to Image'],
])('shows %s on the canvas', (_what, value, subtitle) => {
	expect(subtitleOf({ operation: 'imageToImage', ...model(value) })).toBe(subtitle);
});

it('shows the defaults on the canvas', () => {
	expect(subtitleOf({})).toBe('Text to Image (1K)');
});

it('calls each operation by its own name', () => {
	const operations = new NanoBanana().description.properties[0].options as INodePropertyOptions[];

	expect(operations.length).toBeGreaterThan(1);
	for (const { name, value } of operations) expect(String(subtitleOf({ operation: value })).split(' (')[0]).toBe(name);
});

it('shows the model for every operation that pays, and for no other', () => {
	const named = (Object.keys(OPERATIONS) as Operation[]).filter((operation) =>
		String(subtitleOf({ operation })).endsWith(' (1K)'),
	);

	expect(named).toEqual(PAID_OPERATIONS);
});
