/* eslint-disable */
import { padImage } from '../../mock-api/images/growImage';
import { asFile, item, plainImage, servedDigests, storedDigest, useEngine } from '../support/useEngine';
import { sendJson, useRawServer, type Handler } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
const MEGABYTE = 1_048_576;

/** A body of unknown length reserves the most memory. */
function chunked(body: unknown): Handler {
	const text = JSON.stringify(body);
	return (response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.write(text.slice(0, 100));
		response.end(text.slice(100));
	};
}

describe('images and requests that do not all fit into memory at once', () => {
	it('are returned by one item with many calls', async () => {
		const data = padImage(await plainImage('red'), 'png', 300_000).toString('base64');
		raw.on(
			'POST',
			'/v1beta/models/',
			chunked({ candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data } }] } }] }),
		);
		const run = await engine.run(
			{ prompt: 'a', numberOfImages: 8, options: { apiFormat: 'gemini' } },
			{ credential: { baseUrl: raw.url } },
		);

		expect(run.rows.map(({ binary }) => binary?.data.fileName)).toEqual(
			[1, 2, 3, 4, 5, 6, 7, 8].map((number) => `nanobanana-${number}.png`),
		);
		expect(raw.requests).toHaveLength(8);
	});

	it('are returned while the status of another task, which is as large, says that it is still running', async () => {
		const file = await plainImage('red');
		const filler = 'x'.repeat(100_000);
		let created = 0;
		let served = 0;
		raw.on('POST', '/v1/images/tasks', (response) =>
			sendJson(response, { data: { task_id: `task_${++created}`, status: 'queued' } }),
		);
		raw.on('GET', '/v1/images/tasks/', (response, { path }) => {
			const task_id = String(path.split('/').pop());
			const isOver = task_id !== 'task_1' || served >= 3;
			const end = isOver ? { status: 'succeeded', result_url: `${raw.url}/file` } : { status: 'processing' };
			chunked({ data: { task_id, filler, ...end } })(response, {} as never);
		});
		raw.on('GET', '/file', (response) => {
			served += 1;
			response.end(file);
		});
		const run = await engine.run(
			{ prompt: '={{ "image " + $json.index }}', options: { pollInterval: 0.2 } },
			{ input: [0, 1, 2, 3].map((index) => item({ index })), credential: { baseUrl: raw.url } },
		);

		expect(run.json.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
	});

	it('are returned by many items whose large responses also contain a URL', async () => {
		const file = padImage(await plainImage('red'), 'png', 300_000);
		raw.serveTask('');
		raw.on(
			'GET',
			'/v1/images/tasks/',
			chunked({
				data: {
					task_id: 'task_raw_1',
					status: 'succeeded',
					result_url: `${raw.url}/file`,
					filler: 'x'.repeat(300_000),
				},
			}),
		);
		raw.on('GET', '/file', (response) => void response.end(file));
		const input = Array.from({ length: 8 }, (_, index) => item({ index }));
		const run = await engine.run(
			{ prompt: '={{ "image " + $json.index }}' },
			{ input, credential: { baseUrl: raw.url } },
		);

		expect(run.rows.map(({ binary }) => binary?.data.mimeType)).toEqual(Array(8).fill('image/png'));
		expect(raw.requests.filter(({ method }) => method === 'POST')).toHaveLength(8);
	});

	it('keep their own bytes if one reuses the memory of a stored one', async () => {
		engine.mockApi.set({ imageBytes: 300_000, taskMs: 20 });
		const input = Array.from({ length: 8 }, (_, index) => item({ index }));
		const run = await engine.run(
			{ prompt: '={{ "image " + $json.index }}', options: { maxConcurrency: 2 } },
			{ input, binaryMode: 'filesystem' },
		);
		const stored = await Promise.all(run.rows.map(async ({ binary }) => await storedDigest(binary?.data)));

		expect(new Set(stored).size).toBe(8);
		expect([...stored].sort()).toEqual(servedDigests(engine.mockApi).sort());
	});

	it('are sent again if the API first rejects them', async () => {
		const large = asFile(padImage(await plainImage('red'), 'png', 11 * MEGABYTE));
		raw.serveTask(`${raw.url}/file`);
		const accept = { code: 'success', data: { task_id: 'task_raw_1', status: 'queued' } };
		raw.on('POST', '/v1/images/tasks', (response) => {
			if (raw.requests.length > 2) return sendJson(response, accept);
			response.writeHead(429, { 'content-type': 'application/json' }).end('{"code":"","message":"too many requests"}');
		});
		const input = Array.from({ length: 3 }, (_, index) => item({ index }, { data: large }));
		const parameters = { operation: 'imageToImage', prompt: 'edit', wait: false };
		const run = await engine.run(parameters, { input, credential: { baseUrl: raw.url } });

		expect(run.error).toBeUndefined();
		expect(run.rows).toHaveLength(3);
		expect(raw.requests).toHaveLength(5);
	}, 60_000);
});
