import { own } from '../../lib/json';
import type { Asked, ImageRef } from '../../types';

/** The first bytes of PNG, JPEG, WebP and GIF in base64, standard or URL-safe. */
const IMAGE_MAGIC = /^(iVBORw0KGgo|[/_]9j[/_]|UklGR|R0lGOD)/;
const BASE64 = /^[\w+/-]{16,}={0,2}$/;
const URL_START = /^\s*https?:\/\//i;
/** A file name may contain spaces. A sentence that starts with a URL rarely ends like one. */
const FILE_WITH_SPACES = /^\s*https?:\/\/[^\s/]+\/(?:(?!:\/\/|: )[^\r\n\t])+\.(png|jpe?g|webp|gif|avif)(\?\S*)?\s*$/i;
const LONGEST_URL = 2000;

/**
 * The image in a result entry: a text, or an object with `url` or `b64_json`. New API always writes all keys, so an
 * empty value means absent. `isFromUserPath`: the user set the path to it, so its URL may contain spaces anywhere.
 */
export function refIn(entry: unknown, baseUrl: string, isFromUserPath = false): ImageRef | undefined {
	const text = typeof entry === 'string' ? entry : own(entry, 'url');
	const isUrl =
		typeof text === 'string' && (isFromUserPath ? URL_START : FILE_WITH_SPACES).test(text.slice(0, LONGEST_URL));
	const url = isUrl ? text.trim().replaceAll(' ', '%20') : text;
	return refFrom(url, baseUrl) ?? refFrom(own(entry, 'b64_json'), baseUrl, true);
}

/**
 * Reads an image from text: an http(s) URL, a path on the API's own host, a data URI, or base64 that starts like an
 * image (with `isDeclared`, because its field is only for images: any base64). Returns undefined for anything else, such as an error message, which New API
 * puts into the URL field of a failed task.
 */
export function refFrom(value: unknown, baseUrl: string, isDeclared = false): ImageRef | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (/^data:/i.test(text)) return refFromDataUri(text);
	if (IMAGE_MAGIC.test(text) || (isDeclared && BASE64.test(text.slice(0, 200).replace(/[\r\n]+/g, ''))))
		return { kind: 'base64', base64: text };
	if (!/^(https?:\/\/|\/)\S+$/i.test(text.slice(0, 10_000))) return undefined;
	const base = `${baseUrl.replace(/\/+$/, '')}/`;
	// An API path is relative to the base URL, which may have its own path.
	const target = text.replace(/^\/(?=v1(beta)?\/)/, '');
	const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
	return url && /^https?:$/.test(url.protocol) ? { kind: 'url', url: url.href } : undefined;
}

/** Accepts only base64 that is declared as an image, or whose first bytes are those of an image. */
function refFromDataUri(text: string): ImageRef | undefined {
	const comma = text.indexOf(',');
	const type = text.slice(0, Math.max(0, Math.min(comma, 200))).toLowerCase();
	const base64 = text.slice(comma + 1);
	const isImage = type.startsWith('data:image/') || IMAGE_MAGIC.test(base64);
	const isUsable = type.endsWith(';base64') && isImage && base64 !== '' && !/^data:/i.test(base64);
	return isUsable ? { kind: 'base64', base64 } : undefined;
}

/** Removes the reference images that were sent. Keeps duplicates, because each one may have been charged. */
export function newImages(refs: ImageRef[], { references = [] }: Asked, baseUrl: string): ImageRef[] {
	const sent = new Set(references.map((reference) => contentOf(refFrom(reference, baseUrl))));
	return refs.filter((ref) => !sent.has(contentOf(ref)));
}

function contentOf(ref: ImageRef | undefined): string | undefined {
	return ref?.kind === 'url' ? ref.url : ref?.base64;
}
