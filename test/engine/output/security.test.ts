/* eslint-disable */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';

import { asFile, item, plainImage, useEngine, type Ran } from '../support/useEngine';
import { sendJson, useRawServer, type RawRequest } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
/** Does not look like a known kind of key, so that no pattern hides it by chance. */
const KEY = 'k3y.With_odd~Marks-0123456789';
const BEARER = `Bearer ${KEY}`;

/** Another origin, which must never get the key. */
const foreign = { url: '', port: 0, requests: [] as RawRequest[], status: 200, location: '' };
let foreignServer: Server;
let image: Buffer;

beforeAll(async () => {
	image = await plainImage('red');
	foreignServer = createServer((request, response) => {
		foreign.requests.push({
			method: request.method ?? '',
			path: request.url ?? '',
			headers: request.headers,
			body: Buffer.alloc(0),
		});
		response.writeHead(foreign.status, { ...(foreign.location && { location: foreign.location }) }).end(image);
	});
	await new Promise<void>((listening) => foreignServer.listen(0, '127.0.0.1', listening));
	foreign.port = (foreignServer.address() as AddressInfo).port;
	foreign.url = `http://127.0.0.1:${foreign.port}`;
});
beforeEach(() => Object.assign(foreign, { requests: [], status: 200, location: '' }));
afterAll(() => {
	foreignServer.closeAllConnections();
	foreignServer.close();
});

async function run(parameters: object = {}, more: object = {}): Promise<Ran> {
	const options = { timeout: 1, ...(parameters as { options?: object }).options };
	const ran = await engine.run(
		{ prompt: 'a', ...parameters, options },
		{ credential: { baseUrl: raw.url, apiKey: ` ${KEY}\n` }, ...more },
	);
	expectNoSecret(ran);
	return ran;
}

function everything(ran: Ran): string {
	return inspect([ran.data, ran.error, ran.logs, ran.engineLogs], {
		depth: 12,
		maxArrayLength: null,
		maxStringLength: null,
		showHidden: true,
	});
}

function expectNoSecret(ran: Ran): void {
	const all = everything(ran);
	expect(all).not.toContain(KEY);
	expect(all).not.toContain(Buffer.from(KEY).toString('base64'));
}

function keysAt(requests: RawRequest[]): unknown[] {
	return requests.filter(
		(request) =>
			JSON.stringify(request.headers).includes(KEY) || request.path.includes(KEY) || request.body.includes(KEY),
	);
}

