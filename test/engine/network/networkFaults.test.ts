/* eslint-disable */
// The text of a network fault that n8n stores and shows is ours, never that of n8n or the system.
import { connect } from 'node:net';

import type { INodeParameters } from 'n8n-workflow';

import { useEngine } from '../support/useEngine';
import { response, useSocketServers } from '../support/servers/socketServer';

const engine = useEngine();
const servers = useSocketServers();

/** Texts of n8n for socket codes, of the system, and of the HTTP libraries. */
const NOT_OURS =
	/You can retry|perhaps it is offline|taking too long|ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPROTO|HPE_|socket hang up|getaddrinfo|openssl|ssl3_|aborted|exceeded|Parse Error|self-signed certificate;|AxiosError/i;

interface Shown {
	/** All text of the stored error. */
	text: string;
	code: unknown;
}

async function shownAfter(baseUrl: string, more: INodeParameters = {}): Promise<Shown> {
	const run = await engine.run({ prompt: 'a', ...more }, { credential: { baseUrl } });
	const error = run.data.resultData.error as unknown as {
		message: string;
		description: string;
		messages?: string[];
		context: { data: { errorCode: string } };
	};
	const text = JSON.stringify([error.message, error.description, error.messages, error.context.data]);
	return { text, code: error.context.data.errorCode };
}

const http = (port: number): string => `http://127.0.0.1:${port}`;
const https = (port: number): string => `https://127.0.0.1:${port}`;
const UNCLEAR = 'unclear_submission';
const UNREACHABLE = 'unreachable';

describe('a request that may have arrived is not sent again, and the error has our own text,', () => {
	it.each<[string, (socket: import('node:net').Socket) => void, string]>([
		['a reset', (socket) => socket.resetAndDestroy(), 'The connection was reset'],
		[
			'an end without a response',
			(socket) => socket.end(),
			'The connection was closed before the response was complete',
		],
		[
			'a response that is not HTTP',
			(socket) => socket.end('garbage\r\n\r\n'),
			"The server's response is not valid HTTP",
		],
		[
			'an incomplete response',
			(socket) => socket.end(response('{"code":"success","data":{"ta', ['content-length: 300'])),
			'The connection was closed before the response was complete',
		],
		[
			'invalid compressed data',
			(socket) => socket.end(response('not gzip at all', ['content-encoding: gzip', 'content-length: 15'])),
			'The compressed response cannot be read',
		],
	])('after %s', async (_fault, respond, words) => {
		const server = await servers.listen((socket) => respond(socket));
		const shown = await shownAfter(http(server.port));

		expect(shown.text).toContain(words);
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNCLEAR);
		expect(server.received).toHaveLength(1);
	});

	it('after a proxy has written its error page into the open TLS tunnel', async () => {
		let breakTunnel = (): void => undefined;
		const server = await servers.listenTls(() => breakTunnel());
		const proxy = await servers.accept((client) => {
			const tunnel = connect(server.port, '127.0.0.1');
			tunnel.on('error', () => undefined);
			tunnel.pipe(client);
			client.pipe(tunnel);
			breakTunnel = () => {
				tunnel.unpipe(client);
				client.end(response('', [], '504 Gateway Timeout'));
			};
		});
		const shown = await shownAfter(https(proxy.port), { requestOptions: { allowUnauthorizedCerts: true } });

		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNCLEAR);
		expect(server.received).toHaveLength(1);
	});

	it('after a timeout', async () => {
		const server = await servers.listen(() => undefined);
		const shown = await shownAfter(http(server.port), { requestOptions: { timeout: 300 } });

		expect(shown.text).toContain('no complete response within');
		expect(shown.text).toContain("raise 'Timeout' under Request Options before you run the node again");
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNCLEAR);
		expect(server.received).toHaveLength(1);
	});
});

it('names the field that ended a synchronous request', async () => {
	engine.mockApi.set({ faults: [{ route: 'generations', fault: 'slowHeaders', ms: 600_000 }] });
	const run = await engine.run({ prompt: 'a', options: { apiFormat: 'openAi', timeout: 0.3 } });

	expect(run.error?.description).toContain("raise 'Timeout (Seconds)' under Options before you run the node again");
	expect(engine.mockApi.calls('generations')).toHaveLength(1);
});

