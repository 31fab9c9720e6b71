/* eslint-disable */
import { startPreparedServer, type PreparedServer } from '../support/servers/preparedServer';
import { item, MODEL, useEngine } from '../support/useEngine';
import { nanoBananaWorkflow, runWorkflow } from '../support/runWorkflow';

const engine = useEngine();

describe('a later item whose expression fails', () => {
	const prompt = "={{ $json.prompt || $('No such node').first().json.prompt }}";
	const input = [item({ prompt: 'a' }), item({ prompt: 'b' }), item({})];

	it('keeps those before it from being paid, as n8n gives up the run', async () => {
		const run = await engine.run({ prompt }, { input });

		expect(run.error?.message).toBe("Referenced node doesn't exist");
		// What the items that n8n left behind would still do shows in the time of another run.
		await engine.run({ prompt: 'c' });
		expect(engine.created()).toMatchObject([{ prompt: 'c' }]);
	});
});

describe('images that are none', () => {
	let server: PreparedServer;
	beforeAll(async () => {
		server = await startPreparedServer(Buffer.alloc(0));
	});
	beforeEach(() => server.reset());
	afterAll(async () => await server.stop());

	it('are reported as charged, and are paid for once', async () => {
		const bytes = Buffer.from('no image, only words');
		const body = { created: 1, data: [{ b64_json: bytes.toString('base64') }] };
		server.prepare('POST', [{ httpStatus: 200, headers: { 'content-type': 'application/json' }, body }]);
		const workflow = nanoBananaWorkflow(
			{ model: MODEL, prompt: 'a', options: { apiFormat: 'openAi', responseFormat: 'b64_json' } },
			{ onError: 'continueRegularOutput' },
		);
		const run = await runWorkflow(workflow, {
			credentials: { nanoBananaApi: { baseUrl: server.url, apiKey: 'sk-test-0123456789' } },
		});

		const [row] = run.output('NanoBanana')[0] ?? [];
		expect(row.json).toMatchObject({
			error: 'The images in the API response could not be used',
			details: {
				errorCode: 'unreadable_answer',
				description: [
					'You were charged. If you run the node again, you will be charged again. Contact your provider and include the time of the request.',
					'Details: Image 1 of 1 could not be downloaded. You were charged for it. Details: The data in the response is not an image.',
				].join('\n'),
			},
		});
		expect(row.binary).toBeUndefined();
		expect(server.journal).toEqual(['POST /v1/images/generations']);
	});
});
