/* eslint-disable */
import { sendTruncated } from './brokenBodies';
import type { Call } from '../call';
import { destroy, sendWhole } from './sendResponse';
import type { Answer, ScriptedAnswer } from '../types';
import { pause } from '../state';

/** Plays one prepared answer in place of the service's own. */
export async function playScript(call: Call, scripted: ScriptedAnswer, serve: () => Promise<Answer>): Promise<void> {
	if (scripted.accept === true) await serve();
	// The job may be on the bill now, but this client never hears of it.
	call.whenDelivered = null;
	await pause(call.world, scripted.delayMs ?? 0);
	if (scripted.reset === true) return destroy(call);
	const answer = { status: scripted.status ?? 200, headers: scripted.headers, body: scripted.body };
	if (scripted.truncateAfter === undefined) return await sendWhole(call, answer);
	sendTruncated(call, answer, scripted.truncateAfter);
}
