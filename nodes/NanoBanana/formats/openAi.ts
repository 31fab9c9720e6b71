import type { IDataObject } from 'n8n-workflow';

import { textParts } from '../lib/multipart';
import { mergeJson } from '../lib/json';
import type { EncodedCall, FormPart, ImageFormat, ImageRequest } from '../types';
import { decodeTask } from './decode/decodeTask';

/** The OpenAI-compatible endpoints: generations as JSON, edits as a form, or as JSON when every reference is a URL. */
export const openAi: ImageFormat = {
	// A form contains files, so the image of a URL next to a file is downloaded first.
	needsBytes: (request) => hasBytes(request),
	callsFor: () => 1,
	encode: (request) => (request.references.length === 0 ? generation(request) : edit(request)),
	decode: decodeTask,
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

function generation(request: ImageRequest): EncodedCall {
	return { path: '/v1/images/generations', json: mergeJson(fieldsOf(request), request.extraBody) };
}

function edit(request: ImageRequest): EncodedCall {
	const path = '/v1/images/edits';
	const fields = mergeJson(fieldsOf(request), request.extraBody);
	if (hasBytes(request)) return { path, form: [...textParts(fields), ...fileParts(request)] };
	// The published JSON form of edits: a list of {image_url}.
	const images = request.references.flatMap((reference) =>
		reference.kind === 'url' ? [{ image_url: reference.url }] : [],
	);
	return { path, json: mergeJson({ ...fieldsOf(request), images }, request.extraBody) };
}

function fileParts(request: ImageRequest): FormPart[] {
	const name = request.references.length === 1 ? 'image' : 'image[]';
	return request.references.flatMap((reference) =>
		reference.kind === 'bytes'
			? [{ name, value: reference.data, fileName: reference.fileName, mimeType: reference.mimeType }]
			: [],
	);
}
