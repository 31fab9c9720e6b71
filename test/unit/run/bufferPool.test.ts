/* eslint-disable */
import { createSpares } from '../../../nodes/NanoBanana/run/bufferPool';

const MB = 1_048_576;

it('lends a buffer of the size that was asked for', () => {
	const spares = createSpares();

	expect(spares.take(1).length).toBe(1);
	expect(spares.take(3 * MB + 17).length).toBe(3 * MB + 17);
});

it('never lends one memory to two borrowers', () => {
	const spares = createSpares();
	const [one, other] = [spares.take(MB), spares.take(MB)];

	expect(one.buffer).not.toBe(other.buffer);
});

it('lends again what was given back, for pictures of about the same size', () => {
	const spares = createSpares();
	const first = spares.take(8 * MB - 100_000);
	spares.give(first);

	expect(spares.take(8 * MB - 50_000).buffer).toBe(first.buffer);
	expect(spares.take(8 * MB - 50_000).buffer).not.toBe(first.buffer);
});

it('keeps a large buffer for large pictures', () => {
	const spares = createSpares();
	const large = spares.take(8 * MB);
	spares.give(large);

	expect(spares.take(MB).buffer).not.toBe(large.buffer);
	expect(spares.take(8 * MB).buffer).toBe(large.buffer);
});

it('takes each buffer back once, and none that it did not lend', () => {
	const spares = createSpares();
	const mine = spares.take(MB);
	const foreign = Buffer.alloc(MB);
	spares.give(foreign);
	spares.give(mine);
	spares.give(mine);
	const next = [spares.take(MB), spares.take(MB)].map(({ buffer }) => buffer);

	expect(next[0]).toBe(mine.buffer);
	expect(next[1]).not.toBe(mine.buffer);
	expect(next).not.toContain(foreign.buffer);
});

it('leaves what is too much to the garbage collection', () => {
	const spares = createSpares(10 * MB);
	const [one, other] = [spares.take(6 * MB), spares.take(6 * MB)];
	spares.give(one);
	spares.give(other);
	const next = [spares.take(6 * MB), spares.take(6 * MB)].map(({ buffer }) => buffer);

	expect(next).toContain(one.buffer);
	expect(next).not.toContain(other.buffer);
});
