/* eslint-disable */
// What a paid task ends with in a body that no page describes, through the node itself: paid once, and its image is there.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { startPreparedServer, type PreparedServer, type PreparedResponse } from '../support/preparedServer';
import { nanoBananaWorkflow, readBinary, runWorkflow } from '../support/runWorkflow';

const IMAGE = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==',
	'base64',
);
const TASK_ID = 'task_j';

let server: PreparedServer;

beforeAll(async () => {
	server = await startPreparedServer(IMAGE);
});
beforeEach(() => server.reset());
afterAll(async () => await server.stop());

function response(body: unknown): PreparedResponse {
	return {
		httpStatus: 200,
		headers: { 'content-type': 'application/json' },
		body:
			typeof body === 'string' ? body : JSON.parse(JSON.stringify(body).replaceAll('{files}', `${server.url}/files`)),
	};
}

async function create(): Promise<INodeExecutionData[]> {
	const parameters = {
		model: { __rl: true, mode: 'id', value: 'NanoBanana2-1K' },
		prompt: 'A cube',
		simplify: false,
		options: { pollInterval: 0.02, timeout: 20 },
	};
	const result = await runWorkflow(nanoBananaWorkflow(parameters as never), {
		credentials: { nanoBananaApi: { baseUrl: server.url, apiKey: 'sk-test-0123456789' } },
	});
	expect(result.error).toBeUndefined();
	return result.output('NanoBanana')[0] ?? [];
}

it.each<[fact: string, created: unknown, seen: unknown, warning: string]>([
	[
		'ended partly',
		{ task_id: TASK_ID },
		{ task_id: TASK_ID, status: 'partially_failed', fail_reason: '1 of 2 failed', results: [{ url: '{files}/a.png' }] },
		'1 of 2 failed',
	],
	[
		'is finished in a word that nobody knows',
		{ job: { id: TASK_ID } },
		{ task_id: TASK_ID, status: 'saved', results: ['{files}/a.png'] },
		"'saved'",
	],
	[
		'names its picture where nobody expects it',
		{ task: TASK_ID },
		{ data: { task_id: TASK_ID, status: 'succeeded', rendering: { canvas: '{files}/a.png' } } },
		"'canvas'",
	],
	[
		'stands in a list with others',
		{ TaskId: TASK_ID },
		{
			data: [
				{ task_id: 'task_other', status: 'failed' },
				{ task_id: TASK_ID, status: 'succeeded', result_url: '{files}/a.png' },
			],
		},
		'',
	],
	[
		'was answered with an error behind it',
		'{"code":"success","data":{"task_id":"task_j"}}{"error":{"message":"panic","type":"invalid_request_error"}}',
		{ task_id: TASK_ID, status: 'succeeded', result_url: '{files}/a.png' },
		'',
	],
	[
		'is named in an answer that says error',
		{ status: 'error', message: 'Too many requests, your task is queued', data: { task_id: TASK_ID } },
		{ task_id: TASK_ID, status: 'succeeded', result_url: '{files}/a.png' },
		'',
	],
])('delivers the image of a task that %s', async (_fact, created, seen, warning) => {
	server.prepare('POST', [response(created)]);
	server.prepare('GET', [response(seen)]);
	const rows = await create();

	expect(rows).toMatchObject([
		{ json: { taskId: TASK_ID, status: 'succeeded', image: { url: `${server.url}/files/a.png` } } },
	]);
	expect(rows[0].binary && (await readBinary(rows[0].binary.data))).toEqual(IMAGE);
	expect(((rows[0].json as IDataObject).warnings as string[]).join(' ')).toContain(warning);
	expect(server.calls('POST')).toHaveLength(1);
});
