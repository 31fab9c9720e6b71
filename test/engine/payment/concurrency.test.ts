/* eslint-disable */
import type { JournalEntry, RouteName } from '../../mock-api';
import { asFile, item, plainImage, useEngine, type Ran } from '../support/useEngine';

const engine = useEngine();
const PROMPT = '={{ "item " + $json.index }}';

function items(count: number, more: (index: number) => object = () => ({})) {
	return Array.from({ length: count }, (_, index) => item({ index, ...more(index) }));
}

function rejections(route: RouteName = 'createTask'): JournalEntry[] {
	return engine.mockApi.calls(route).filter(({ status }) => status === 429);
}

/** The highest number of simultaneously unfinished tasks, from the ledger. */
function mostAtOnce(): number {
	const ends = engine.mockApi.ledger.flatMap(({ acceptedAt, finishedAt }) => [
		[acceptedAt, 1],
		[finishedAt ?? Infinity, -1],
	]);
	ends.sort(([at, change], [otherAt, otherChange]) => at - otherAt || change - otherChange);
	let open = 0;
	return ends.reduce((most, [, change]) => Math.max(most, (open += change)), 0);
}

/** More than one at a time, but on a busy machine not always as many as allowed. */
function expectAtMost(limit: number): void {
	expect(mostAtOnce()).toBeGreaterThan(1);
	expect(mostAtOnce()).toBeLessThanOrEqual(limit);
}

function errorOf(run: Ran): { errorCode?: string } {
	return (run.data.resultData.error as unknown as { context: { data: object } }).context.data;
}

describe('an unknown API limit', () => {
	it.each([
		[2, null, 12, 300],
		[8, null, 32, 400],
		[64, null, 75, 600],
		[8, 'seconds', 24, 400],
	] as const)('of %i with Retry-After %s is found and used', async (tasksAtOnce, retryAfter, count, taskMs) => {
		engine.mockApi.set({ tasksAtOnce, retryAfter, taskMs });
		const run = await engine.run({ prompt: PROMPT, options: { download: false } }, { input: items(count) });

		expect(run.rows).toHaveLength(count);
		expect(run.json.every(({ status }) => status === 'succeeded')).toBe(true);
		expect(engine.mockApi.created()).toBe(count);
		// On a busy machine, ends of tasks are noticed late and more requests are sent too early.
		expect(rejections().length).toBeLessThanOrEqual(6 + count / 8);
		expect(mostAtOnce()).toBeLessThanOrEqual(tasksAtOnce);
		// Half of it, because tasks of 0.4 s may end before a busy machine has sent all requests.
		if (tasksAtOnce < 64) expect(mostAtOnce()).toBeGreaterThanOrEqual(tasksAtOnce / 2);
	});

	it.each([
		['openAi', 'generations'],
		['gemini', 'generateContent'],
	] as const)('is found with the format %s', async (apiFormat, route) => {
		engine.mockApi.set({ tasksAtOnce: 4 });
		const run = await engine.run({ prompt: PROMPT, options: { apiFormat } }, { input: items(18) });

		expect(run.rows).toHaveLength(18);
		expect(engine.mockApi.created()).toBe(18);
		expect(rejections(route).length).toBeLessThanOrEqual(16);
	});

	it('does not fail items that wait behind others for longer than the timeout', async () => {
		engine.mockApi.set({ tasksAtOnce: 1, taskMs: 80 });
		const run = await engine.run({ prompt: PROMPT, options: { timeout: 1, download: false } }, { input: items(18) });

		expect(run.error).toBeUndefined();
		expect(run.rows).toHaveLength(18);
	});
});

