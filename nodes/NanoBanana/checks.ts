import { failureError } from './errors';

/** Checks of what a user typed. Each throws a failure of kind `invalid_input` that names the field by its label. */

export function invalid(message: string, nextStep: string): Error {
	return failureError({ kind: 'invalid_input', message, nextStep });
}

export function requiredText(label: string, value: unknown, nextStep: string): string {
	const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
	if (text.trim() === '') throw invalid(`'${label}' is empty`, nextStep);
	return label === 'Model' ? text.trim() : text;
}

export function wholeNumber(label: string, value: unknown, least: number): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number;
	throw invalid(`'${label}' is ${String(value).slice(0, 40)}, which is no whole number from ${least}`, `Enter a whole number from ${least}, e.g. ${least}.`);
}

/** A number of at least `least`; `undefined` and an empty field give the default. */
export function numberFrom(label: string, value: unknown, fallback: number, least: number): number {
	if (value === undefined || value === null || value === '') return fallback;
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number) && number >= least) return number;
	throw invalid(`'${label}' is ${String(value).slice(0, 40)}, which is no number from ${least}`, `Enter a number from ${least}, or remove the option.`);
}

export function megabytes(bytes: number): string {
	return (bytes / 1_048_576).toFixed(1);
}
