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
	const isThought = (part: unknown): boolean => own(part, 'thought') === true;
	const imagesIn = (parts: unknown[]): ImageRef[] => parts.flatMap((part) => imageIn(part, baseUrl) ?? []);
	const allParts = readPath(body, 'candidates[*].content.parts[*]');
	const parts = allParts.filter((part) => !isThought(part));
	const text = parts.flatMap((part) => firstText(part, 'text') ?? []).join('\n');
	const shownText = text.slice(0, LONGEST_TEXT);
	const inline = imagesIn(parts);
	const images = newImages(inline.length > 0 ? inline : imagesInText(text, baseUrl), asked, baseUrl);
	const finishReasons = readPath(body, 'candidates[*]').flatMap((candidate) => textIn(candidate, 'finishReason') ?? []);
	const finish = finishReasons.map((reason) => reason.toUpperCase().slice(0, 100)).find((reason) => reason !== 'STOP');
	if (images.length > 0) {
		return {
			kind: 'images',
			images,
			...(inline.length > 0 && text && { text: shownText }),
			...(finish && { warnings: [`The model stopped early (${finish}), so images may be missing`] }),
		};
	}
	// Images in thoughts are drafts. The last one is the final image (Google's guide), and some responses only have it.
	const draft = finish ? undefined : imagesIn(allParts.filter(isThought)).at(-1);
	if (!draft) return withoutImage(body, shownText, finish);
	const warnings = ['The model returned only a draft of the image'];
	return { kind: 'images', images: [draft], warnings, ...(shownText && { text: shownText }) };
}

function withoutImage(body: unknown, text: string, finish: string | undefined): DecodedResponse {
	const candidates = list(own(body, 'candidates'));
	const feedback = property(body, 'promptFeedback');
	const block = textIn(feedback, 'blockReason');
	const blockMessage = textIn(feedback, 'blockReasonMessage') ?? `The prompt was blocked (${block})`;
	if (block) return failed('promptRefused', block, blockMessage);
	if (finish) {
		const messages = candidates.map((candidate) => textIn(candidate, 'finishMessage'));
		const reason = [...messages, text].filter(Boolean).join(' ') || `No image was generated (${finish})`;
		return failed(REFUSALS.test(finish) ? 'promptRefused' : 'noImage', finish, reason);
	}
	if (text) return failed('noImage', 'text_only', text);
	if (own(body, 'error')) return decodeSyncCall({ error: own(body, 'error') }, '');
	if (candidates.length > 0) return failed('noImage', 'NO_IMAGE', 'No image was generated');
	// A response without candidates means that the prompt was rejected (Google's reference).
	return failed('promptRefused', 'no_candidates', 'The prompt was rejected before generation');
}

function failed(cause: FailedCause, code: string, reason: string): DecodedResponse {
	return { kind: 'failed', cause, code, reason };
}

/** The image in one part. `fileData` comes from relays that store results (apiyi). */
function imageIn(part: unknown, baseUrl: string): ImageRef | undefined {
	const inline = property(part, 'inlineData');
	const isDeclared = textIn(inline, 'mimeType')?.startsWith('image/') !== false;
	const file = property(part, 'fileData');
	return refFrom(own(inline, 'data'), baseUrl, isDeclared) ?? refFrom(property(file, 'fileUri'), baseUrl);
}

/**
 * The Markdown images in a text (from relays that return links: apiyi, xorbitsai): data URIs anywhere, and URLs if the
 * text consists only of images. A text with other words was written by the model, so its URLs may be from anywhere.
 */
function imagesInText(text: string, baseUrl: string): ImageRef[] {
	const refs = dataUrisIn(text);
	if (refs.length > 0) return refs;
	const image = /\s*!\[[^\]]*\]\(\s*([^)\s]+)(?:\s[^)]*)?\)\s*/y;
	while (image.lastIndex < text.length) {
		const ref = refFrom(image.exec(text)?.[1], baseUrl);
		if (ref === undefined) return [];
		refs.push(ref);
	}
	return refs;
}

/** Takes linear time, because the text may be as long as an image. */
function dataUrisIn(text: string): ImageRef[] {
	const starts = text.split('](data:image/').slice(1);
	// Base64 may contain line breaks. A title in quotes may follow it.
	const withoutTitle = (start: string): string =>
		start.split(')', 1)[0].replace(/\s["'][^"']{0,300}["']?\s{0,10}$/, '');
	return starts.flatMap((start) => refFrom(`data:image/${withoutTitle(start)}`, '') ?? []);
}

/** Reads a property by Google's name or its snake case variant. */
function property(value: unknown, name: string): unknown {
	return own(value, name) ?? own(value, name.replace(/[A-Z]/g, '_$&').toLowerCase());
}

function textIn(value: unknown, name: string): string | undefined {
	return firstText({ text: property(value, name) }, 'text');
}
