/* eslint-disable */
// Our node in the real n8n engine, in a workflow with a number of items.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { nanoBananaWorkflow, runWorkflow, type BinaryMode } from '../../engine/support/runWorkflow';
import { REQUEST, type ApiAccess } from '../api';

export interface NodeOptions extends ApiAccess {
	items: number;
	/** Replace the defaults of the fields. */
	parameters?: IDataObject;
	/** Default: 'filesystem'. */
	binaryMode?: BinaryMode;
}

/** Returns the number of images in the output. */
export async function runNode({ baseUrl, apiKey, items, parameters = {}, binaryMode }: NodeOptions): Promise<number> {
	const fields = { model: { __rl: true, mode: 'id', value: REQUEST.model }, prompt: REQUEST.prompt, ...parameters };
	const run = await runWorkflow(nanoBananaWorkflow(fields as INodeParameters), {
		credentials: { nanoBananaApi: { baseUrl, apiKey } },
		input: Array.from({ length: items }, (_, index) => ({ json: { index } })),
		binaryMode,
	});
	if (run.status !== 'success') throw new Error(run.error?.message ?? `The execution ended as ${run.status}`);
	const rows = run.output('NanoBanana')[0] ?? [];
	const images = rows.filter(({ binary }) => binary?.data !== undefined);
	return images.length;
}

/** Removes what the executions stored. */
export function forgetImages(): void {
	rmSync(join(process.env.N8N_USER_FOLDER ?? '', '.n8n/storage'), { recursive: true, force: true });
}