describe('a connection that fails before the request is sent', () => {
	it.each<[string, (socket: import('node:net').Socket) => void, string]>([
		['is reset', (socket) => socket.resetAndDestroy(), 'The connection was closed during the TLS handshake'],
		['is closed', (socket) => socket.end(), 'The connection was closed during the TLS handshake'],
		['gets plain HTTP', (socket) => socket.end(response('hi')), 'This port does not accept https://'],
	])('is opened three times if the TLS handshake %s', async (_fault, respond, words) => {
		const server = await servers.listen((socket) => respond(socket));
		const shown = await shownAfter(https(server.port));

		expect(shown.text).toContain(words);
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
		expect(server.connections).toBe(3);
	});

	it('is opened three times if it uses plain http on a TLS port, which its alert reveals', async () => {
		const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
		const server = await servers.listen((socket) => socket.end(alert));
		const shown = await shownAfter(http(server.port));

		expect(shown.text).toContain('This port expects https://');
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
		expect(server.connections).toBe(3);
	});

	it('is reported as refused if the port is closed', async () => {
		const shown = await shownAfter(http(1));

		expect(shown.text).toContain('The connection was refused');
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
	});

	it('is reported with an unknown host name', async () => {
		const shown = await shownAfter('http://nowhere.invalid');

		expect(shown.text).toContain('The host name was not found');
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
	});

	it('is reported with the option to ignore SSL issues if the certificate is self-signed', async () => {
		const server = await servers.listenTls((socket) => socket.end(response('{}', ['content-length: 2'])));
		const shown = await shownAfter(https(server.port));

		expect(shown.text).toContain("'Ignore SSL Issues (Insecure)'");
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
		expect(server.received).toEqual([]);
	});

	it('succeeds with a self-signed certificate if that option is on', async () => {
		const body = JSON.stringify({ code: 'success', data: { task_id: 'task_1', status: 'queued' } });
		const server = await servers.listenTls((socket) => socket.end(response(body, [`content-length: ${body.length}`])));
		const run = await engine.run(
			{ prompt: 'a', wait: false, requestOptions: { allowUnauthorizedCerts: true } },
			{ credential: { baseUrl: https(server.port) } },
		);

		expect(run.json).toMatchObject([{ taskId: 'task_1' }]);
	});
});

describe('a proxy', () => {
	const through = async (respond: (socket: import('node:net').Socket) => void, baseUrl = https(1)) => {
		const proxy = await servers.listen((socket) => respond(socket));
		const shown = await shownAfter(baseUrl, { requestOptions: { proxy: http(proxy.port) } });
		return { ...shown, tries: proxy.received.length };
	};

	it.each<[string, string[], string]>([
		['503 Service Unavailable', ['server: squid/6.1', 'x-squid-error: ERR_CONNECT_FAIL 111'], 'squid'],
		['500 Unable to connect', ['server: tinyproxy/1.11.1', 'content-type: text/html'], 'tinyproxy'],
	])(
		'that rejects CONNECT with %s (%j) did not forward the request, so the node tries again',
		async (status, headers) => {
			const shown = await through((socket) =>
				socket.end(response('<h1>no</h1>', [...headers, 'content-length: 11'], status)),
			);

			expect(shown.text).toContain('The proxy could not connect to the API');
			expect(shown.text).not.toMatch(NOT_OURS);
			expect([shown.code, shown.tries]).toEqual([UNREACHABLE, 3]);
		},
	);

	it.each([
		['504 Gateway Timeout', 'ERR_READ_TIMEOUT 0'],
		['502 Bad Gateway', 'ERR_ZERO_SIZE_OBJECT 0'],
	])(
		'that decrypts the traffic may have forwarded the request, so it is not sent again (%s, %s)',
		async (status, code) => {
			const server = await servers.listenTls((socket) =>
				socket.end(
					response('<h1>no</h1>', ['server: squid/6.1', `x-squid-error: ${code}`, 'content-length: 11'], status),
				),
			);
			const shown = await shownAfter(https(server.port), { requestOptions: { allowUnauthorizedCerts: true } });

			expect([shown.code, server.received.length]).toEqual([UNCLEAR, 1]);
		},
	);

	it('that resets the CONNECT did not forward the request, so the node tries again', async () => {
		const shown = await through((socket) => socket.resetAndDestroy());

		expect(shown.text).toContain('The proxy closed the connection');
		expect(shown.text).not.toMatch(NOT_OURS);
		expect([shown.code, shown.tries]).toEqual([UNREACHABLE, 3]);
	});

	it.each([https(1), http(1)])('that requires a password is reported for %s after one request', async (baseUrl) => {
		const needs = response(
			'no',
			['proxy-authenticate: Basic realm="x"', 'content-length: 2'],
			'407 Proxy Authentication Required',
		);
		const shown = await through((socket) => socket.end(needs), baseUrl);

		expect(shown.text).toContain('The proxy requires a user name and password');
		expect(shown.text).not.toContain("'Base URL' in the credential does not");
		expect([shown.code, shown.tries]).toEqual([UNREACHABLE, 1]);
	});

	it('that is not running is reported as a refused connection', async () => {
		const shown = await shownAfter(https(1), { requestOptions: { proxy: 'http://127.0.0.1:1' } });

		expect(shown.text).toContain('The connection was refused');
		expect(shown.text).not.toMatch(NOT_OURS);
		expect(shown.code).toBe(UNREACHABLE);
	});
});

it.each(['htps://', 'ftp://', 'http:/', 'https//', 'https://https://'])(
	'a base URL that starts with %s is rejected before anything is sent',
	async (scheme) => {
		const shown = await shownAfter(`${scheme}127.0.0.1:1`);

		expect(shown.text).toContain("'Base URL' must look like https://api.example.com");
		expect(shown.code).toBe(UNREACHABLE);
	},
);

it('a base URL with a user name and password is rejected before anything is sent', async () => {
	const server = await servers.listen((socket) => socket.end(response('{}', ['content-length: 2'])));
	const shown = await shownAfter(`http://user:secret@127.0.0.1:${server.port}`);

	expect(shown.text).toContain("'Base URL' must not contain a user name or password");
	expect(shown.text).not.toContain('secret');
	expect(server.connections).toBe(0);
});
