import { onAbort } from '../lib/clock';

/** Those who wait for something, in the order in which they came. */
export interface Queue<Wish, Grant> {
	/** Undefined when the signal fires first. */
	wait(wish: Wish, signal?: AbortSignal): Promise<Grant | undefined>;
	/** Serves those who may, one after the other; each grant may change who may. */
	serve(may: (wish: Wish) => boolean, grant: (wish: Wish) => Grant | undefined): void;
	/** Sends these away with a reason, or in silence without one; it is asked for in the next breath. */
	turnAway(from: (wish: Wish) => boolean, reason: () => Error | undefined): void;
	isEmpty(): boolean;
}

interface Waiting<Wish, Grant> {
	wish: Wish;
	resolve(grant: Grant | undefined): void;
	reject(reason: Error): void;
}

export function createQueue<Wish, Grant>(): Queue<Wish, Grant> {
	const waiting: Array<Waiting<Wish, Grant>> = [];
	const remove = (one: Waiting<Wish, Grant>): void => {
		const place = waiting.indexOf(one);
		if (place >= 0) waiting.splice(place, 1);
	};

	return {
		async wait(wish, signal) {
			return await new Promise((resolve, reject) => {
				const forgetSignal = onAbort(signal, () => {
					remove(one);
					resolve(undefined);
				});
				const one: Waiting<Wish, Grant> = {
					wish,
					resolve(grant) {
						forgetSignal();
						resolve(grant);
					},
					reject(reason) {
						forgetSignal();
						reject(reason);
					},
				};
				waiting.push(one);
			});
		},
		serve(may, grant) {
			for (let next = waiting.find(({ wish }) => may(wish)); next; next = waiting.find(({ wish }) => may(wish))) {
				remove(next);
				next.resolve(grant(next.wish));
			}
		},
		turnAway(from, reason) {
			for (const one of waiting.filter(({ wish }) => from(wish))) {
				remove(one);
				void Promise.resolve().then(() => {
					const thrown = reason();
					if (thrown) one.reject(thrown);
					else one.resolve(undefined);
				});
			}
		},
		isEmpty: () => waiting.length === 0,
	};
}
