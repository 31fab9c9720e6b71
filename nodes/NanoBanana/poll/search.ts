/** What the search for the first end of a run knows about one of its tasks. */
export interface Sought {
	startedAt: number;
	lookedAt: number;
	stepMs: number;
	/** 0 to 1, evenly spread over the tasks of a run, so that they do not ask in step. */
	phase: number;
}

/** The first looks are spread from the poll interval to this age, or less far for few tasks. */
const LAST_FIRST_LOOK_MS = 10_000;
const FIRST_SPREAD = 2;
/** Between two looks at a task that searches alone it leaves sqrt(share * step * age); n that share the search take sqrt(n) times that. */
const SHARE = 0.45;

/** When to look at a task of which nothing is known but its age, with so many that share the search. */
export function searchAt({ startedAt, lookedAt, stepMs, phase }: Sought, crowd: number, now: number): number {
	if (lookedAt === startedAt) {
		const last = Math.min(Math.max(LAST_FIRST_LOOK_MS, stepMs), FIRST_SPREAD * stepMs * Math.sqrt(crowd));
		return startedAt + stepMs + (last - stepMs) * phase;
	}
	const step = Math.sqrt(SHARE * stepMs * crowd) / 2;
	// Back from a plan that did not hold, for all tasks at a time: spread anew.
	return startedAt + (Math.sqrt(Math.max(0, now - startedAt)) + step * (lookedAt === now ? 1 : phase)) ** 2;
}
