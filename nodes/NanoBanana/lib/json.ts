import type { IDataObject } from 'n8n-workflow';

/** The border where untyped JSON comes in: named readers, so that no cast is needed behind it. */

export type JsonRecord = Record<string, unknown>;

/** The value as an object; anything else (also an array) reads as an empty one. */
export function record(value: unknown): JsonRecord {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

/** An own property. Inherited ones are never read, so a body cannot speak through `__proto__` or `constructor`. */
export function own(value: unknown, key: string): unknown {
	const source = record(value);
	return Object.prototype.hasOwnProperty.call(source, key) ? source[key] : undefined;
}

/** The first of these own properties that holds a non-empty string, trimmed. */
export function firstText(value: unknown, ...keys: string[]): string | undefined {
	for (const key of keys) {
		const found = own(value, key);
		if (typeof found === 'string' && found.trim() !== '') return found.trim();
	}
	return undefined;
}

/** Own properties by their names in lower case without separators: `result_urls`, `resultUrls` and `ResultURLs` are one. An empty one makes room for another. */
export function byName(value: unknown): Map<string, unknown> {
	const found = new Map<string, unknown>();
	for (const [key, entry] of Object.entries(record(value))) {
		const name = simpleName(key);
		if (!found.has(name) || isEmpty(found.get(name))) found.set(name, entry);
	}
	return found;
}

export function simpleName(key: string): string {
	return key.length > 100 ? key : key.toLowerCase().replace(/[^\p{L}\d]/gu, '');
}

function isEmpty(value: unknown): boolean {
	return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

export function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** JSON text as a value; undefined when it is no JSON. */
export function parseJson(text: string): unknown {
	try {
		// A byte order mark is no JSON, and some servers write one.
		return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
	} catch {
		return undefined;
	}
}

/** Gateways of the family nest JSON as text; a string that looks like an object or list is opened. */
export function unwrapText(value: unknown): unknown {
	// The end is looked at first: half of a long text takes a parser as long as a whole one.
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || !/[\]}]$/.test(value.slice(-100).trimEnd())) return value;
	return parseJson(value) ?? value;
}

/** `extra` over `base`, objects merged key by key, everything else replaced. Neither is changed. */
export function mergeJson(base: IDataObject, extra: IDataObject): IDataObject {
	const merged: IDataObject = { ...base };
	for (const [key, value] of Object.entries(extra)) {
		if (key === '__proto__') continue;
		const below = own(base, key);
		const both = isPlainObject(below) && isPlainObject(value);
		merged[key] = both ? mergeJson(below, value) : value;
	}
	return merged;
}

function isPlainObject(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
