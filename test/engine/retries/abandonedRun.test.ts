/* eslint-disable */
import { startPreparedServer, type PreparedServer } from '../support/servers/preparedServer';
import { item, MODEL, useEngine } from '../support/useEngine';
import { nanoBananaWorkflow, runWorkflow } from '../support/runWorkflow';

const engine = useEngine();

describe('a later item whose expression fails', () => {
	const prompt = "={{ $json.prompt || $('No such node').first().json.prompt }}";
	const input = [item({ prompt: 'a' }), item({ prompt: 'b' }), item({})];

	it('prevents the requests of the items before it, because n8n aborts the run', async () => {
		const run = await engine.run({ prompt }, { input });

		expect(run.error?.message).toBe("Referenced node doesn't exist");
		// A second run gives the abandoned items time for requests that they must not send.
		await engine.run({ prompt: 'c' });
		expect(engine.created()).toMatchObject([{ prompt: 'c' }]);
	});

	it('prevents the requests of the items before it in the same batch', async () => {
		const items = [...input.slice(0, 2), item({ prompt: 'never' }), item({})];
		const requestOptions = { batching: { batch: { batchSize: 2, batchInterval: 20 } } };
		const run = await engine.run({ prompt, requestOptions }, { input: items });

		expect(run.error?.message).toBe("Referenced node doesn't exist");
		await engine.run({ prompt: 'c' });
		expect(engine.created().map((body) => body.prompt)).toEqual(['a', 'b', 'c']);
	});
});

describe('a run that n8n aborted while its requests were pending', () => {
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
			', even if the prompt changes in each try',
			prompt.replace('$json.prompt', '$json.prompt && $json.prompt + Math.random()'),
		],
	])('does not cause a second charge in a try of Retry On Fail%s', async (_when, written) => {
		const settings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
		await engine.run({ ...parameters, prompt: written }, { input, settings });
		// This run gives the earlier requests time to get their responses.
		await engine.run({ ...parameters, prompt: 'c', requestOptions: {} });

		expect(prompts().map((sent) => sent[0])).toEqual(['a', 'b', 'c']);
	});

	it('is reported as unclear by the first Retry execution, and the second one succeeds', async () => {
		const { data } = await engine.run(parameters, { input });
		const saved = JSON.parse(JSON.stringify(data)) as typeof data;
		const retried = await engine.run({ ...parameters, prompt: '={{ $json.prompt || "c" }}' }, { previous: saved });
		const again = await engine.run({ ...parameters, prompt: '={{ $json.prompt || "c" }}' }, { previous: retried.data });

		expect(retried.data.resultData.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
		expect(again.status).toBe('success');
	});

	it('is reported as unclear each time it happens, and Retry execution then sends nothing', async () => {
		const copy = <T>(data: T): T => JSON.parse(JSON.stringify(data)) as T;
		const valid = { ...parameters, prompt: '={{ $json.prompt || "c" }}', requestOptions: {} };
		// The requests of earlier runs have their responses when this run ends.
		const countRequests = async (): Promise<number> => {
			await engine.run({ ...valid, prompt: 'c' });
			return engine.mockApi.calls('generations').length;
		};
		const first = await engine.run(parameters, { input });
		const retried = await engine.run(valid, { previous: copy(first.data) });
		const second = await engine.run(parameters, { previous: retried.data });
		const saved = copy(second.data);
		const before = await countRequests();
		const retriedAgain = await engine.run(valid, { previous: saved });
		const after = await countRequests();

		for (const { data } of [retried, retriedAgain])
			expect(data.resultData.error).toMatchObject({ context: { data: { errorCode: 'unclear_submission' } } });
		expect(before).toBeGreaterThan(2);
		expect(after).toBe(before + 1);
	});

	it('sends nothing for an item that was waiting for the API', async () => {
		const run = await engine.run({ ...parameters, options: { apiFormat: 'openAi', maxConcurrency: 1 } }, { input });

		expect(run.error?.message).toBe("Referenced node doesn't exist");
		// The first item has its response when this run ends.
		await engine.run({ ...parameters, prompt: 'c', requestOptions: {} });
		expect(prompts()).toEqual(['a', 'c']);
	});
});

describe('a response with data that is not an image', () => {
	let server: PreparedServer;
	beforeAll(async () => {
		server = await startPreparedServer(Buffer.alloc(0));
	});
	beforeEach(() => server.reset());
	afterAll(async () => await server.stop());

	it('is reported as charged, and only one request is sent', async () => {
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
					'Details: Image 1 of 1 could not be read. You may have been charged for it. Reason: The data in the response is not an image.',
				].join('\n'),
			},
		});
		expect(row.binary).toBeUndefined();
		expect(server.journal).toEqual(['POST /v1/images/generations']);
	});
});
