/* eslint-disable */
import type { Call } from '../call';
import { readGeminiRequest } from './geminiRequest';
import { runToEnd } from '../tasks/tasks';
import type { RenderedImage } from '../images/renderImage';
import { Rejection } from './rejections';
import { renderResults } from '../images/resultImages';
import type { MockResponse, ImageRequest } from '../types';

const TOKENS_PER_IMAGE = 1120;

type Part = { text: string } | { inlineData: { mimeType: string; data: string } };

/** POST /v1beta/models/{model}:generateContent */
export async function generateContent(call: Call): Promise<MockResponse> {
	const { request, withText } = readGeminiRequest(call, readModel(call));
	const { prompt } = request;
	if (prompt.includes('[block]')) return body(request, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 0);
	const task = await runToEnd(call, request);
	const rejection = rejectedCandidate(prompt);
	if (rejection !== null) {
		// A rejection is a normal response. Only images are charged.
		task.imageCount = 0;
		return body(request, { candidates: [rejection] }, 14);
	}
	const images = await renderResults(call, task);
	const text = withText ? [{ text: `Here is your image: ${prompt}` }] : [];
	return body(request, { candidates: [imageCandidate(text, images)] }, TOKENS_PER_IMAGE * images.length);
}

function readModel({ request, params, entry }: Call): string {
	const colon = params.target.lastIndexOf(':');
	const verb = params.target.slice(colon + 1);
	if (colon > 0 && verb === 'generateContent') return params.target.slice(0, colon);
	if (verb === 'streamGenerateContent') {
		throw new Rejection(501, 'api_not_implemented', 'API not implemented', 'middleware');
	}
	throw new Rejection(404, '', `Invalid URL (${request.method} ${entry.path})`, 'middleware');
}

function rejectedCandidate(prompt: string): object | null {
	if (prompt.includes('[refuse]')) {
		const text = "I can't create that image, but I can describe it.";
		return { content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 };
	}
	if (prompt.includes('[safety]')) {
		const finishMessage = 'The image was blocked by the safety filters.';
		return { content: {}, finishReason: 'IMAGE_SAFETY', finishMessage, index: 0 };
	}
	return null;
}

function imageCandidate(text: Part[], images: RenderedImage[]): object {
	const imageParts = images.map(({ mimeType, content }) => ({
		inlineData: { mimeType, data: content.toString('base64') },
	}));
	if (imageParts.length === 0) return { content: { role: 'model', parts: [] }, finishReason: 'NO_IMAGE', index: 0 };
	return { content: { role: 'model', parts: [...text, ...imageParts] }, finishReason: 'STOP', index: 0 };
}

function body({ prompt, model }: ImageRequest, outcome: object, tokens: number): MockResponse {
	const promptTokenCount = Math.ceil(prompt.length / 4);
	const usageMetadata = {
		promptTokenCount,
		candidatesTokenCount: tokens,
		totalTokenCount: promptTokenCount + tokens,
	};
	return { status: 200, body: { ...outcome, usageMetadata, modelVersion: model } };
}
