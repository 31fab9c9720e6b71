/** Why a complete response did not arrive. `reason` is our own text, because advice in n8n's texts may cost money. */
export type NetworkError =
	/** The request provably did not reach the API. `isPermanent` if a second try cannot help. */
	| { kind: 'unsent'; reason: string; isPermanent: boolean }
	/** Sending may have begun, so the API may have accepted the request. `isPermanent` if a second try rarely helps.
	 * `isTimeout` if the node's own time limit ended it. */
	| { kind: 'unclear'; reason: string; isPermanent?: boolean; isTimeout?: boolean };

const CLOSED = 'The connection was closed before the response was complete';

/**
 * Error codes of Node.js and its libraries, or messages if n8n drops the code. The first row that matches wins.
 * `isUnsent`: the connection never opened, unless the error itself shows that it was open.
 */
const FAULTS: Array<{ sign: RegExp; reason: string; isUnsent?: true; isPermanent?: true }> = [
	{
		sign: /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)/,
		reason:
			"The server's certificate is self-signed. If you trust it, turn on 'Ignore SSL Issues (Insecure)' under 'Request Options'",
		isUnsent: true,
		isPermanent: true,
	},
	{ sign: /CERT_HAS_EXPIRED/, reason: "The server's certificate has expired", isUnsent: true, isPermanent: true },
	{
		sign: /ALTNAME_INVALID/,
		reason: "The server's certificate is for a different host",
		isUnsent: true,
		isPermanent: true,
	},
	{ sign: /CERT|ERR_TLS/, reason: "The server's certificate is not valid", isUnsent: true, isPermanent: true },
	{
		sign: /ERR_INVALID_(URL|PROTOCOL)|ERR_UNSUPPORTED_PROTOCOL|invalid url|unsupported protocol/i,
		reason: 'The URL is not valid',
		isUnsent: true,
		isPermanent: true,
	},
	{
		sign: /blocked because|restricted ip|not allowed/i,
		reason: "n8n's settings do not allow requests to this host",
		isUnsent: true,
		isPermanent: true,
	},
	{ sign: /ECONNREFUSED/, reason: 'The connection was refused', isUnsent: true },
	{ sign: /ENOTFOUND|EAI_AGAIN/, reason: 'The host name was not found', isUnsent: true },
	{
		sign: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL/,
		reason: "The host cannot be reached from n8n's network",
		isUnsent: true,
	},
	{ sign: /wrong version number/i, reason: 'This port does not accept https://', isUnsent: true },
	{ sign: /before secure TLS/i, reason: 'The connection was closed during the TLS handshake', isUnsent: true },
	{ sign: /ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT|_TIMEOUT/, reason: 'The connection timed out' },
	{ sign: /socket hang up|aborted|premature close|ERR_STREAM_PREMATURE_CLOSE/i, reason: CLOSED },
	{ sign: /ECONNRESET|EPIPE/, reason: 'The connection was reset' },
	{ sign: /EPROTO|ERR_SSL/, reason: 'The TLS connection failed' },
	{ sign: /HPE_/, reason: "The server's response is not valid HTTP" },
	{
		sign: /TOO_MANY_REDIRECTS|maximum number of redirects/i,
		reason: 'The URL redirects too many times',
		isPermanent: true,
	},
	{ sign: /Z_DATA_ERROR/, reason: 'The compressed response cannot be read', isPermanent: true },
	{ sign: /Z_\w+_ERROR|ERR_\w*BROTLI|ZSTD_|decompress/i, reason: 'The compressed response cannot be read' },
];

