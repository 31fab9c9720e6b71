/* eslint-disable */
// Features that some providers offer but that are not in the API's documentation. The examples for them need this.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMockApi, type MockApi } from '..';
import { plainImage } from './pixels';
import { create, createdTask, download, PLAIN_TASK, query } from './taskClient';

jest.setTimeout(60_000);

let mockApi: MockApi;
beforeAll(async () => {
	mockApi = await startMockApi({ taskMs: 0 });
});
afterEach(() => mockApi.reset());
afterAll(async () => await mockApi.stop());

describe('a callback', () => {
	interface Received {
		headers: IncomingMessage['headers'];
		body: unknown;
	}
	let server: Server;
	let url: string;
	let received: Promise<Received>;

	beforeEach(async () => {
		received = new Promise((resolve) => {
			server = createServer((request, response) => {
				const chunks: Buffer[] = [];
				request.on('data', (chunk: Buffer) => chunks.push(chunk));
				request.on('end', () => {
					response.end();
					resolve({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
				});
			});
		});
		await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/done`;
	});
	afterEach(async () => await new Promise((closed) => server.close(closed)));

	it('has the body of a finished task, and its ID in a header', async () => {
		mockApi.set({ sendsCallbacks: true });
		const taskId = await createdTask(mockApi, { ...PLAIN_TASK, callback_url: url });
		const { headers, body } = await received;

		expect(headers['x-new-api-task-id']).toBe(taskId);
		expect(body).toEqual((await query(mockApi, taskId)).body);
	});

	it('to another machine is rejected before a task is created', async () => {
		mockApi.set({ sendsCallbacks: true });
		const { status, body } = await create(mockApi, { ...PLAIN_TASK, callback_url: 'https://example.com/done' });

		expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('loopback')]);
		expect(mockApi.created()).toBe(0);
	});

	it('is ignored unless the setting is on', async () => {
		expect((await create(mockApi, { ...PLAIN_TASK, callback_url: 'https://example.com/done' })).status).toBe(200);
	});
});

describe('an upload', () => {
	async function upload(bytes: Buffer): Promise<Response> {
		const form = new FormData();
		form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'in.png');
		return await fetch(`${mockApi.baseUrl}/v1/uploads/images`, {
			method: 'POST',
			headers: { authorization: `Bearer ${mockApi.apiKey}` },
			body: form,
		});
	}

	it('returns a URL of the file, which a task accepts as its reference', async () => {
		mockApi.set({ acceptsUrlsOnly: true });
		const image = await plainImage('red');
		const { url } = (await (await upload(image)).json()) as { url: string };
		await createdTask(mockApi, { ...PLAIN_TASK, image: url });

		expect(await download(url)).toEqual(image);
		expect(mockApi.ledger).toMatchObject([{ references: 1 }]);
	});

	it('is required for a file: a task with a data URI is rejected', async () => {
		mockApi.set({ acceptsUrlsOnly: true });
		const image = `data:image/png;base64,${(await plainImage('red')).toString('base64')}`;

		expect(await create(mockApi, { ...PLAIN_TASK, image })).toMatchObject({ status: 400 });
		expect(mockApi.created()).toBe(0);
	});

	it('returns 404 unless the setting is on', async () => {
		expect((await upload(await plainImage('red'))).status).toBe(404);
	});
});
