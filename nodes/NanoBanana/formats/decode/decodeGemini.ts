import { firstText, list, own, unwrapText } from '../../lib/json';
import type { Asked, DecodedResponse, ImageRef } from '../../types';
import { decodeTask } from './decodeTask';
import { keyOf, keysOf, refFrom, unique } from './imageRef';

/** Reasons that the same prompt meets again. Source: the finish and block reasons of Google's SDK. */
const REFUSALS = [
	'SAFETY',
	'IMAGE_SAFETY',
	'PROHIBITED_CONTENT',
	'IMAGE_PROHIBITED_CONTENT',
	'BLOCKLIST',
	'SPII',
	'RECITATION',
	'IMAGE_RECITATION',
	'JAILBREAK',
	'MODEL_ARMOR',
	'LANGUAGE',
];
const ANSWER_KEYS = ['candidates', 'promptFeedback', 'prompt_feedback', 'usageMetadata', 'usage_metadata'];
const LONGEST_TEXT = 5000;
const MOST_PARTS = 1000;

/** A generateContent response (Google's reference; relays also write snake case). Any other body is read like a task's. */
export function decodeGemini(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse {
	const answer = unwrapText(body);
	if (!ANSWER_KEYS.some((key) => own(answer, key) !== undefined)) return decodeTask(answer, baseUrl, asked);
	const candidates = list(own(answer, 'candidates')).slice(0, MOST_PARTS);
	const parts = candidates
		.flatMap((candidate) => list(own(own(candidate, 'content'), 'parts')).slice(0, MOST_PARTS))
		// A draft of the model is not a result.
		.filter((part) => own(part, 'thought') !== true);
	const text = parts
		.map((part) => firstText(part, 'text') ?? '')
		.filter(Boolean)
		.join('\n');
	const inline = unique(parts.flatMap((part) => imageIn(part, baseUrl) ?? []));
	const sent = keysOf(asked?.references, baseUrl);
	const images = (inline.length > 0 ? inline : imagesInMarkdown(text, baseUrl)).filter((ref) => !sent.has(keyOf(ref)));
	const said = inline.length > 0 || images.length === 0 ? text.slice(0, LONGEST_TEXT) : '';
	const finish =
		candidates
			.map((candidate) => firstText(candidate, 'finishReason', 'finish_reason')?.toUpperCase().slice(0, 100))
			.find((reason) => reason !== undefined && reason !== 'STOP') ?? '';
	if (images.length > 0) {
		const warnings = finish === '' ? [] : [`The model stopped early (${finish}), so images may be missing`];
		return { kind: 'images', images, ...(said && { text: said }), ...(warnings.length > 0 && { warnings }) };
	}
	return withoutImage(answer, candidates, said, finish);
}

function withoutImage(answer: unknown, candidates: unknown[], said: string, finish: string): DecodedResponse {
	const feedback = own(answer, 'promptFeedback') ?? own(answer, 'prompt_feedback');
	const block = firstText(feedback, 'blockReason', 'block_reason');
	if (block) {
		const reason =
			firstText(feedback, 'blockReasonMessage', 'block_reason_message') ?? `The prompt was blocked (${block})`;
		return { kind: 'failed', cause: 'promptRefused', code: block, reason };
	}
	if (finish !== '') {
		const messages = candidates.map((candidate) => firstText(candidate, 'finishMessage', 'finish_message') ?? '');
		const reason = [...messages, said].filter(Boolean).join(' ') || `no image was generated (${finish})`;
		return { kind: 'failed', cause: REFUSALS.includes(finish) ? 'promptRefused' : 'noImage', code: finish, reason };
	}
	if (said) return { kind: 'failed', cause: 'noImage', code: 'text_only', reason: said };
	if (own(answer, 'error')) return decodeTask({ error: own(answer, 'error') }, '');
	if (candidates.length > 0)
		return { kind: 'failed', cause: 'noImage', code: 'NO_IMAGE', reason: 'no image was generated' };
	// Without any candidate the prompt was the problem (Google's reference).
	const reason = 'The prompt was rejected before generation';
	return { kind: 'failed', cause: 'promptRefused', code: 'no_candidates', reason };
}

/** The image in one part. `fileData`: relays that store results (apiyi). */
function imageIn(part: unknown, baseUrl: string): ImageRef | undefined {
	const inline = own(part, 'inlineData') ?? own(part, 'inline_data');
	const file = own(part, 'fileData') ?? own(part, 'file_data');
	const isImage = firstText(inline, 'mimeType', 'mime_type')?.startsWith('image/') !== false;
	return (
		refFrom(own(inline, 'data'), baseUrl, isImage) ?? refFrom(own(file, 'fileUri') ?? own(file, 'file_uri'), baseUrl)
	);
}

/**
 * The images of a text that consists of nothing but Markdown images (relays that answer with links:
 * apiyi, xorbitsai). Words around them make it the answer of a model, and a URL in it anybody's.
 */
function imagesInMarkdown(text: string, baseUrl: string): ImageRef[] {
	const refs: ImageRef[] = [];
	for (let at = 0; at < text.length; ) {
		const target = text.indexOf('](', at);
		const end = text.indexOf(')', target);
		if (!text.startsWith('![', at) || target < 0 || end < 0) return [];
		const ref = refFrom(
			text
				.slice(target + 2, end)
				.trim()
				.split(/\s/, 1)[0],
			baseUrl,
		);
		if (ref === undefined) return [];
		refs.push(ref);
		for (at = end + 1; /\s/.test(text.charAt(at)); ) at += 1;
	}
	return unique(refs);
}
