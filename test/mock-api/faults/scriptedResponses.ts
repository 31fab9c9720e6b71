/* eslint-disable */
import { sendTruncated } from './brokenBodies';
import type { Call } from '../call';
import { destroy, sendWhole } from './sendResponse';
import type { MockResponse, ScriptedResponse } from '../types';
import { pause } from '../state';

/** Sends one scripted response instead of the route's own. */
export async function sendScripted(
	call: Call,
	scripted: ScriptedResponse,
	serve: () => Promise<MockResponse>,
): Promise<void> {
	if (scripted.accept === true) await serve();
	// The task may be charged now, but this client does not get its ID.
	call.whenDelivered = null;
	await pause(call.mock, scripted.delayMs ?? 0);
	if (scripted.reset === true) return destroy(call);
	const response = { status: scripted.status ?? 200, headers: scripted.headers, body: scripted.body };
	if (scripted.truncateAfter === undefined) return await sendWhole(call, response);
	sendTruncated(call, response, scripted.truncateAfter);
}
