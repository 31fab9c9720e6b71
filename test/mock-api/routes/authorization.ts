/* eslint-disable */
import type { Service } from '../call';
import { Refusal, withRequestId } from './rejections';

/** Lets only calls with the sandbox's key through to a service. */
export function withKey(service: Service): Service {
	return async (call) => {
		const { world, entry, query } = call;
		const googleKey = call.request.headers['x-goog-api-key'] ?? query.key;
		const shown = entry.authorization?.replace(/^Bearer\s+/i, '') ?? googleKey;
		if (shown === undefined) throw unauthorized(withRequestId(world, 'Token not provided'));
		if (shown !== world.settings.apiKey) throw unauthorized(withRequestId(world, 'Invalid token'));
		return await service(call);
	};
}

function unauthorized(message: string): Refusal {
	return new Refusal(401, '', message, 'middleware');
}
