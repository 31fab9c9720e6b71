import { record } from '../lib/json';

/** What a thrown request tells of the other side. */
export type NetworkError =
	/** The connection never came about: nothing was sent. `lasting` when a second try cannot help. */
	| { kind: 'unsent'; reason: string; lasting: boolean }
	/** It broke after sending may have begun: the other side may have acted. */
	| { kind: 'unclear'; reason: string };

/** Codes of a connection that never opened (Node.js), and of one whose other side cannot be trusted. */
const NEVER_OPENED = [
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EHOSTDOWN',
	'ENETDOWN',
	'EADDRNOTAVAIL',
];
const LASTING =
	/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL_WRONG_VERSION|ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNSUPPORTED_PROTOCOL/;
const BLOCKED = /restricted ip|blocked|not allowed|invalid url|unsupported protocol|wrong version number/i;

/** Reads the chain of causes that n8n and Node.js leave. In doubt the other side may have acted. */
export function readNetworkError(thrown: unknown): NetworkError {
	const chain = causes(thrown);
	const codes = chain.map((error) => String(record(error).code ?? record(error).httpCode ?? ''));
	const reason = chain.map((error) => (error instanceof Error ? error.message : '')).find(Boolean) ?? 'no answer';
	const code = codes.find((entry) => /^[A-Z][A-Z_0-9]+$/.test(entry)) ?? '';
	const words = code ? `${code.toLowerCase().replace(/_/g, ' ')}: ${reason}` : reason;
	const connecting = chain.some(
		(error) => record(error).syscall === 'connect' || record(error).syscall === 'getaddrinfo',
	);
	const lasting =
		codes.some((entry) => LASTING.test(entry)) ||
		chain.some((error) => error instanceof Error && BLOCKED.test(error.message));
	if (lasting) return { kind: 'unsent', reason: words, lasting: true };
	if (connecting || codes.some((entry) => NEVER_OPENED.includes(entry)))
		return { kind: 'unsent', reason: words, lasting: false };
	return { kind: 'unclear', reason: words };
}

function causes(thrown: unknown): unknown[] {
	const chain: unknown[] = [];
	let next = thrown;
	while (typeof next === 'object' && next !== null && !chain.includes(next) && chain.length < 8) {
		chain.push(next);
		next = (next as { cause?: unknown }).cause;
	}
	return chain;
}
