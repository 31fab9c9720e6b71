/* eslint-disable */
import {
	hangUp,
	sendBomb,
	sendEndless,
	sendHugeJson,
	sendTrickle,
	sendTruncated,
	sendWrongLength,
} from './brokenBodies';
import type { Call } from '../call';
import { encodeAnswer } from './encodeResponse';
import { answerAfter } from './faultResponses';
import type { Answer } from '../types';
import { pause } from '../state';

const DEFAULT_DELAY_MS = 100;

/** Sends a service's answer, as it is or the way the call's fault spoils it. */
export async function deliver(call: Call, answer: Answer): Promise<void> {
	const delayMs = call.fault?.ms ?? DEFAULT_DELAY_MS;
	switch (call.fault?.fault) {
		case 'resetAfter':
			return destroy(call);
		case 'slowHeaders':
			await pause(call.world, delayMs);
			return await sendWhole(call, answer);
		case 'slowBody':
			return await sendTrickle(call, answer, delayMs);
		case 'truncated':
			return sendTruncated(call, answer);
		case 'wrongContentLength':
			return sendWrongLength(call, answer);
		case 'endlessBody':
			return await sendEndless(call, answer);
		case 'gzipBomb':
			return await sendBomb(call, answer);
		case 'hugeJson':
			return await sendHugeJson(call);
		case 'wrongContentType':
			return await sendWhole(call, mislabelled(call, answer));
		case 'emptyBody':
			call.whenDelivered = null;
			return await sendWhole(call, emptied(answer));
		default:
			return await sendSpoilt(call, answer);
	}
}

async function sendSpoilt(call: Call, answer: Answer): Promise<void> {
	const replacement = call.fault === null ? null : answerAfter(call.fault.fault);
	if (replacement === null) return await sendWhole(call, answer);
	call.whenDelivered = null;
	await sendWhole(call, replacement);
}

export async function sendWhole(call: Call, answer: Answer): Promise<void> {
	const { reply } = call;
	if (reply.raw.destroyed) {
		reply.hijack();
		return;
	}
	const { headers, content } = encodeAnswer(answer);
	call.whenDelivered?.();
	call.entry.status = answer.status;
	await reply.code(answer.status).headers(headers).send(content);
}

export function destroy(call: Call): void {
	call.entry.status = 'reset';
	call.reply.hijack();
	hangUp(call);
}

function mislabelled({ world }: Call, answer: Answer): Answer {
	const type = world.random.faults.next() < 0.5 ? 'text/plain' : 'application/octet-stream';
	return { ...answer, headers: { ...answer.headers, 'content-type': type } };
}

// The headers stay as they were: only the bytes are missing.
function emptied(answer: Answer): Answer {
	return { ...answer, headers: encodeAnswer(answer).headers, body: Buffer.alloc(0) };
}