describe('the key', () => {
	const urls: Array<[string, () => string]> = [
		['another port', () => `${foreign.url}/x.png`],
		['a protocol-relative URL', () => `//127.0.0.1:${foreign.port}/x.png`],
		['a URL with the API as user name', () => `http://127.0.0.1:${raw.port}@127.0.0.1:${foreign.port}/x.png`],
		['another name of the same machine', () => `http://localhost:${foreign.port}/x.png`],
		['backslashes', () => `http:\\\\127.0.0.1:${foreign.port}\\x.png`],
		['a URL in capitals', () => `HTTP://127.0.0.1:${foreign.port}/x.png`],
	];

	it.each(urls)('is not sent to another origin if a result is at %s, not even after a 401', async (_name, url) => {
		foreign.status = 401;
		raw.serveTask(url());
		await run();

		expect(keysAt(raw.requests).length).toBeGreaterThan(0);
		expect(keysAt(foreign.requests)).toEqual([]);
		expect(foreign.requests.filter(({ headers }) => headers.authorization?.startsWith('Bearer'))).toEqual([]);
	});

	it('is sent with the download of a file of the API after a 401', async () => {
		raw.serveTask('/v1/images/tasks/task_raw_1/files/0');
		raw.on(
			'GET',
			'/v1/images/tasks/task_raw_1/files/',
			(response, { headers }) => void response.writeHead(headers.authorization === BEARER ? 200 : 401).end(image),
		);
		const ran = await run();

		expect(ran.rows[0].binary?.data.mimeType).toBe('image/png');
		expect(
			raw.requests.filter(({ path }) => path.endsWith('/files/0')).map(({ headers }) => headers.authorization),
		).toEqual([undefined, BEARER]);
	});

	it('is not sent to the target of a redirect from such a file', async () => {
		raw.serveTask('/files/0');
		raw.on(
			'GET',
			'/files/0',
			(response, { headers }) =>
				void response.writeHead(headers.authorization ? 302 : 401, { location: `${foreign.url}/moved.png` }).end(),
		);
		const ran = await run();

		expect(ran.rows[0].binary?.data.mimeType).toBe('image/png');
		expect(foreign.requests).toHaveLength(1);
		expect(keysAt(foreign.requests)).toEqual([]);
	});

	it('is not sent with the download of a file that does not require it', async () => {
		raw.serveTask('/files/0');
		raw.on('GET', '/files/0', (response) => void response.end(image));
		await run();

		expect(raw.requests.filter(({ path }) => path === '/files/0').map(({ headers }) => headers.authorization)).toEqual([
			undefined,
		]);
	});

	it.each([301, 302, 303, 307, 308])('is not sent to the target of a %i from the API', async (status) => {
		raw.on(
			'POST',
			'/v1',
			(response) => void response.writeHead(status, { location: `${foreign.url}/v1/images/tasks` }).end(),
		);
		raw.on(
			'GET',
			'/v1',
			(response) => void response.writeHead(status, { location: `${foreign.url}/v1/images/tasks/x` }).end(),
		);
		await run();
		await run({ operation: 'getStatus', taskId: 'task_raw_1' });

		expect(foreign.requests).toEqual([]);
	});

	it('is not sent to the target of a redirect from a result', async () => {
		raw.serveTask(`${raw.url}/here`);
		raw.on('GET', '/here', (response) => void response.writeHead(307, { location: `${foreign.url}/there` }).end());
		const ran = await run();

		expect(ran.rows[0].binary).toMatchObject({ data: { mimeType: 'image/png' } });
		expect(keysAt(foreign.requests)).toEqual([]);
	});

	it('is not sent to a URL that the user entered, not even on the API host', async () => {
		raw.on('GET', '/private.png', (response) => void response.writeHead(401).end());
		await run({
			operation: 'imageToImage',
			inputType: 'url',
			imageUrls: `${raw.url}/private.png`,
			options: { apiFormat: 'gemini' },
		});

		expect(raw.requests.map(({ method }) => method)).not.toContain('POST');
		expect(keysAt(raw.requests)).toEqual([]);
	});
});

