import { sleep } from 'n8n-workflow';

import type { Clock } from './types';

/**
 * A pause that ends when the execution is canceled. `sleep` takes no signal on every n8n this
 * node supports, so the signal is raced against it; the listener is removed again because one
 * signal serves every pause of an execution.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
	if (ms <= 0 || signal?.aborted) return;
	let onAbort = (): void => undefined;
	const aborted = new Promise<void>((resolve) => {
		onAbort = resolve;
		signal?.addEventListener('abort', onAbort, { once: true });
	});
	await Promise.race([sleep(ms), aborted]);
	signal?.removeEventListener('abort', onAbort);
}

export const systemClock: Clock = { now: () => Date.now(), pause };

/** Spreads waits by up to a tenth either way, so that many items do not ask in step. */
export function jitter(ms: number): number {
	return ms * (0.9 + Math.random() * 0.2);
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110). Nonsense and the past give 0. */
export function retryAfterMs(header: unknown, now: number): number {
	if (typeof header !== 'string' || header.trim() === '') return 0;
	const seconds = Number(header);
	const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
	return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
