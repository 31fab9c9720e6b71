/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePorts } from '../harness/processes/ports';
import { rootFolder } from '../harness/run/paths';
import { startTestEnvironment, credentialType, type TestEnvironment } from '../harness/testEnvironment';
import { nodeType } from '../harness/n8n/workflow';

let environment: TestEnvironment;

beforeAll(async () => {
	environment = await startTestEnvironment();
});
afterAll(async () => await environment?.close());

/** Saves a credential and tests it, as the Test button does. */
async function pressTest(data: { baseUrl: string; apiKey: string }) {
	const { client } = environment;
	const saved = await client.createCredential(credentialType, 'Under test', data);
	return await client.testCredential(saved, data);
}

describe('the package in n8n', () => {
	test('contains the node, its tool, and its icons', async () => {
		const { n8n, client } = environment;
		const response = await fetch(`${n8n.url}/types/nodes.json`, {
			headers: { cookie: client.session.cookie, 'browser-id': 'end-to-end-tests' },
		});
		const types = (await response.json()) as Array<{
			name: string;
			iconUrl?: string | { light: string; dark: string };
			codex?: { categories?: string[] };
		}>;
		const ours = types.filter((type) => type.name.startsWith('n8n-nodes-nanobanana.'));

		expect(ours.map((type) => type.name).sort()).toEqual([nodeType, `${nodeType}Tool`]);
		expect(ours[0].codex?.categories).toContain('Marketing & Content');
		const icons = ours.flatMap(({ iconUrl }) =>
			typeof iconUrl === 'object' ? [iconUrl.light, iconUrl.dark] : [iconUrl ?? 'no icon'],
		);
		for (const icon of icons) {
			const response = await fetch(`${n8n.url}/${icon}`);
			expect([icon, response.status, response.headers.get('content-type')]).toEqual([
				icon,
				200,
				expect.stringContaining('image/svg+xml'),
			]);
		}
	});
});

describe('the output schemas', () => {
	test('are served for each operation, so that their fields can be used before the first run', async () => {
		const folder = join(rootFolder, 'nodes/NanoBanana/__schema__/v1.0.0');
		const files = readdirSync(folder);

		expect(files).toHaveLength(4);
		for (const file of files) {
			const response = await fetch(`${environment.n8n.url}/schemas/${nodeType}/1.0.0/${file}`);
			expect(await response.json()).toEqual(JSON.parse(readFileSync(join(folder, file), 'utf8')));
		}
	});
});

describe('the credential test', () => {
	afterEach(() => {
		expect(environment.mockApi.created()).toBe(0);
		environment.mockApi.reset();
	});

	test.each(['', '/', '/v1', '/v1/'])('accepts the right key at a URL that ends in "%s"', async (ending) => {
		const { mockApi } = environment;

		const result = await pressTest({ baseUrl: `${mockApi.baseUrl}${ending}`, apiKey: mockApi.apiKey });

		expect(result).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(mockApi.journal.map(({ method, path, authorization }) => [method, path, authorization])).toEqual([
			['GET', '/v1/models', `Bearer ${mockApi.apiKey}`],
		]);
	});

	test('returns different errors for a wrong key, missing rights, a wrong path, a web page, and no response', async () => {
		const { mockApi } = environment;
		const right = { baseUrl: mockApi.baseUrl, apiKey: mockApi.apiKey };
		const [closedPort] = await freePorts(1);

		const wrongKey = await pressTest({ ...right, apiKey: 'sk-wrong' });
		mockApi.script('models', [
			{ status: 403, body: { error: { message: 'This token may not do that', type: 'new_api_error' } } },
		]);
		const noRights = await pressTest(right);
		mockApi.script('models', [{ status: 404, body: { detail: 'Not Found' } }]);
		const wrongPath = await pressTest(right);
		// APIs of this kind return their web page and status 200 for unknown paths.
		const webPage = await pressTest({ ...right, baseUrl: `${mockApi.baseUrl}/nowhere` });
		const noResponse = await pressTest({ ...right, baseUrl: `http://127.0.0.1:${closedPort}` });

		const results = [wrongKey, noRights, wrongPath, webPage, noResponse];
		expect(results.map((result) => result.status)).toEqual(Array(5).fill('Error'));
		const messages = results.map((result) => result.message);
		expect([...new Set(messages)]).toEqual(messages);
		expect(wrongKey.message).toMatch(/key/i);
		expect(noRights.message).toMatch(/key|allow|right/i);
		expect(wrongPath.message).toMatch(/Base URL/);
		expect(webPage.message).toMatch(/Base URL/);
		expect(noResponse.message).toMatch(/ECONNREFUSED|reached/);
		for (const { message } of results) expect(message).not.toContain(mockApi.apiKey);
	});
});

describe('the model list', () => {
	afterEach(() => environment.mockApi.reset());

	async function searchModels(filter?: string): Promise<Array<{ name: string; value: string }>> {
		const { client, credential } = environment;
		const response = await client.session.call('POST', 'dynamic-node-parameters/resource-locator-results', {
			path: 'parameters.model',
			methodName: 'searchModels',
			nodeTypeAndVersion: { name: nodeType, version: 1 },
			currentNodeParameters: {},
			credentials: { [credentialType]: { id: credential.id, name: credential.name } },
			...(filter === undefined ? {} : { filter }),
		});
		return (response as { results: Array<{ name: string; value: string }> }).results;
	}

	test('contains the image models of the API, but no text model', async () => {
		environment.mockApi.set({ models: ['NanoBanana2-1K', 'NanoBananaPro-Next', 'gpt-5.2'] });

		const values = (await searchModels()).map((row) => row.value);

		expect(values).toEqual(expect.arrayContaining(['NanoBanana2-1K', 'NanoBananaPro-Next']));
		expect(values).not.toContain('gpt-5.2');
		expect(environment.mockApi.calls('models')).toHaveLength(1);
	});

	test('is filtered by the typed text', async () => {
		const values = (await searchModels('pro')).map((row) => row.value);

		expect(values.length).toBeGreaterThan(0);
		expect(values.filter((value) => !/pro/i.test(value))).toEqual([]);
	});

	test('falls back to the known models when the API has no list', async () => {
		environment.mockApi.set({ models: null });

		const values = (await searchModels()).map((row) => row.value);

		expect(values).toEqual(expect.arrayContaining(['NanoBanana', 'NanoBanana2-1K']));
		expect(environment.mockApi.calls('models').map((call) => call.status)).toEqual([404]);
	});
});
