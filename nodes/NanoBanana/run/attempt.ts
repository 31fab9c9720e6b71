/** One try of the node, over all batches that n8n's batching makes of its items: a batch may end before the next one starts. */
export interface Attempt {
	runIndex: number;
	joined: Set<number>;
	/** Images that each item is going to buy. */
	images: Map<number, number>;
	/** An item has failed and the node will stop. */
	isLost: boolean;
}
const attempts = new WeakMap<object, Attempt>();

/** An item that comes once more does so in a new try of the node. */
export function joinAttempt(
	context: object,
	{ runIndex, itemIndex }: { runIndex: number; itemIndex: number },
): Attempt {
	const known = attempts.get(context);
	const isSame = known?.runIndex === runIndex && !known.joined.has(itemIndex);
	const attempt = isSame
		? known
		: { runIndex, joined: new Set<number>(), images: new Map<number, number>(), isLost: false };
	attempts.set(context, attempt);
	attempt.joined.add(itemIndex);
	return attempt;
}
