import { MEGABYTE } from '../lib/bytes';
import { deferred, type Deferred } from '../lib/clock';

/** A limit shared by the items of a node run: bytes in memory or parallel transfers. First come, first served. */
export interface Budget {
	/** Creates an empty reservation. The caller must always release it. */
	reservation(): Reservation;
}

export interface Reservation {
	/** True from the call of `acquire` to `release`. */
	readonly isAcquired: boolean;
	/** Waits until `amount` is free. Only the first call counts: reservations never grow, so they cannot deadlock. */
	acquire(amount: number): Promise<void>;
	release(): void;
}

/** Maximum bytes of requests and images in memory at a time, unless a single one is larger. */
export const MEMORY_BYTES = 24 * MEGABYTE;
/** Maximum number of parallel downloads. */
export const TRANSFERS = 8;

interface Claim {
	amount: number;
	granted: Deferred;
}

export function createBudget(capacity: number): Budget {
	let taken = 0;
	const held = new Set<Claim>();
	const waiting = new Set<Claim>();

	const grantNext = (): void => {
		for (const claim of waiting) {
			if (taken > 0 && taken + claim.amount > capacity) return;
			waiting.delete(claim);
			held.add(claim);
			taken += claim.amount;
			claim.granted.resolve();
		}
	};

	const reservation = (): Reservation => {
		let claim: Claim | undefined;
		return {
			get isAcquired() {
				return claim !== undefined;
			},
			async acquire(amount) {
				if (!claim) waiting.add((claim = { amount: Math.max(1, amount), granted: deferred() }));
				grantNext();
				await claim.granted.promise;
			},
			release() {
				if (!claim) return;
				if (held.delete(claim)) taken -= claim.amount;
				waiting.delete(claim);
				claim.granted.resolve();
				claim = undefined;
				grantNext();
			},
		};
	};
	return { reservation };
}
