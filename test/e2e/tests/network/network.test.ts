/* eslint-disable */
import { startMockApi, type MockApi } from '../../../mock-api';
import { sha256 } from '../../harness/images/digest';
import { createReferenceImage } from '../../harness/images/referenceImage';
import { fileOf, type Execution } from '../../harness/n8n/execution';
import type { RestClient } from '../../harness/n8n/restClient';
import { shownError, UNCLEAR, UNREACHABLE } from '../../harness/n8n/shownError';
import { chain, imageFile, manualTrigger, rows } from '../../harness/n8n/workflow';
import { freePorts } from '../../harness/processes/ports';
import { startN8n, type RunningN8n } from '../../harness/servers/startN8n';
import { startNginx, type Nginx } from '../../harness/servers/startNginx';
import { startTinyproxy, type Tinyproxy } from '../../harness/servers/startTinyproxy';
import { connect, credentialType, nodeWith } from '../../harness/testEnvironment';

let mockApi: MockApi;
let nginx: Nginx<
	'slow' | 'small' | 'dead' | 'limited' | 'moved' | 'api' | 'selfSigned' | 'trusted' | 'expired' | 'otherHost'
>;
let n8n: RunningN8n;
let client: RestClient;
/** Opens tunnels to port 443 only. */
let proxy: Tinyproxy;
let lockedProxy: Tinyproxy;

beforeAll(async () => {
	mockApi = await startMockApi();
	const [deadPort] = await freePorts(1);
	const pass = 'location / { {upstream} }';
	nginx = await startNginx(mockApi.baseUrl, {
		slow: 'location / { {upstream} proxy_read_timeout 1s; }',
		small: `client_max_body_size 1k; ${pass}`,
		dead: `location / { proxy_pass http://127.0.0.1:${deadPort}; }`,
		limited: `location = /v1/images/tasks { {upstream} limit_req zone=one; } ${pass}`,
		moved: 'location / { return 308 https://api.example.com$request_uri; }',
		// Small buffers, so that requests and responses go through nginx's temporary files.
		api: `client_max_body_size 50m; client_body_buffer_size 8k; location / { {upstream}
			sub_filter '${mockApi.filesUrl}' 'http://$host:$server_port'; sub_filter_once off; sub_filter_types application/json; }
			location /r/ { proxy_pass ${mockApi.filesUrl}; proxy_buffer_size 4k; proxy_buffers 8 4k; }`,
		selfSigned: `{tls:selfSigned} ${pass}`,
		trusted: `{tls:trusted} ${pass}`,
		expired: `{tls:expired} ${pass}`,
		otherHost: `{tls:otherHost} ${pass}`,
	});
	n8n = await startN8n({ env: { NODE_EXTRA_CA_CERTS: nginx.authorityFile } });
	({ client } = await connect(n8n, mockApi));
	proxy = await startTinyproxy();
	lockedProxy = await startTinyproxy({
		login: { user: 'n8n', password: 'banana' },
		tunnelPort: nginx.hosts.trusted.split(':')[1],
	});
});
afterAll(async () => {
	await lockedProxy?.stop();
	await proxy?.stop();
	await n8n?.stop();
	await nginx?.stop();
	await mockApi?.stop();
});
afterEach(() => mockApi.reset());

const quick = { pollInterval: 0.1 };

async function nodeAt(baseUrl: string, parameters: object = {}, more: object = {}) {
	const credential = await client.createCredential(credentialType, baseUrl, { baseUrl, apiKey: mockApi.apiKey });
	return nodeWith(credential)('NanoBanana', { prompt: 'a cube', options: quick, ...parameters } as never, more);
}

async function runAt(baseUrl: string, parameters: object = {}): Promise<Execution> {
	return await client.run(chain(`At ${baseUrl}`, manualTrigger(), await nodeAt(baseUrl, parameters)));
}

/** An image-to-image run whose request is larger than 1 kB. */
async function editAt(baseUrl: string): Promise<Execution> {
	const reference = await createReferenceImage();
	const edit = await nodeAt(baseUrl, { operation: 'imageToImage', prompt: 'make it night' });
	const input = rows([{ image: reference.toString('base64') }]);
	return await client.run(chain('Edit', manualTrigger(), ...input, imageFile('in.png', 'image/png'), edit));
}

