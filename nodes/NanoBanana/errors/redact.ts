import { writtenKeys } from '../normalizeCredential';
import type { DecodedResponse } from '../types';
import { isWebPage, pageTitle } from './errorBody';

const DEFAULT_LIMIT = 500;
/** How many characters of an unusable response are in `details`. */
export const SHOWN_IN_DETAILS = 1500;

/**
 * Makes text from the API safe to show: removes markup, keys, signed queries, and image data, and shortens it to
 * `limit` characters. `apiKey` is the credential's key, which some APIs quote.
 */
export function redact(text: string, apiKey?: string, limit = DEFAULT_LIMIT): string {
	const plain = (isWebPage(text) ? `(web page) ${pageTitle(text)}` : text).slice(0, 20_000);
	// In JSON text, a slash or another character of a key or a URL may be escaped.
	const unescaped = plain
		.replace(/\\{1,4}\//g, '/')
		.replace(/\\{1,4}u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
	const clean = redactKey(unescaped, apiKey)
		.replace(/data:[\w/+.-]+;base64,[\w+/=-]*/gi, '[image data]')
		.replace(/\b(sk-|Bearer\s{1,9})[\w.~+/=-]{4,}/gi, '$1[key]')
		.replace(/(https?:\/\/[^\s?#"'<>]+)[?#][^\s"'<>]*/gi, '$1')
		.replace(/(https?:\/\/)[^\s/@"'<>]*@/gi, '$1')
		.replace(/[?&](expires|signature|sig|token|key|x-amz-[\w-]+)=[^\s"'<>]*/gi, '')
		.replace(/[\w+/-]{120,}={0,2}|([A-Za-z0-9+/]{60,76}\s{1,4}){2,}[\w+/]*={0,2}/g, '[image data]')
		.replace(/(\d{1,3}[,\s]{1,4}){15,}\d{1,3}/g, '[bytes]')
		.replace(/<\/?[a-z!?][^<>]{0,300}>/gi, ' ')
		.replace(/\p{Cc}+/gu, ' ')
		.trim();
	if (clean.length <= limit) return clean;
	// New API adds the request ID at the very end. Keep it, because the provider's support asks for it.
	const requestId = /\(request id: [^()]{1,100}\)/.exec(clean.slice(Math.max(0, limit - 120)))?.[0] ?? '';
	return `${clean.slice(0, limit - requestId.length - 2)}… ${requestId}`.trim();
}

/** Only removes the credential's key: as typed, as sent, and URL-encoded. */
function redactKey(text: string, apiKey?: string): string {
	return writtenKeys(apiKey ?? '').reduce((shown, key) => shown.split(key).join('[key]'), text);
}

/** Removes the key from the texts of a response. Shortens its body, because it is saved in the execution. */
export function redactResponse<T extends DecodedResponse>(response: T, apiKey?: string): T {
	return {
		...response,
		...('model' in response && response.model && { model: redactKey(response.model, apiKey) }),
		...('text' in response && response.text && { text: redactKey(response.text, apiKey) }),
		...('response' in response &&
			response.response && { response: redact(response.response, apiKey, SHOWN_IN_DETAILS) }),
		...('warnings' in response && { warnings: response.warnings?.map((warning) => redact(warning, apiKey)) }),
	};
}
