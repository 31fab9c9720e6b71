/* eslint-disable */
// n8n's own batching ('Request Options' > 'Batching') starts the items of one try one after the other.
import { item, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine({ taskMs: 1, syncMs: 1 });

function items(count: number) {
	return Array.from({ length: count }, (_, i) => item({ i }));
}

function batching(batchSize: number, batchInterval: number) {
	return { requestOptions: { batching: { batch: { batchSize, batchInterval } } } };
}

function shown(run: Ran) {
	return run.data.resultData.error as unknown as { message: string; description: string };
}

it('Max Images per Run counts the charged images of all tries and of Retry execution', async () => {
	const limited = { prompt: 'p', numberOfImages: 2, options: { maxImages: 5, download: false } };
	const run = await engine.run(
		{ ...limited, ...batching(1, 200) },
		{ input: items(3), settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } },
	);

	expect(engine.mockApi.imagesCharged()).toBe(4);
	expect(shown(run).message).toBe("This run would generate 6 images, but 'Max Images per Run' is 5");

	const again = await engine.run({ ...limited, ...batching(1, 200) }, { previous: run.data });
	expect(again.status).toBe('error');
	expect(engine.mockApi.imagesCharged()).toBe(4);
});

it('with continueRegularOutput, only the items above Max Images per Run fail, also with Retry On Fail', async () => {
	const run = await engine.run(
		{ prompt: 'p', numberOfImages: 2, options: { maxImages: 5, download: false }, ...batching(1, 200) },
		{
			input: items(3),
			settings: { onError: 'continueRegularOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		},
	);

	expect(run.json.map(({ status }) => status)).toEqual([...Array(4).fill('succeeded'), undefined]);
	expect(engine.mockApi.imagesCharged()).toBe(4);
});

it.each([
	['asyncTask', /you will be charged again for these tasks: task_\w+\. Instead, get .* 'Retry execution' returns them/],
	['openAi', /The images of these items are charged: 0\. 'Retry execution' returns them at no extra cost, unless/],
])('an error reports what earlier batches were charged for (%s)', async (apiFormat, text) => {
	const run = await engine.run(
		{ prompt: '={{ $json.i === 1 ? "" : "x" }}', options: { apiFormat }, ...batching(1, 600) },
		{ input: items(2) },
	);

	expect(engine.mockApi.imagesCharged()).toBe(1);
	expect(shown(run).message).toBe("'Prompt' is empty");
	expect(shown(run).description).toMatch(text);
});

it('the preview does not show the cost of one batch as the cost of the run', async () => {
	const parameters = { prompt: 'p', options: { previewRequest: true, unitPrice: 0.04 } };
	const run = await engine.run({ ...parameters, ...batching(1, 60) }, { input: items(3) });
	const whole = await engine.run({ ...parameters, ...batching(5, 60) }, { input: items(3) });

	expect(run.json.map(({ billing }) => billing)).toEqual(
		Array(3).fill({ requestedImages: 1, unitPrice: 0.04, cost: 0.04 }),
	);
	expect(whole.json[2].billing).toMatchObject({ imagesInRun: 3, costOfRun: 0.12 });
	expect(engine.mockApi.journal).toEqual([]);
});
