import { list, own, unwrapText } from '../../lib/json';

const MOST_VALUES = 1000;
/** Names separated by dots. Brackets contain a position or `*` (every entry of a list). */
const PATH = /^([^.[\]]+|\[(\d{1,9}|\*)\])(\.[^.[\]]+|\[(\d{1,9}|\*)\])*$/;

export function isPath(text: string): boolean {
	return PATH.test(text);
}

/**
 * The values at a path such as `data.output.pics[*].src`, at most 1,000. Reads own properties only, and parses JSON
 * text on the way. The empty path returns the value itself.
 */
export function readPath(value: unknown, path: string): unknown[] {
	let values = [unwrapText(value)];
	for (const step of path.match(/[^.[\]]+/g) ?? [])
		values = values
			.flatMap((entry) => valuesAt(entry, step))
			.slice(0, MOST_VALUES)
			.map(unwrapText);
	return values;
}

function valuesAt(value: unknown, step: string): unknown[] {
	if (step === '*') return list(value).slice(0, MOST_VALUES);
	const found: unknown = Array.isArray(value) ? value[Number(step)] : own(value, step);
	return found === undefined ? [] : [found];
}