describe('Max Concurrency', () => {
	// Long enough to overlap, even if the requests are slow.
	beforeEach(() => engine.mockApi.set({ taskMs: 200, syncMs: 200 }));

	it.each(['asyncTask', 'openAi', 'gemini'])('is never exceeded with %s', async (apiFormat) => {
		const run = await engine.run({ prompt: PROMPT, options: { apiFormat, maxConcurrency: 3 } }, { input: items(12) });

		expect(run.rows).toHaveLength(12);
		expectAtMost(3);
		expect(rejections()).toEqual([]);
	});

	it('is the lowest value of all items', async () => {
		const options = { maxConcurrency: '={{ $json.limit }}' };
		const input = items(9, (index) => ({ limit: index === 0 ? 2 : 8 }));
		const run = await engine.run({ prompt: PROMPT, options }, { input });

		expect(run.rows).toHaveLength(9);
		expectAtMost(2);
	});

	it('applies if the options of the first item cannot be read', async () => {
		const run = await engine.run(
			{ prompt: PROMPT, options: { maxConcurrency: 2, timeout: '={{ $json.timeout }}' } },
			{
				input: items(9, (index) => ({ timeout: index === 0 ? 'soon' : '' })),
				settings: { onError: 'continueRegularOutput' },
			},
		);

		expect(run.json.filter(({ status }) => status === 'succeeded')).toHaveLength(8);
		expectAtMost(2);
	});

	it('keeps the order of the items, although a file takes longer to check than a URL', async () => {
		const file = asFile(await plainImage('#ff0000'));
		const { json } = await engine.run({ prompt: 'a reference' });
		const input = [item({ index: 0 }, { file }), item({ index: 1, url: json[0].imageUrl })];
		const parameters = {
			operation: 'imageToImage',
			prompt: PROMPT,
			inputType: '={{ $json.url ? "url" : "binary" }}',
			binaryPropertyName: 'file',
			imageUrls: '={{ $json.url }}',
			options: { maxConcurrency: 1 },
		};
		await engine.run(parameters, { input });

		expect(engine.created().map(({ prompt }) => prompt)).toEqual(['a reference', 'item 0', 'item 1']);
	});

	it('also limits the calls of one item', async () => {
		await engine.run({ prompt: 'a', numberOfImages: 6, options: { apiFormat: 'gemini', maxConcurrency: 2 } });

		expectAtMost(2);
	});

	it('also limits the polls of Get Task Status', async () => {
		await engine.run({ prompt: PROMPT, wait: false }, { input: items(9) });
		const taskId = engine.mockApi.ledger.map((entry) => entry.taskId).join();
		let open = 0;
		let most = 0;
		engine.mockApi.set({ faults: [{ route: 'getTask', fault: 'slowHeaders', ms: 30 }], onResponse: () => (open -= 1) });
		const push = engine.mockApi.journal.push.bind(engine.mockApi.journal);
		engine.mockApi.journal.push = (...entries) => {
			most = Math.max(most, (open += entries.length));
			return push(...entries);
		};
		const run = await engine.run({ operation: 'getStatus', taskId, options: { maxConcurrency: 2, download: false } });
		Reflect.deleteProperty(engine.mockApi.journal, 'push');

		expect(run.rows).toHaveLength(9);
		expect(most).toBeLessThanOrEqual(2);
	});
});

