import { FailureError } from '../errors/failure';

/** Validates user input. The functions throw a failure of kind `invalid_input` with the label of the field. */

export function invalid(message: string, nextStep: string): Error {
	return new FailureError({ kind: 'invalid_input', message, nextStep });
}

export function requiredText(label: string, value: unknown, nextStep: string): string {
	const text = typeof value === 'number' ? String(value) : (value ?? '');
	if (typeof text !== 'string') throw invalid(`'${label}' must be text`, nextStep);
	if (text.trim() === '') throw invalid(`'${label}' is empty`, nextStep);
	return text;
}

export function wholeNumber(label: string, value: unknown, least: number): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number;
	throw invalid(
		`'${label}' must be a whole number, ${least} or higher (got ${String(value).slice(0, 40)})`,
		`Enter a whole number, e.g. ${least}.`,
	);
}

export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A number of at least `least`. `undefined` and an empty field return the default. */
export function numberFrom<F extends number | undefined>(
	label: string,
	value: unknown,
	fallback: F,
	least: number,
): number | F {
	if (isBlank(value)) return fallback;
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number) && number >= least) return number;
	throw invalid(
		`'${label}' must be a number, ${least} or higher (got ${String(value).slice(0, 40)})`,
		'Enter a number, or remove the option.',
	);
}

/** A boolean, or its text as webhooks and forms return it. `undefined` and an empty field return the default. */
export function booleanFrom(label: string, value: unknown, fallback: boolean): boolean {
	return typeof value === 'boolean' ? value : choiceFrom(label, value, ['true', 'false'], `${fallback}`) === 'true';
}

/** One of the values of a list, in upper or lower case. `undefined` and an empty field return the default. */
export function choiceFrom<T extends string>(label: string, value: unknown, choices: readonly T[], fallback: T): T {
	if (isBlank(value)) return fallback;
	const name = String(value).trim().toLowerCase();
	const choice = choices.find((known) => known.toLowerCase() === name);
	if (choice !== undefined) return choice;
	throw invalid(
		`'${name.slice(0, 40)}' is not a valid value for '${label}'`,
		`Select a value from the list. An expression must return one of: ${choices.join(', ')}.`,
	);
}
