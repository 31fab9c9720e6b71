import { MEGABYTE } from '../lib/bytes';

/**
 * Memory of stored pictures, used again for the next ones. Node.js gives large buffers back late, so
 * a run of many pictures would hold several times what is in use.
 */
export interface BufferPool {
	take(bytes: number): Buffer;
	/** Only once nobody reads the buffer any more; one from elsewhere is left alone. */
	give(buffer: Buffer): void;
}

/** More is left to the garbage collection. */
const KEPT_BYTES = 24 * MEGABYTE;
/** Sizes are rounded up to this, so that pictures of about the same size fit into each other's places. */
const GRAIN_BYTES = 256 * 1024;

export function createBufferPool(capacity = KEPT_BYTES): BufferPool {
	const lent = new WeakSet<ArrayBufferLike>();
	let idle: Buffer[] = [];
	return {
		take(bytes) {
			const fitting = idle
				.filter((spare) => spare.length >= bytes && spare.length <= 2 * Math.max(bytes, GRAIN_BYTES))
				.sort((a, b) => a.length - b.length);
			const whole = fitting.at(0) ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES);
			idle = idle.filter((spare) => spare !== whole);
			lent.add(whole.buffer);
			return whole.subarray(0, bytes);
		},
		give(buffer) {
			if (!lent.delete(buffer.buffer)) return;
			const held = idle.reduce((sum, spare) => sum + spare.length, 0);
			if (held + buffer.buffer.byteLength <= capacity) idle.push(Buffer.from(buffer.buffer));
		},
	};
}
