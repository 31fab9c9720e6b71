import type { ImageRef } from '../../types';

/** In URL-safe letters too. */
const IMAGE_MAGIC = /^(iVBORw0KGgo|[/_]9j[/_]|UklGR|R0lGOD)/;
const IMAGE_ENDING = /\.(png|jpe?g|webp|gif|avif|heic|bmp|tiff?)([?#]|$)/i;
/** What is no plain address is looked at closer only up to here. */
const LONGEST_ADDRESS = 2000;

/**
 * Text to an image reference: an http(s) address (relative ones belong to the gateway), a data URI,
 * or bare base64 that starts like an image. Anything else is no image, above all the reason of a
 * failed task, which some gateways put where the address belongs.
 */
export function refFrom(value: unknown, baseUrl: string): ImageRef | undefined {
	if (typeof value !== 'string') return undefined;
	const text = bare(value.trim());
	if (/^data:/i.test(text)) return dataUriRef(text);
	if (IMAGE_MAGIC.test(text)) return { kind: 'base64', base64: text };
	const address = addressIn(text);
	if (address === undefined) return undefined;
	try {
		const url = new URL(address, `${baseUrl.replace(/\/+$/, '')}/`);
		return url.protocol === 'http:' || url.protocol === 'https:' ? { kind: 'url', url: url.href } : undefined;
	} catch {
		return undefined;
	}
}

export function endsLikeImage(address: string): boolean {
	return IMAGE_ENDING.test(address);
}

/** Without quotes around it (Python's `b'…'` too), and without the word that some write before base64. */
function bare(text: string): string {
	const open = /^b?(["'`<])/.exec(text);
	const close = open?.[1] === '<' ? '>' : open?.[1];
	const inner = open && close && text.length > 2 && text.endsWith(close) ? text.slice(open[0].length, -1).trim() : text;
	return /^base64,/i.test(inner) ? inner.slice('base64,'.length) : inner;
}

/** Only base64, and only of images: by the declared type, or by the first bytes where a gateway declares another. */
function dataUriRef(text: string): ImageRef | undefined {
	const comma = text.indexOf(',');
	const head = text.slice(0, Math.min(comma, 200)).toLowerCase();
	const payload = text.slice(comma + 1);
	const base64 = payload.includes('%')
		? payload.replace(/%2B/gi, '+').replace(/%2F/gi, '/').replace(/%3D/gi, '=')
		: payload;
	const isImage = head.startsWith('data:image/') || IMAGE_MAGIC.test(base64);
	return comma > 0 && head.endsWith(';base64') && isImage && base64 !== '' && !/^data:/i.test(base64)
		? { kind: 'base64', base64 }
		: undefined;
}

/** What can be resolved against the base URL. The less it looks like an address, the more its ending has to be that of an image. */
function addressIn(text: string): string | undefined {
	const address = /^https?:\\\//i.test(text) ? text.replaceAll('\\/', '/') : text;
	if (!/\s/.test(address) && /^(https?:\/\/|\/|\.\/|v1(beta)?\/)/i.test(address)) return address;
	if (address.length > LONGEST_ADDRESS || !endsLikeImage(address)) return undefined;
	if (/\s/.test(address)) return hasSpacesInName(address) ? address : undefined;
	const slash = address.indexOf('/');
	if (
		slash <= 0 ||
		/[:\\<>"'(){}[\],;|]/.test(address.slice(0, slash).replace(/:\d{1,5}$/, '')) ||
		address.includes('://')
	)
		return undefined;
	const isHost = /^([a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(:\d{1,5})?$/i.test(address.slice(0, slash));
	return isHost ? `//${address}` : address;
}

/** A file name may hold spaces; words behind an address end elsewhere, or name a second one. */
function hasSpacesInName(text: string): boolean {
	const path = /^https?:\/\/[^\s/?#]+\/([^?#]*)/i.exec(text)?.[1];
	return (
		path !== undefined &&
		/\s/.test(path) &&
		!/[\r\n\t]|:\/\//.test(path) &&
		!/\.(png|jpe?g|webp|gif|avif)\s/i.test(path) &&
		endsLikeImage(path)
	);
}
