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

const model = { __rl: true, mode: 'list', value: 'NanoBananaPro-2K' };

it.each([
	['model and operation of a purchase', { operation: 'imageToImage', model }, 'NanoBananaPro-2K: Image to Image'],
	['the default model and operation', {}, 'NanoBanana2-1K: Text to Image'],
	['the operation alone where nothing is bought', { operation: 'waitForResult' }, 'Wait for Task Result'],
])('shows %s on the canvas', (_what, parameters, subtitle) => {
	expect(subtitleOf(parameters)).toBe(subtitle);
});

it('calls each operation by its own name', () => {
	const operations = new NanoBanana().description.properties[0].options as INodePropertyOptions[];

	expect(operations.length).toBeGreaterThan(1);
	for (const { name, value } of operations)
		expect(
			String(subtitleOf({ operation: value }))
				.split(': ')
				.at(-1),
		).toBe(name);
});

it('names the model for every operation that pays, and for no other', () => {
	const named = (Object.keys(OPERATIONS) as Operation[]).filter((operation) =>
		String(subtitleOf({ operation })).startsWith('NanoBanana2-1K: '),
	);

	expect(named).toEqual(PAID_OPERATIONS);
});
