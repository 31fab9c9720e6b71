/* eslint-disable */
// Undocumented bodies: the node is charged once, does not guess, and loses nothing.
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { startPreparedServer, type PreparedServer, type PreparedResponse } from '../support/servers/preparedServer';
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

async function create(more: object = {}, settings: object = {}): Promise<INodeExecutionData[]> {
	const parameters = {
		model: { __rl: true, mode: 'id', value: 'NanoBanana2-1K' },
		prompt: 'A cube',
		simplify: false,
		options: { pollInterval: 0.02, timeout: 20 },
		...more,
	};
	const result = await runWorkflow(nanoBananaWorkflow(parameters as never, settings), {
		credentials: { nanoBananaApi: { baseUrl: server.url, apiKey: 'sk-test-0123456789' } },
	});
	expect(result.error).toBeUndefined();
	return result.output('NanoBanana')[0] ?? [];
}

const REFERENCE = 'https://mine.example/reference.png';
const A = '{files}/a.png';
const WHOLE = { status: 'succeeded', taskId: TASK_ID };

async function failureOf(parameters: object = {}): Promise<IDataObject> {
	const rows = await create(parameters, { onError: 'continueRegularOutput' });
	expect(rows).toHaveLength(1);
	expect(rows[0].binary).toBeUndefined();
	return rows[0].json.details as IDataObject;
}

it.each<[fact: string, created: unknown]>([
	['a greeting with a logo', { name: 'Image API', image: '{files}/logo.png' }],
	['a maintenance notice', 'scheduled-maintenance-until-2026-11-25'],
	['a word in data', { data: 'checked-in-2026' }],
	['an upstream failure', { error: { message: 'upstream returned empty image' } }],
	['the reference, with a result in an unknown field', { status: 'succeeded', image: REFERENCE, picture_url: A }],
	['the reference, with an error', { error: { message: 'failed' }, data: [{ url: REFERENCE }] }],
	['two IDs in invalid JSON', '{"data":{"task_id":"task_j"}}{"data":{"task_id":"task_k"}}'],
])('shows %s instead of a task in the error, and does not send the request again', async (_fact, created) => {
	server.prepare('POST', [response(created)]);
	const details = await failureOf({ operation: 'imageToImage', inputType: 'url', imageUrls: REFERENCE });

	expect(details).toMatchObject({ errorCode: 'unclear_submission' });
	expect(details.response).toBe(
		typeof created === 'string' ? created : JSON.stringify(created).replaceAll('{files}', `${server.url}/files`),
	);
	expect(details.description).toContain('You may have been charged.');
	expect(server.journal).toEqual(['POST /v1/images/tasks']);
});

it('reports HTTP 200 for an error that the API returns with HTTP 200', async () => {
	server.prepare('POST', [response({ success: false, message: 'system busy' })]);
	const details = await failureOf();

	expect(details).toMatchObject({ errorCode: 'unclear_submission', httpStatus: 200 });
	expect(details.description).toContain('API response: HTTP 200: system busy.');

	server.prepare('POST', [response({ code: 'invalid_request', message: 'bad ratio' })]);
	expect(await failureOf()).toMatchObject({ errorCode: 'invalid_request', httpStatus: 200 });

	server.prepare('GET', [response({ success: false, message: 'system busy' })]);
	const polled = await failureOf({ operation: 'waitForResult', taskId: TASK_ID });
	expect(polled).toMatchObject({ errorCode: 'invalid_request', httpStatus: 200 });
});

