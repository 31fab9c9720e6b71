import { MEGABYTE } from '../lib/bytes';
import { deferred, systemClock, type Deferred } from '../lib/clock';

/** A limit shared by the items of a node run: bytes in memory or parallel transfers. First come, first served. */
interface Budget {
	/** Creates an empty reservation. The caller must always release it. */
	reservation(): Reservation;
}

export interface Reservation {
	/** True from the call of `acquire` to `release`. */
	readonly isAcquired: boolean;
	/** Waits until `amount` is free. Only the first call counts: reservations never grow, so they cannot deadlock. */
	acquire(amount: number): Promise<void>;
	/**
	 * For a paid response: takes the memory after 10 seconds even if it is not free. A server closes a connection that
	 * nobody reads (nginx: after 60 seconds), and the images would be lost.
	 */
	acquireSoon(amount: number): Promise<void>;
	release(): void;
}

/** Maximum bytes of requests and images in memory at a time, unless a single one is larger. */
export const MEMORY_BYTES = 24 * MEGABYTE;
const LONGEST_WAIT_MS = 10_000;
/** How much memory paid responses may take in that case, as a multiple of the budget. */
const FORCED_SHARE = 4;
/** Maximum number of parallel downloads. */
export const TRANSFERS = 8;

interface Claim {
	amount: number;
	granted: Deferred;
}

export function createBudget(capacity: number): Budget {
	let taken = 0;
	/** Claims without their memory yet. */
	const waiting = new Set<Claim>();

	const grant = (claim: Claim): void => {
		if (!waiting.delete(claim)) return;
		taken += claim.amount;
		claim.granted.resolve();
	};
	const grantNext = (): void => {
		for (const claim of waiting) {
			if (taken > 0 && taken + claim.amount > capacity) return;
			grant(claim);
		}
	};

	const reservation = (): Reservation => {
		let claim: Claim | undefined;
		const claimOf = (amount: number): Claim => {
			if (!claim) waiting.add((claim = { amount: Math.max(1, amount), granted: deferred() }));
			grantNext();
			return claim;
		};
		return {
			get isAcquired() {
				return claim !== undefined;
			},
			acquire: async (amount) => await claimOf(amount).granted.promise,
			async acquireSoon(amount) {
				const mine = claimOf(amount);
				const granted = new AbortController();
				const force = async (): Promise<void> => {
					while (waiting.has(mine)) {
						await systemClock.pause(LONGEST_WAIT_MS, granted.signal);
						if (taken + mine.amount <= FORCED_SHARE * capacity) grant(mine);
					}
				};
				void force();
				await mine.granted.promise;
				granted.abort();
			},
			release() {
				if (!claim) return;
				if (!waiting.delete(claim)) taken -= claim.amount;
				claim.granted.resolve();
				claim = undefined;
				grantNext();
			},
		};
	};
	return { reservation };
}
