/* eslint-disable */
import { createBufferPool } from '../../../nodes/NanoBanana/run/bufferPool';

const MB = 1_048_576;

it('lends a buffer of the size that was asked for', () => {
	const bufferPool = createBufferPool();

	expect(bufferPool.take(1).length).toBe(1);
	expect(bufferPool.take(3 * MB + 17).length).toBe(3 * MB + 17);
});

it('never lends one memory to two borrowers', () => {
	const bufferPool = createBufferPool();
	const [one, other] = [bufferPool.take(MB), bufferPool.take(MB)];

	expect(one.buffer).not.toBe(other.buffer);
});

it('lends again what was given back, for pictures of about the same size', () => {
	const bufferPool = createBufferPool();
	const first = bufferPool.take(8 * MB - 100_000);
	bufferPool.give(first);

	expect(bufferPool.take(8 * MB - 50_000).buffer).toBe(first.buffer);
	expect(bufferPool.take(8 * MB - 50_000).buffer).not.toBe(first.buffer);
});

it('keeps a large buffer for large pictures', () => {
	const bufferPool = createBufferPool();
	const large = bufferPool.take(8 * MB);
	bufferPool.give(large);

	expect(bufferPool.take(MB).buffer).not.toBe(large.buffer);
	expect(bufferPool.take(8 * MB).buffer).toBe(large.buffer);
});

it('takes each buffer back once, and none that it did not lend', () => {
	const bufferPool = createBufferPool();
	const mine = bufferPool.take(MB);
	const foreign = Buffer.alloc(MB);
	bufferPool.give(foreign);
	bufferPool.give(mine);
	bufferPool.give(mine);
	const next = [bufferPool.take(MB), bufferPool.take(MB)].map(({ buffer }) => buffer);

	expect(next[0]).toBe(mine.buffer);
	expect(next[1]).not.toBe(mine.buffer);
	expect(next).not.toContain(foreign.buffer);
});

it('leaves what is too much to the garbage collection', () => {
	const bufferPool = createBufferPool(10 * MB);
	const [one, other] = [bufferPool.take(6 * MB), bufferPool.take(6 * MB)];
	bufferPool.give(one);
	bufferPool.give(other);
	const next = [bufferPool.take(6 * MB), bufferPool.take(6 * MB)].map(({ buffer }) => buffer);

	expect(next).toContain(one.buffer);
	expect(next).not.toContain(other.buffer);
});
