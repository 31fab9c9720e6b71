import type { IDataObject } from 'n8n-workflow';

/** Untyped JSON comes in here: named readers, so that no cast is needed behind them. */

function isRecord(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; anything else (also an array) reads as an empty one. */
export function asObject(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** An own property. Inherited ones are never read, so a body cannot speak through `__proto__` or `constructor`. */
export function own(value: unknown, key: string): unknown {
	return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The first of these own properties that contains more than white space, trimmed. */
export function firstText(value: unknown, ...keys: string[]): string | undefined {
	for (const key of keys) {
		const found = own(value, key);
		if (typeof found === 'string' && found.trim() !== '') return found.trim();
	}
	return undefined;
}

export function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** Without the fields that are undefined. */
export function present(fields: Record<string, unknown>): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as IDataObject;
}

/** The list, or undefined where it is empty. */
export function someOf<T>(values: T[] = []): T[] | undefined {
	return values.length > 0 ? values : undefined;
}

/** JSON text as a value; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
	try {
		// Some servers write a byte order mark, which JSON does not allow.
		return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
	} catch {
		return undefined;
	}
}

/** APIs nest JSON as text: a text that looks like an object or a list is opened. */
export function unwrapText(value: unknown): unknown {
	// The end is looked at first: half of a long text takes a parser as long as a whole one.
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || !/[\]}]$/.test(value.slice(-100).trimEnd())) return value;
	return parseJson(value) ?? value;
}

/** Text that is shown of a body, before it is redacted and shortened. */
const SHOWN_CHARACTERS = 20_000;

/** The value of a body that is JSON, also JSON inside a JSON text; of any other body what `bodyText` shows. Linear in its size. */
export function parseBody(bytes: Buffer): unknown {
	const value = parseJson(bytes.toString('utf8'));
	return value === undefined ? bodyText(bytes) : unwrapText(value);
}

/** The start of a body as it came, so that long numbers keep their digits; of binary data only its size. */
export function bodyText(bytes: Buffer): string {
	// A character may be cut in two at the end.
	const text = bytes.toString('utf8', 0, SHOWN_CHARACTERS).replace(/\ufffd$/, '');
	// A control character other than tab, line feed and carriage return, or what is not UTF-8.
	return /(?![\t\r\n])[\p{Cc}\ufffd]/u.test(text.slice(0, 500)) ? `(binary data, ${bytes.length} bytes)` : text;
}

/** `extra` over `base`, objects merged key by key, everything else replaced. Neither is changed. */
export function mergeJson(base: IDataObject, extra: IDataObject): IDataObject {
	const merged: IDataObject = { ...base };
	for (const [key, value] of Object.entries(extra)) {
		const below = own(base, key);
		if (key !== '__proto__') merged[key] = isRecord(below) && isRecord(value) ? mergeJson(below, value) : value;
	}
	return merged;
}
