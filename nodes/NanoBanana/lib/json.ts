import type { IDataObject } from 'n8n-workflow';

/** Readers for untyped JSON, so that the rest of the code does not need casts. */

function isRecord(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object, otherwise (also for an array) an empty object. */
export function asObject(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** Reads an own property, never an inherited one such as `constructor`. */
export function own(value: unknown, key: string): unknown {
	return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The first of these own properties that contains text other than white space, trimmed. */
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

/** Removes undefined fields. */
export function withoutUndefined(fields: Record<string, unknown>): IDataObject {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as IDataObject;
}

/** The list, or undefined if it is empty. */
export function unlessEmpty<T>(values: T[] = []): T[] | undefined {
	return values.length > 0 ? values : undefined;
}

/** Parses JSON text. Returns undefined if it is not valid. */
export function parseJson(text: string): unknown {
	try {
		// Some servers send a byte order mark, which JSON does not allow.
		return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
	} catch {
		return undefined;
	}
}

/** Some APIs nest JSON as text. Parses a text that looks like an object or a list. */
export function unwrapText(value: unknown): unknown {
	// Checks the end first, because parsing half of a long text takes as long as parsing all of it.
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || !/[\]}]$/.test(value.slice(-100).trimEnd())) return value;
	return parseJson(value) ?? value;
}

/** How much of a body is read as text. Enough to show it (redacted and shortened) and to classify it. */
const TEXT_BYTES = 20_000;

/** Puts a task ID that is a number of 64 bits in quotes, because parsing would round it (Baidu Qianfan). */
export function withExactIds(json: string): string {
	return json.replace(/(?<!\\)("task_?id"\s*:\s*)(\d{16,20})(?=\s*[,}])/gi, '$1"$2"');
}

/** Parses a JSON body, also JSON inside a JSON text. Any other body becomes text (`bodyText`). Takes linear time. */
export function parseBody(bytes: Buffer): unknown {
	const value = parseJson(withExactIds(bytes.toString('utf8')));
	return value === undefined ? bodyText(bytes) : unwrapText(value);
}

/** The start of a body, not parsed, so that long numbers keep their digits. For binary data, only the size. */
export function bodyText(bytes: Buffer): string {
	// The last character may be cut off.
	const text = bytes.toString('utf8', 0, TEXT_BYTES).replace(/\ufffd$/, '');
	// Control characters other than tab, line feed, and carriage return, or bytes that are not UTF-8.
	return /(?![\t\r\n])[\p{Cc}\ufffd]/u.test(text.slice(0, 500)) ? `(binary data, ${bytes.length} bytes)` : text;
}

/** Merges `extra` over `base`: objects key by key, everything else is replaced. Does not change its arguments. */
export function mergeJson(base: IDataObject, extra: IDataObject): IDataObject {
	const merged: IDataObject = { ...base };
	for (const [key, value] of Object.entries(extra)) {
		const below = own(base, key);
		if (key !== '__proto__') merged[key] = isRecord(below) && isRecord(value) ? mergeJson(below, value) : value;
	}
	return merged;
}