describe('a key that the API quotes', () => {
	const said = `key ${KEY} at https://cdn.example.com/a.png?signature=SECRETSIGNATURE and data:image/png;base64,${'A'.repeat(200)} and ${'Qk'.repeat(120)}`;
	const leaks = (ran: Ran): string =>
		JSON.stringify([
			ran.error?.message,
			ran.error?.description,
			ran.logs,
			ran.engineLogs.map(({ message }) => message),
		]);

	it.each([
		['in an error', 400, { error: { message: said, type: KEY, code: KEY } }],
		['in a flat error', 403, { code: KEY, message: said, data: null }],
		['in text', 500, said],
		['in a web page', 502, `<html><title>${said}</title></html>`],
		['in an envelope', 200, { code: 'failed', message: said, data: null }],
	])('%s is not shown', async (_name, status, body) => {
		raw.on(
			'POST',
			'/v1/images/tasks',
			(response) =>
				void response
					.writeHead(status, { 'x-request-id': KEY })
					.end(typeof body === 'string' ? body : JSON.stringify(body)),
		);
		for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
			const ran = await run({}, { settings: { onError } });
			expect(leaks(ran) + JSON.stringify(ran.json)).not.toMatch(/SECRETSIGNATURE|A{120}|(Qk){60}/);
		}
	});

	it.each([
		['the reason of a failed task', { task_id: 'task_raw_1', status: 'failed', error: { message: said, code: KEY } }],
		['the fail_reason of a task', { task_id: 'task_raw_1', status: `failed`, fail_reason: said }],
		['the model of a task', { task_id: 'task_raw_1', status: 'succeeded', model: KEY, result_url: '/file' }],
		[
			'a blocked image',
			{ task_id: 'task_raw_1', status: 'succeeded', data: [{ url: '/file' }, { error: { message: said, code: KEY } }] },
		],
	])('in %s is not shown', async (_name, data) => {
		raw.on('GET', '/v1/images/tasks/', (response) => sendJson(response, { code: 'success', data }));
		raw.on('GET', '/file', (response) => void response.end(image));
		for (const operation of ['waitForResult', 'getStatus']) {
			const ran = await run({ operation, taskId: 'task_raw_1', simplify: operation === 'getStatus' });
			expect(leaks(ran)).not.toMatch(/SECRETSIGNATURE|A{120}/);
		}
	});

	it('in the text that the API returns with an image is not shown', async () => {
		const parts = [{ text: said }, { inlineData: { mimeType: 'image/png', data: image.toString('base64') } }];
		raw.on('POST', '/v1beta', (response) => sendJson(response, { candidates: [{ content: { parts } }] }));
		const ran = await run({ simplify: false, options: { apiFormat: 'gemini' } });

		expect(ran.rows[0].binary).toMatchObject({ data: { mimeType: 'image/png' } });
		expect(JSON.stringify(ran.json)).not.toContain(image.toString('base64').slice(0, 60));
	});
});

