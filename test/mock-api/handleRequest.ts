/* eslint-disable */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodySummary, readBody, type Call, type RouteHandler } from './call';
import { sendResponse, destroy, sendWhole } from './faults/sendResponse';
import { responseInstead } from './faults/faultResponses';
import { pickFault } from './faults/faultRules';
import { Rejection, rejectionResponse } from './routes/rejections';
import { sendScripted } from './faults/scriptedResponses';
import type { MockResponse, JournalEntry, Origin, RouteName } from './types';
import { now, type MockState } from './state';

/** Records a request in the journal when it arrives. */
export function openJournalEntry(
	mock: MockState,
	origin: Origin,
	route: RouteName,
	request: FastifyRequest,
): JournalEntry {
	const entry: JournalEntry = {
		at: now(mock),
		origin,
		route,
		method: request.method,
		path: request.url,
		headers: { ...request.headers },
		authorization: request.headers.authorization,
		body: undefined,
		status: 0,
		clientLeft: false,
	};
	mock.journal.push(entry);
	return entry;
}

/** From request to response: a scripted response first, then a fault, then the route. */
export async function handleRequest(
	mock: MockState,
	entry: JournalEntry,
	request: FastifyRequest,
	reply: FastifyReply,
	handler: RouteHandler,
): Promise<FastifyReply> {
	const params = request.params as Record<string, string>;
	const query = request.query as Record<string, string>;
	const call: Call = {
		mock,
		route: entry.route,
		entry,
		request,
		reply,
		params,
		query,
		body: { kind: 'none' },
		fault: null,
		whenDelivered: null,
		hungUp: false,
	};
	reply.raw.once('close', () => {
		const byUs = call.hungUp || mock.stopping.signal.aborted;
		if (!reply.raw.writableFinished && !byUs) entry.clientLeft = true;
	});
	try {
		await respond(call, handler);
	} catch (error) {
		if (!mock.stopping.signal.aborted) throw error;
		destroy(call);
	}
	mock.settings.onResponse?.(entry);
	return reply;
}

async function respond(call: Call, handler: RouteHandler): Promise<void> {
	call.body = await readBody(call.request);
	call.entry.body = bodySummary(call.body);
	// The foreign origin does not belong to the API, so it has no scripts and no faults.
	if (call.entry.origin === 'foreign') return await sendWhole(call, await serve(call, handler));
	const scripted = call.mock.scripts.get(call.route)?.shift();
	if (scripted !== undefined) return await sendScripted(call, scripted, async () => await serve(call, handler));
	call.fault = pickFault(call);
	if (call.fault?.fault === 'resetBefore') return destroy(call);
	const instead = responseInstead(call);
	if (instead !== null) return await sendWhole(call, instead);
	await sendResponse(call, await serve(call, handler));
}

async function serve(call: Call, handler: RouteHandler): Promise<MockResponse> {
	try {
		return await handler(call);
	} catch (error) {
		if (error instanceof Rejection) return rejectionResponse(call.route, error);
		throw error;
	}
}
