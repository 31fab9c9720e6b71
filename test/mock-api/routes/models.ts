/* eslint-disable */
import type { Call } from '../call';
import type { MockResponse } from '../types';

const CREATED = 1_764_000_000;

/** GET /v1/models: OpenAI's list, or Google's if the request has a Google key. Free. */
export function listModels(call: Call): MockResponse {
	const { models } = call.mock.settings;
	if (models === null) {
		const message = 'Invalid URL (GET /v1/models)';
		return { status: 404, body: { error: { message, type: 'invalid_request_error', param: '', code: '' } } };
	}
	if (call.request.headers['x-goog-api-key'] !== undefined || call.query.key !== undefined) {
		return { status: 200, body: { models: models.map((id) => ({ name: `models/${id}`, displayName: id })) } };
	}
	const data = models.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'uniall' }));
	return { status: 200, body: { object: 'list', data, success: true } };
}
