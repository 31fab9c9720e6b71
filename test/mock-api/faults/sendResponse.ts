/* eslint-disable */
import {
	hangUp,
	sendBomb,
	sendEndless,
	sendHugeJson,
	sendTrickle,
	sendCompleteThenReset,
	sendStalled,
	sendTruncated,
	sendWrongLength,
} from './brokenBodies';
import type { Call } from '../call';
import { encodeResponse } from './encodeResponse';
import { responseAfter } from './faultResponses';
import type { MockResponse } from '../types';
import { pause } from '../state';

const DEFAULT_DELAY_MS = 100;

/** Sends a route's response, unchanged or as the call's fault changes it. */
export async function sendResponse(call: Call, response: MockResponse): Promise<void> {
	const delayMs = call.fault?.ms ?? DEFAULT_DELAY_MS;
	switch (call.fault?.fault) {
		case 'resetAfter':
			return destroy(call);
		case 'slowHeaders':
			await pause(call.mock, delayMs);
			return await sendWhole(call, response);
		case 'slowBody':
			return await sendTrickle(call, response, delayMs);
		case 'truncated':
			return sendTruncated(call, response);
		case 'completeThenReset':
			return sendCompleteThenReset(call, response);
		case 'stalledBody':
			return await sendStalled(call, response);
		case 'wrongContentLength':
			return sendWrongLength(call, response);
		case 'endlessBody':
			return await sendEndless(call, response);
		case 'gzipBomb':
			return await sendBomb(call, response);
		case 'hugeJson':
			return await sendHugeJson(call);
		case 'wrongContentType':
			return await sendWhole(call, mislabelled(call, response));
		case 'emptyBody':
			call.whenDelivered = null;
			return await sendWhole(call, emptied(response));
		default:
			return await sendReplaced(call, response);
	}
}

async function sendReplaced(call: Call, response: MockResponse): Promise<void> {
	const replacement = call.fault === null ? null : responseAfter(call.fault.fault);
	if (replacement === null) return await sendWhole(call, response);
	call.whenDelivered = null;
	await sendWhole(call, replacement);
}

export async function sendWhole(call: Call, response: MockResponse): Promise<void> {
	const { reply } = call;
	if (reply.raw.destroyed) {
		reply.hijack();
		return;
	}
	const { headers, content } = encodeResponse(response);
	call.whenDelivered?.();
	call.entry.status = response.status;
	await reply.code(response.status).headers(headers).send(content);
}

export function destroy(call: Call): void {
	call.entry.status = 'reset';
	call.reply.hijack();
	hangUp(call);
}

function mislabelled({ mock }: Call, response: MockResponse): MockResponse {
	const type = mock.random.faults.next() < 0.5 ? 'text/plain' : 'application/octet-stream';
	return { ...response, headers: { ...response.headers, 'content-type': type } };
}

// Keeps the headers. Only the bytes are missing.
function emptied(response: MockResponse): MockResponse {
	return { ...response, headers: encodeResponse(response).headers, body: Buffer.alloc(0) };
}
