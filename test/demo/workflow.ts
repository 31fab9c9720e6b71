/* eslint-disable */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeExecutionData } from 'n8n-workflow';
import { flowNodes } from '../engine/support/workflowNodes';
import { readBinary, runWorkflow, type WorkflowDefinition } from '../engine/support/runWorkflow';
import type { DemoArguments } from './arguments';
import type { Api } from './api';
import type { ImageFile } from './imageFile';
import type { Report } from './progress';
import { reasonOf } from './reason';

export interface MadeImage {
	bytes: Buffer;
	extension: string;
	width: number;
	height: number;
	mimeType: string;
}

export interface Made {
	images: MadeImage[];
	taskIds: string[];
	warnings: string[];
}

const NODE = 'NanoBanana';

export const nodeTypes = {
	// Like the manual trigger, it passes on the item that the execution starts with.
	'n8n-nodes-base.formTrigger': flowNodes['n8n-nodes-base.manualTrigger'],
	'n8n-nodes-base.form': flowNodes['n8n-nodes-base.noOp'],
};

export function exampleOf(args: Pick<DemoArguments, 'edit'>): string {
	return `examples/${args.edit === undefined ? 'quick-start' : 'image-to-image'}.json`;
}

export function loadExample(path: string): WorkflowDefinition {
	return JSON.parse(readFileSync(join(__dirname, '../..', path), 'utf8')) as WorkflowDefinition;
}

/** The item that the example's form passes to the node. */
export function formItem(prompt: string, { bytes, mimeType, fileName }: ImageFile): INodeExecutionData {
	return { json: { Prompt: prompt }, binary: { Image: { data: bytes.toString('base64'), mimeType, fileName } } };
}

/**
 * Runs the example in the n8n engine.
 *
 * @throws an error that explains in one line why the image is missing
 */
export async function makeImages(
	args: DemoArguments,
	reference: ImageFile | undefined,
	api: Api,
	report: Report,
	stop: AbortSignal,
): Promise<Made> {
	const run = await runWorkflow(adapt(loadExample(exampleOf(args)), args), {
		nodeTypes,
		credentials: { nanoBananaApi: { baseUrl: api.baseUrl, apiKey: api.apiKey } },
		input: [reference ? formItem(args.prompt, reference) : { json: { Prompt: args.prompt } }],
		onLog: report,
		onStart: ({ cancel }) => {
			stop.addEventListener('abort', cancel, { once: true });
			if (stop.aborted) cancel();
		},
	});
	if (run.status !== 'success') throw new Error(reasonOf(run, api));
	return await collect(run.output(NODE)[0] ?? []);
}

// The prompt is passed in the item, because in the field, a prompt that starts with "=" would be an expression.
function adapt(workflow: WorkflowDefinition, { n, model, ratio, format }: DemoArguments): WorkflowDefinition {
	const changes = {
		prompt: '={{ $json.Prompt }}',
		numberOfImages: n,
		...(model !== undefined && { model: { __rl: true, mode: 'id', value: model } }),
		...(ratio !== undefined && { aspectRatio: ratio }),
	};
	const nodes = workflow.nodes.map((node) => {
		if (node.name !== NODE) return node;
		const options = { ...(node.parameters.options as object | undefined), apiFormat: format };
		return { ...node, parameters: { ...node.parameters, ...changes, options } };
	});
	return { ...workflow, nodes };
}

async function collect(rows: INodeExecutionData[]): Promise<Made> {
	const made: Made = { images: [], taskIds: [], warnings: [] };
	for (const { json, binary } of rows) {
		const { taskId, width, height, warnings } = json;
		if (typeof taskId === 'string' && !made.taskIds.includes(taskId)) made.taskIds.push(taskId);
		if (Array.isArray(warnings))
			made.warnings.push(...warnings.map(String).filter((warning) => !made.warnings.includes(warning)));
		if (binary?.data === undefined) continue;
		const { mimeType, fileExtension } = binary.data;
		made.images.push({
			bytes: await readBinary(binary.data),
			extension: fileExtension ?? mimeType.replace('image/', ''),
			width: Number(width),
			height: Number(height),
			mimeType,
		});
	}
	return made;
}
