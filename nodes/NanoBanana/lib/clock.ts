import { sleep } from 'n8n-workflow';

/** `now` returns milliseconds that never decrease. `pause` ends early when the signal fires. */
export interface Clock {
	now(): number;
	pause(ms: number, signal?: AbortSignal): Promise<void>;
}

const waiters = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` once when the signal fires, unless the returned function was called before. All actions of a signal
 * share one listener: with more than ten, Node.js writes a warning about a leak to n8n's log.
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

/** The time in ISO format. Unlike `new Date()`, `Date.now` can be replaced by a virtual clock in tests. */
export function isoNow(): string {
	return new Date(Date.now()).toISOString();
}

/** `sleep` cannot be aborted, so long waits use short sleeps. They soon end after a cancel or the end of a request. */
export const LONGEST_SLEEP_MS = 1000;

/**
 * A pause that ends early if the execution is canceled. Not every supported n8n version has a `sleep` that accepts a
 * signal, so this races the two.
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

/** Not the system time, which may be changed while the node waits for a task. */
export const systemClock: Clock = { now: () => Math.floor(performance.now()), pause };

/** A promise and its `resolve` function. `Promise.withResolvers` needs Node.js 22. */
export interface Deferred {
	promise: Promise<void>;
	resolve: () => void;
}

export function deferred(): Deferred {
	let resolve = (): void => undefined;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}

/** Changes a wait by up to ±10%, so that items do not send requests at the same time. */
export function jitter(ms: number): number {
	return ms * (0.9 + Math.random() * 0.2);
}

/** "1 second", "0.1 seconds". */
export function secondsText(seconds: number): string {
	return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
}

/** Converts `Retry-After` (seconds or an HTTP date, RFC 9110) to milliseconds. Invalid or past values return 0. */
export function retryAfterMs(header: unknown): number {
	if (typeof header !== 'string' || header.trim() === '') return 0;
	const seconds = Number(header);
	const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
