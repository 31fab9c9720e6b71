/** What the bytes of a picture say about themselves. Sizes in pixels; absent where the header holds none. */
export interface ImageFormatFacts {
	mimeType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif' | 'image/avif' | 'image/heic';
	extension: 'png' | 'jpg' | 'webp' | 'gif' | 'avif' | 'heic';
	width?: number;
	height?: number;
	/** False when the end is missing: the body was cut off on its way. */
	complete: boolean;
}

/**
 * Kinds that no model is known to make, but that a gateway may convert to: a paid picture is not
 * thrown away for its kind. They are told by their brands; where they end is not looked for.
 */
export function inspectRareImage(bytes: Buffer): ImageFormatFacts | undefined {
	if (bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
	const brands = bytes.toString('latin1', 8, Math.min(bytes.readUInt32BE(0), 200));
	// `mif1` is the common ground of both, so the further brands decide.
	if (/avi[fs]/.test(brands)) return { mimeType: 'image/avif', extension: 'avif', complete: true };
	return /^(hei[cxms]|hevc|m[is]f1)/.test(brands)
		? { mimeType: 'image/heic', extension: 'heic', complete: true }
		: undefined;
}
