/* eslint-disable */
import { item, useGateway } from '../support/mockApi';

const gateway = useGateway();
const PROMPT = 'A small red cube';

it('signs every call to the API with the bearer key', async () => {
	await gateway.run({ prompt: PROMPT });
	const calls = [...gateway.sandbox.calls('createTask'), ...gateway.reads()];

	expect(new Set(calls.map(({ authorization }) => authorization))).toEqual(
		new Set([`Bearer ${gateway.sandbox.apiKey}`]),
	);
});

it('forgives spaces and line breaks around the key and the address', async () => {
	const { baseUrl, apiKey } = gateway.sandbox;
	const run = await gateway.run(
		{ prompt: PROMPT },
		{ credential: { baseUrl: ` ${baseUrl} `, apiKey: ` ${apiKey}\n` } },
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(gateway.sandbox.calls('createTask')).toMatchObject([{ authorization: `Bearer ${apiKey}` }]);
});

it.each([
	(key: string) => `Bearer ${key}`,
	(key: string) => `“${key}”`,
	(key: string) => `${key.slice(0, 9)}\n${key.slice(9)}`,
	(key: string) => `${key}\u200b`,
])('sends the key itself, however it was pasted', async (pasted) => {
	const { apiKey } = gateway.sandbox;
	const run = await gateway.run({ prompt: PROMPT }, { credential: { apiKey: pasted(apiKey) } });

	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	expect(gateway.sandbox.calls('createTask')).toMatchObject([{ authorization: `Bearer ${apiKey}` }]);
});

it.each([
	'k3y.secret-0123456789\u200b',
	'“k3y.secret-0123456789”',
	'k3y.secret-\n0123456789',
	'Bearer k3y.secret-0123456789',
])('shows nothing of the wrong key %j that the gateway quotes', async (apiKey) => {
	gateway.sandbox.script('createTask', [
		{
			status: 401,
			body: { error: { message: 'Incorrect API key provided: k3y.secret-0123456789', code: 'invalid_api_key' } },
		},
	]);
	const run = await gateway.run(
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
])('reaches the same paths when the address ends in "%s"', async (ending) => {
	gateway.sandbox.set({ taskMs: 60_000 });
	const run = await gateway.run(
		{ prompt: PROMPT, wait: false },
		{ credential: { baseUrl: `${gateway.sandbox.baseUrl}${ending}` } },
	);

	expect(run.json).toMatchObject([{ status: 'queued' }]);
	expect(gateway.sandbox.journal.map(({ path }) => path)).toEqual(['/v1/images/tasks']);
});

it('keeps a path in front of /v1, for gateways behind a proxy', async () => {
	await gateway.run({ prompt: PROMPT }, { credential: { baseUrl: `${gateway.sandbox.baseUrl}/nano/v1/` } });

	expect(gateway.sandbox.journal.map(({ path }) => path)).toEqual(['/nano/v1/images/tasks']);
});

it('offers the key to no host but its own, wherever the files are', async () => {
	gateway.sandbox.set({ dialect: 'forkResult' });
	await gateway.run({ prompt: PROMPT });
	gateway.sandbox.set({ faults: [{ route: 'file', fault: 'redirectForeign' }] });
	await gateway.run({ prompt: PROMPT });
	const files = gateway.sandbox.journal.filter(({ route }) => route === 'file');

	expect(files.length).toBeGreaterThanOrEqual(3);
	expect(files.map(({ authorization }) => authorization)).toEqual(files.map(() => undefined));
});

it('leaves the key out of rows, logs and saved data', async () => {
	const run = await gateway.run(
		{ prompt: '={{ $json.prompt }}', simplify: false },
		{
			input: [item({ prompt: 'a' }), item({ prompt: '[fail]' })],
			settings: { onError: 'continueRegularOutput' },
		},
	);

	expect(run.json).toMatchObject([{ status: 'succeeded' }, { details: { errorCode: 'task_failed' } }]);
	expect(JSON.stringify([run.data, run.logs])).not.toContain(gateway.sandbox.apiKey);
});
