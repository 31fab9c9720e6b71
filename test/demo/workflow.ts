/* eslint-disable */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import { flowNodes } from '../engine/support/workflowNodes';
import { readBinary, runWorkflow, type WorkflowDefinition } from '../engine/support/runWorkflow';
import type { Order } from './arguments';
import type { Gateway } from './gateway';
import type { PictureFile } from './picture';
import type { Report } from './progress';
import { reasonOf } from './reason';

export interface MadePicture {
	bytes: Buffer;
	extension: string;
	width: number;
	height: number;
	mimeType: string;
}

export interface Made {
	pictures: MadePicture[];
	taskIds: string[];
	warnings: string[];
}

const NODE = 'NanoBanana';

export const nodeTypes = {
	// As the manual one, it hands on the item that the execution is started with.
	'n8n-nodes-base.formTrigger': flowNodes['n8n-nodes-base.manualTrigger'],
};

export function exampleOf(order: Pick<Order, 'edit'>): string {
	return `examples/${order.edit === undefined ? 'quick-start' : 'image-to-image'}.json`;
}

export function loadExample(path: string): WorkflowDefinition {
	return JSON.parse(readFileSync(join(__dirname, '../..', path), 'utf8')) as WorkflowDefinition;
}

/** What the form of the example hands to the node. */
export function formItem(prompt: string, { bytes, mimeType, fileName }: PictureFile): INodeExecutionData {
	return { json: { Prompt: prompt }, binary: { data: { data: bytes.toString('base64'), mimeType, fileName } } };
}

/**
 * Runs the example in the n8n engine.
 *
 * @throws one line that says why there is no picture
 */
export async function makePictures(
	order: Order,
	reference: PictureFile | undefined,
	gateway: Gateway,
	report: Report,
	stop: AbortSignal,
): Promise<Made> {
	const run = await runWorkflow(adapt(loadExample(exampleOf(order)), order), {
		nodeTypes,
		credentials: { nanoBananaApi: { baseUrl: gateway.baseUrl, apiKey: gateway.apiKey } },
		input: [reference ? formItem(order.prompt, reference) : { json: { Prompt: order.prompt } }],
		onLog: report,
		onStart: ({ cancel }) => {
			stop.addEventListener('abort', cancel, { once: true });
			if (stop.aborted) cancel();
		},
	});
	if (run.status !== 'success') throw new Error(reasonOf(run, gateway));
	return await collect(run.output(NODE)[0] ?? []);
}

// The prompt travels in the item: written into the field, one that starts with "=" would be an expression.
function adapt(workflow: WorkflowDefinition, { n, model, ratio, format }: Order): WorkflowDefinition {
	const changes = {
		prompt: '={{ $json.Prompt }}',
		numberOfImages: n,
		apiFormat: format,
		...(model !== undefined && { model: { __rl: true, mode: 'id', value: model } }),
		...(ratio !== undefined && { aspectRatio: ratio }),
	};
	const nodes = workflow.nodes.map((node) =>
		node.name === NODE ? { ...node, parameters: { ...node.parameters, ...changes } } : node,
	);
	return { ...workflow, nodes };
}

async function collect(rows: INodeExecutionData[]): Promise<Made> {
	const made: Made = { pictures: [], taskIds: [], warnings: [] };
	for (const { json, binary } of rows) {
		const { taskId, width, height, warnings } = json;
		if (typeof taskId === 'string' && !made.taskIds.includes(taskId)) made.taskIds.push(taskId);
		if (Array.isArray(warnings))
			made.warnings.push(...warnings.map(String).filter((warning) => !made.warnings.includes(warning)));
		if (binary?.data === undefined) continue;
		const { mimeType, fileExtension } = binary.data;
		made.pictures.push({
			bytes: await readBinary(binary.data),
			extension: fileExtension ?? mimeType.replace('image/', ''),
			width: Number(width),
			height: Number(height),
			mimeType,
		});
	}
	return made;
}
