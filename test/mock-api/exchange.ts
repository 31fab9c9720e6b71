/* eslint-disable */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodySummary, readBody, type Call, type Service } from './call';
import { deliver, destroy, sendWhole } from './faults/sendResponse';
import { answerInstead } from './faults/faultResponses';
import { pickFault } from './faults/faultRules';
import { Refusal, refusalAnswer } from './routes/rejections';
import { playScript } from './faults/scriptedResponses';
import type { Answer, JournalEntry, Origin, RouteName } from './types';
import { now, type World } from './state';

/** Writes a request into the journal the moment it arrives. */
export function openEntry(world: World, origin: Origin, route: RouteName, request: FastifyRequest): JournalEntry {
	const entry: JournalEntry = {
		at: now(world),
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
	world.journal.push(entry);
	return entry;
}

/** One exchange from request to answer: script, then fault, then service. */
export async function exchange(
	world: World,
	entry: JournalEntry,
	request: FastifyRequest,
	reply: FastifyReply,
	service: Service,
): Promise<FastifyReply> {
	const params = request.params as Record<string, string>;
	const query = request.query as Record<string, string>;
	const call: Call = {
		world,
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
		const byUs = call.hungUp || world.stopping.signal.aborted;
		if (!reply.raw.writableFinished && !byUs) entry.clientLeft = true;
	});
	try {
		await answerCall(call, service);
	} catch (error) {
		if (!world.stopping.signal.aborted) throw error;
		destroy(call);
	}
	world.settings.onAnswer?.(entry);
	return reply;
}

async function answerCall(call: Call, service: Service): Promise<void> {
	call.body = await readBody(call.request);
	call.entry.body = bodySummary(call.body);
	// The third origin belongs to somebody else: nothing that goes wrong here is of our making.
	if (call.entry.origin === 'foreign') return await sendWhole(call, await serve(call, service));
	const scripted = call.world.scripts.get(call.route)?.shift();
	if (scripted !== undefined) return await playScript(call, scripted, async () => await serve(call, service));
	call.fault = pickFault(call);
	if (call.fault?.fault === 'resetBefore') return destroy(call);
	const instead = answerInstead(call);
	if (instead !== null) return await sendWhole(call, instead);
	await deliver(call, await serve(call, service));
}

async function serve(call: Call, service: Service): Promise<Answer> {
	try {
		return await service(call);
	} catch (error) {
		if (error instanceof Refusal) return refusalAnswer(call.route, error);
		throw error;
	}
}
