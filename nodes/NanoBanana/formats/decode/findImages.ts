import { byName, record, simpleName, unwrapText } from '../../lib/json';
import type { ImageRef } from '../../types';
import { complaintIn, type Complaint } from './bodyErrors';
import { isTaskAddress, keyOf, MAX_IMAGES, refsInText, unique } from './imagesInText';
import {
	BASE64_PLACES,
	BELOW,
	LATE_PLACES,
	NEVER_ECHOES,
	RESULT_LISTS,
	RESULT_SINGLES,
	sortOf,
	stemOf,
} from './fieldNames';

const MAX_DEPTH = 10;

export interface Search {
	baseUrl: string;
	/**
	 * `all` places, or `noEchoes`: no plain addresses where a gateway may repeat the request, or only
	 * `sure` ones: places that hold nothing but results, or only `listed` results.
	 */
	trust: 'all' | 'noEchoes' | 'sure' | 'listed';
	/** What was sent is no result, wherever it stands. */
	sent?: ReadonlySet<string>;
	/** How many are announced: where the first list holds fewer, a longer one may hold them all. */
	wanted?: number;
}

export interface Found {
	images: ImageRef[];
	/** Why single entries hold no picture. */
	complaints: Complaint[];
}

/** All pictures that a record names. */
export function findImages(source: unknown, { baseUrl, trust, sent, wanted = 0 }: Search): Found {
	const complaints: Complaint[] = [];
	const isStrict = trust === 'sure' || trust === 'listed';

	/** `isSafe`: below a place that holds nothing but results. */
	const search = (value: unknown, name: string, depth: number, isSafe: boolean): ImageRef[] => {
		if (depth > MAX_DEPTH) return [];
		const opened = unwrapText(value);
		if (typeof opened === 'string')
			return refsInText(opened, baseUrl, BASE64_PLACES.includes(name)).filter(
				(ref) => !sent?.has(keyOf(ref)) && !isTaskAddress(ref),
			);
		if (Array.isArray(opened))
			return opened.slice(0, MAX_IMAGES).flatMap((entry) => search(entry, name, depth + 1, isSafe || name !== ''));
		if (typeof opened !== 'object' || opened === null) return [];
		const fields = byName(opened);
		const isTop = depth === 0;
		const inPlace = (place: string): ImageRef[] => {
			const inner = fields.get(place);
			if (inner === undefined || (isTop && trust === 'listed' && typeof unwrapText(inner) === 'string')) return [];
			return search(inner, place, depth + 1, isSafe || (place !== 'data' && RESULT_LISTS.includes(place)));
		};
		const listed = firstOf(
			RESULT_LISTS.filter((place) => place !== 'files' || isSafe || mayBeFiles(fields, trust, isTop)),
			inPlace,
			wanted,
		);
		if (listed.length > 0) return listed;

		const singles = isTop && trust === 'listed' ? [] : RESULT_SINGLES;
		const single = firstOf(singles, inPlace);
		const late = firstOf(
			latePlaces(name).filter((place) =>
				isStrict && !isSafe
					? NEVER_ECHOES.includes(place)
					: !(isTop && trust === 'noEchoes' && isPlain(fields.get(place))),
			),
			inPlace,
		);
		const chosen = preferred(single, late);
		// A list as an object (`"0"`, `image_1`), or further addresses beside the first (`result_url_2`).
		const mayBeAny = chosen.length === 0 && (isTop ? trust === 'all' : !isStrict || isSafe);
		const stems = [...singles, ...(mayBeAny && isTop ? LATE_PLACES : [])];
		const further =
			chosen.length > 0 && chosen === late
				? []
				: numberedIn(opened).filter(({ stem }) => stems.includes(stem) || (mayBeAny && !isTop));
		const refs = [...chosen, ...further.flatMap(({ name: place }) => inPlace(place))];
		const complaint = refs.length === 0 && !isTop ? complaintIn(opened) : undefined;
		if (complaint) complaints.push(complaint);
		return refs;
	};

	return { images: unique(search(source, '', 0, false)).slice(0, MAX_IMAGES), complaints };
}

/** Of the first place that has any, or of the one that has the most, where more are wanted. */
function firstOf(places: string[], inPlace: (place: string) => ImageRef[], wanted = 0): ImageRef[] {
	let best: ImageRef[] = [];
	for (const place of places) {
		const refs = inPlace(place);
		if (refs.length > best.length) best = refs;
		if (best.length > 0 && best.length >= wanted) break;
	}
	return best;
}

/** Text, or a list of texts: the shape in which a request is repeated. */
function isPlain(value: unknown): boolean {
	return typeof value === 'string' || (Array.isArray(value) && typeof value[0] === 'string');
}

/** A list that repeats the single address holds the rest of the results. */
function preferred(single: ImageRef[], late: ImageRef[]): ImageRef[] {
	return single.length === 0 || late.some((ref) => keyOf(ref) === keyOf(single[0])) ? late : single;
}

function latePlaces(name: string): string[] {
	return [...LATE_PLACES, ...(BELOW.get(name) ?? [])];
}

/** Files may be those that went in, as texts most of all, and the raw answer of an upstream knows better. */
function mayBeFiles(fields: Map<string, unknown>, trust: Search['trust'], isTop: boolean): boolean {
	if (fields.has('candidates') || fields.has('choices')) return false;
	return !isTop || trust === 'all' || (trust === 'sure' && !isPlain(fields.get('files')));
}

function numberedIn(opened: object): Array<{ name: string; stem: string }> {
	const names = Object.keys(record(opened)).map(simpleName);
	const found = names.flatMap((name) => {
		const stem = stemOf(name);
		return stem === undefined || ['echo', 'preview'].includes(sortOf(stem)) ? [] : [{ name, stem }];
	});
	return found.slice(0, MAX_IMAGES);
}
