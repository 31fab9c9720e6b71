import type { IDataObject } from 'n8n-workflow';

import { textParts } from '../lib/multipart';
import { mergeJson } from '../lib/json';
import type { EncodedCall, FormPart, ImageFormat, ImageRequest, Reference } from '../types';
import { decodeTask } from './decode/decodeTask';

/** The API's own way: create a task, then ask for its status. Source: the API's page. */
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
		return { path: TASKS_PATH, form: formOf(mergeJson(fields, request.extraBody), request.references) };
	}
	const sent = request.references.map((reference) => inJson(reference, request.sendBinaryAs));
	// One reference is `image`, several are `images`; the API rejects both at once.
	const references: IDataObject = sent.length === 0 ? {} : sent.length === 1 ? { image: sent[0] } : { images: sent };
	return { path: TASKS_PATH, json: mergeJson({ ...fields, ...references }, request.extraBody) };
}

/** The API's page documents URLs only. That data URIs and bare base64 are accepted is an assumption, hence the option. */
function inJson(reference: Reference, sendBinaryAs: ImageRequest['sendBinaryAs']): string {
	if (reference.kind === 'url') return reference.url;
	const base64 = reference.data.toString('base64');
	return sendBinaryAs === 'base64' ? base64 : `data:${reference.mimeType};base64,${base64}`;
}

function formOf(fields: IDataObject, references: Reference[]): FormPart[] {
	const name = references.length === 1 ? 'image' : 'images';
	return [
		...textParts(fields),
		...references.map((reference) =>
			reference.kind === 'url'
				? { name, value: reference.url }
				: { name, value: reference.data, fileName: reference.fileName, mimeType: reference.mimeType },
		),
	];
}
