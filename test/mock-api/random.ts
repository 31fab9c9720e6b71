/* eslint-disable */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export interface Random {
	/** 0 <= value < 1 */
	next(): number;
	text(length: number): string;
}

/** mulberry32: tiny, and the same sequence for the same seed on every machine. */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const text = (length: number): string =>
		Array.from({ length }, () => ALPHABET[Math.floor(next() * ALPHABET.length)]).join('');
	return { next, text };
}
