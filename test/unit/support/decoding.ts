/* eslint-disable */
// Shared by the decoder tests: URLs, and helpers that decode a body.
import { decodeTask } from '../../../nodes/NanoBanana/formats/decode/decodeTask';
import type { DecodedResponse } from '../../../nodes/NanoBanana/types';

export const BASE_URL = 'https://api.example';
export const PNG =
	'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==';
export const A = 'https://cdn.example/a.png';
export const B = 'https://cdn.example/b.png';
export const REFERENCE = 'https://mine.example/reference.png';

export const decode = (body: unknown, asked?: object): DecodedResponse => decodeTask(body, BASE_URL, asked);
/** URLs unchanged, base64 as its length. */
export function imagesIn(body: unknown, asked?: object): string[] {
	const decoded = decode(body, asked);
	if (decoded.kind !== 'images') throw new Error(`no images but ${JSON.stringify(decoded)}`);
	return decoded.images.map((ref) => (ref.kind === 'url' ? ref.url : `base64 ${ref.base64.length}`));
}
export const onPage = (data: object): object => ({ code: 'success', message: '', data: { task_id: 't-1', ...data } });
