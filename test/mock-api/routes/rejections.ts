/* eslint-disable */
import { now, type World } from '../state';
import type { Answer, RouteName } from '../types';

/** A request the gateway turns down. Middleware speaks OpenAI's error shape on every entrance, the rest does not. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly from: 'middleware' | 'entrance' = 'entrance',
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

export function invalidRequest(message: string): Refusal {
	return new Refusal(400, 'invalid_request', message);
}

/** The same refusal in the error shape of the entrance it was met on. */
export function refusalAnswer(route: RouteName, refusal: Refusal): Answer {
	return { status: refusal.status, headers: refusal.headers, body: refusalBody(route, refusal) };
}

function refusalBody(route: RouteName, { status, code, message, from }: Refusal): unknown {
	if (from === 'middleware') return { error: { message, type: 'new_api_error', code } };
	if (route === 'createTask' || route === 'getTask') return { code, message, data: null };
	if (route === 'generateContent') return { error: { code: status, message, status: googleStatus(status) } };
	return { error: { message, type: 'invalid_request_error', param: '', code } };
}

function googleStatus(status: number): string {
	if (status === 429) return 'RESOURCE_EXHAUSTED';
	return status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL';
}

export function tooManyRequests(world: World, route: RouteName): Refusal {
	const headers = retryAfterHeaders(world.settings.retryAfter, world.settings.retryAfterSeconds);
	return route === 'createTask'
		? new Refusal(429, 'fail_to_fetch_task', '当前分组上游负载已饱和，请稍后再试', 'entrance', headers)
		: new Refusal(
				429,
				'',
				withRequestId(world, 'You have reached the request limit: maximum 10 requests in 1 minutes'),
				'middleware',
				headers,
			);
}

export function balanceUsedUp(): Refusal {
	return new Refusal(403, 'insufficient_user_quota', '用户额度不足, 剩余额度: ＄0.000000');
}

export function retryAfterHeaders(form: null | 'seconds' | 'date', seconds: number): Record<string, string> {
	if (form === null) return {};
	const value = form === 'seconds' ? String(seconds) : new Date(Date.now() + seconds * 1000).toUTCString();
	return { 'retry-after': value };
}

/** Family gateways end their messages with an id their operator can look up. */
export function withRequestId(world: World, message: string): string {
	const tick = String(Math.round(now(world))).padStart(9, '0');
	return `${message} (request id: 20261122083015${tick}${world.random.requestIds.text(8)})`;
}
