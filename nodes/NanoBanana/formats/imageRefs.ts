import { byName, record, simpleName, unwrapText } from '../json';
import type { ImageRef } from '../types';
import { complaintIn, type Complaint } from './complaints';
import { keyOf, MAX_IMAGES, refsInText, unique } from './imageText';
import { BASE64_PLACES, BELOW, LATE_PLACES, NEVER_ECHOES, RESULT_LISTS, RESULT_SINGLES, sortOf, stemOf } from './places';

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
		if (typeof opened === 'string') return refsInText(opened, baseUrl, BASE64_PLACES.includes(name)).filter((ref) => !sent?.has(keyOf(ref)));
		if (Array.isArray(opened)) return opened.slice(0, MAX_IMAGES).flatMap((entry) => search(entry, name, depth + 1, isSafe || name !== ''));
		if (typeof opened !== 'object' || opened === null) return [];
		const fields = byName(opened);
		const inPlace = (place: string): ImageRef[] => {
			const inner = fields.get(place);
			if (inner === undefined) return [];
			if (depth === 0 && trust === 'listed' && typeof unwrapText(inner) === 'string') return [];
			if (place === 'files' && !mayBeFiles(inner, depth) && !isSafe) return [];
			return search(inner, place, depth + 1, isSafe || (place !== 'data' && RESULT_LISTS.includes(place)));
		};
		/** They may be those that went in, as texts most of all, and the raw answer of an upstream knows better. */
		const mayBeFiles = (files: unknown, at: number): boolean => {
			if (fields.has('candidates') || fields.has('choices')) return false;
			return at > 0 || trust === 'all' || (trust === 'sure' && !isPlain(files));
		};
		const listed = firstOf(RESULT_LISTS, inPlace, wanted);
		if (listed.length > 0) return listed;
		const singles = trust === 'listed' && depth === 0 ? [] : RESULT_SINGLES;
		const single = firstOf(singles, inPlace);
		const late = firstOf([...LATE_PLACES, ...(BELOW.get(name) ?? [])].filter((place) => {
			if (isStrict && !isSafe) return NEVER_ECHOES.includes(place);
			return !(trust === 'noEchoes' && depth === 0 && isPlain(fields.get(place)));
		}), inPlace);
		const chosen = preferred(single, late);
		const mayBeMore = (stem: string): boolean => singles.includes(stem) || (chosen.length === 0 && (depth === 0 ? trust === 'all' && LATE_PLACES.includes(stem) : !isStrict || isSafe));
		const refs = [...chosen, ...(chosen.length > 0 && chosen === late ? [] : numberedRefs(opened, mayBeMore, inPlace))];
		const complaint = refs.length === 0 && depth > 0 ? complaintIn(opened) : undefined;
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

/** A list as an object (`"0"`, `image_1`), and further addresses beside the first (`result_url_2`). */
function numberedRefs(opened: object, mayBeMore: (stem: string) => boolean, inPlace: (place: string) => ImageRef[]): ImageRef[] {
	return Object.keys(record(opened))
		.map(simpleName)
		.filter((name) => {
			const stem = stemOf(name);
			return stem !== undefined && mayBeMore(stem) && !['echo', 'preview'].includes(sortOf(stem));
		})
		.slice(0, MAX_IMAGES)
		.flatMap(inPlace);
}
