/* eslint-disable */
import type { MockResponse } from '../types';

/** Objects become JSON, text and bytes stay as they are. */
export function encodeResponse(response: MockResponse): { headers: Record<string, string>; content: Buffer } {
	const { body } = response;
	if (Buffer.isBuffer(body)) {
		return { headers: { 'content-type': 'application/octet-stream', ...response.headers }, content: body };
	}
	if (typeof body === 'string') {
		const type = body.trimStart().startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
		return { headers: { 'content-type': type, ...response.headers }, content: Buffer.from(body) };
	}
	const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
	return { headers: { 'content-type': 'application/json; charset=utf-8', ...response.headers }, content };
}
