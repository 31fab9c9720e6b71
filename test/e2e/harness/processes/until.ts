/* eslint-disable */
import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
	readonly timeoutMs?: number;
	readonly intervalMs?: number;
	/** Added to the error message after the timeout, such as the end of a log. */
	readonly explain?: () => string;
}

/** Calls `ask` until it returns a value other than undefined. The tests here wait in no other way. */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined> | T | undefined,
	options: UntilOptions = {},
): Promise<T> {
	const { timeoutMs = 60_000, intervalMs = 100, explain } = options;
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const value = await ask();
		if (value !== undefined) return value;
		if (Date.now() > deadline) {
			throw new Error(`Waited ${timeoutMs} ms without success for ${what}${explain ? `\n${explain()}` : ''}`);
		}
		await pause(intervalMs);
	}
}
