/* eslint-disable */
import type { FaultRule, ScriptedResponse } from '../../mock-api';
import { plainImage, servedDigests, storedDigest, useEngine } from '../support/useEngine';
import { sendJson, useRawServer, type Handler } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();

async function whole(run: { rows: Array<{ binary?: { data: never } }> }): Promise<void> {
	expect(await storedDigest(run.rows[0].binary?.data)).toBe(servedDigests(engine.mockApi).at(-1));
}

describe('polling a task', () => {
	const page = '<html><head><title>Bad Gateway</title></head></html>';
	const responses: Array<[string, ScriptedResponse]> = [
		['a reset', { reset: true }],
		['a 408', { status: 408, body: page }],
		['a 425', { status: 425, body: page }],
		['a 429', { status: 429, headers: { 'retry-after': '0' }, body: { code: '', message: 'too many requests' } }],
		['a 500', { status: 500, body: { error: { message: 'x', type: 'upstream_error', code: 'x' } } }],
		['a 502 page', { status: 502, body: page }],
		[
			'a 503 of a finished task',
			{ status: 503, body: { error: { message: 'storage hiccup', code: 'object_storage_temporarily_unavailable' } } },
		],
		['a 504 page', { status: 504, body: page }],
		['a 524 page', { status: 524, body: page }],
		['a page on HTTP 200', { status: 200, body: page }],
		['an empty body', { status: 200, body: '' }],
		['a cut-off body', { body: { code: 'success', data: { status: 'processing' } }, truncateAfter: 12 }],
		[
			'a task that is not visible yet',
			{ status: 400, body: { code: 'task_not_exist', message: 'task_not_exist', data: null } },
		],
		[
			'a 404 about the task',
			{ status: 404, body: { error: { message: 'image task not found', type: 'invalid_request_error' } } },
		],
		['an unknown status', { body: { code: 'success', data: { task_id: 'x', status: 'UNKNOWN', progress: '' } } }],
		[
			'a status that goes backwards',
			{ body: { code: 'success', data: { task_id: 'x', status: 'queued', progress: '0%' } } },
		],
		['JSON of another service', { body: { hello: 'world' } }],
	];

	it.each(responses)('continues after %s', async (_name, response) => {
		engine.mockApi.script('getTask', [response, response]);
		const run = await engine.run({ prompt: 'a' });

		expect(run.json).toMatchObject([{ status: 'succeeded' }]);
		await whole(run as never);
		expect(engine.mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
		expect(engine.polls().length).toBeGreaterThanOrEqual(3);
	});

	it('fails at the timeout, with the task ID and how to get the images', async () => {
		engine.mockApi.set({ faults: [{ route: 'getTask', fault: 'status502Html' }] });
		const run = await engine.run({ prompt: 'a', options: { timeout: 0.4 } });

		const error = run.data.resultData.error as unknown as { description: string; context: { data: object } };
		expect(error.context.data).toMatchObject({ errorCode: 'timed_out', taskId: engine.mockApi.ledger[0].taskId });
		expect(error.description).toContain('Wait for Task Result');
	});

	it('returns the open task at the timeout if On Timeout is "continue", for Wait for Task Result', async () => {
		engine.mockApi.set({ taskMs: 60_000 });
		const run = await engine.run({ prompt: 'a', options: { timeout: 0.3, onTimeout: 'continue' } });
		engine.mockApi.finishTasks();
		const later = await engine.run({ operation: 'waitForResult', taskId: run.json[0].taskId as string });

		expect(run.json).toMatchObject([
			{ status: expect.stringMatching(/queued|running/), warnings: [expect.stringContaining('Wait for Task Result')] },
		]);
		expect(later.json).toMatchObject([{ status: 'succeeded' }]);
		expect(engine.mockApi.created()).toBe(1);
	});
});

describe('downloading an image', () => {
	const passing: FaultRule[] = [
		{ route: 'file', fault: 'resetBefore', times: 2 },
		{ route: 'file', fault: 'truncated', times: 1 },
		{ route: 'file', fault: 'emptyBody', times: 1 },
		{ route: 'file', fault: 'htmlFile', times: 1 },
		{ route: 'file', fault: 'svgFile', times: 1 },
		{ route: 'file', fault: 'status429', retryAfter: 'none', times: 1 },
		{ route: 'file', fault: 'status500', times: 1 },
		{ route: 'file', fault: 'status503', times: 1 },
		{ route: 'file', fault: 'status524Html', times: 1 },
		{ route: 'file', fault: 'wrongContentType' },
		{ route: 'file', fault: 'slowBody', ms: 100 },
		{ route: 'file', fault: 'redirectForeign' },
	];

	it.each(passing)('returns the complete image with $fault', async (fault) => {
		engine.mockApi.set({ faults: [fault] });
		const run = await engine.run({ prompt: 'a' });

		expect(run.json[0].warnings).toBeUndefined();
		expect(run.json).toMatchObject([{ status: 'succeeded', mimeType: 'image/png' }]);
		await whole(run as never);
		expect(engine.mockApi.created()).toBe(1);
	});

	it.each([401, 403, 404, 410])('gets a new URL from the task after a %i', async (status) => {
		engine.mockApi.set({ faults: [{ route: 'file', fault: 'expiredFile', times: 1, status }] });
		const run = await engine.run({ prompt: 'a' });
		const [first, second] = engine.mockApi.calls('file');

		expect(second.path).not.toBe(first.path);
		expect(run.json[0].imageUrl).toBe(engine.mockApi.filesUrl + second.path);
		expect(engine.mockApi.ledger).toMatchObject([{ collected: 2, downloads: 1 }]);
		await whole(run as never);
	});

	const lasting: Array<[string, Handler]> = [
		[
			'a page',
			(response) =>
				void response.writeHead(200, { 'content-type': 'image/png' }).end('<!doctype html><title>Sign in</title>'),
		],
		[
			'an SVG',
			(response) =>
				void response
					.writeHead(200, { 'content-type': 'image/png' })
					.end('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
		],
		[
			'half an image',
			async (response) =>
				void response.writeHead(200, { 'content-type': 'image/png' }).end((await plainImage('red')).subarray(0, 60)),
		],
		['nothing', (response) => void response.writeHead(200, { 'content-type': 'image/png' }).end()],
		['a 403 without end', (response) => void response.writeHead(403).end('expired')],
		['a 418', (response) => void response.writeHead(418).end()],
		['a redirect in a circle', (response) => void response.writeHead(302, { location: '/file' }).end()],
		[
			'a redirect to a file of this machine',
			(response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
		],
	];

	it.each(lasting)('returns the URL with a warning if it leads to %s', async (_name, handler) => {
		raw.serveTask(`${raw.url}/file`);
		raw.on('GET', '/file', handler);
		const run = await engine.run({ prompt: 'a', options: { timeout: 0.5 } }, { credential: { baseUrl: raw.url } });

		expect(run.json).toMatchObject([
			{
				taskId: 'task_raw_1',
				status: 'succeeded',
				imageUrl: `${raw.url}/file`,
				warnings: [expect.stringContaining('could not be downloaded. You were charged for it.')],
			},
		]);
		expect(run.rows[0].binary).toBeUndefined();
		expect(raw.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	it.each(['svgFile', 'htmlFile', 'emptyBody', 'truncated'] as const)(
		'does not return %s as an image',
		async (fault) => {
			engine.mockApi.set({ faults: [{ route: 'file', fault }] });
			const run = await engine.run({ prompt: 'a', options: { timeout: 0.5 } });

			expect(run.json).toMatchObject([
				{ status: 'succeeded', imageUrl: engine.mockApi.task(String(engine.mockApi.ledger[0].taskId))?.urls[0] },
			]);
			expect(run.rows[0].binary).toBeUndefined();
			expect(run.json[0].warnings).toHaveLength(1);
		},
	);

	it('stops if the image exceeds Max Download Size', async () => {
		let sent = 0;
		raw.serveTask(`${raw.url}/file`);
		raw.on(
			'GET',
			'/file',
			endlessly(await plainImage('red'), (bytes) => (sent += bytes)),
		);
		const run = await engine.run({ prompt: 'a', options: { maxImageSize: 2 } }, { credential: { baseUrl: raw.url } });

		expect(run.json).toMatchObject([
			{
				imageUrl: `${raw.url}/file`,
				warnings: [expect.stringContaining("larger than 2 MB, the 'Max Download Size (MB)'")],
			},
		]);
		expect(sent).toBeLessThan(24 * 1_048_576);
		expect(raw.requests.filter(({ path }) => path === '/file')).toHaveLength(1);
	});

	it('keeps the images that could be downloaded if one could not', async () => {
		const [first, third] = [await plainImage('green'), await plainImage('blue')];
		raw.serveTask('');
		const urls = [`${raw.url}/first`, `${raw.url}/bad`, `${raw.url}/third`];
		raw.on('GET', '/v1/images/tasks/', (response) =>
			sendJson(response, { data: { task_id: 'task_raw_1', status: 'succeeded', result_urls: urls } }),
		);
		raw.on('GET', '/first', (response) => void response.end(first));
		raw.on('GET', '/third', (response) => void response.end(third));
		const run = await engine.run(
			{ prompt: 'a', numberOfImages: 3, options: { timeout: 0.5 } },
			{ credential: { baseUrl: raw.url } },
		);

		expect(run.json.map(({ imageUrl }) => imageUrl)).toEqual(urls);
		expect(run.rows.map(({ binary }) => binary?.data.mimeType)).toEqual(['image/png', undefined, 'image/png']);
		expect(run.json[1].warnings).toEqual([expect.stringContaining('Image 2 of 3')]);
	});
});

/** Sends data until the client closes the connection, and counts it. */
function endlessly(start: Buffer, count: (bytes: number) => void): Handler {
	const chunk = Buffer.alloc(256 * 1024, 1);
	return (response) => {
		response.writeHead(200, { 'content-type': 'image/png' });
		response.write(start);
		const push = (): void => {
			while (!response.destroyed) {
				count(chunk.length);
				if (!response.write(chunk)) return void response.once('drain', push);
			}
		};
		push();
	};
}

// n8n always allows a credential for its own base URL.
it.each(['localhost', 'example.com'])(
	'downloads images even if the credential is limited to %s',
	async (allowedDomains) => {
		// Files are at 127.0.0.1.
		const baseUrl = engine.mockApi.baseUrl.replace('127.0.0.1', 'localhost');
		const credential = { baseUrl, allowedHttpRequestDomains: 'domains', allowedDomains };
		const run = await engine.run({ prompt: 'a' }, { credential });

		expect(run.rows[0].binary?.data).toMatchObject({ mimeType: 'image/png' });
		expect(run.json[0].warnings).toBeUndefined();
	},
);
