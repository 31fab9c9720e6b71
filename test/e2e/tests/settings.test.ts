/* eslint-disable */
import { startProxy } from '../harness/servers/startProxy';
import { sha256 } from '../harness/images/digest';
import { fileOf, type Execution } from '../harness/n8n/execution';
import type { N8nOptions } from '../harness/servers/startN8n';
import { credentialType, nodeWith, openScene, type Scene } from '../harness/testEnvironment';
import { paintReference } from '../harness/images/referenceImage';
import { chain, manualTrigger, pictureFile, rows } from '../harness/n8n/workflow';

/**
 * Edits a picture, then edits the result: files are read and written in the mode under test.
 * Files on disk are n8n's default, so every other test works with them.
 */
async function editTwice({ client, nanoBanana }: Scene): Promise<Execution> {
	const reference = await paintReference();
	const edit = (name: string) => nanoBanana(name, { operation: 'imageToImage', prompt: 'make it night' });
	return await client.run(
		chain(
			'Edit twice',
			manualTrigger(),
			...rows([{ picture: reference.toString('base64') }]),
			pictureFile('in.png', 'image/png'),
			edit('Once'),
			edit('Twice'),
		),
	);
}

async function withScene(options: N8nOptions, story: (scene: Scene) => Promise<void>): Promise<void> {
	const scene = await openScene(options);
	try {
		await story(scene);
	} finally {
		await scene.close();
	}
}

async function expectTwoEdits({ client, sandbox }: Scene, run: Execution): Promise<void> {
	expect(run.error).toBeUndefined();
	const [once, twice] = [run.items('Once')[0], run.items('Twice')[0]];
	const first = await client.bytesOf(fileOf(once));
	expect(sha256(first)).toBe(sandbox.files.get(String(once.json.imageUrl))?.sha256);
	expect(sha256(await client.bytesOf(fileOf(twice)))).toBe(sandbox.files.get(String(twice.json.imageUrl))?.sha256);
	expect((sandbox.calls('createTask')[1].body as { image: string }).image).toBe(
		`data:image/png;base64,${first.toString('base64')}`,
	);
	expect(sandbox.ledger.map((entry) => entry.imagesBilled)).toEqual([1, 1]);
}

test('files kept in memory go in and out whole, through the proxy that the environment names', async () => {
	const proxy = await startProxy();
	const env = {
		N8N_DEFAULT_BINARY_DATA_MODE: 'default',
		HTTP_PROXY: proxy.url,
		http_proxy: proxy.url,
		NO_PROXY: '',
		no_proxy: '',
	};
	try {
		await withScene({ env }, async (scene) => {
			const run = await editTwice(scene);

			expect(fileOf(run.items('Twice')[0]).id).toBeUndefined();
			await expectTwoEdits(scene, run);
			const seen = scene.sandbox.journal.filter((entry) => entry.route !== 'other');
			expect(proxy.forwarded()).toEqual(seen.map((entry) => `${entry.method} ${entry.path}`));
		});
	} finally {
		await proxy.stop();
	}
});

test('files kept in the database go in and out whole, behind SSRF protection that allows the gateway', async () => {
	const env = {
		N8N_DEFAULT_BINARY_DATA_MODE: 'database',
		N8N_SSRF_PROTECTION_ENABLED: 'true',
		N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.1/32',
	};
	await withScene({ env }, async (scene) => {
		const run = await editTwice(scene);

		expect(fileOf(run.items('Twice')[0]).id).toMatch(/^database:/);
		await expectTwoEdits(scene, run);

		const { client, sandbox } = scene;
		sandbox.reset();
		const forbidden = await client.createCredential(credentialType, 'Forbidden', {
			baseUrl: 'http://127.0.0.2:9',
			apiKey: sandbox.apiKey,
		});
		const blocked = await client.run(
			chain('Blocked', manualTrigger(), nodeWith(forbidden)('NanoBanana', { prompt: 'a cube' })),
		);

		expect(blocked.status).toBe('error');
		expect(`${blocked.error?.message} ${blocked.error?.description}`).toMatch(/restricted|blocked/i);
		expect(sandbox.journal).toEqual([]);
	});
});
