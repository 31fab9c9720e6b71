import { record, simpleName, unwrapText } from '../../lib/json';
import type { ImageRef } from '../../types';
import { isTaskAddress, keyOf, MAX_IMAGES, refsInMarkdown, unique } from './imagesInText';
import { LATE_PLACES, sortOf, stemOf, type Sort } from './fieldNames';
import { endsLikeImage, refFrom } from './imageRef';

const MAX_DEPTH = 10;
/** Strings looked at; no answer to one request has more. */
const MOST_TEXTS = 20_000;

export interface LastResort {
	images: ImageRef[];
	/** The name that they stood under. */
	place: string;
	/** What the answer repeats of the request. */
	echoes: ReadonlySet<string>;
}

/**
 * A task has succeeded, is paid for, and no known place holds its pictures: whatever looks like one
 * in the whole body, except what repeats the request or decorates the answer. Addresses without the
 * ending of an image count only under names for results; thumbnails only where there is nothing else.
 */
export function findAnywhere(records: unknown[], baseUrl: string, sent?: ReadonlySet<string>): LastResort {
	const echoes = new Set<string>(sent);
	const finds: Array<{ ref: ImageRef; rank: number; place: string }> = [];
	let texts = 0;

	const visit = (value: unknown, place: string, sort: Sort, depth: number): void => {
		if (depth > MAX_DEPTH || texts > MOST_TEXTS) return;
		const opened = unwrapText(value);
		if (typeof opened === 'string') {
			texts += 1;
			for (const { ref, rank } of ranked(opened, sort, baseUrl)) {
				if (sort === 'echo') echoes.add(keyOf(ref));
				else finds.push({ ref, rank, place });
			}
			return;
		}
		if (Array.isArray(opened))
			return opened.slice(0, MAX_IMAGES).forEach((entry) => visit(entry, place, sort, depth + 1));
		for (const [key, inner] of Object.entries(record(opened))) {
			const name = simpleName(key);
			const isLate = depth === 0 && LATE_PLACES.includes(name) && !hasRecords(inner);
			// The numbers of a list that is written as an object.
			const isCounted = stemOf(name) === '';
			visit(inner, isCounted ? place : key, isLate ? 'echo' : isCounted ? sort : below(sort, sortOf(key)), depth + 1);
		}
	};

	for (const source of records) visit(source, '', 'other', 0);
	const left = finds.filter(({ ref }) => !echoes.has(keyOf(ref))).sort((one, other) => one.rank - other.rank);
	const best = left.filter(({ rank }) => rank === left[0].rank);
	return {
		images: unique(best.map(({ ref }) => ref)).slice(0, MAX_IMAGES),
		place: left[0]?.place.slice(0, 100) ?? '',
		echoes,
	};
}

/** Below what repeats the request or shows it small, everything does. */
function below(outer: Sort, inner: Sort): Sort {
	if (outer === 'echo' || inner === 'echo') return 'echo';
	if (inner === 'link') return outer === 'result' ? 'weak' : 'other';
	return outer === 'preview' ? 'preview' : inner;
}

/** Plain addresses there were left out already, as they may be those of the request. */
function hasRecords(value: unknown): boolean {
	const opened = unwrapText(value);
	return (Array.isArray(opened) ? opened[0] : opened) instanceof Object;
}

/** How sure it is that a text is a result: 0 is surest. */
function ranked(text: string, sort: Sort, baseUrl: string): Array<{ ref: ImageRef; rank: number }> {
	const ref = refFrom(text, baseUrl);
	if (ref === undefined)
		return text.includes('](') ? refsInMarkdown(text, baseUrl).map((shown) => ({ ref: shown, rank: 1 })) : [];
	if (ref.kind === 'base64' || endsLikeImage(ref.url))
		return [{ ref, rank: sort === 'preview' ? 3 : sort === 'result' ? 0 : 1 }];
	if (sort === 'echo') return [{ ref, rank: 4 }];
	const isAddress = /^\W{0,2}https?:/i.test(text) && !isTaskAddress(ref);
	return isAddress && (sort === 'result' || sort === 'weak') ? [{ ref, rank: sort === 'result' ? 0 : 2 }] : [];
}
