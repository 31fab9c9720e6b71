/* eslint-disable */
import { now, type MockState } from '../state';
import type { MockResponse, RouteName } from '../types';

/** A request that the API rejects. Middleware uses OpenAI's error format, each endpoint uses its own. */
export class Rejection extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		readonly from: 'middleware' | 'endpoint' = 'endpoint',
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

export function invalidRequest(message: string): Rejection {
	return new Rejection(400, 'invalid_request', message);
}

/** The rejection in the error format of the endpoint. */
export function rejectionResponse(route: RouteName, rejection: Rejection): MockResponse {
	return { status: rejection.status, headers: rejection.headers, body: rejectionBody(route, rejection) };
}

function rejectionBody(route: RouteName, { status, code, message, from }: Rejection): unknown {
	if (from === 'middleware') return { error: { message, type: 'new_api_error', code } };
	if (route === 'createTask' || route === 'getTask') return { code, message, data: null };
	if (route === 'generateContent') return { error: { code: status, message, status: googleStatus(status) } };
	return { error: { message, type: 'invalid_request_error', param: '', code } };
}

function googleStatus(status: number): string {
	if (status === 429) return 'RESOURCE_EXHAUSTED';
	return status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL';
}

export function tooManyRequests(mock: MockState, route: RouteName): Rejection {
	const headers = retryAfterHeaders(mock.settings.retryAfter, mock.settings.retryAfterSeconds);
	return route === 'createTask'
		? new Rejection(429, 'fail_to_fetch_task', '当前分组上游负载已饱和，请稍后再试', 'endpoint', headers)
		: new Rejection(
				429,
				'',
				withRequestId(mock, 'You have reached the request limit: maximum 10 requests in 1 minutes'),
				'middleware',
				headers,
			);
}

export function balanceUsedUp(): Rejection {
	return new Rejection(403, 'insufficient_user_quota', '用户额度不足, 剩余额度: ＄0.000000');
}

export function retryAfterHeaders(form: null | 'seconds' | 'date', seconds: number): Record<string, string> {
	if (form === null) return {};
	const value = form === 'seconds' ? String(seconds) : new Date(Date.now() + seconds * 1000).toUTCString();
	return { 'retry-after': value };
}

/** New API ends its messages with an id that its operator can find in the log. */
export function withRequestId(mock: MockState, message: string): string {
	const tick = String(Math.round(now(mock))).padStart(9, '0');
	return `${message} (request id: 20261122083015${tick}${mock.random.requestIds.text(8)})`;
}
