import type { IDataObject } from 'n8n-workflow';

import { mergeJson } from '../lib/json';
import { findModel } from '../models';
import type { EncodedCall, ImageFormat, ImageRequest, Reference } from '../types';
import { decodeGemini } from './decode/decodeGemini';

/** The Gemini-compatible endpoint: generateContent with inline references. Each image is a separate call and charge. */
export const gemini: ImageFormat = {
	needsBytes: () => true,
	callsFor: (n) => n,
	encode: encodeGenerateContent,
	decode: decodeGemini,
};

function encodeGenerateContent(request: ImageRequest): EncodedCall {
	const apiId = findModel(request.model)?.geminiId;
	const imageConfig: IDataObject = {
		...(request.aspectRatio && { aspectRatio: request.aspectRatio }),
		// The API's own IDs contain the size. Google's do not.
		...(request.imageSize && !apiId && { imageSize: request.imageSize }),
		// Only the API's page documents this field, so it is only sent with the API's own IDs, and not for the default.
		...(apiId && request.outputFormat === 'jpeg' && { outputFormat: 'jpeg' }),
	};
	const parts: IDataObject[] = [{ text: request.prompt }, ...request.references.map(partOf)];
	const json: IDataObject = {
		contents: [{ role: 'user', parts }],
		// With TEXT, the model explains why it rejects a prompt. With IMAGE alone, it returns an empty candidate.
		generationConfig: {
			responseModalities: ['TEXT', 'IMAGE'],
			...(Object.keys(imageConfig).length > 0 && { imageConfig }),
		},
	};
	const id = encodeURIComponent(apiId ?? request.model);
	return { path: `/v1beta/models/${id}:generateContent`, json: mergeJson(json, request.extraBody) };
}

function partOf(reference: Reference): IDataObject {
	if (reference.kind === 'url') return { fileData: { fileUri: reference.url } };
	return { inlineData: { mimeType: reference.mimeType, data: reference.data.toString('base64') } };
}
