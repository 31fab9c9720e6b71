import { firstText, list, own } from '../../lib/json';
import type { Asked, DecodedResponse, FailedCause, ImageRef } from '../../types';
import { decodeSyncCall } from './decodeTask';
import { newImages, refFrom } from './imageRef';
import { readPath } from './readPath';

/** Finish reasons that the same prompt would get again (Google's SDK). */
const REFUSALS = /^((IMAGE_)?(SAFETY|PROHIBITED_CONTENT|RECITATION)|BLOCKLIST|SPII|LANGUAGE|MODEL_ARMOR)$/;
const LONGEST_TEXT = 5000;

/** Decodes a generateContent response (Google's reference; relays also use snake case). Other bodies: `decodeSyncCall`. */
export function decodeGemini(body: unknown, baseUrl: string, asked: Asked = {}): DecodedResponse {
	const isGemini = ['candidates', 'promptFeedback', 'usageMetadata'].some((name) => property(body, name) !== undefined);
	if (!isGemini) return decodeSyncCall(body, baseUrl, asked);
	// Parts with `thought` are only drafts.
	const parts = readPath(body, 'candidates[*].content.parts[*]').filter((part) => own(part, 'thought') !== true);
	const text = parts.flatMap((part) => firstText(part, 'text') ?? []).join('\n');
	const inline = parts.flatMap((part) => imageIn(part, baseUrl) ?? []);
	const images = newImages(inline.length > 0 ? inline : imagesInMarkdown(text, baseUrl), asked, baseUrl);
	const finishReasons = readPath(body, 'candidates[*]').flatMap((candidate) => textIn(candidate, 'finishReason') ?? []);
	const finish = finishReasons.map((reason) => reason.toUpperCase().slice(0, 100)).find((reason) => reason !== 'STOP');
	if (images.length === 0) return withoutImage(body, text.slice(0, LONGEST_TEXT), finish);
	return {
		kind: 'images',
		images,
		...(inline.length > 0 && text && { text: text.slice(0, LONGEST_TEXT) }),
		...(finish && { warnings: [`The model stopped early (${finish}), so images may be missing`] }),
	};
}

function withoutImage(body: unknown, text: string, finish: string | undefined): DecodedResponse {
	const candidates = list(own(body, 'candidates'));
	const feedback = property(body, 'promptFeedback');
	const block = textIn(feedback, 'blockReason');
	const blockMessage = textIn(feedback, 'blockReasonMessage') ?? `The prompt was blocked (${block})`;
	if (block) return failed('promptRefused', block, blockMessage);
	if (finish) {
		const messages = candidates.map((candidate) => textIn(candidate, 'finishMessage'));
		const reason = [...messages, text].filter(Boolean).join(' ') || `no image was generated (${finish})`;
		return failed(REFUSALS.test(finish) ? 'promptRefused' : 'noImage', finish, reason);
	}
	if (text) return failed('noImage', 'text_only', text);
	if (own(body, 'error')) return decodeSyncCall({ error: own(body, 'error') }, '');
	if (candidates.length > 0) return failed('noImage', 'NO_IMAGE', 'no image was generated');
	// A response without candidates means that the prompt was rejected (Google's reference).
	return failed('promptRefused', 'no_candidates', 'The prompt was rejected before generation');
}

function failed(cause: FailedCause, code: string, reason: string): DecodedResponse {
	return { kind: 'failed', cause, code, reason };
}

/** The image in one part. `fileData` comes from relays that store results (apiyi). */
function imageIn(part: unknown, baseUrl: string): ImageRef | undefined {
	const inline = property(part, 'inlineData');
	const isImage = textIn(inline, 'mimeType')?.startsWith('image/') !== false;
	const file = property(part, 'fileData');
	return refFrom(own(inline, 'data'), baseUrl, isImage) ?? refFrom(property(file, 'fileUri'), baseUrl);
}

/**
 * The images in a text that only consists of Markdown images (from relays that return links: apiyi, xorbitsai). A text
 * with other words was written by the model, so its URLs may be from anywhere and are ignored.
 */
function imagesInMarkdown(text: string, baseUrl: string): ImageRef[] {
	const refs: ImageRef[] = [];
	const image = /\s*!\[[^\]]*\]\(\s*([^)\s]+)(?:\s[^)]*)?\)\s*/y;
	while (image.lastIndex < text.length) {
		const ref = refFrom(image.exec(text)?.[1], baseUrl);
		if (ref === undefined) return [];
		refs.push(ref);
	}
	return refs;
}

/** Reads a property by Google's name or its snake case variant. */
function property(value: unknown, name: string): unknown {
	return own(value, name) ?? own(value, name.replace(/[A-Z]/g, '_$&').toLowerCase());
}

function textIn(value: unknown, name: string): string | undefined {
	return firstText({ text: property(value, name) }, 'text');
}
