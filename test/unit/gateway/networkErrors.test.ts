/* eslint-disable */
import { readNetworkError, readProxyError } from '../../../nodes/NanoBanana/gateway/networkErrors';

const URL = 'https://api.example/v1/images/tasks';

describe('an error page of a proxy', () => {
	it.each<[status: number, headers: Record<string, unknown>, isPermanent: boolean]>([
		[503, { 'x-squid-error': 'ERR_CONNECT_FAIL 111' }, false],
		[503, { 'x-squid-error': 'ERR_DNS_FAIL 0' }, false],
		[503, { 'x-squid-error': 'ERR_SECURE_CONNECT_FAIL 0' }, false],
		[403, { 'x-squid-error': 'ERR_ACCESS_DENIED 0' }, true],
		[403, { 'x-squid-error': 'ERR_CACHE_ACCESS_DENIED 0' }, true],
		[500, { server: 'tinyproxy/1.11.1' }, false],
		[403, { server: 'tinyproxy/1.11.1' }, true],
	])('proves that nothing was sent if the proxy did not connect: %i %j', (status, headers, isPermanent) => {
		expect(readProxyError(status, headers, URL)).toMatchObject({ kind: 'unsent', isPermanent });
	});

	// Inside TLS, Squid (with ssl_bump or as a reverse proxy) sends the same header for a request that it has forwarded.
	it.each<[status: number, headers: Record<string, unknown>]>([
		[504, { 'x-squid-error': 'ERR_READ_TIMEOUT 0' }],
		[502, { 'x-squid-error': 'ERR_ZERO_SIZE_OBJECT 0' }],
		[502, { 'x-squid-error': 'ERR_READ_ERROR 104' }],
		[502, { 'x-squid-error': 'ERR_INVALID_RESP 0' }],
		[500, { 'x-squid-error': 'ERR_CANNOT_FORWARD 0' }],
		[503, { 'x-squid-error': 'ERR_CONNECT_FAILED_LATER 0' }],
		[503, { server: 'tinyproxy/1.11.1' }],
		[502, { server: 'tinyproxy/1.11.1' }],
	])('proves nothing if the request may have been forwarded: %i %j', (status, headers) => {
		expect(readProxyError(status, headers, URL)).toBeUndefined();
	});
});

describe('a network error', () => {
	const socketError = (code: string, syscall: string) =>
		Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
	const CODES = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'];

	it.each(CODES)('proves that nothing was sent if the connection did not open (%s)', (code) => {
		expect(readNetworkError(socketError(code, 'connect')).kind).toBe('unsent');
	});

	it.each(CODES.flatMap((code) => [[code, 'read'] as const, [code, 'write'] as const]))(
		'proves nothing after the connection has opened (%s, %s)',
		(code, syscall) => {
			const error = socketError(code, syscall);

			expect(readNetworkError(error).kind).toBe('unclear');
			expect(readNetworkError(new Error('n8n', { cause: error })).kind).toBe('unclear');
		},
	);

	it('proves nothing if a proxy breaks the tunnel with plain text after the TLS handshake', () => {
		const injected = Object.assign(new Error('SSL routines::wrong version number'), {
			code: 'ERR_SSL_WRONG_VERSION_NUMBER',
			request: { socket: { secureConnecting: false } },
		});

		expect(readNetworkError(injected).kind).toBe('unclear');
	});

	it('proves that nothing was sent if the TLS handshake failed', () => {
		const plain = Object.assign(new Error('write EPROTO 1:error:0A00010B:SSL routines::wrong version number'), {
			code: 'EPROTO',
			syscall: 'write',
		});
		const lost = { ...socketError('EHOSTUNREACH', 'read'), request: { socket: { secureConnecting: true } } };

		expect(readNetworkError(plain).kind).toBe('unsent');
		expect(readNetworkError({ ...plain, message: plain.message, request: { socket: {} } }).kind).toBe('unsent');
		expect(readNetworkError(lost).kind).toBe('unsent');
	});
});
