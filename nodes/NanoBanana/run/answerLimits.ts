import type { Settings } from '../parameters/settings';
import { MEGABYTE } from '../lib/bytes';

/** How long one answer may take and how large it may be, by the settings of the item. */

/** What the routing sets when 'Request Options' holds no timeout. */
const ENGINE_TIMEOUT_MS = 300_000;
const CREATE_TIMEOUT_MS = 300_000;
const CREATE_LEAST_MS = 60_000;
/** Node.js holds no longer text than about this. */
const LONGEST_TEXT_BYTES = 500_000_000;
/** Base64 takes four characters for three bytes, and some line breaks. */
const BASE64_GROWTH = 1.34;

/** Time for one paid request: a synchronous one ends with the picture, creating a task does not. */
export function requestTimeout(settings: Settings, askedMs = ENGINE_TIMEOUT_MS): number {
	const own =
		settings.apiFormat === 'asyncTask'
			? Math.min(CREATE_TIMEOUT_MS, Math.max(settings.timeoutMs, CREATE_LEAST_MS))
			: settings.timeoutMs;
	return askedMs === ENGINE_TIMEOUT_MS ? own : Math.min(own, askedMs);
}

/** The largest JSON answer that is read: so many images as base64, and some text. */
export function largestAnswer(settings: Settings, images: number): number {
	return Math.min(LONGEST_TEXT_BYTES, Math.ceil(images * settings.maxImageBytes * BASE64_GROWTH) + MEGABYTE);
}
