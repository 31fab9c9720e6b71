/* eslint-disable */
import type { Call } from '../call';
import type { FaultName, FaultRule } from './faultRules';
import { rejectionResponse, retryAfterHeaders, tooManyRequests, withRequestId } from '../routes/rejections';
import type { MockResponse, RouteName } from '../types';
import type { MockState } from '../state';

/** The response to a call that does not reach the API; null lets the call through. */
export function responseInstead({ mock, route, fault, entry }: Call): MockResponse | null {
	switch (fault?.fault) {
		case 'status408':
			return proxyPage(408, 'Request Time-out');
		case 'status425':
			return proxyPage(425, 'Too Early');
		case 'status429':
			return limited(mock, route, fault.retryAfter);
		case 'status429Balance':
			return { status: 429, body: disguisedBalance(mock) };
		case 'status500':
			return { status: 500, body: upstreamBroken(mock) };
		case 'status502Html':
			return proxyPage(502, 'Bad Gateway');
		case 'status503':
			return { status: 503, body: overloaded(route) };
		case 'status504Html':
			return proxyPage(504, 'Gateway Time-out');
		case 'redirectForeign':
			// 307 keeps method and body: the worst redirect for a client that follows it with the key.
			return { status: 307, headers: { location: mock.urls.foreign + entry.path }, body: '' };
		default:
			return null;
	}
}

/** Replaces the response of a route that has already run; null keeps it. */
export function responseAfter(fault: FaultName): MockResponse | null {
	switch (fault) {
		case 'status503Accepted':
			return proxyPage(503, 'Service Temporarily Unavailable');
		case 'status524Html':
			return {
				status: 524,
				headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare', 'cf-ray': '9a1b2c3d4e5f6071-FRA' },
				body: '<!DOCTYPE html><html><head><title>api.example.com | 524: A timeout occurred</title></head><body>A timeout occurred Error code 524</body></html>',
			};
		case 'htmlFile':
			return {
				status: 200,
				headers: { 'content-type': 'text/html; charset=utf-8' },
				body: '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in to continue.</body></html>',
			};
		case 'svgFile':
			return {
				status: 200,
				headers: { 'content-type': 'image/svg+xml' },
				body: '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>alert(1)</script></svg>',
			};
		default:
			return null;
	}
}

function proxyPage(status: number, reason: string): MockResponse {
	const title = `${status} ${reason}`;
	const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
	return { status, headers: { 'content-type': 'text/html', server: 'nginx' }, body: page };
}

function limited(mock: MockState, route: RouteName, form: FaultRule['retryAfter']): MockResponse {
	const response = rejectionResponse(route, tooManyRequests(mock, route));
	if (form === undefined) return response;
	return { ...response, headers: retryAfterHeaders(form === 'none' ? null : form, mock.settings.retryAfterSeconds) };
}

// Some APIs report an empty account as a rate limit. Only the code shows the difference.
function disguisedBalance(mock: MockState): object {
	const message = withRequestId(mock, '当前分组上游负载已饱和，请稍后再试');
	return { error: { message, type: 'insufficient_quota', param: '', code: 'insufficient_user_quota' } };
}

function upstreamBroken(mock: MockState): object {
	const message = withRequestId(mock, 'bad response status code 500');
	return { error: { message, type: 'upstream_error', param: '500', code: 'bad_response_status_code' } };
}

function overloaded(route: RouteName): object {
	const message = 'The model is overloaded, the request was not accepted. Please try again later.';
	if (route === 'generateContent') return { error: { code: 503, message, status: 'UNAVAILABLE' } };
	return { error: { message, type: 'new_api_error', code: 'system_overloaded' } };
}
