import type { IDataObject } from 'n8n-workflow';

import { referenceParts, textParts } from '../lib/multipart';
import { mergeJson } from '../lib/json';
import type { EncodedCall, ImageFormat, ImageRequest, Reference } from '../types';
import { decodeTask } from './decode/decodeTask';

/** The API's own format: create a task, then poll it. Source: the API's page. */
export const asyncTask: ImageFormat = {
	needsBytes: () => false,
	callsFor: () => 1,
	encode: encodeTask,
	decode: decodeTask,
};

export const TASKS_PATH = '/v1/images/tasks';

function encodeTask(request: ImageRequest): EncodedCall {
	const fields: IDataObject = {
		model: request.model,
		task_type: request.operation === 'textToImage' ? 'text2image' : 'image2image',
		prompt: request.prompt,
		...(request.aspectRatio && { aspect_ratio: request.aspectRatio }),
		...(request.outputFormat && { output_format: request.outputFormat }),
		n: request.n,
		response_format: request.responseFormat,
	};
	const hasBytes = request.references.some((reference) => reference.kind === 'bytes');
	if (hasBytes && request.sendBinaryAs === 'multipart') {
		const files = referenceParts(request.references.length === 1 ? 'image' : 'images', request.references);
		return { path: TASKS_PATH, form: [...textParts(mergeJson(fields, request.extraBody)), ...files] };
	}
	const sent = request.references.map((reference) => inJson(reference, request.sendBinaryAs));
	// One reference is sent as `image`, multiple as `images`. The API rejects both together.
	const references: IDataObject = sent.length === 0 ? {} : sent.length === 1 ? { image: sent[0] } : { images: sent };
	return { path: TASKS_PATH, json: mergeJson({ ...fields, ...references }, request.extraBody) };
}

/** The API's page only documents URLs. It may not accept data URIs or bare base64, so the user can choose. */
function inJson(reference: Reference, sendBinaryAs: ImageRequest['sendBinaryAs']): string {
	if (reference.kind === 'url') return reference.url;
	const base64 = reference.data.toString('base64');
	return sendBinaryAs === 'base64' ? base64 : `data:${reference.mimeType};base64,${base64}`;
}
