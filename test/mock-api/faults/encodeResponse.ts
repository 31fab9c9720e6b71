/* eslint-disable */
import type { Answer } from '../types';

/** Objects become JSON, text and bytes stay as they are. */
export function encodeAnswer(answer: Answer): { headers: Record<string, string>; content: Buffer } {
	const { body } = answer;
	if (Buffer.isBuffer(body)) {
		return { headers: { 'content-type': 'application/octet-stream', ...answer.headers }, content: body };
	}
	if (typeof body === 'string') {
		const type = body.trimStart().startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
		return { headers: { 'content-type': type, ...answer.headers }, content: Buffer.from(body) };
	}
	const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
	return { headers: { 'content-type': 'application/json; charset=utf-8', ...answer.headers }, content };
}
