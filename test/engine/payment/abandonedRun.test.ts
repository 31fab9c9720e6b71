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

	it('keeps those before it in its batch from being paid', async () => {
		const items = [...input.slice(0, 2), item({ prompt: 'never' }), item({})];
		const requestOptions = { batching: { batch: { batchSize: 2, batchInterval: 20 } } };
		const run = await engine.run({ prompt, requestOptions }, { input: items });

		expect(run.error?.message).toBe("Referenced node doesn't exist");
		await engine.run({ prompt: 'c' });
		expect(engine.created().map((body) => body.prompt)).toEqual(['a', 'b', 'c']);
	});
});

describe('a run that n8n gave up while its requests were on their way', () => {
	const prompt = "={{ $json.prompt || $('No such node').first().json.prompt }}";
	const input = [item({ prompt: 'a' }), item({ prompt: 'b' }), item({})];
	const parameters = {
		prompt,
		options: { apiFormat: 'openAi' },
		requestOptions: { batching: { batch: { batchSize: 1, batchInterval: 50 } } },
	};
	const prompts = () => engine.mockApi.ledger.map((entry) => entry.prompt);
	beforeEach(() => engine.mockApi.set({ faults: [{ route: 'generations', fault: 'slowHeaders', ms: 700 }] }));

	it.each([
		['', prompt],
		[
			', also where each try asks for something else',
			prompt.replace('$json.prompt', '$json.prompt && $json.prompt + Math.random()'),
		],
	])('is joined by no try of Retry On Fail: each request is paid once%s', async (_when, written) => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		await engine.run({ ...parameters, prompt: written }, { input, settings });
		// By then the requests that were sent before have their response.
		await engine.run({ ...parameters, prompt: 'c', requestOptions: {} });

		expect(prompts().map((sent) => sent[0])).toEqual(['a', 'b', 'c']);
	});

	it('is unclear to Retry execution, which says so before it sends a request again', async () => {
		const { data } = await engine.run(parameters, { input });
		const saved = JSON.parse(JSON.stringify(data)) as typeof data;
		const retried = await engine.run({ ...parameters, prompt: '={{ $json.prompt || "c" }}' }, { previous: saved });
		const again = await engine.run({ ...parameters, prompt: '={{ $json.prompt || "c" }}' }, { previous: retried.data });

		expect(retried.data.resultData.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
		expect(again.status).toBe('success');
	});

	it('is unclear to Retry execution also where an earlier request of the item was', async () => {
		const copy = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;
		const valid = { ...parameters, prompt: '={{ $json.prompt || "c" }}', requestOptions: {} };
		const first = await engine.run(parameters, { input });
		const told = await engine.run(valid, { previous: copy(first.data) });
		const second = await engine.run(parameters, { previous: told.data });
		const { length } = engine.mockApi.calls('generations');
		const toldAgain = await engine.run(valid, { previous: copy(second.data) });
		const sent = engine.mockApi.calls('generations').length;
		// By then the requests that were sent before have their response.
		await engine.run({ ...valid, prompt: 'c' });

		for (const { data } of [told, toldAgain])
			expect(data.resultData.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
		expect(length).toBeGreaterThan(1);
		expect(sent).toBe(length);
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
					'Details: Image 1 of 1 could not be read. You may have been charged for it. Details: The data in the response is not an image.',
				].join('\n'),
			},
		});
		expect(row.binary).toBeUndefined();
		expect(server.journal).toEqual(['POST /v1/images/generations']);
	});
});