describe('Max Images per Run', () => {
	it.each(['asyncTask', 'openAi', 'gemini'])(
		'counts all items of the run before the first request with %s',
		async (apiFormat) => {
			const parameters = { prompt: PROMPT, numberOfImages: '={{ $json.n }}', options: { apiFormat, maxImages: 6 } };
			const run = await engine.run(parameters, { input: items(3, (index) => ({ n: index + 2 })) });

			expect(errorOf(run).errorCode).toBe('spending_limit');
			expect(run.data.resultData.error?.message).toContain('9 images');
			expect(engine.mockApi.journal).toEqual([]);
		},
	);

	it.each([
		['cannot be read', { maxImages: 2, timeout: '={{ $json.timeout }}' }],
		['allow more', { maxImages: '={{ $json.timeout ? 100 : 2 }}' }],
	])('also applies if the options of the first item %s', async (_what, options) => {
		const run = await engine.run(
			{ prompt: PROMPT, options },
			{
				input: items(4, (index) => ({ timeout: index === 0 ? 'soon' : '' })),
				settings: { onError: 'continueRegularOutput' },
			},
		);

		expect(run.json.slice(1).map(({ error }) => error)).toEqual(
			Array(3).fill(expect.stringContaining("but 'Max Images per Run' is 2")),
		);
		expect(engine.mockApi.journal).toEqual([]);
	});

	it('prevents all requests with continueRegularOutput, too', async () => {
		const run = await engine.run(
			{ prompt: PROMPT, options: { maxImages: 2 } },
			{ input: items(3), settings: { onError: 'continueRegularOutput' } },
		);

		expect(run.json.map(({ details }) => (details as { errorCode: string }).errorCode)).toEqual(
			Array(3).fill('spending_limit'),
		);
		expect(engine.mockApi.journal).toEqual([]);
	});

	it('allows exactly that many images', async () => {
		const run = await engine.run(
			{ prompt: PROMPT, numberOfImages: 2, options: { maxImages: 6, download: false } },
			{ input: items(3) },
		);

		expect(run.rows).toHaveLength(6);
	});

	it('does not count the images of tasks that a retry resumes', async () => {
		engine.mockApi.script('getTask', [{ status: 401, body: { error: { message: 'no', type: 'x', code: '' } } }]);
		const run = await engine.run(
			{ prompt: PROMPT, options: { maxImages: 3 } },
			{ input: items(3), settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } },
		);

		expect(run.rows).toHaveLength(3);
		expect(engine.mockApi.created()).toBe(3);
	});
});

describe("n8n's batching", () => {
	const batching = (batchSize: number, batchInterval = 60) => ({
		requestOptions: { batching: { batch: { batchSize, batchInterval } } },
	});

	it('returns every item, in order', async () => {
		const run = await engine.run({ prompt: PROMPT, ...batching(2) }, { input: items(5) });

		expect(run.rows.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2, 3, 4].map((index) => ({ item: index })));
		expect(engine.mockApi.created()).toBe(5);
	});

	it.each([
		[5, 4, 1],
		[3, 5, 2],
	])(
		'keeps Max Images per Run over all batches (%i items, at most %i, %i each)',
		async (count, maxImages, numberOfImages) => {
			engine.mockApi.set({ taskMs: 1 });
			const run = await engine.run(
				{ prompt: PROMPT, numberOfImages, options: { maxImages, download: false }, ...batching(1) },
				{ input: items(count) },
			);

			expect(errorOf(run).errorCode).toBe('spending_limit');
			expect(engine.mockApi.imagesCharged()).toBeLessThanOrEqual(maxImages);
		},
	);

	it('sends nothing if the number of items alone exceeds Max Images per Run', async () => {
		await engine.run({ prompt: PROMPT, options: { maxImages: 4 }, ...batching(2) }, { input: items(5) });

		expect(engine.mockApi.journal).toEqual([]);
	});

	it('sends no later batch after an item has failed', async () => {
		engine.mockApi.script('createTask', [{ status: 400, body: { code: 'x', message: 'no', data: null } }]);
		// The rejection must arrive before the next batch is due, even on a busy machine.
		const run = await engine.run({ prompt: PROMPT, ...batching(1, 1500) }, { input: items(4) });

		expect(run.status).toBe('error');
		expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	});

	it('creates the remaining tasks in the next try', async () => {
		engine.mockApi.set({ faults: [{ route: 'createTask', fault: 'status429Balance', after: 1, times: 1 }] });
		const run = await engine.run(
			{ prompt: PROMPT, ...batching(1) },
			{ input: items(3), settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } },
		);

		expect(run.rows).toHaveLength(3);
		expect(engine.mockApi.created()).toBe(3);
	});
});
