/* eslint-disable */
import type { Call } from './call';
import type { Answer } from './types';
import { pause } from './world';

const DEFAULT_DELAY_MS = 100;

/** Sends an answer, as it is or the way the call's fault spoils it. */
export async function deliver(call: Call, answer: Answer): Promise<void> {
	const fault = call.fault?.fault;
	if (fault === 'slowHeaders') await pause(call.world, call.fault?.ms ?? DEFAULT_DELAY_MS);
	if (fault === 'resetBefore' || fault === 'resetAfter') return destroy(call);
	await sendWhole(call, answer);
}

export async function sendWhole(call: Call, answer: Answer): Promise<void> {
	const { reply } = call;
	if (reply.raw.destroyed || call.entry.clientLeft) {
		reply.hijack();
		return;
	}
	const { headers, content } = encodeAnswer(answer);
	call.whenDelivered?.();
	call.entry.status = answer.status;
	await reply.code(answer.status).headers(headers).send(content);
}

/** Announces the whole body, sends a part of it and breaks the connection. */
export function sendTruncated(call: Call, answer: Answer, bytes: number): void {
	const { headers, content } = encodeAnswer(answer);
	const { raw } = call.reply;
	call.entry.status = answer.status;
	call.reply.hijack();
	raw.writeHead(answer.status, { ...headers, 'content-length': String(content.length) });
	raw.write(content.subarray(0, bytes), () => raw.socket?.destroy());
}

export function destroy(call: Call): void {
	call.entry.status = 'reset';
	call.reply.hijack();
	call.reply.raw.socket?.destroy();
}

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
