/* eslint-disable */
import type { RouteHandler } from '../call';
import { Rejection, withRequestId } from './rejections';

/** Lets only calls with the mock API's key through to a route. */
export function withKey(handler: RouteHandler): RouteHandler {
	return async (call) => {
		const { mock, entry, query } = call;
		const googleKey = call.request.headers['x-goog-api-key'] ?? query.key;
		const shown = entry.authorization?.replace(/^Bearer\s+/i, '') ?? googleKey;
		if (shown === undefined) throw unauthorized(withRequestId(mock, 'Token not provided'));
		if (shown !== mock.settings.apiKey) throw unauthorized(withRequestId(mock, 'Invalid token'));
		return await handler(call);
	};
}

function unauthorized(message: string): Rejection {
	return new Rejection(401, '', message, 'middleware');
}