it.each<[fact: string, seen: unknown, failure: { errorCode: string; [detail: string]: unknown }]>([
	[
		'the reference or an image in an unknown field',
		{ status: 'succeeded', image: REFERENCE, picture_url: A },
		{ errorCode: 'timed_out', response: expect.stringContaining('"picture_url"') as string },
	],
	[
		'a URL in a text',
		{ task_id: TASK_ID, status: 'succeeded', message: `Your image: ${A}` },
		{ errorCode: 'no_image', response: expect.stringContaining('Your image') as string },
	],
	[
		'the reference in a failed task',
		{ task_id: TASK_ID, status: 'FAILURE', data: [{ url: REFERENCE }] },
		{ errorCode: 'task_failed' },
	],
	[
		'an image in a failed task',
		{ task_id: TASK_ID, status: 'failed', fail_reason: 'no luck', result_url: A },
		{ errorCode: 'task_failed', gatewayMessage: 'no luck' },
	],
	[
		'an image of another task',
		{ task_id: 'task_other', status: 'succeeded', result_url: A },
		{ errorCode: 'timed_out', response: expect.stringContaining('task_other') as string },
	],
	[
		'an image with a status that only contains a known word',
		{ task_id: TASK_ID, status: 'failover', progress: '100%', result_url: A },
		{ errorCode: 'timed_out', response: expect.stringContaining('"failover"') as string },
	],
])('does not return %s, and reports the task', async (_fact, seen, failure) => {
	server.prepare('POST', [response({ task_id: TASK_ID })]);
	server.prepare('GET', [response(seen)]);
	const details = await failureOf({
		operation: 'imageToImage',
		inputType: 'url',
		imageUrls: REFERENCE,
		options: { pollInterval: 0.02, timeout: failure.errorCode === 'timed_out' ? 2 : 20 },
	});

	expect(details).toMatchObject({ taskId: TASK_ID, ...failure });
	expect(server.journal.filter((call) => call.includes('/files/'))).toEqual([]);
	expect(server.calls('POST')).toHaveLength(1);
});

it('includes the response of a succeeded task without an image in the timeout error', async () => {
	server.prepare('GET', [response({ task_id: TASK_ID, status: 'succeeded', pics: [A] })]);
	const details = await failureOf({
		operation: 'waitForResult',
		taskId: TASK_ID,
		options: { pollInterval: 5, timeout: 0.2 },
	});

	expect(details).toMatchObject({ errorCode: 'timed_out', response: expect.stringContaining('"pics"') as string });
});

it('reports a refusal of the Gemini model, and does not download the photo in its text', async () => {
	const text = 'I cannot edit real people. Instead, a photo is at https://en.example.org/wiki/File:Person.jpg';
	server.prepare('POST', [response({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] })]);
	const details = await failureOf({ options: { apiFormat: 'gemini' } });

	expect(details).toMatchObject({ errorCode: 'no_image', gatewayMessage: text });
	expect(server.journal).toHaveLength(1);
});

it.each([
	['the same URL', { url: '{files}/a.png' }],
	['the same base64', { b64_json: IMAGE.toString('base64') }],
])('counts three images with %s as three, because each may be charged', async (_what, entry) => {
	server.prepare('POST', [response({ created: 1, data: [entry, entry, entry] })]);
	const rows = await create({ numberOfImages: 3, simplify: true, options: { apiFormat: 'openAi', unitPrice: 0.04 } });

	expect(rows.map(({ json, binary }) => [json.cost, binary?.data.fileName])).toEqual(
		[1, 2, 3].map((number) => [0.04, `nanobanana-${number}.png`]),
	);
	expect(rows[0].json.warnings).toEqual(['These images are identical: 1, 2, 3.']);
});

it('polls a task whose ID needs to be encoded in a path', async () => {
	const taskId = 'a/b ?c#d';
	server.prepare('POST', [response({ task_id: taskId })]);
	server.prepare('GET', [response({ task_id: taskId, status: 'succeeded', result_url: '{files}/a.png' })]);
	const rows = await create();

	expect(rows).toMatchObject([{ json: { ...WHOLE, taskId } }]);
	expect(server.calls('GET')).toEqual(['GET /v1/images/tasks/a%2Fb%20%3Fc%23d']);
});

describe('a response with multiple tasks', () => {
	const created = {
		code: 200,
		data: [TASK_ID, 'task_k', 'task_l'].map((task_id) => ({ status: 'submitted', task_id })),
	};

	it('results in a warning with the tasks that are not polled', async () => {
		server.prepare('POST', [response(created)]);
		server.prepare('GET', [response({ task_id: TASK_ID, status: 'succeeded', result_url: A })]);
		const rows = await create();

		expect(rows).toMatchObject([{ json: WHOLE }]);
		expect(rows[0].json.warnings).toEqual([
			"The API returned more than one task ID. You may have been charged for these tasks, too: task_k, task_l. Get their images with 'Wait for Task Result'.",
		]);
		expect(server.calls('GET')).toEqual([`GET /v1/images/tasks/${TASK_ID}`]);
		expect(server.calls('POST')).toHaveLength(1);
	});

	it('results in an error with these tasks, too', async () => {
		server.prepare('POST', [response(created)]);
		server.prepare('GET', [response({ task_id: TASK_ID, status: 'failed', error: 'no luck' })]);
		const details = await failureOf();

		expect(details).toMatchObject({ errorCode: 'task_failed', taskId: TASK_ID, otherTaskIds: ['task_k', 'task_l'] });
		expect(details.description).toContain('You may have been charged for these tasks, too: task_k, task_l.');
	});
});

