import { MEGABYTE } from '../lib/bytes';

/** A limit that the items of a node run share: on bytes in memory, or on transfers side by side. First come, first served. */
export interface Budget {
	/** Takes nothing yet. Its owner releases it, whatever happens. */
	reservation(): Reservation;
}

export interface Reservation {
	readonly isAcquired: boolean;
	/** Waits until so much is free, the first time. It never grows, so two owners cannot wait for each other. */
	before(amount: number): Promise<void>;
	release(): void;
}

interface Ticket {
	amount: number;
	isGranted: boolean;
	grant: () => void;
}

/** So many bytes of requests and images are in memory at a time, or a single larger one. */
export const MEMORY_BYTES = 24 * MEGABYTE;
/** So many files are downloaded side by side. */
export const TRANSFERS = 8;

export function createBudget(capacity: number): Budget {
	let taken = 0;
	let waiting: Ticket[] = [];

	const grant = (): void => {
		for (let next = waiting.at(0); next && (taken === 0 || taken + next.amount <= capacity); next = waiting.at(0)) {
			waiting.shift();
			taken += next.amount;
			next.isGranted = true;
			next.grant();
		}
	};

	const reservation = (): Reservation => {
		let ticket: Ticket | undefined;
		let granted = Promise.resolve();
		return {
			get isAcquired() {
				return ticket !== undefined;
			},
			async before(amount) {
				if (ticket === undefined) {
					granted = new Promise(
						(resolve) => (ticket = { amount: Math.max(1, amount), isGranted: false, grant: resolve }),
					);
					waiting.push(ticket as unknown as Ticket);
					grant();
				}
				await granted;
			},
			release() {
				if (ticket === undefined) return;
				if (ticket.isGranted) taken -= ticket.amount;
				waiting = waiting.filter((other) => other !== ticket);
				ticket.grant();
				ticket = undefined;
				grant();
			},
		};
	};
	return { reservation };
}
