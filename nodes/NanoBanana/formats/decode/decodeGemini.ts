import { readBody } from '../../lib/lenientJson';
import { firstText, own, record, unwrapText } from '../../lib/json';
import type { Asked, ImageRef, DecodedResponse } from '../../types';
import { decodeBody } from './decodeTask';
import { refsInText, withoutImages } from './imagesInText';
import { refFrom } from './imageRef';

/** Reasons that the same prompt will meet again. Source: the finish and block reasons of Google's SDK. */
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
/** A streamed answer has one per chunk. */
const MOST_CANDIDATES = 10_000;

interface Candidate {
	images: ImageRef[];
	/** Pictures in thought parts: they count only when the model delivered nothing else. */
	drafts: ImageRef[];
	text: string;
	finish: string;
	message: string;
}

/** A generateContent answer, plain, wrapped, in snake case or streamed, to one Outcome. */
export function decodeContent(body: unknown, baseUrl: string, asked?: Asked): DecodedResponse {
	const bodies = answersIn(typeof body === 'string' ? readBody(body) : body);
	const chunks = bodies.filter((chunk) => ANSWER_KEYS.some((key) => own(chunk, key) !== undefined));
	if (chunks.length === 0) return decodeBody(body, baseUrl, asked);
	const candidates = chunks
		.flatMap((chunk) => candidatesIn(unwrapText(own(chunk, 'candidates'))))
		.slice(0, MOST_CANDIDATES)
		.map((candidate) => readCandidate(candidate, baseUrl));
	const finish =
		candidates.map((candidate) => candidate.finish).find((reason) => reason !== '' && reason !== 'STOP') ?? '';
	const said = withoutImages(candidates.map(({ text }) => text).join(''))
		.slice(0, LONGEST_TEXT)
		.trim();

	const images = imagesOf(candidates, finish);
	if (images.length > 0) {
		const warnings = finish === '' ? [] : [`The model stopped early (${finish}), so images may be missing`];
		return { kind: 'images', images, ...(said && { text: said }), ...(warnings.length > 0 && { warnings }) };
	}
	const blocked = chunks.map(promptBlock).find((found) => found !== undefined);
	if (blocked) return { kind: 'failed', ...blocked, refused: true };
	if (finish !== '') {
		const words = [candidates.map(({ message }) => message).join(' '), said]
			.map((part) => part.trim())
			.filter(Boolean)
			.join(' ');
		const how = REFUSALS.includes(finish) ? { refused: true } : { emptyHanded: true };
		return { kind: 'failed', code: finish, reason: words || `no image was generated (${finish})`, ...how };
	}
	if (said) return { kind: 'failed', code: 'text_only', reason: said, emptyHanded: true };
	const broken = bodies.find((chunk) => own(chunk, 'error') !== undefined);
	if (broken) return decodeBody(broken, baseUrl, asked);
	if (candidates.length > 0)
		return { kind: 'failed', code: 'NO_IMAGE', reason: 'no image was generated', emptyHanded: true };
	// Without any candidate the prompt was the problem (Google's reference).
	return { kind: 'failed', code: 'no_candidates', reason: 'The prompt was rejected before generation', refused: true };
}

/** The objects that may be answers: the body, what an envelope holds, the chunks of a stream. */
function answersIn(body: unknown): unknown[] {
	return listed(body).flatMap((chunk) => [
		chunk,
		...['data', 'response', 'result'].flatMap((key) => listed(unwrapText(own(chunk, key)))),
	]);
}

function listed(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [value];
}

/** A list, a single one, or a list as an object. */
function candidatesIn(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	const entries = Object.entries(record(value));
	if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) return entries.map(([, entry]) => entry);
	return entries.length > 0 ? [value] : [];
}

/** The content is one record, a list of such, or the list of parts itself; text alone is a part as well. */
function partsIn(candidate: unknown): unknown[] {
	const contents = listed(own(candidate, 'content'));
	const parts = contents.flatMap((content) => {
		if (typeof content === 'string') return [{ text: content }];
		return Array.isArray(own(candidate, 'content')) && own(content, 'parts') === undefined
			? [content]
			: listed(own(content, 'parts'));
	});
	return parts.some((part) => part !== undefined) ? parts : listed(own(candidate, 'parts'));
}

function readCandidate(value: unknown, baseUrl: string): Candidate {
	const parts = partsIn(value);
	const isThought = (part: unknown): boolean => own(part, 'thought') === true;
	const texts = parts
		.filter((part) => !isThought(part))
		.map((part) => own(part, 'text'))
		.filter((text) => typeof text === 'string');
	const images = parts.filter((part) => !isThought(part)).flatMap((part) => refOfPart(part, baseUrl));
	const text = texts.map((line) => `${line}\n`).join('');
	return {
		images: images.length > 0 ? images : refsInText(text, baseUrl, false),
		drafts: parts.filter(isThought).flatMap((part) => refOfPart(part, baseUrl)),
		text,
		finish: firstText(value, 'finishReason', 'finish_reason')?.toUpperCase().slice(0, 100) ?? '',
		message: firstText(value, 'finishMessage', 'finish_message') ?? '',
	};
}

function refOfPart(part: unknown, baseUrl: string): ImageRef[] {
	const inline = own(part, 'inlineData') ?? own(part, 'inline_data');
	const file = own(part, 'fileData') ?? own(part, 'file_data');
	const shown = own(part, 'image_url') ?? own(part, 'imageUrl');
	const mimeType = firstText(inline ?? file, 'mimeType', 'mime_type') ?? 'image/';
	const data = firstText(inline, 'data');
	const ref = refFrom(data ?? firstText(file, 'fileUri', 'file_uri') ?? firstText(shown, 'url') ?? shown, baseUrl);
	if (ref) return [ref];
	return data !== undefined && mimeType.startsWith('image/') ? [{ kind: 'base64', base64: data }] : [];
}

/** What a safety filter stopped is not delivered in the shape of its drafts. */
function imagesOf(candidates: Candidate[], finish: string): ImageRef[] {
	const images = candidates.flatMap((candidate) => candidate.images);
	return images.length > 0 || REFUSALS.includes(finish) ? images : candidates.flatMap((candidate) => candidate.drafts);
}

function promptBlock(chunk: unknown): { code: string; reason: string } | undefined {
	const feedback = own(chunk, 'promptFeedback') ?? own(chunk, 'prompt_feedback');
	const code = firstText(feedback, 'blockReason', 'block_reason');
	if (!code) return undefined;
	return {
		code,
		reason: firstText(feedback, 'blockReasonMessage', 'block_reason_message') ?? `The prompt was blocked (${code})`,
	};
}
