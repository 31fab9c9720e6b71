/* eslint-disable */
// The bare script as an n8n node: the same three requests per image, sent and stored with n8n's own helpers. Every n8n
// node costs this much more than the bare script. What our node costs more than this one is its own work.
import {
	NodeConnectionTypes,
	type IBinaryData,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { chain, createNode, runWorkflow } from '../../engine/support/runWorkflow';
import { REQUEST, type ApiAccess } from '../api';
import { createPlaces, listen } from './bareScript';

const TYPE = 'bench.helpers';
const CREDENTIAL = 'nanoBananaApi';

class HelperNode implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Helpers',
		name: TYPE,
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Helpers' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: CREDENTIAL }],
		properties: [
			{ displayName: 'Ends', name: 'endsUrl', type: 'string', default: '' },
			{ displayName: 'Streams at Once', name: 'streamsAtOnce', type: 'number', default: 0 },
			{ displayName: 'Reads per Task', name: 'readsPerTask', type: 'number', default: 1 },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { baseUrl } = await this.getCredentials(CREDENTIAL);
		const ends = await listen(this.getNodeParameter('endsUrl', 0) as string);
		const streamsAtOnce = this.getNodeParameter('streamsAtOnce', 0) as number;
		const readsPerTask = this.getNodeParameter('readsPerTask', 0) as number;
		const transfer = createPlaces(streamsAtOnce || Infinity);
		const store = async (url: string): Promise<IBinaryData> => {
			const file = await this.helpers.httpRequest({ url, encoding: streamsAtOnce ? 'stream' : 'arraybuffer' });
			return await this.helpers.prepareBinaryData(file, 'image.png', 'image/png');
		};
		const send = async (method: 'GET' | 'POST', path: string): Promise<{ task_id: string; result_url: string }> => {
			const body = method === 'POST' ? { ...REQUEST, output_format: 'png' } : undefined;
			const response = await this.helpers.httpRequestWithAuthentication.call(this, CREDENTIAL, {
				method,
				url: `${baseUrl}${path}`,
				body,
				json: true,
			});
			return response.data;
		};
		const rows = this.getInputData().map(async (_item, item): Promise<INodeExecutionData> => {
			const { task_id } = await send('POST', '/v1/images/tasks');
			// A real node has to poll: sends as many status requests as our node, on average.
			const reads = Math.floor((item + 1) * readsPerTask) - Math.floor(item * readsPerTask);
			for (let read = 1; read < reads; read += 1) await send('GET', `/v1/images/tasks/${task_id}`);
			await ends.of(task_id);
			const { result_url } = await send('GET', `/v1/images/tasks/${task_id}`);
			const data = await transfer(async () => await store(result_url));
			return { json: {}, binary: { data }, pairedItem: { item } };
		});
		try {
			return [await Promise.all(rows)];
		} finally {
			ends.close();
		}
	}
}

/** Returns the number of stored images. Images are streams, `transfersAtOnce` in parallel, or buffers if it is 0. */
export async function runHelperNode({
	baseUrl,
	apiKey,
	endsUrl,
	items,
	transfersAtOnce = 0,
	readsPerTask = 1,
}: ApiAccess & { items: number; transfersAtOnce?: number; readsPerTask?: number }): Promise<number> {
	const node = createNode(
		'Helpers',
		TYPE,
		{ endsUrl, streamsAtOnce: transfersAtOnce, readsPerTask },
		{ credentials: { [CREDENTIAL]: { id: '1', name: 'NanoBanana account' } } },
	);
	const run = await runWorkflow(
		{ nodes: [createNode('Start', 'n8n-nodes-base.manualTrigger'), node], connections: chain('Start', node.name) },
		{
			nodeTypes: { [TYPE]: HelperNode },
			credentials: { [CREDENTIAL]: { baseUrl, apiKey } },
			input: Array.from({ length: items }, () => ({ json: {} })),
		},
	);
	if (run.status !== 'success') throw new Error(run.error?.message ?? `The execution ended as ${run.status}`);
	return (run.output('Helpers')[0] ?? []).filter(({ binary }) => binary?.data.id !== undefined).length;
}