async function expectImage(run: Execution): Promise<void> {
	expect(shownError(run)).toEqual([]);
	expect(sha256(await client.bytesOf(fileOf(run.items('NanoBanana')[0])))).toBe([...mockApi.files.values()][0].sha256);
	expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
}

describe('behind nginx', () => {
	test('an edit through small buffers returns its image of 5 MB unchanged', async () => {
		mockApi.set({ imageBytes: 5_000_000 });

		await expectImage(await editAt(`http://${nginx.hosts.api}`));
	});

	test('a create request that is charged and gets a 504 is unclear and sent once', async () => {
		mockApi.set({ faults: [{ route: 'createTask', fault: 'slowHeaders', ms: 3_000, times: 1 }] });

		const run = await runAt(`http://${nginx.hosts.slow}`);

		expect(shownError(run)).toEqual([
			...UNCLEAR,
			'Request sent: <time>.',
			'API response: HTTP 504: (web page) 504 Gateway Time-out.',
		]);
		expect(mockApi.calls('createTask')).toHaveLength(1);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
	});

	test('a create request that gets a 502 is unclear, because the API may have accepted it', async () => {
		const run = await runAt(`http://${nginx.hosts.dead}`);

		expect(shownError(run)).toEqual([
			...UNCLEAR,
			'Request sent: <time>.',
			'API response: HTTP 502: (web page) 502 Bad Gateway.',
		]);
		expect(mockApi.ledger).toEqual([]);
	});

	test('a request that is too large is not charged', async () => {
		const run = await editAt(`http://${nginx.hosts.small}`);

		expect(shownError(run)).toEqual([
			'The request is too large for the API',
			'You were not charged. Use fewer or smaller reference images. In the API format Async Task, you can also pass them as URLs.',
			'API response: (web page) 413 Request Entity Too Large.',
		]);
		expect(mockApi.ledger).toEqual([]);
	});

	test('the one of two requests that limit_req rejects is unclear, and the other one returns its image', async () => {
		const generate = await nodeAt(
			`http://${nginx.hosts.limited}`,
			{ prompt: '={{ $json.prompt }}' },
			{ onError: 'continueRegularOutput' },
		);
		const items = [{ prompt: 'a red cube' }, { prompt: 'a blue cube' }];

		const run = await client.run(chain('Limited', manualTrigger(), ...rows(items), generate));

		const output = run.items('NanoBanana').map(({ json }) => json);
		expect(output.filter((json) => json.status === 'succeeded')).toHaveLength(1);
		expect(output.filter((json) => json.error)).toMatchObject([
			{
				error: UNCLEAR[0],
				details: {
					errorCode: 'unclear_submission',
					description: expect.stringMatching(
						/provider's dashboard before you run the node again\.\nRequest sent: \S+\.\nAPI response: HTTP 503: \(web page\) 503 Service Temporarily Unavailable\.$/,
					) as string,
				},
			},
		]);
		expect(mockApi.ledger).toMatchObject([{ imagesCharged: 1, downloads: 1 }]);
	});

	test('a redirect is not followed, and its target is shown', async () => {
		const run = await runAt(`http://${nginx.hosts.moved}`);

		expect(shownError(run)).toEqual([
			'The API redirects to https://api.example.com/v1/images/tasks',
			"You were not charged. If this is the right API, enter its URL as 'Base URL' in the credential.",
			'API response: (web page) 308 Permanent Redirect.',
		]);
		expect(mockApi.journal).toEqual([]);
	});
});

