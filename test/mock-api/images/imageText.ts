/* eslint-disable */
/** The mock API writes the prompts into its images, so that a later edit, also in another process, can read them. */

const MARK = 'mock-api-prompt:';
const LONGEST = 2_000;

/** @returns ASCII for the Exif field ImageDescription */
export function describeImage(text: string): string {
	return MARK + encodeURIComponent(text.slice(-LONGEST).replace(/\p{Surrogate}/gu, ''));
}

/** The text that describeImage wrote; null for other images. */
export function readImageText(exif: Buffer | undefined): string | null {
	const [, written] = new RegExp(`${MARK}([\\w%.!~*'()-]*)`).exec(exif?.toString('latin1') ?? '') ?? [];
	return written === undefined ? null : decodeURIComponent(written);
}
