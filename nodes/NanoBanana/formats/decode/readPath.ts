import { own, unwrapText } from '../../lib/json';

/** More values are not read. */
const MOST_ENTRIES = 1000;
const STEP = /\.?([^.[\]]+)|\[(\d{1,9}|\*)\]/y;

/**
 * The steps of a path such as `data.output.pics[*].src`: names after dots, positions in brackets and
 * `[*]` for every entry of a list. Undefined where it is not written like this.
 */
export function parsePath(path: string): string[] | undefined {
	const steps: string[] = [];
	for (let at = 0; at < path.length; at = STEP.lastIndex) {
		STEP.lastIndex = at;
		const match = STEP.exec(path);
		const isFirst = at === 0;
		// A dot stands between names, and nowhere else.
		if (match === null || (match[1] !== undefined && path.startsWith('.', at) === isFirst)) return undefined;
		steps.push(match[1] ?? `[${match[2]}]`);
	}
	return steps.length > 0 ? steps : undefined;
}

/** The values at a path, own properties only, at most 1,000 of them. */
export function readPath(value: unknown, steps: string[]): unknown[] {
	let values = [unwrapText(value)];
	for (const step of steps) values = firstOf(values.flatMap((entry) => below(entry, step)).map(unwrapText));
	return values;
}

function below(value: unknown, step: string): unknown[] {
	if (!step.startsWith('[')) {
		const found = own(value, step);
		return found === undefined ? [] : [found];
	}
	if (!Array.isArray(value)) return [];
	if (step === '[*]') return firstOf(value);
	const index = Number(step.slice(1, -1));
	return index < value.length ? [value[index] as unknown] : [];
}

function firstOf(values: unknown[]): unknown[] {
	return values.slice(0, MOST_ENTRIES);
}
