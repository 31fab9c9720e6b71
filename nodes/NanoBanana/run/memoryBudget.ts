import { MEGABYTE } from '../lib/bytes';

/** Room for bodies in memory: requests and images wait here, not in the heap. */
export interface MemoryBudget {
	/** A hold takes room once, at its first `before`, and gives it back at `release`. */
	reservation(): Reservation;
}

export interface Reservation {
	readonly isAcquired: boolean;
	/** Waits until so many bytes more may be in memory. */
	before(bytes: number): Promise<void>;
	release(): void;
}

interface Ticket {
	bytes: number;
	isInside: boolean;
	entered: Promise<void>;
	enter: () => void;
}

/** So many bytes of requests and images are in memory at a time, or a single larger one. */
const ROOM_BYTES = 24 * MEGABYTE;

export function createMemoryBudget(capacity = ROOM_BYTES): MemoryBudget {
	let taken = 0;
	const waiting: Ticket[] = [];

	const admit = (): void => {
		for (let next = waiting.at(0); next && (taken === 0 || taken + next.bytes <= capacity); next = waiting.at(0)) {
			waiting.shift();
			taken += next.bytes;
			next.isInside = true;
			next.enter();
		}
	};

	const leave = (ticket: Ticket): void => {
		if (ticket.isInside) taken -= ticket.bytes;
		else waiting.splice(waiting.indexOf(ticket), 1);
		ticket.enter();
		admit();
	};

	return {
		reservation() {
			let ticket: Ticket | undefined;
			return {
				get isAcquired() {
					return ticket !== undefined;
				},
				// Who holds room already never waits for more, so two holders cannot wait for each other.
				async before(bytes) {
					ticket ??= queue(waiting, Math.max(1, bytes));
					admit();
					await ticket.entered;
				},
				release() {
					if (ticket) leave(ticket);
					ticket = undefined;
				},
			};
		},
	};
}

function queue(waiting: Ticket[], bytes: number): Ticket {
	const ticket: Ticket = { bytes, isInside: false, entered: Promise.resolve(), enter: () => undefined };
	ticket.entered = new Promise<void>((resolve) => {
		ticket.enter = resolve;
	});
	waiting.push(ticket);
	return ticket;
}
