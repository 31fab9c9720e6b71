/* eslint-disable */
/** The mock API writes its prompts into its images, so that an edit of one, also in a later process, knows what it shows. */

const MARK = 'mock-api-prompt:';
const LONGEST = 2_000;

/** @returns ASCII for the Exif field ImageDescription */
export function describeImage(text: string): string {
	return MARK + encodeURIComponent(text.slice(-LONGEST).replace(/\p{Surrogate}/gu, ''));
}

/** The text that describeImage wrote; null for images from elsewhere. */
export function readImageText(exif: Buffer | undefined): string | null {
	const [, written] = new RegExp(`${MARK}([\\w%.!~*'()-]*)`).exec(exif?.toString('latin1') ?? '') ?? [];
	return written === undefined ? null : decodeURIComponent(written);
}
