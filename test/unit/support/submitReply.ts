/* eslint-disable */
// Shared by the tests of responses to paid requests.
import { FORMATS } from '../../../nodes/NanoBanana/formats';
import type { HttpResult } from '../../../nodes/NanoBanana/gateway/httpRequest';
import { readSubmitResult, type SubmitResult } from '../../../nodes/NanoBanana/submit/submitResult';
import type { ApiFormat } from '../../../nodes/NanoBanana/types';

export const BASE_URL = 'https://api.example';
export const A = 'https://cdn.example/a.png';

export const reply = (status: number, body: unknown, headers: Record<string, unknown> = {}): HttpResult => ({
	kind: 'reply',
	status,
	headers,
	bytes: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

export function resultOf(response: HttpResult, format: ApiFormat = 'asyncTask', prompt = 'a cube'): SubmitResult {
	return readSubmitResult(response, { decode: (body) => FORMATS[format].decode(body, BASE_URL), prompt });
}

export const ACCEPTED = {
	kind: 'accepted',
	outcome: { kind: 'pending', status: 'queued', taskId: 't-1' },
	firstPollMs: 0,
};
