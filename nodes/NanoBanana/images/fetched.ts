import type { HttpResult } from '../gateway/httpRequest';
import { readImageFormat, type ImageFormatFacts } from './imageFormat';
import { megabytes } from '../lib/bytes';
import { isBase64, unknownFile, type FileFacts } from './unknownFile';

export type DownloadResult =
	/** With a warning where the file may not be what was paid for; it continues "Image 1 of 2 …". */
	| { kind: 'image'; bytes: Buffer; facts: FileFacts; url?: string; warning?: string }
	/** The image is paid for but could not be had: the address goes on, with the reason. */
	| { kind: 'missing'; url?: string; reason: string };

const CUT_OFF = 'came cut off: the file holds what was in the answer';
const NOT_KNOWN = 'is no image type that is known here: the file holds the bytes as they came';

export interface Decoded {
	fetched: DownloadResult;
	isTooLarge?: boolean;
}

export function decodeBase64(base64: string, maxBytes: number): Decoded {
	if (base64.length * 0.75 > maxBytes + 2)
		return { fetched: { kind: 'missing', reason: tooLarge(maxBytes) }, isTooLarge: true };
	const bytes = Buffer.from(base64, 'base64');
	const facts = readImageFormat(bytes);
	if (facts) return { fetched: { kind: 'image', bytes, facts, ...(!facts.complete && { warning: CUT_OFF }) } };
	const kept = isBase64(base64) ? unknownFile(bytes) : undefined;
	return {
		fetched: kept
			? { kind: 'image', bytes, facts: kept, warning: NOT_KNOWN }
			: { kind: 'missing', reason: 'the data in the answer is no image' },
	};
}

export function isWhole({ fetched }: Decoded): boolean {
	return fetched.kind === 'image' && fetched.warning === undefined;
}

/** A known image, whole or cut off. */
export function imageIn(answer: HttpResult): ImageFormatFacts | undefined {
	return answer.kind === 'reply' && answer.status >= 200 && answer.status < 300
		? readImageFormat(answer.bytes)
		: undefined;
}

/** Paid bytes of a kind that is not known here are no reason to lose them. */
export function fileIn(answer: HttpResult, url?: string): DownloadResult | undefined {
	if (answer.kind !== 'reply' || answer.status < 200 || answer.status >= 300) return undefined;
	const known = readImageFormat(answer.bytes);
	if (known) return known.complete ? { kind: 'image', bytes: answer.bytes, facts: known, url } : undefined;
	const type = String(answer.headers['content-type'] ?? '');
	const facts = /^\s*(image\/|application\/octet-stream)/i.test(type)
		? unknownFile(answer.bytes, type, url)
		: undefined;
	return facts && { kind: 'image', bytes: answer.bytes, facts, url, warning: NOT_KNOWN };
}

export function tooLarge(limit: number): string {
	return `it is larger than ${megabytes(limit)}, the 'Max Download Size' under Options`;
}
