/* eslint-disable */
import type { JournalEntry, RouteName, MockApiSettings } from '../../mock-api';
import { item, useEngine, type Ran } from '../support/useEngine';
import { useRawServer, type Handler } from '../support/servers/rawServer';

const engine = useEngine();
const raw = useRawServer();
const PROMPT = '={{ "item " + $json.index }}';
/** Longer than any test may take: a test only finishes if the wait is aborted. */
const FOREVER = 600_000;

function items(count: number) {
	return Array.from({ length: count }, (_, index) => item({ index }));
}

/** Runs the node and cancels the execution when the first matching request arrives, or after its response. */
async function runUntil(
	when: 'arrives' | 'responded',
	fits: (entry: JournalEntry) => boolean,
	parameters: object = {},
	settings: Partial<MockApiSettings> = {},
	count = 1,
): Promise<Ran & { after: JournalEntry[] }> {
	const { journal } = engine.mockApi;
	let cancel = (): void => undefined;
	let seen = Infinity;
	const stop = (entry: JournalEntry): void => {
		if (seen !== Infinity || !fits(entry)) return;
		seen = journal.length;
		setImmediate(cancel);
	};
	const push = Array.prototype.push.bind(journal);
	if (when === 'arrives') {
		journal.push = (...entries) => {
			const length = push(...entries);
			entries.forEach(stop);
			return length;
		};
	}
	engine.mockApi.set({ ...settings, ...(when === 'responded' && { onResponse: stop }) });
	const run = await engine.run(
		{ prompt: PROMPT, ...parameters },
		{
			input: items(count),
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
			onStart: (execution) => (cancel = () => execution.cancel()),
		},
	);
	Reflect.deleteProperty(journal, 'push');
	return { ...run, after: journal.slice(seen) };
}

const on =
	(route: RouteName) =>
	(entry: JournalEntry): boolean =>
		entry.route === route;

function warned(run: Ran): string {
	return run.logs
		.filter(({ level }) => level === 'warn')
		.map(({ message }) => message)
		.join('\n');
}

function ids(): string[] {
	return engine.mockApi.ledger.map(({ taskId }) => String(taskId));
}

it('sends nothing if the execution is canceled before the first request', async () => {
	let cancel = (): void => undefined;
	const run = await engine.run(
		{ prompt: PROMPT },
		{
			input: items(3),
			onNodeEvent: ({ phase, nodeName }) => phase === 'started' && nodeName === 'NanoBanana' && queueMicrotask(cancel),
			onStart: (execution) => (cancel = () => execution.cancel()),
		},
	);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.journal).toEqual([]);
});

it('ends items that wait because of Max Concurrency, and logs the open task', async () => {
	const run = await runUntil('responded', on('getTask'), { options: { maxConcurrency: 1 } }, { taskMs: FOREVER }, 5);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.calls('createTask')).toHaveLength(1);
	expect(run.after.filter(on('createTask'))).toEqual([]);
	expect(warned(run)).toContain(ids()[0]);
});

it('ends the pause after a rate limit', async () => {
	const run = await runUntil(
		'responded',
		on('createTask'),
		{ options: { timeout: 3600 } },
		{ tasksAtOnce: 0, retryAfter: 'seconds', retryAfterSeconds: 600 },
		2,
	);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.created()).toBe(0);
});

it('ends a pending create request, and logs that it is unclear whether it was accepted', async () => {
	const run = await runUntil(
		'arrives',
		on('createTask'),
		{},
		{ faults: [{ route: 'createTask', fault: 'slowHeaders', ms: FOREVER }] },
		2,
	);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.calls('createTask').length).toBeLessThanOrEqual(2);
	expect(warned(run)).toContain('unclear whether the API accepted the request of item 0');
	expect(run.after.every(({ route }) => route === 'createTask')).toBe(true);
});

it.each([
	['openAi', 'generations'],
	['gemini', 'generateContent'],
] as const)(
	'ends a pending call to the %s endpoint, and logs that it may have been charged',
	async (apiFormat, route) => {
		const run = await runUntil(
			'arrives',
			on(route),
			{ options: { apiFormat } },
			{ faults: [{ route, fault: 'slowHeaders', ms: FOREVER }] },
		);

		expect(run.status).toBe('canceled');
		expect(engine.mockApi.calls(route)).toMatchObject([{ clientLeft: true }]);
		expect(warned(run)).toContain('may have been charged');
	},
);

