/* eslint-disable */
// Items that need multiple paid calls, with different outcomes.
import { item, plainImage, useEngine, type Ran } from '../support/useEngine';
import { sendJson, useRawServer } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
const RETRIES = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const REJECTED = { status: 400, body: { error: { code: 400, message: 'Invalid value', status: 'INVALID_ARGUMENT' } } };
let png: Buffer;

beforeAll(async () => void (png = await plainImage('red')));

function image() {
	const inlineData = { mimeType: 'image/png', data: png.toString('base64') };
	return { candidates: [{ content: { parts: [{ inlineData }] }, finishReason: 'STOP' }] };
}

/** The responses to the calls, in order of arrival. Their tasks keep running, except those with an ID of "quick…". */
function serve(...bodies: object[]): void {
	let created = 0;
	raw.on('POST', '/v1beta', (response) => sendJson(response, bodies[created++]));
	raw.on('GET', '/f', (response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(png));
	raw.on('GET', '/v1/images/tasks/', (response, { path }) => {
		const id = path.split('/').pop()!;
		const end = id.startsWith('quick') ? { status: 'succeeded', result_url: '/f' } : { status: 'running' };
		sendJson(response, { data: { task_id: id, ...end } });
	});
}

const taskOf = (id: string) => ({ id, status: 'queued' });

async function twoImages(options: object, more: object = {}, settings: object = {}): Promise<Ran> {
	return await engine.run(
		{ prompt: 'a', numberOfImages: 2, options: { apiFormat: 'gemini', timeout: 1, ...options }, ...more },
		{ credential: { baseUrl: raw.url }, settings },
	);
}

describe('an unfinished task', () => {
	it.each(['error', 'continue'])(
		'is reported in a warning of the image from the other call (On Timeout: %s)',
		async (onTimeout) => {
			serve(image(), taskOf('slow'));
			const run = await twoImages({ onTimeout });

			expect(run.json).toMatchObject([
				{
					status: 'succeeded',
					mimeType: 'image/png',
					warnings: expect.arrayContaining([expect.stringContaining('slow')]),
				},
			]);
			expect(run.json[0]).not.toHaveProperty('taskId');
			expect(run.rows[0].binary).toHaveProperty('data');
			expect(String(run.json[0].warnings)).toContain("Get its images with 'Wait for Task Result'");
		},
	);

	it.each(['error', 'continue'])(
		'is reported in a warning of the finished task (On Timeout: %s)',
		async (onTimeout) => {
			serve(taskOf('quick'), taskOf('slow'));
			const run = await twoImages({ onTimeout });

			expect(run.json).toMatchObject([{ taskId: 'quick', status: 'succeeded', mimeType: 'image/png' }]);
			expect(String(run.json[0].warnings)).toContain('slow');
		},
	);

	it('is reported if the other one is not finished either', async () => {
		serve(taskOf('slow_1'), taskOf('slow_2'));
		const late = await twoImages({ onTimeout: 'continue' });
		serve(taskOf('slow_1'), taskOf('slow_2'));
		const failed = await twoImages({}, {}, { onError: 'continueRegularOutput' });

		expect(late.json).toMatchObject([{ taskId: 'slow_1', status: 'running' }]);
		expect(String(late.json[0].warnings)).toContain('slow_2');
		expect(failed.json).toMatchObject([{ details: { errorCode: 'timed_out', taskId: 'slow_1', taskIds: ['slow_2'] } }]);
	});
});

it('does not report a rejected call as charged', async () => {
	engine.mockApi.script('generateContent', [REJECTED]);
	const run = await engine.run({ prompt: 'a', numberOfImages: 2, options: { apiFormat: 'gemini' } });

	expect(engine.mockApi.imagesCharged()).toBe(1);
	expect(String(run.json[0].warnings)).toContain('The API rejected the request (Invalid value).');
	expect(String(run.json[0].warnings)).not.toContain('You are charged for each');
});

it('reports that an unclear call may have been charged', async () => {
	engine.mockApi.script('generateContent', [{ status: 502, body: '<html><title>502 Bad Gateway</title></html>' }]);
	const run = await engine.run({ prompt: 'a', numberOfImages: 2, options: { apiFormat: 'gemini' } });

	expect(String(run.json[0].warnings)).toContain('You may have been charged.');
	expect(String(run.json[0].warnings)).not.toContain('You are charged for each');
});

it('does not report all images as results of the first request if some were requested now', async () => {
	const sent: string[] = [];
	const countOf = (start: string) => sent.filter((prompt) => prompt.startsWith(start)).length;
	raw.on('POST', '/v1beta', (response, { body }) => {
		const prompt: string = JSON.parse(body.toString()).contents[0].parts[0].text;
		sent.push(prompt);
		if (prompt.startsWith('p1') && countOf('p1') === 2)
			response.writeHead(429, { 'retry-after': '20' }).end('{"error":{"message":"rate limit"}}');
		else if (prompt.startsWith('p0') && countOf('p0') === 1)
			setTimeout(() => response.writeHead(400).end('{"error":{"message":"Invalid value"}}'), 500);
		else sendJson(response, image());
	});
	const run = await engine.run(
		{
			prompt: '={{ "p" + $json.i + Math.random() }}',
			numberOfImages: '={{ $json.i + 1 }}',
			options: { apiFormat: 'gemini' },
		},
		{ credential: { baseUrl: raw.url }, input: [item({ i: 0 }), item({ i: 1 })], settings: RETRIES },
	);

	expect(new Set(sent.filter((prompt) => prompt.startsWith('p1'))).size).toBe(2);
	expect(run.json).toHaveLength(3);
	expect(JSON.stringify(run.json)).not.toContain('This is the result of the first request.');
	expect(String(run.json[1].warnings)).toContain('You are only charged for the others.');
});
