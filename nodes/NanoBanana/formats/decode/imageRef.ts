import { own } from '../../lib/json';
import type { ImageRef } from '../../types';

/** The first bytes of PNG, JPEG, WebP and GIF in base64, in URL-safe letters too. */
const IMAGE_MAGIC = /^(iVBORw0KGgo|[/_]9j[/_]|UklGR|R0lGOD)/;
const BASE64 = /^[\w+/-]+={0,2}$/;

/**
 * The images in an entry of a result: a text, or an object with `url` (apimart: a list of them) or
 * `b64_json`. The typed image of New API always has all keys, so empty ones mean absent.
 */
export function refsIn(entry: unknown, baseUrl: string): ImageRef[] {
	const url = own(entry, 'url');
	const texts = Array.isArray(url) ? url : [typeof entry === 'string' ? entry : url];
	const refs = texts.flatMap((text) => refFrom(text, baseUrl) ?? []);
	return refs.length > 0 ? refs : [refFrom(own(entry, 'b64_json'), baseUrl, true) ?? []].flat();
}

/**
 * Text to an image: an http(s) URL, a path on the API's own host, a data URI, or base64 that starts
 * like an image (`isBase64`: any base64). Anything else is none, above all the reason of a failed
 * task, which New API puts where the URL belongs.
 */
export function refFrom(value: unknown, baseUrl: string, isBase64 = false): ImageRef | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (/^data:/i.test(text)) return refFromDataUri(text);
	if (
		IMAGE_MAGIC.test(text) ||
		(isBase64 && BASE64.test(text.slice(0, 200).replace(/[\r\n]+/g, '')) && text.length > 15)
	)
		return { kind: 'base64', base64: text };
	if (!/^(https?:\/\/|\/)\S+$/i.test(text.slice(0, 10_000))) return undefined;
	try {
		const url = new URL(text, `${baseUrl.replace(/\/+$/, '')}/`);
		return url.protocol === 'http:' || url.protocol === 'https:' ? { kind: 'url', url: url.href } : undefined;
	} catch {
		return undefined;
	}
}

/** Only base64, and only of images: by the declared type, or by the first bytes where another one is declared. */
function refFromDataUri(text: string): ImageRef | undefined {
	const comma = text.indexOf(',');
	const head = text.slice(0, Math.min(comma, 200)).toLowerCase();
	const base64 = text.slice(comma + 1);
	const isImage = head.startsWith('data:image/') || IMAGE_MAGIC.test(base64);
	return comma > 0 && head.endsWith(';base64') && isImage && base64 !== '' && !/^data:/i.test(base64)
		? { kind: 'base64', base64 }
		: undefined;
}

export function keyOf(ref: ImageRef): string {
	return ref.kind === 'url' ? ref.url : ref.base64;
}

export function unique(refs: ImageRef[]): ImageRef[] {
	return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

/** What was sent, in the form in which images are compared. */
export function keysOf(urls: string[] | undefined, baseUrl: string): ReadonlySet<string> {
	return new Set((urls ?? []).flatMap((url) => refFrom(url, baseUrl) ?? []).map(keyOf));
}
