/* eslint-disable */
// Charged results that are not a regular image.
import { plainImage, sha256, storedDigest, useEngine, type Ran } from '../support/useEngine';
import { sendJson, useRawServer } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
let image: Buffer;

beforeAll(async () => void (image = await plainImage('red')));

async function run(options: object = {}): Promise<Ran> {
	return await engine.run(
		{ prompt: 'a', options: { timeout: 20, ...options } },
		{ credential: { baseUrl: raw.url, apiKey: 'k3y.odd-files-0123' } },
	);
}
const fileCalls = () =>
	raw.requests
		.filter(({ path }) => path.startsWith('/files'))
		.map(({ headers }) => headers.authorization !== undefined);

describe('a file of the API itself', () => {
	it.each<[string, number, Record<string, string>, string]>([
		['a sign-in page', 200, { 'content-type': 'text/html' }, '<html><title>Sign in</title></html>'],
		['a rejection in JSON', 200, { 'content-type': 'application/json' }, '{"code":401}'],
		['a 404', 404, {}, ''],
		['a 400', 400, {}, ''],
		['a redirect to a sign-in page', 302, { location: '/login' }, ''],
	])(
		'that requires the key, and otherwise returns %s, is downloaded with the key',
		async (_fact, status, headers, body) => {
			raw.serveTask(`${raw.url}/files/a.png`);
			raw.on(
				'GET',
				'/login',
				(response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
			);
			raw.on(
				'GET',
				'/files/a.png',
				(response, request) =>
					void (request.headers.authorization
						? response.writeHead(200, { 'content-type': 'image/png' }).end(image)
						: response.writeHead(status, headers).end(body)),
			);
			const ran = await run();

			expect(ran.json).toMatchObject([{ status: 'succeeded', mimeType: 'image/png' }]);
			expect(ran.json[0]).not.toHaveProperty('warnings');
			expect(fileCalls()).toEqual([false, true]);
			expect(
				raw.requests.filter(({ path }) => path === '/login').map(({ headers }) => headers.authorization),
			).not.toContainEqual(expect.any(String));
		},
	);
});

describe('base64 in a response', () => {
	const serve = (base64: string): void => {
		raw.on('POST', '/v1/images/tasks', (response) =>
			sendJson(response, { code: 'success', data: { task_id: 'task_1', status: 'queued' } }),
		);
		raw.on('GET', '/v1/images/tasks/', (response) =>
			sendJson(response, {
				code: 'success',
				data: { task_id: 'task_1', status: 'succeeded', data: [{ b64_json: base64 }] },
			}),
		);
	};

	it('that is cut off is returned with a warning', async () => {
		const half = image.subarray(0, image.length >> 1);
		serve(half.toString('base64'));
		const ran = await run();

		expect(ran.json).toMatchObject([
			{
				status: 'succeeded',
				mimeType: 'image/png',
				warnings: ['Image 1 of 1 is incomplete and was saved as received.'],
			},
		]);
		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(half));
	});

	it('that is larger than Max Download Size is returned with a warning', async () => {
		const large = Buffer.concat([image, Buffer.alloc(1_300_000)]);
		raw.on('POST', '/v1/images/generations', (response) =>
			sendJson(response, { created: 1, data: [{ b64_json: large.toString('base64') }] }),
		);
		const ran = await run({ apiFormat: 'openAi', maxImageSize: 1 });

		expect(ran.json).toMatchObject([
			{
				status: 'succeeded',
				mimeType: 'image/png',
				warnings: [
					"Image 1 of 1 is larger than 1 MB, the 'Max Download Size (MB)' under Options, but was part of the API response.",
				],
			},
		]);
		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(large));
	});

	it('of an unknown format is returned as a file with a warning', async () => {
		const bytes = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 167 + (index >> 3)) % 256));
		serve(bytes.toString('base64'));
		const ran = await run({ fileName: 'photo' });

		expect(ran.json).toMatchObject([
			{
				fileName: 'photo.bin',
				mimeType: 'application/octet-stream',
				warnings: ['Image 1 of 1 has an unknown format and was saved as received.'],
			},
		]);
		expect(await storedDigest(ran.rows[0].binary?.data)).toBe(sha256(bytes));
	});
});