describe('with TLS', () => {
	test('a certificate that is signed by an authority in NODE_EXTRA_CA_CERTS is accepted', async () => {
		await expectImage(await runAt(`https://${nginx.hosts.trusted}`));
	});

	test.each([
		[
			'selfSigned',
			"The server's certificate is self-signed. If you trust it, turn on 'Ignore SSL Issues (Insecure)' under 'Request Options'",
		],
		['expired', "The server's certificate has expired"],
		['otherHost', "The server's certificate is for a different host"],
	] as const)('nothing is sent to a server with an invalid certificate (%s)', async (name, details) => {
		const run = await runAt(`https://${nginx.hosts[name]}`);

		expect(shownError(run)).toEqual([...UNREACHABLE, `Details: ${details}.`]);
		expect(mockApi.journal).toEqual([]);
	});

	test('a self-signed certificate is accepted if "Ignore SSL Issues (Insecure)" is on', async () => {
		await expectImage(
			await runAt(`https://${nginx.hosts.selfSigned}`, { requestOptions: { allowUnauthorizedCerts: true } }),
		);
	});

	test('https:// on a port without TLS is reported as the cause', async () => {
		const run = await runAt(mockApi.baseUrl.replace('http:', 'https:'));

		expect(shownError(run)).toEqual([...UNREACHABLE, 'Details: This port does not accept https://.']);
		expect(mockApi.journal).toEqual([]);
	});

	test('http:// on a TLS port is reported with the response of the server', async () => {
		const run = await runAt(`http://${nginx.hosts.trusted}`);

		expect(shownError(run)).toEqual([
			"'Base URL' in the credential does not lead to the API",
			"You were not charged. Enter the URL of the API itself, e.g. https://api.example.com. If the URL is correct, this API may not support the endpoint: select another 'API Format'.",
			'API response: (web page) 400 The plain HTTP request was sent to HTTPS port.',
		]);
		expect(mockApi.journal).toEqual([]);
	});
});

describe('behind a proxy', () => {
	const through = (host: string) => ({ requestOptions: { proxy: `http://${host}` } });

	test.each(['http', 'https'])('that requires a password, %s requests do not reach the API', async (scheme) => {
		const baseUrl = scheme === 'http' ? mockApi.baseUrl : `https://${nginx.hosts.trusted}`;
		const run = await runAt(baseUrl, through(lockedProxy.host));

		const [title, advice, ...response] = shownError(run);
		expect([title, advice]).toEqual([
			'The proxy requires a user name and password',
			"You were not charged. Add them to the proxy URL in n8n's environment variables.",
		]);
		// n8n's HTTP library keeps the body of a CONNECT response only if it arrives in one packet with the headers.
		const page = ['API response: (web page) 407 Proxy Authentication Required.'];
		expect(scheme === 'https' && response.length === 0 ? page : response).toEqual(page);
		expect(mockApi.journal).toEqual([]);
	});

	test.each(['http', 'https'])('with the right password, an image arrives over %s', async (scheme) => {
		const baseUrl = scheme === 'http' ? mockApi.baseUrl : `https://${nginx.hosts.trusted}`;
		const before = lockedProxy.requests().length;

		await expectImage(await runAt(baseUrl, through(`n8n:banana@${lockedProxy.host}`)));

		expect(lockedProxy.requests().length).toBeGreaterThan(before);
	});

	test('that rejects CONNECT, nothing is sent to the API', async () => {
		const run = await runAt(`https://${nginx.hosts.trusted}`, through(proxy.host));

		expect(shownError(run)).toEqual([...UNREACHABLE, 'Details: The proxy does not allow this host.']);
		expect(mockApi.journal).toEqual([]);
	});

	test('that is down, nothing is sent to the API', async () => {
		const [closedPort] = await freePorts(1);
		const run = await runAt(mockApi.baseUrl, through(`127.0.0.1:${closedPort}`));

		expect(shownError(run)).toEqual([...UNREACHABLE, 'Details: The connection was refused.']);
		expect(mockApi.journal).toEqual([]);
	});
});

describe('before the API is reached', () => {
	test('a challenge page of Cloudflare is reported as blocked bot traffic', async () => {
		mockApi.script('createTask', [
			{
				status: 403,
				headers: { 'content-type': 'text/html', server: 'cloudflare', 'cf-mitigated': 'challenge' },
				body: '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>',
			},
		]);

		const run = await runAt(mockApi.baseUrl);

		expect(shownError(run)).toEqual([
			'Cloudflare blocked the request as bot traffic',
			"You were not charged. Ask your provider to allow your server's IP address.",
			'API response: (web page) Just a moment...',
		]);
		expect(mockApi.ledger).toEqual([]);
	});

	test('a user name in the base URL is rejected, and nothing is sent', async () => {
		const run = await runAt(mockApi.baseUrl.replace('http://', 'http://user:pw@'));

		expect(shownError(run)).toEqual([...UNREACHABLE, "Details: 'Base URL' must not contain a user name or password."]);
		expect(mockApi.journal).toEqual([]);
	});
});
