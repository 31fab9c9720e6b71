import type { ImageRef } from '../types';

/** Text to image references: what counts as one, and nothing else does. */

const IMAGE_MAGIC = /^(iVBORw0KGgo|\/9j\/|UklGR|R0lGOD)/;
const IMAGE_PATH = /\.(png|jpe?g|webp|gif|avif)([?#]|$)/i;
/** Up to what ends an address in a sentence, in Markdown or in Chinese; a full stop or a comma may stand within one. */
const BARE_ADDRESS = /https?:\/\/[^\s)"'<>\]`，。、；：！？）》」]+/gi;
export const MAX_IMAGES = 100;

export function unique(refs: ImageRef[]): ImageRef[] {
	return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

export function keyOf(ref: ImageRef): string {
	return ref.kind === 'url' ? ref.url : ref.base64;
}

/** One reference, several addresses in one text, or Markdown. */
export function refsInText(text: string, baseUrl: string, isBase64: boolean): ImageRef[] {
	const parts = /^\s*https?:/i.test(text) ? text.trim().split(/[\s,;](?=https?:\/\/)/i).map((part) => part.replace(/[\s,;]$/, '')) : [text];
	const refs = parts.map((part) => refFrom(part, baseUrl)).filter((ref) => ref !== undefined);
	if (refs.length > 0) return refs;
	const base64 = text.trim();
	if (isBase64 && base64.length > 15 && /^[\w+/=\s-]+$/.test(base64.slice(0, 200))) return [{ kind: 'base64', base64 }];
	return refsInMarkdown(text, baseUrl);
}

/**
 * Text to an image reference: an http(s) address (relative ones belong to the gateway), a data URI,
 * or bare base64 that starts like an image. Anything else is no image, above all the reason of a
 * failed task, which some gateways put where the address belongs.
 */
export function refFrom(value: unknown, baseUrl: string): ImageRef | undefined {
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (/^data:/i.test(text)) return dataUriRef(text);
	if (IMAGE_MAGIC.test(text)) return { kind: 'base64', base64: text };
	if (!/^(https?:\/\/|\/|\.\/|v1(beta)?\/)/i.test(text) || /\s/.test(text)) return undefined;
	try {
		const url = new URL(text, `${baseUrl.replace(/\/+$/, '')}/`);
		return url.protocol === 'http:' || url.protocol === 'https:' ? { kind: 'url', url: url.href } : undefined;
	} catch {
		return undefined;
	}
}

/** Only base64, and only of images: by the declared type, or by the first bytes where a gateway declares another. */
function dataUriRef(text: string): ImageRef | undefined {
	const comma = text.indexOf(',');
	const head = text.slice(0, Math.min(comma, 200)).toLowerCase();
	const base64 = text.slice(comma + 1);
	const isImage = head.startsWith('data:image/') || IMAGE_MAGIC.test(base64);
	return comma > 0 && head.endsWith(';base64') && isImage && base64 !== '' ? { kind: 'base64', base64 } : undefined;
}

/**
 * Images that a text shows: Markdown images, else links and addresses that end like an image. A
 * scan without regular expressions over the whole, as the text may hold megabytes of base64.
 */
export function refsInMarkdown(text: string, baseUrl: string): ImageRef[] {
	const shown: ImageRef[] = [];
	const linked: ImageRef[] = [];
	let end = 0;
	for (let at = text.indexOf(']('); at >= 0; at = text.indexOf('](', end)) {
		end = text.indexOf(')', at);
		if (end < 0) break;
		const target = text.slice(at + 2, end).trim().split(/\s/, 1)[0];
		const ref = refFrom(target, baseUrl);
		const isShown = /!\[[^[\]]*$/.test(text.slice(Math.max(0, at - 300), at));
		if (ref && isShown) shown.push(ref);
		else if (ref?.kind === 'url' && IMAGE_PATH.test(ref.url)) linked.push(ref);
	}
	if (shown.length > 0 || linked.length > 0) return unique(shown.length > 0 ? shown : linked).slice(0, MAX_IMAGES);
	const bare = [...text.slice(0, 100_000).matchAll(BARE_ADDRESS)].map(([address]) => address.replace(/[.,;:!?*]+$/, '')).filter((address) => IMAGE_PATH.test(address));
	return unique(bare.map((address) => refFrom(address, baseUrl)).filter((ref) => ref !== undefined)).slice(0, MAX_IMAGES);
}

/** The words of a text without the Markdown images in it. */
export function withoutImages(text: string): string {
	return text
		.split('![')
		.map((part, index) => (index === 0 ? part : part.slice(part.indexOf(')') + 1)))
		.join('')
		.trim();
}