/** Evaluates an error of n8n or Node.js and its causes. Unless they prove that nothing was sent, it is `unclear`. */
export function readNetworkError(thrown: unknown): NetworkError {
	const chain = causes(thrown);
	const signs = chain.flatMap((error) => [error.code, error.httpCode, error.message]).map(String);
	const fault = FAULTS.find(({ sign }) => signs.some((text) => sign.test(text)));
	if (fault?.isUnsent && (fault.isPermanent || !wasOpen(chain)))
		return { kind: 'unsent', reason: fault.reason, isPermanent: fault.isPermanent === true };
	if (isTlsAlert(chain)) return { kind: 'unsent', reason: 'This port expects https://', isPermanent: false };
	const unsent = unsentReason(chain);
	if (unsent) return { kind: 'unsent', reason: unsent, isPermanent: false };
	const code = signs.find((text) => /^E[A-Z_]{3,}$/.test(text));
	const reason = fault?.reason ?? (code ? `The request failed (${code})` : 'The request failed');
	return { kind: 'unclear', reason, ...(fault?.isPermanent && { isPermanent: true }) };
}

/** Errors of a proxy that did not connect to the API. Sources: Squid's error pages, reqs.c of tinyproxy. */
const SQUID_UNSENT = /^ERR_((SECURE_)?CONNECT_FAIL|DNS_FAIL|(CACHE_)?ACCESS_DENIED)\b/;
const TINYPROXY_UNSENT = [403, 500];

/**
 * Detects an error response of the proxy itself that proves that the request never reached the API. The proxy's headers
 * alone do not: a proxy that decrypts traffic also adds them if it forwarded the request. classify.ts handles 407.
 */
export function readProxyError(
	status: number,
	headers: Record<string, unknown>,
	url: string,
): NetworkError | undefined {
	const isTinyproxy = /^tinyproxy\b/i.test(String(headers.server)) && TINYPROXY_UNSENT.includes(status);
	const isUnsent = SQUID_UNSENT.test(String(headers['x-squid-error'])) || isTinyproxy;
	if (!/^https:/i.test(url) || status < 400 || status === 407 || !isUnsent) return undefined;
	const isForbidden = status < 500;
	return {
		kind: 'unsent',
		reason: isForbidden ? 'The proxy does not allow this host' : 'The proxy could not connect to the API',
		isPermanent: isForbidden,
	};
}

/** True if an open connection broke. `write EPROTO` alone does not count, because it is a failed TLS handshake. */
function wasOpen(chain: Array<Record<string, unknown>>): boolean {
	const wasSecured = socketOf(chain)?.secureConnecting === false;
	return (
		wasSecured || chain.some(({ syscall, code }) => ['read', 'write'].includes(String(syscall)) && code !== 'EPROTO')
	);
}

/** Why the request cannot have been sent, by its system call or socket. */
function unsentReason(chain: Array<Record<string, unknown>>): string | undefined {
	if (chain.some(({ syscall }) => syscall === 'connect' || syscall === 'getaddrinfo'))
		return 'The connection could not be opened';
	const socket = socketOf(chain);
	// A request only gets its socket after the proxy has opened the tunnel.
	if (socket === null) return 'The proxy closed the connection';
	return socket?.secureConnecting === true ? 'The connection was closed during the TLS handshake' : undefined;
}

/** The socket of the request: null if it got none, undefined without a request. `secureConnecting` only exists for TLS. */
function socketOf(chain: Array<Record<string, unknown>>): { secureConnecting?: boolean } | null | undefined {
	const request = chain.map((error) => error.request).find((found) => typeof found === 'object' && found !== null);
	return request && ((request as { socket?: { secureConnecting?: boolean } }).socket ?? null);
}

/** A TLS server responds to plain HTTP with an alert record (type 21) and does not read the request (RFC 8446, 5.1). */
function isTlsAlert(chain: Array<Record<string, unknown>>): boolean {
	return chain.some(({ rawPacket }) => Buffer.isBuffer(rawPacket) && rawPacket[0] === 0x15 && rawPacket[1] === 3);
}

function causes(thrown: unknown): Array<Record<string, unknown>> {
	const chain: Array<Record<string, unknown>> = [];
	for (let next = thrown; typeof next === 'object' && next !== null && chain.length < 8; next = chain.at(-1)?.cause)
		chain.push(next as Record<string, unknown>);
	return chain;
}
