import { own, unwrapText } from '../json';
import type { ImageRef } from '../types';
import { complaintIn, type Complaint } from './complaints';
import { keyOf, MAX_IMAGES, refsInText, unique } from './imageText';

/** Where results stand, surest first. */
const RESULT_LISTS = ['result_urls', 'resultUrls', 'results', 'outputs', 'output', 'result', 'data', 'resultJson', 'result_json', 'response', 'task_result', 'generated_images', 'output_images', 'output_urls'];
const RESULT_SINGLES = ['result_url', 'resultUrl', 'result_image_url', 'resultImageUrl', 'url', 'b64_json', 'base64', 'b64', 'uri'];
/** These may also echo the references that went in, so they count only when nothing surer is there. */
const LATE_PLACES = ['images', 'image_urls', 'imageUrls', 'urls', 'image_url', 'imageUrl', 'image', 'image_base64', 'output_url', 'download_url', 'candidates', 'choices'];
/** Places that hold pictures only below these: a task may carry the raw answer of its upstream. */
const BELOW = new Map([
	['candidates', ['content']],
	['content', ['parts']],
	['parts', ['inlineData', 'inline_data', 'fileData', 'file_data']],
	['fileData', ['fileUri']],
	['file_data', ['file_uri']],
	['choices', ['message']],
	['message', ['content']],
]);
/** Under these names any base64 counts; elsewhere text has to look like a picture. */
const BASE64_PLACES = ['b64_json', 'base64', 'b64', 'image_base64'];

const MAX_DEPTH = 10;

export interface Found {
	images: ImageRef[];
	/** Why single entries hold no picture. */
	complaints: Complaint[];
}

/** All pictures that a record names. With `skipEchoes`, addresses that may be those of the request do not count. */
export function findImages(source: unknown, baseUrl: string, skipEchoes: boolean): Found {
	const complaints: Complaint[] = [];
	const isEcho = (value: unknown): boolean => typeof value === 'string' || (Array.isArray(value) && typeof value[0] === 'string');

	const search = (value: unknown, key: string, depth: number): ImageRef[] => {
		if (depth > MAX_DEPTH) return [];
		const opened = unwrapText(value);
		if (typeof opened === 'string') return refsInText(opened, baseUrl, BASE64_PLACES.includes(key));
		if (Array.isArray(opened)) return opened.slice(0, MAX_IMAGES).flatMap((entry) => search(entry, key, depth + 1));
		if (typeof opened !== 'object' || opened === null) return [];
		const firstIn = (keys: string[]): ImageRef[] => {
			for (const place of keys) {
				const inner = own(opened, place);
				const refs = inner === undefined ? [] : search(inner, place, depth + 1);
				if (refs.length > 0) return refs;
			}
			return [];
		};
		const listed = firstIn(RESULT_LISTS);
		if (listed.length > 0) return listed;
		const single = firstIn(RESULT_SINGLES);
		const latePlaces = [...LATE_PLACES, ...(BELOW.get(key) ?? [])];
		const late = firstIn(latePlaces.filter((place) => !(skipEchoes && depth === 0 && isEcho(own(opened, place)))));
		// A list that repeats the single address holds the rest of the results.
		const refs = single.length === 0 || late.some((ref) => keyOf(ref) === keyOf(single[0])) ? late : single;
		const complaint = refs.length === 0 && depth > 0 ? complaintIn(opened) : undefined;
		if (complaint) complaints.push(complaint);
		return refs;
	};

	return { images: unique(search(source, '', 0)), complaints };
}
