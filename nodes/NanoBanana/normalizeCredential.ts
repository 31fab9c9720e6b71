/** Cleans a pasted key: removes `Bearer`, quotes, line breaks, and characters that are not allowed in a header. */
export function normalizeKey(text: string): string {
	return text
		.replace(/[^\x21-\x7e]+/g, ' ')
		.replace(/^[\s"'`]*(authorization\s*:)?[\s"'`]*bearer\s+/i, '')
		.replace(/\s+/g, '')
		.replace(/^["'`]+|["'`]+$/g, '');
}

/** All forms in which an API may quote the key, the longest first. */
export function writtenKeys(typed: string): string[] {
	const key = normalizeKey(typed);
	const encoded = encodeURIComponent(key);
	const forms = [typed.trim(), key, encoded, encoded.replace(/%\w\w/g, (code) => code.toLowerCase())];
	// Redacting very short keys would damage normal text.
	return [...new Set(forms)].filter((form) => form.length > 3).sort((left, right) => right.length - left.length);
}

/**
 * Cleans a pasted base URL: with or without scheme, trailing slash, `/v1`, or a whole endpoint. The expression does
 * the same in the node's request defaults and the credential's test, where n8n does not accept a function. A test
 * compares both.
 */
const BASE_URL_STEPS: Array<[pattern: RegExp, by: string]> = [
	[/[?#].*$/, ''],
	[/\/+$/, ''],
	[
		/\/v1(beta)?(\/+(images?|models|chat|responses|videos?|tasks|completions|embeddings|messages|audio|files|openai|dashboard|openapi\.json)(?=[/:]|$).*)?$/i,
		'',
	],
	[/^(?!https?:\/\/)/i, 'https://'],
];
export const BASE_URL_EXPRESSION = `={{ $credentials.baseUrl.trim()${BASE_URL_STEPS.map(([pattern, by]) => `.replace(${pattern}, '${by}')`).join('')} }}`;

export function normalizeBaseUrl(text: string): string {
	return BASE_URL_STEPS.reduce((url, [pattern, by]) => url.replace(pattern, by), text.trim());
}
