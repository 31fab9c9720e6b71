/* eslint-disable */
import type { IConnections, IDataObject, INode, IPinData } from 'n8n-workflow';

/** A workflow as n8n saves and exports it. */
export interface Workflow {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IDataObject;
	pinData?: IPinData;
}

export const nodeType = 'n8n-nodes-nanobanana.nanoBanana';

let sequence = 0;

/** One node of a test workflow. */
export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: INode['parameters'] = {},
	more: Partial<INode> = {},
): INode {
	sequence += 1;
	return { id: `${name}-${sequence}`, name, type, typeVersion, position: [sequence * 200, 0], parameters, ...more };
}

export function manualTrigger(): INode {
	return node('Start', 'n8n-nodes-base.manualTrigger', 1);
}

/** Two nodes that return these rows as items. */
export function rows(items: IDataObject[]): [INode, INode] {
	return [
		node('Table', 'n8n-nodes-base.set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ rows: items }), options: {} }),
		node('Rows', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'rows', options: {} }),
	];
}

/** Turns the base64 text in `image` into the item's file `data`. */
export function imageFile(fileName: string, mimeType: string): INode {
	return node('Image', 'n8n-nodes-base.convertToFile', 1.1, {
		operation: 'toBinary',
		sourceProperty: 'image',
		options: { fileName, mimeType },
	});
}

/** Connects each node's first output to the next one's input. */
export function chain(name: string, ...nodes: INode[]): Workflow {
	const connections: IConnections = {};
	nodes.slice(0, -1).forEach((from, index) => {
		connections[from.name] = { main: [[{ node: nodes[index + 1].name, type: 'main', index: 0 }]] };
	});
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
}
