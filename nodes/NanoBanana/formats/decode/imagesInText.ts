import type { ImageRef } from '../../types';
import { endsLikeImage, refFrom } from './imageRef';

/** Text to image references, where it may hold several, or words around them. */

/** Up to what ends an address in a sentence, in Markdown or in Chinese; a full stop or a comma may stand within one. */
const BARE_ADDRESS = /https?:\/\/[^\s)"'<>\]`，。、；：！？）》」]+/gi;
const DATA_URI = 'data:image/';
const WHOLE_DATA_URI = /data:image\/[\w.+;=-]{1,100},[\w+/=%-]*/y;
export const MAX_IMAGES = 100;

export function unique(refs: ImageRef[]): ImageRef[] {
	return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

export function keyOf(ref: ImageRef): string {
	return ref.kind === 'url' ? ref.url : ref.base64;
}

/** The address of a task, not of what it made; a store signs what it gives away. */
export function isTaskAddress(ref: ImageRef): boolean {
	if (ref.kind !== 'url' || endsLikeImage(ref.url) || /[?&][^=]*(sign|sig=|token|expires)/i.test(ref.url)) return false;
	return /\/(tasks?|jobs?|predictions?|requests?|generations?)\/[^/?#]+\/?([?#]|$)/i.test(ref.url);
}

/** One reference, several addresses in one text, or Markdown. */
export function refsInText(text: string, baseUrl: string, isBase64: boolean): ImageRef[] {
	const parts = /^\s*https?:/i.test(text)
		? text
				.trim()
				.split(/[\s,;](?=https?:\/\/)/i)
				.map((part) => part.replace(/[\s,;]$/, ''))
		: [text];
	const refs = parts.map((part) => refFrom(part, baseUrl)).filter((ref) => ref !== undefined);
	if (refs.length > 0) return refs;
	const base64 = text.trim();
	if (isBase64 && base64.length > 15 && /^[\w+/=\s-]+$/.test(base64.slice(0, 200))) return [{ kind: 'base64', base64 }];
	return refsInMarkdown(text, baseUrl);
}

/**
 * Images that a text shows: Markdown images, else links and addresses that end like an image, else data
 * URIs. A scan without regular expressions over the whole, as the text may hold megabytes of base64.
 */
export function refsInMarkdown(text: string, baseUrl: string): ImageRef[] {
	const shown: ImageRef[] = [];
	const linked: ImageRef[] = [];
	let end = 0;
	for (let at = text.indexOf(']('); at >= 0; at = text.indexOf('](', end)) {
		end = text.indexOf(')', at);
		if (end < 0) break;
		const target = text
			.slice(at + 2, end)
			.trim()
			.split(/\s/, 1)[0];
		const ref = refFrom(target, baseUrl);
		const isShown = /!\[[^[\]]*$/.test(text.slice(Math.max(0, at - 300), at));
		if (ref && isShown) shown.push(ref);
		else if (ref?.kind === 'url' && endsLikeImage(ref.url)) linked.push(ref);
	}
	if (shown.length > 0 || linked.length > 0) return unique(shown.length > 0 ? shown : linked).slice(0, MAX_IMAGES);
	const bare = [...text.slice(0, 100_000).matchAll(BARE_ADDRESS)]
		.map(([address]) => address.replace(/[.,;:!?*]+$/, ''))
		.filter(endsLikeImage);
	const found = [...bare, ...dataUrisIn(text).map(([from, to]) => text.slice(from, to))];
	return unique(found.map((address) => refFrom(address, baseUrl)).filter((ref) => ref !== undefined)).slice(
		0,
		MAX_IMAGES,
	);
}

/** Where data URIs begin and end in a text. One that is linked and not shown is none. */
function dataUrisIn(text: string): Array<[from: number, to: number]> {
	const found: Array<[number, number]> = [];
	for (let at = text.indexOf(DATA_URI); at >= 0 && found.length < MAX_IMAGES; at = text.indexOf(DATA_URI, at)) {
		WHOLE_DATA_URI.lastIndex = at;
		const end = at + (WHOLE_DATA_URI.exec(text)?.[0].length ?? DATA_URI.length);
		if (text.slice(Math.max(0, at - 2), at) !== '](') found.push([at, end]);
		at = end;
	}
	return found;
}

/** The words of a text without the images in it. */
export function withoutImages(text: string): string {
	const words = text
		.split('![')
		.map((part, index) => (index === 0 ? part : part.slice(part.indexOf(')') + 1)))
		.join('');
	const cuts = [...dataUrisIn(words), [words.length, words.length]];
	return cuts
		.map(([from], index) => words.slice(index === 0 ? 0 : cuts[index - 1][1], from))
		.join('')
		.trim();
}
