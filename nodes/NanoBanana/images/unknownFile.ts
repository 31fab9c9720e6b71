/** What a file is called and handed on as. */
export interface FileFacts {
	mimeType: string;
	extension: string;
	width?: number;
	height?: number;
}

/** Fewer bytes are no picture. */
const LEAST_BYTES = 100;
/** So much of the start tells text from anything else. */
const TOLD_BY_BYTES = 2_000;
/** The start of a page or of JSON, which may be written in letters of another time. */
const TEXT_START = /^[\s\u00ef\u00bb\u00bf]*(<html|<!doctype|<\?xml|\{")/i;

/** Bytes that are no known image and no text either: a picture of a kind to come, it may be. Named by what is said of them. */
export function unknownFile(bytes: Buffer, contentType = '', url = ''): FileFacts | undefined {
	if (bytes.length < LEAST_BYTES || isText(bytes.subarray(0, TOLD_BY_BYTES))) return undefined;
	const mimeType = contentType.split(';')[0].trim().toLowerCase() || 'application/octet-stream';
	const ofType = /^image\/(?:x-)?([a-z0-9]{2,5})$/.exec(mimeType)?.[1];
	const ofUrl = /\.([a-z0-9]{2,4})$/i.exec(url.split(/[?#]/)[0])?.[1].toLowerCase();
	return { mimeType, extension: (ofType === 'jpeg' ? 'jpg' : ofType) ?? ofUrl ?? 'bin' };
}

/** Words, pages, JSON and XML hold none of the control characters that any file of pixels is full of. */
function isText(start: Buffer): boolean {
	if (TEXT_START.test(start.toString('latin1'))) return true;
	const isControl = (byte: number): boolean => byte < 9 || (byte > 13 && byte < 32 && byte !== 27);
	// A character may be cut in two at the end.
	return (
		!start.some(isControl) &&
		!start
			.toString('utf8')
			.replace(/\ufffd+$/, '')
			.includes('\ufffd')
	);
}

/** A picture's worth of it and nothing else, in lines or in one; words in the place of a picture are decoded into bytes as well. */
export function isBase64(text: string): boolean {
	const bare = text.trim().replace(/[\r\n]+/g, '');
	return bare.length % 4 !== 1 && /^[\w+/-]+={0,2}$/.test(bare);
}
