import type { IDataObject } from 'n8n-workflow';

import { firstText, list, mergeJson, own, unwrapText } from '../json';
import { findModel } from '../models';
import type { EncodedCall, ImageFormat, ImageRef, ImageRequest, Outcome, Reference } from '../types';
import { decodeBody, refFrom, refsInMarkdown } from './shapes';

/** The Gemini-compatible entrance: generateContent with inline references. Several images are several calls, each billed. */
export const gemini: ImageFormat = {
	needsBytes: () => true,
	encode: (request) => Array.from({ length: request.n }, () => encodeCall(request)),
	decode: decodeContent,
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
	const parts: IDataObject[] = [
		{ text: request.prompt },
		...request.references.map(partOf),
	];
	const json: IDataObject = {
		contents: [{ role: 'user', parts }],
		// With TEXT allowed a refusal explains itself; IMAGE alone gives an empty candidate.
		generationConfig: { responseModalities: ['TEXT', 'IMAGE'], ...(Object.keys(imageConfig).length > 0 && { imageConfig }) },
	};
	const id = encodeURIComponent(gatewayId ?? request.model);
	return { method: 'POST', path: `/v1beta/models/${id}:generateContent`, json: mergeJson(json, request.extraBody) };
}

function partOf(reference: Reference): IDataObject {
	if (reference.kind === 'url') return { fileData: { fileUri: reference.url } };
	return { inlineData: { mimeType: reference.mimeType, data: reference.data.toString('base64') } };
}

/** Reasons that the same prompt will meet again. Source: the finish and block reasons of Google's SDK. */
const REFUSALS = new Set([
	'SAFETY', 'IMAGE_SAFETY', 'PROHIBITED_CONTENT', 'IMAGE_PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII',
	'RECITATION', 'IMAGE_RECITATION', 'JAILBREAK', 'MODEL_ARMOR', 'LANGUAGE',
]);

interface Content {
	images: ImageRef[];
	drafts: ImageRef[];
	text: string;
	reason?: string;
	message?: string;
}

function decodeContent(body: unknown, baseUrl: string): Outcome {
	const chunks = contentChunks(unwrapText(body));
	if (chunks.length === 0) return decodeBody(body, baseUrl);
	const content = readCandidates(chunks, baseUrl);
	// Drafts come in thought parts; they count only when the model delivered nothing else.
	const images = content.images.length > 0 ? content.images : content.drafts;
	const text = content.text.trim().slice(0, 5000);
	if (images.length > 0) return { kind: 'images', images, ...(text && { text }) };

	const blocked = chunks.map((chunk) => promptBlock(chunk)).find((found) => found !== undefined);
	if (blocked) return { kind: 'failed', code: blocked.code, reason: blocked.reason, refused: true };
	const finish = content.reason;
	if (finish && finish !== 'STOP') {
		const said = [content.message, text].filter(Boolean).join(' ');
		return { kind: 'failed', code: finish, reason: said || `no image was generated (${finish})`, ...(REFUSALS.has(finish) && { refused: true }) };
	}
	if (text) return { kind: 'failed', code: 'text_only', reason: text };
	const answered = chunks.some((chunk) => list(own(chunk, 'candidates')).length > 0);
	if (answered) return { kind: 'failed', code: 'NO_IMAGE', reason: 'no image was generated' };
	return { kind: 'failed', code: 'no_candidates', reason: 'The prompt was rejected before generation', refused: true };
}

/** The generateContent objects in a body: itself, wrapped in an envelope, or a list of streamed chunks. */
function contentChunks(body: unknown): unknown[] {
	const inner = Array.isArray(body) ? body : [body, own(body, 'data'), own(body, 'response')];
	return inner.filter((chunk) => own(chunk, 'candidates') !== undefined || own(chunk, 'promptFeedback') !== undefined || own(chunk, 'prompt_feedback') !== undefined);
}

function readCandidates(chunks: unknown[], baseUrl: string): Content {
	const content: Content = { images: [], drafts: [], text: '' };
	for (const candidate of chunks.flatMap((chunk) => list(own(chunk, 'candidates')))) {
		content.reason = firstText(candidate, 'finishReason', 'finish_reason') ?? content.reason;
		content.message = firstText(candidate, 'finishMessage', 'finish_message') ?? content.message;
		for (const part of list(own(own(candidate, 'content'), 'parts'))) readPart(part, content, baseUrl);
	}
	if (content.images.length === 0) content.images = refsInMarkdown(content.text, baseUrl);
	return content;
}

function readPart(part: unknown, content: Content, baseUrl: string): void {
	const thought = own(part, 'thought') === true;
	const inline = own(part, 'inlineData') ?? own(part, 'inline_data');
	const file = own(part, 'fileData') ?? own(part, 'file_data');
	const data = firstText(inline, 'data');
	const ref = data !== undefined ? (refFrom(data, baseUrl) ?? { kind: 'base64' as const, base64: data }) : refFrom(firstText(file, 'fileUri', 'file_uri'), baseUrl);
	if (ref) (thought ? content.drafts : content.images).push(ref);
	const text = own(part, 'text');
	if (!thought && typeof text === 'string') content.text += `${text}\n`;
}

function promptBlock(chunk: unknown): { code: string; reason: string } | undefined {
	const feedback = own(chunk, 'promptFeedback') ?? own(chunk, 'prompt_feedback');
	const code = firstText(feedback, 'blockReason', 'block_reason');
	if (!code) return undefined;
	return { code, reason: firstText(feedback, 'blockReasonMessage', 'block_reason_message') ?? `The prompt was blocked (${code})` };
}
