import type { IDataObject } from 'n8n-workflow';

import { mergeJson } from '../lib/json';
import { findModel } from '../models';
import type { EncodedCall, ImageFormat, ImageRequest, Reference } from '../types';
import { decodeGemini } from './decode/decodeGemini';

/** The Gemini-compatible entrance: generateContent with inline references. Several images are several calls, each billed. */
export const gemini: ImageFormat = {
	needsBytes: () => true,
	encode: (request) => Array.from({ length: request.n }, () => encodeCall(request)),
	decode: decodeGemini,
};

function encodeCall(request: ImageRequest): EncodedCall {
	const gatewayId = findModel(request.model)?.geminiId;
	const imageConfig: IDataObject = {
		...(request.aspectRatio && { aspectRatio: request.aspectRatio }),
		// The gateway's own ids carry the size; Google's do not.
		...(request.imageSize && !gatewayId && { imageSize: request.imageSize }),
		// Known to the vendor's page only, so it is sent to the vendor's ids only, and not for its default.
		...(gatewayId && request.outputFormat === 'jpeg' && { outputFormat: 'jpeg' }),
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
	const id = encodeURIComponent(gatewayId ?? request.model);
	return { path: `/v1beta/models/${id}:generateContent`, json: mergeJson(json, request.extraBody) };
}

function partOf(reference: Reference): IDataObject {
	if (reference.kind === 'url') return { fileData: { fileUri: reference.url } };
	return { inlineData: { mimeType: reference.mimeType, data: reference.data.toString('base64') } };
}
