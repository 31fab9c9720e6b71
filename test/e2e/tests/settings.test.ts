/* eslint-disable */
import { startTinyproxy } from '../harness/servers/startTinyproxy';
import { sha256 } from '../harness/images/digest';
import { fileOf, type Execution } from '../harness/n8n/execution';
import type { N8nOptions } from '../harness/servers/startN8n';
import { credentialType, nodeWith, startTestEnvironment, type TestEnvironment } from '../harness/testEnvironment';
import { createReferenceImage } from '../harness/images/referenceImage';
import { chain, manualTrigger, imageFile, rows } from '../harness/n8n/workflow';

/**
 * Edits an image, then edits the result: files are read and written in the mode under test.
 * Files on disk are n8n's default, which most other tests use and largeRuns.test.ts asserts.
 */
async function editTwice({ client, nanoBanana }: TestEnvironment): Promise<Execution> {
	const reference = await createReferenceImage();
	const edit = (name: string) => nanoBanana(name, { operation: 'imageToImage', prompt: 'make it night' });
	return await client.run(
		chain(
			'Edit twice',
			manualTrigger(),
			...rows([{ image: reference.toString('base64') }]),
			imageFile('in.png', 'image/png'),
			edit('Once'),
			edit('Twice'),
		),
	);
}

async function withEnvironment(
	options: N8nOptions,
	run: (environment: TestEnvironment) => Promise<void>,
): Promise<void> {
	const environment = await startTestEnvironment(options);
	try {
		await run(environment);
	} finally {
		await environment.close();
	}
}

async function expectTwoEdits({ client, mockApi }: TestEnvironment, run: Execution): Promise<void> {
	expect(run.error).toBeUndefined();
	const [once, twice] = [run.items('Once')[0], run.items('Twice')[0]];
	const first = await client.bytesOf(fileOf(once));
	expect(sha256(first)).toBe(mockApi.files.get(String(once.json.imageUrl))?.sha256);
	expect(sha256(await client.bytesOf(fileOf(twice)))).toBe(mockApi.files.get(String(twice.json.imageUrl))?.sha256);
	expect((mockApi.calls('createTask')[1].body as { image: string }).image).toBe(
		`data:image/png;base64,${first.toString('base64')}`,
	);
	expect(mockApi.ledger.map((entry) => entry.imagesCharged)).toEqual([1, 1]);
}

test('files in memory are read and written unchanged, through a proxy with a password from the environment', async () => {
	const proxy = await startTinyproxy({ login: { user: 'n8n', password: 'banana' } });
	const proxyUrl = `http://n8n:banana@${proxy.host}`;
	const env = {
		N8N_DEFAULT_BINARY_DATA_MODE: 'default',
		HTTP_PROXY: proxyUrl,
		http_proxy: proxyUrl,
		NO_PROXY: '',
		no_proxy: '',
	};
	try {
		await withEnvironment({ env }, async (environment) => {
			const run = await editTwice(environment);

			expect(fileOf(run.items('Twice')[0]).id).toBeUndefined();
			await expectTwoEdits(environment, run);
			const seen = environment.mockApi.journal.filter((entry) => entry.route !== 'other');
			const requested = proxy.requests().map((line) => line.replace(/http:\/\/[^/]+/, ''));
			expect(requested).toEqual(seen.map((entry) => `${entry.method} ${entry.path}`));
		});
	} finally {
		await proxy.stop();
	}
});

test('files in the database are read and written unchanged, with SSRF protection that allows only the API', async () => {
	const env = {
		N8N_DEFAULT_BINARY_DATA_MODE: 'database',
		N8N_SSRF_PROTECTION_ENABLED: 'true',
		N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32',
	};
	await withEnvironment({ env }, async (environment) => {
		const run = await editTwice(environment);

		expect(fileOf(run.items('Twice')[0]).id).toMatch(/^database:/);
		await expectTwoEdits(environment, run);

		const { client, mockApi } = environment;
		mockApi.reset();
		const forbidden = await client.createCredential(credentialType, 'Forbidden', {
			baseUrl: 'http://127.0.0.2:9',
			apiKey: mockApi.apiKey,
		});
		const blocked = await client.run(
			chain('Blocked', manualTrigger(), nodeWith(forbidden)('NanoBanana', { prompt: 'a cube' })),
		);

		expect(blocked.status).toBe('error');
		expect(`${blocked.error?.message} ${blocked.error?.description}`).toMatch(/do not allow requests to this host/);
		expect(mockApi.journal).toEqual([]);
	});
});
