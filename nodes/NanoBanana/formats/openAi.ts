import type { IDataObject } from 'n8n-workflow';

import { referenceParts, textParts } from '../lib/multipart';
import { mergeJson } from '../lib/json';
import type { EncodedCall, ImageFormat, ImageRequest } from '../types';
import { decodeSyncCall } from './decode/decodeTask';

/** The OpenAI-compatible endpoints: generations as JSON, edits as a form, or as JSON if all references are URLs. */
export const openAi: ImageFormat = {
	// The form only contains files, so if one reference is a file, URLs are downloaded first.
	needsBytes: hasBytes,
	callsFor: () => 1,
	encode: encodeImages,
	decode: decodeSyncCall,
};

function hasBytes(request: ImageRequest): boolean {
	return request.references.some((reference) => reference.kind === 'bytes');
}

function fieldsOf(request: ImageRequest): IDataObject {
	return {
		model: request.model,
		prompt: request.prompt,
		n: request.n,
		response_format: request.responseFormat,
		...(request.aspectRatio && { aspect_ratio: request.aspectRatio }),
		...(request.outputFormat && { output_format: request.outputFormat }),
	};
}

function encodeImages(request: ImageRequest): EncodedCall {
	const { references, extraBody } = request;
	const fields = fieldsOf(request);
	if (references.length === 0) return { path: '/v1/images/generations', json: mergeJson(fields, extraBody) };
	const path = '/v1/images/edits';
	if (hasBytes(request)) {
		const files = referenceParts(references.length === 1 ? 'image' : 'image[]', references);
		return { path, form: [...textParts(mergeJson(fields, extraBody)), ...files] };
	}
	// OpenAI documents this JSON body for edits: a list of {image_url}.
	const images = references.flatMap((reference) => (reference.kind === 'url' ? [{ image_url: reference.url }] : []));
	return { path, json: mergeJson({ ...fields, images }, extraBody) };
}
