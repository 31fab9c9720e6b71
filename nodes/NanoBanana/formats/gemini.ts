import type { IDataObject } from 'n8n-workflow';

import { mergeJson } from '../lib/json';
import { findModel } from '../models';
import type { EncodedCall, ImageFormat, ImageRequest, Reference } from '../types';
import { decodeGemini } from './decode/decodeGemini';

/** The Gemini-compatible endpoint: generateContent with inline references. Multiple images are multiple calls, each charged. */
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
		// Documented on the API's page only, so it is sent with the API's own IDs only, and not for its default.
		...(apiId && request.outputFormat === 'jpeg' && { outputFormat: 'jpeg' }),
	};
	const parts: IDataObject[] = [{ text: request.prompt }, ...request.references.map(partOf)];
	const json: IDataObject = {
		contents: [{ role: 'user', parts }],
		// With TEXT allowed a refusal explains itself; IMAGE alone gives an empty candidate.
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
