import { sleep } from 'n8n-workflow';

import type { Clock } from '../types';

const waiters = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` once when the signal fires, unless the returned function was called before. A
 * signal gets one listener however many wait for it: Node.js takes more than ten for a leak and
 * says so in n8n's log.
 */
export function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
	if (!signal) return () => undefined;
	const actions = waiters.get(signal) ?? new Set<() => void>();
	if (!waiters.has(signal)) {
		waiters.set(signal, actions);
		signal.addEventListener('abort', () => [...actions].forEach((waiting) => waiting()), { once: true });
	}
	const once = (): void => {
		actions.delete(once);
		action();
	};
	actions.add(once);
	return () => void actions.delete(once);
}

/** `sleep` cannot be ended, so it is taken in pieces: none of them outlives a canceled execution or a request for long. */
export const LONGEST_SLEEP_MS = 1000;

/**
 * A pause that ends when the execution is canceled. `sleep` takes no signal on every n8n this
 * node supports, so the signal is raced against it.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
	const end = systemClock.now() + ms;
	for (let rest = ms; rest > 0 && !signal?.aborted; rest = end - systemClock.now()) {
		let forget = (): void => undefined;
		const aborted = new Promise<void>((resolve) => {
			forget = onAbort(signal, resolve);
		});
		await Promise.race([sleep(Math.min(rest, LONGEST_SLEEP_MS)), aborted]);
		forget();
	}
}

/** Not the time of the system, which may be set while a task is waited for. */
export const systemClock: Clock = { now: () => Math.floor(performance.now()), pause };

/** A promise and what resolves it. `Promise.withResolvers` needs Node.js 22. */
export interface Deferred {
	promise: Promise<void>;
	resolve: () => void;
}

export function deferred(): Deferred {
	let resolve = (): void => undefined;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}

/** Spreads waits by up to a tenth either way, so that many items do not ask in step. */
export function jitter(ms: number): number {
	return ms * (0.9 + Math.random() * 0.2);
}

/** "1 second", "0.1 seconds". */
export function secondsText(seconds: number): string {
	return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110). Nonsense and the past give 0. */
export function retryAfterMs(header: unknown): number {
	if (typeof header !== 'string' || header.trim() === '') return 0;
	const seconds = Number(header);
	const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
