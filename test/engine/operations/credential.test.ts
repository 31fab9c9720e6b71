/* eslint-disable */
import { startMockApi } from '../../mock-api';
import { item, useEngine } from '../support/useEngine';

const engine = useEngine();
const PROMPT = 'A small red cube';

it('sends the key as a bearer token with every call to the API', async () => {
	await engine.run({ prompt: PROMPT });
	const calls = [...engine.mockApi.calls('createTask'), ...engine.polls()];

	expect(new Set(calls.map(({ authorization }) => authorization))).toEqual(
		new Set([`Bearer ${engine.mockApi.apiKey}`]),
	);
});

it('ignores spaces and line breaks around the key and the URL', async () => {
	const { baseUrl, apiKey } = engine.mockApi;
	const run = await engine.run({ prompt: PROMPT }, { credential: { baseUrl: ` ${baseUrl} `, apiKey: ` ${apiKey}\n` } });

	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(engine.mockApi.calls('createTask')).toMatchObject([{ authorization: `Bearer ${apiKey}` }]);
});

it.each([
	(key: string) => `Bearer ${key}`,
	(key: string) => `“${key}”`,
	(key: string) => `${key.slice(0, 9)}\n${key.slice(9)}`,
	(key: string) => `${key}\u200b`,
])(
	'sends the bare key, even if it was pasted with "Bearer", quotes, a line break, or an invisible character',
	async (pasted) => {
		const { apiKey } = engine.mockApi;
		const run = await engine.run({ prompt: PROMPT }, { credential: { apiKey: pasted(apiKey) } });

		expect(run.json).toMatchObject([{ status: 'succeeded' }]);
		expect(engine.mockApi.calls('createTask')).toMatchObject([{ authorization: `Bearer ${apiKey}` }]);
	},
);

it.each([
	'k3y.secret-0123456789\u200b',
	'“k3y.secret-0123456789”',
	'k3y.secret-\n0123456789',
	'Bearer k3y.secret-0123456789',
])('does not show the key %j if the API rejects and quotes it', async (apiKey) => {
	engine.mockApi.script('createTask', [
		{
			status: 401,
			body: { error: { message: 'Incorrect API key provided: k3y.secret-0123456789', code: 'invalid_api_key' } },
		},
	]);
	const run = await engine.run(
		{ prompt: PROMPT },
		{ credential: { apiKey }, settings: { onError: 'continueRegularOutput' } },
	);

	expect(run.json).toMatchObject([
		{ details: { errorCode: 'invalid_key', gatewayMessage: 'Incorrect API key provided: [key]' } },
	]);
	expect(JSON.stringify([run.data, run.logs])).not.toMatch(/k3y|secret/);
});

it.each([
	'',
	'/',
	'//',
	'/v1',
	'/v1/',
	'/V1',
	'/v1beta',
	'/v1/images/tasks',
	'/v1/models?limit=5',
	'#top',
	'?from=docs',
])('calls the same path if the base URL ends in "%s"', async (ending) => {
	engine.mockApi.set({ taskMs: 60_000 });
	const run = await engine.run(
		{ prompt: PROMPT, wait: false },
		{ credential: { baseUrl: `${engine.mockApi.baseUrl}${ending}` } },
	);

	expect(run.json).toMatchObject([{ status: 'queued' }]);
	expect(engine.mockApi.journal.map(({ path }) => path)).toEqual(['/v1/images/tasks']);
});

it('keeps a path before /v1, for APIs behind a proxy', async () => {
	await engine.run({ prompt: PROMPT }, { credential: { baseUrl: `${engine.mockApi.baseUrl}/nano/v1/` } });

	expect(engine.mockApi.journal.map(({ path }) => path)).toEqual(['/nano/v1/images/tasks']);
});

it('does not send the key with downloads, not even after a redirect to another host', async () => {
	engine.mockApi.set({ dialect: 'forkResult' });
	await engine.run({ prompt: PROMPT });
	engine.mockApi.set({ faults: [{ route: 'file', fault: 'redirectForeign' }] });
	await engine.run({ prompt: PROMPT });
	const files = engine.mockApi.journal.filter(({ route }) => route === 'file');

	expect(files.length).toBeGreaterThanOrEqual(3);
	expect(files.map(({ authorization }) => authorization)).toEqual(files.map(() => undefined));
});

it('keeps the key out of rows, logs, and saved data', async () => {
	const run = await engine.run(
		{ prompt: '={{ $json.prompt }}', simplify: false },
		{
			input: [item({ prompt: 'a' }), item({ prompt: '[fail]' })],
			settings: { onError: 'continueRegularOutput' },
		},
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { details: { errorCode: 'task_failed' } }]);
	expect(JSON.stringify([run.data, run.logs])).not.toContain(engine.mockApi.apiKey);
});

it("sends each item's key only to that item's base URL if the credential contains expressions", async () => {
	const other = await startMockApi({ taskMs: 40 });
	try {
		const input = [engine.mockApi, other].map(({ baseUrl, apiKey }, index) =>
			item({
				baseUrl: `${baseUrl}/v1/`,
				apiKey: index === 0 ? apiKey : `Bearer ${apiKey}`,
				prompt: `for API ${index}`,
			}),
		);
		const credential = { baseUrl: '={{ $json.baseUrl }}', apiKey: '={{ $json.apiKey }}' };
		const run = await engine.run({ prompt: '={{ $json.prompt }}' }, { input, credential });

		expect(run.json).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
		expect([engine.mockApi, other].map(({ ledger }) => ledger.map(({ prompt }) => prompt))).toEqual([
			['for API 0'],
			['for API 1'],
		]);
		const keys = [engine.mockApi, other].map(
			({ journal }) => new Set(journal.map(({ authorization }) => authorization)),
		);
		expect(keys.map((sent) => [...sent].filter(Boolean))).toEqual(
			[engine.mockApi, other].map(({ apiKey }) => [`Bearer ${apiKey}`]),
		);
	} finally {
		await other.stop();
	}
});

it.each([undefined, null, '', 5])('sends no key if the base URL of its item is %j', async (baseUrl) => {
	const input = [engine.mockApi.baseUrl, baseUrl].map((url) => item({ baseUrl: url, prompt: `for ${url}` }));
	const run = await engine.run(
		{ prompt: '={{ $json.prompt }}' },
		{ input, credential: { baseUrl: '={{ $json.baseUrl }}' }, settings: { onError: 'continueRegularOutput' } },
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { details: { errorCode: 'unreachable' } }]);
	expect(engine.mockApi.created()).toBe(1);
});