describe('an unsafe name', () => {
	it.each(['../../v1/models', '..', '.', 'a/b?c=d#e', 'x\r\nX-Evil: 1', '%2e%2e', '\u0000'])(
		'such as the task ID %j does not change the path of a request',
		async (taskId) => {
			raw.serveTask('', taskId);
			await run();
			await run({ operation: 'getStatus', taskId: [taskId] as never });

			expect(raw.requests.every(({ headers }) => headers['x-evil'] === undefined)).toBe(true);
			const odd = raw.requests.filter(
				({ method, path }) => method === 'GET' && !/^\/v1\/images\/tasks\/[^/?#]+$/.test(path),
			);
			expect(odd).toEqual([]);
		},
	);

	it('adds neither folders nor line breaks to a file name', async () => {
		raw.serveTask(`${raw.url}/file`);
		raw.on(
			'GET',
			'/file',
			(response) => void response.setHeader('content-disposition', 'attachment; filename="../../evil.sh"').end(image),
		);
		const ran = await run({ options: { fileName: '..\\..//x\r\nX-Evil: 1\u0000.sh' } });

		expect(ran.rows[0].binary?.data.fileName).toMatch(/^[^\\/\r\n\u0000]+\.png$/);
	});

	it('of a field does not add headers to a form', async () => {
		const field = 'a"\r\nX-Evil: 1\r\n\r\nboo';
		raw.serveTask(`${raw.url}/file`);
		await run(
			{
				operation: 'imageToImage',
				binaryPropertyName: JSON.stringify([field]),
				wait: false,
				options: { sendBinaryAs: 'multipart' },
			},
			{ input: [item({}, { [field]: asFile(image) })] },
		);

		const sent = raw.requests[0].body.toString('latin1');
		expect(sent).toContain('Content-Disposition: form-data');
		expect(sent).not.toMatch(/^X-Evil/m);
	});
});

describe('an oversized or odd response', () => {
	it.each(['POST', 'GET'])('is read only up to the limit if it is endless JSON after a %s', async (method) => {
		let sent = 0;
		raw.serveTask('');
		raw.on(method, method === 'GET' ? '/v1/images/tasks/' : '/v1/images/tasks', (response) => {
			const chunk = Buffer.alloc(256 * 1024, 'x');
			response.writeHead(200, { 'content-type': 'application/json' });
			response.write('{"code":"success","data":{"filler":"');
			const push = (): void => {
				while (!response.destroyed && sent < 400 * 1_048_576) {
					sent += chunk.length;
					if (!response.write(chunk)) return void response.once('drain', push);
				}
			};
			push();
		});
		const ran = await run({ options: { maxImageSize: 2, timeout: 30 } });

		expect(ran.status).toBe('error');
		expect(sent).toBeLessThan(32 * 1_048_576);
		expect(raw.requests.filter((request) => request.method === 'POST')).toHaveLength(1);
	});

	it.each([
		['/v1/images/tasks/', 'response is larger than 2.3 MB'],
		['/file', 'It is larger than 1 MB'],
	])('is limited by its decompressed size (%s)', async (path, text) => {
		const { gzipSync } = await import('node:zlib');
		const bomb = gzipSync(Buffer.alloc(100 * 1_048_576, ' '));
		raw.serveTask(`${raw.url}/file`);
		raw.on('GET', path, (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
		const ran = await run({ options: { maxImageSize: 1, timeout: 5 } });

		expect(JSON.stringify([ran.error?.message, ran.json])).toContain(text);
		expect(raw.requests.filter((request) => request.path.startsWith(path) && request.method === 'GET')).toHaveLength(1);
	});

	it.each([
		'['.repeat(1_000_000),
		`{"data":${'{"data":'.repeat(200_000)}1`,
		'{"a":1}'.repeat(3),
		'\u0000\u0001',
		'true',
		'[]',
		'""',
		'-1e999',
	])('leads to an error with a known code if it is odd JSON (%#)', async (body) => {
		raw.serveTask('');
		raw.on(
			'GET',
			'/v1/images/tasks/',
			(response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body),
		);
		const read = await run({ options: { timeout: 0.2 } });
		raw.on(
			'POST',
			'/v1/images/tasks',
			(response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body),
		);
		const created = await run();

		expect((read.error as { context?: { data?: object } }).context?.data).toMatchObject({ taskId: 'task_raw_1' });
		expect((created.error as { context?: { data?: object } }).context?.data).toMatchObject({
			errorCode: 'unclear_submission',
		});
	});

	it('cannot set result fields with __proto__', async () => {
		raw.on(
			'POST',
			'/v1/images/tasks',
			(response) =>
				void response
					.writeHead(200, { 'content-type': 'application/json' })
					.end(
						`{"__proto__":{"status":"succeeded","result_url":"${raw.url}/a.png"},"constructor":{"result_url":"${raw.url}/a.png"}}`,
					),
		);
		const ran = await run();

		expect((ran.error as { context?: { data?: object } }).context?.data).toMatchObject({
			errorCode: 'unclear_submission',
		});
		expect(({} as { result_url?: string }).result_url).toBeUndefined();
	});
});

it('the warning about a failed call does not contain the key that the API quotes', async () => {
	const message = `Invalid value for key ${engine.mockApi.apiKey}`;
	const body = { error: { code: 400, message, status: 'INVALID_ARGUMENT' } };
	engine.mockApi.script('generateContent', [{ status: 400, body }]);
	const run = await engine.run({ prompt: 'a', numberOfImages: 2, options: { apiFormat: 'gemini' } });

	expect(String(run.json[0].warnings)).toContain('Invalid value for key [key]');
	expect(JSON.stringify([run.data, run.logs])).not.toContain(engine.mockApi.apiKey);
});

it('the record of an unclear request does not contain the key of a redirect', async () => {
	const location = `https://login.example/?token=${engine.mockApi.apiKey}`;
	engine.mockApi.script('createTask', [{ status: 303, headers: { location } }]);
	const run = await engine.run({ prompt: 'a' });

	expect(run.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
	expect(JSON.stringify([run.data, run.logs])).not.toContain(engine.mockApi.apiKey);
	expect(engine.mockApi.calls('createTask')).toHaveLength(1);
});