it('polls the task ID in an error response', async () => {
	server.prepare('POST', [
		response({ status: 'error', message: 'Too many requests, your task is queued', data: { task_id: TASK_ID } }),
	]);
	server.prepare('GET', [response({ task_id: TASK_ID, status: 'succeeded', result_url: '{files}/a.png' })]);
	const rows = await create();

	expect(rows).toMatchObject([{ json: WHOLE }]);
	expect(rows[0].binary && (await readBinary(rows[0].binary.data))).toEqual(IMAGE);
	expect(server.calls('POST')).toHaveLength(1);
});

describe("'Image Path in Response'", () => {
	const BODY = {
		task_id: TASK_ID,
		status: 'succeeded',
		outcome: { pics: [{ src: '{files}/a.png' }, { src: '{files}/b.png' }] },
	};
	const read = async (operation: string, options: object, settings: object = {}): Promise<INodeExecutionData[]> =>
		await create({ operation, taskId: TASK_ID, options: { pollInterval: 0.02, timeout: 20, ...options } }, settings);

	it.each(['getStatus', 'waitForResult'])('gets the images of an undocumented response (%s)', async (operation) => {
		server.prepare('GET', [response(BODY)]);
		const rows = await read(operation, { imagePath: 'outcome.pics[*].src' });

		expect(rows.map(({ json }) => json.status)).toEqual(['succeeded', 'succeeded']);
		expect((await readBinary(rows[1].binary!.data)).equals(IMAGE)).toBe(true);
		expect(server.calls('POST')).toEqual([]);
	});

	it('is recommended, with the response, if a finished task contains no image in a documented field', async () => {
		server.prepare('GET', [response(BODY)]);
		const [row] = await read('waitForResult', {}, { onError: 'continueRegularOutput' });

		expect(row.json.details).toMatchObject({ errorCode: 'no_image', taskId: TASK_ID });
		const details = row.json.details as IDataObject;
		expect(details.response).toContain('"pics"');
		expect(details.description).toContain("'Image Path in Response'");
	});

	it.each(['data..src', 'data[x]', '.data', 'data[', '[*'])(
		'is rejected before any request if it is %s',
		async (imagePath) => {
			const [row] = await read('waitForResult', { imagePath }, { onError: 'continueRegularOutput' });

			expect(row.json.error).toContain("'Image Path in Response' is not a valid path");
			expect(server.journal).toEqual([]);
		},
	);
});

it('gives each image a unique file name if one of multiple calls returns more images than requested', async () => {
	const image = (number: number) => ({
		inlineData: { mimeType: 'image/png', data: Buffer.concat([IMAGE, Buffer.from([number])]).toString('base64') },
	});
	const withImages = (...numbers: number[]): PreparedResponse =>
		response({ candidates: [{ content: { parts: numbers.map(image) }, finishReason: 'STOP' }] });
	server.prepare('POST', [withImages(1, 2), withImages(3)]);
	const options = { apiFormat: 'gemini', maxConcurrency: 1 };

	const rows = await create({ numberOfImages: 2, simplify: true, options });

	const names = rows.map(({ json }) => json.fileName);
	expect([names.length, new Set(names).size]).toEqual([3, 3]);
	expect(server.calls('POST')).toHaveLength(2);
});

it('uses the image numbers of the output in warnings', async () => {
	const part = (bytes: Buffer) => ({ inlineData: { mimeType: 'image/png', data: bytes.toString('base64') } });
	const withImages = (...images: Buffer[]): PreparedResponse =>
		response({ candidates: [{ content: { parts: images.map(part) }, finishReason: 'STOP' }] });
	const whole = (number: number): Buffer => Buffer.concat([IMAGE, Buffer.from([number])]);
	server.prepare('POST', [withImages(whole(1), IMAGE.subarray(0, -12)), withImages(whole(3), whole(4))]);
	const options = { apiFormat: 'gemini', maxConcurrency: 1 };

	const rows = await create({ numberOfImages: 2, options });

	expect(rows).toHaveLength(4);
	expect(rows[0].json.warnings).toContain('Image 2 of 4 is incomplete and was saved as received.');
	expect(rows.map(({ json }) => (json.image as IDataObject).warning)).toEqual(Array(4).fill(undefined));
});
