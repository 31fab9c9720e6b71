/* eslint-disable */
import type { Call } from '../call';
import { readGeminiRequest } from './geminiRequest';
import { runJob } from '../jobs/jobs';
import type { Picture } from '../images/renderImage';
import { Refusal } from './rejections';
import { inlineResults } from '../images/resultImages';
import type { Answer, ImageRequest } from '../types';

const TOKENS_PER_IMAGE = 1120;

type Part = { text: string } | { inlineData: { mimeType: string; data: string } };

/** POST /v1beta/models/{model}:generateContent */
export async function generateContent(call: Call): Promise<Answer> {
	const { request, withText } = readGeminiRequest(call, readModel(call));
	const { prompt } = request;
	if (prompt.includes('[block]')) return body(request, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }, 0);
	const job = await runJob(call, request);
	const refusal = refusedCandidate(prompt);
	if (refusal !== null) {
		// A refusal is an answer like any other; only pictures are on the bill.
		job.imageCount = 0;
		return body(request, { candidates: [refusal] }, 14);
	}
	const pictures = await inlineResults(call, job);
	const text = withText ? [{ text: `Here is your image: ${prompt}` }] : [];
	return body(request, { candidates: [pictureCandidate(text, pictures)] }, TOKENS_PER_IMAGE * pictures.length);
}

function readModel({ request, params, entry }: Call): string {
	const colon = params.target.lastIndexOf(':');
	const verb = params.target.slice(colon + 1);
	if (colon > 0 && verb === 'generateContent') return params.target.slice(0, colon);
	if (verb === 'streamGenerateContent') {
		throw new Refusal(501, 'api_not_implemented', 'API not implemented', 'middleware');
	}
	throw new Refusal(404, '', `Invalid URL (${request.method} ${entry.path})`, 'middleware');
}

function refusedCandidate(prompt: string): object | null {
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

function pictureCandidate(text: Part[], pictures: Picture[]): object {
	const images = pictures.map(({ mimeType, content }) => ({
		inlineData: { mimeType, data: content.toString('base64') },
	}));
	if (images.length === 0) return { content: { role: 'model', parts: [] }, finishReason: 'NO_IMAGE', index: 0 };
	return { content: { role: 'model', parts: [...text, ...images] }, finishReason: 'STOP', index: 0 };
}

function body({ prompt, model }: ImageRequest, outcome: object, tokens: number): Answer {
	const promptTokenCount = Math.ceil(prompt.length / 4);
	const usageMetadata = {
		promptTokenCount,
		candidatesTokenCount: tokens,
		totalTokenCount: promptTokenCount + tokens,
	};
	return { status: 200, body: { ...outcome, usageMetadata, modelVersion: model } };
}