it('ends the pause between two polls, and logs the tasks that keep running', async () => {
	const run = await runUntil(
		'responded',
		on('getTask'),
		{ options: { pollInterval: 0.02, timeout: 3600 } },
		{ taskMs: FOREVER, progress: 'none' },
		3,
	);

	expect(run.status).toBe('canceled');
	expect(run.error?.message).toContain('canceled');
	expect(ids()).toHaveLength(3);
	expect(run.logs.filter(({ level }) => level === 'warn').map(({ meta }) => meta)).toEqual([
		{ taskIds: expect.arrayContaining(ids()) },
	]);
	expect(warned(run)).toContain('Wait for Task Result');
	expect(run.after.filter(on('createTask'))).toEqual([]);
});

it('ends the pause after a poll with Retry-After', async () => {
	const response = { status: 429, headers: { 'retry-after': '600' }, body: { code: '', message: 'too many requests' } };
	engine.mockApi.script('getTask', [response]);
	const run = await runUntil('responded', on('getTask'), { options: { timeout: 3600 } }, {});

	expect(run.status).toBe('canceled');
	expect(run.after).toEqual([]);
});

it.each(['slowHeaders', 'slowBody'] as const)('ends a poll with %s', async (fault) => {
	const run = await runUntil('arrives', on('getTask'), {}, { faults: [{ route: 'getTask', fault, ms: FOREVER }] });

	expect(run.status).toBe('canceled');
	expect(engine.polls()).toMatchObject([{ clientLeft: true }]);
	expect(warned(run)).toContain(ids()[0]);
});

it.each(['slowHeaders', 'slowBody', 'endlessBody'] as const)('ends a download with %s', async (fault) => {
	const settings: Partial<MockApiSettings> = { faults: [{ route: 'file', fault, ms: FOREVER }] };
	const run = await runUntil('arrives', on('file'), { options: { maxImageSize: 100_000 } }, settings);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.calls('file')).toMatchObject([{ clientLeft: true }]);
	expect(run.after).toEqual([]);
});

it('ends the pause between two tries of a download', async () => {
	const run = await runUntil(
		'responded',
		on('file'),
		{},
		{ faults: [{ route: 'file', fault: 'status503' }], retryAfter: 'seconds', retryAfterSeconds: 600 },
	);

	expect(run.status).toBe('canceled');
	expect(engine.mockApi.calls('file').length).toBeLessThanOrEqual(2);
});

it.each(['waitForResult', 'getStatus'])('ends %s with many task IDs', async (operation) => {
	await engine.run({ prompt: PROMPT, wait: false }, { input: items(6) });
	const taskId = ids().join();
	const settings: Partial<MockApiSettings> = { faults: [{ route: 'getTask', fault: 'slowHeaders', ms: FOREVER }] };
	const run = await runUntil('arrives', on('getTask'), { operation, taskId, options: { maxConcurrency: 2 } }, settings);

	expect(run.status).toBe('canceled');
	expect(engine.polls().length).toBeLessThanOrEqual(2);
});

it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'ends the execution as canceled, without images, also with %s',
	async (onError) => {
		let cancel = (): void => undefined;
		engine.mockApi.set({ taskMs: FOREVER, onResponse: ({ route }) => route === 'getTask' && cancel() });
		const run = await engine.run(
			{ prompt: PROMPT },
			{ settings: { onError }, input: items(2), onStart: (execution) => (cancel = () => execution.cancel()) },
		);

		expect(run.status).toBe('canceled');
		expect(run.rows.filter(({ binary }) => binary !== undefined)).toEqual([]);
		for (const id of ids()) expect(warned(run)).toContain(id);
	},
);

it('logs a finished task once if its image was not downloaded', async () => {
	const run = await runUntil(
		'arrives',
		on('file'),
		{},
		{ faults: [{ route: 'file', fault: 'slowHeaders', ms: FOREVER }] },
	);

	expect(run.logs.filter(({ level }) => level === 'info').map(({ meta }) => meta.taskId)).toEqual(ids());
	expect(run.logs.filter(({ level }) => level === 'warn').map(({ meta }) => meta)).toEqual([
		expect.objectContaining({ taskIds: ids() }),
	]);
});

it('closes the socket of a poll whose response does not end', async () => {
	let isClosed = false;
	const trickle: Handler = (response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.write('{');
		response.once('close', () => (isClosed = true));
		setImmediate(() => cancel());
	};
	let cancel = (): void => undefined;
	raw.serveTask('');
	raw.on('GET', '/v1/images/tasks/', trickle);
	const run = await engine.run(
		{ prompt: 'a' },
		{ credential: { baseUrl: raw.url }, onStart: (execution) => (cancel = () => execution.cancel()) },
	);
	await new Promise<void>((closed) => {
		const poll = (): unknown => (isClosed ? closed() : setImmediate(poll));
		poll();
	});

	expect(run.status).toBe('canceled');
	expect(raw.requests).toHaveLength(2);
});
