/* eslint-disable */
import type { Call } from '../call';
import { GEMINI_CATALOG, modelFacts } from './catalog';
import { checkModel, checkPrompt, readFormat, readRatio } from './imageRequest';
import { readReference } from '../tasks/referenceImages';
import { invalidRequest } from './rejections';
import type { ImageRequest, ReferenceSource } from '../types';

type Fields = Record<string, unknown>;

const IMAGE_SIZES = ['512', '1K', '2K', '4K'];

/** Reads a generateContent body. Accepts camelCase and snake_case fields, as the upstream does. */
export function readGeminiRequest(call: Call, model: string): { request: ImageRequest; withText: boolean } {
	checkModel(call.mock, model, GEMINI_CATALOG);
	const body = call.body.kind === 'json' ? asFields(call.body.value) : null;
	if (body === null) throw invalidRequest('Invalid JSON payload received.');
	const parts = readContents(body.contents).flatMap((content) => readParts(content));
	const prompt = parts.flatMap(({ text }) => (typeof text === 'string' ? text : [])).join('\n');
	if (prompt.trim() === '') throw invalidRequest('* GenerateContentRequest.contents: contents is not specified');
	checkPrompt(call.mock, prompt);
	const config = fieldsIn(body, 'generationConfig');
	if ((read(config, 'candidateCount') ?? 1) !== 1) {
		throw invalidRequest('Multiple candidates is not enabled for this model');
	}
	const image = fieldsIn(config, 'imageConfig');
	const request: ImageRequest = {
		kind: 'generateContent',
		model,
		prompt,
		n: 1,
		aspectRatio: readRatio(model, read(image, 'aspectRatio')),
		imageSize: readImageSize(model, read(image, 'imageSize')),
		format: readFormat(model, withoutType(read(image, 'outputFormat'))),
		asBase64: true,
		references: parts.flatMap((part) => readPartReference(part) ?? []),
	};
	return { request, withText: readModalities(read(config, 'responseModalities')).includes('TEXT') };
}

function readContents(written: unknown): Fields[] {
	const contents = Array.isArray(written) ? written : [written];
	return contents.map((content) => {
		const fields = asFields(content);
		if (fields === null) throw invalidRequest('* GenerateContentRequest.contents: contents is not specified');
		const { role } = fields;
		if (role === undefined || role === 'user' || role === 'model') return fields;
		throw invalidRequest('Please use a valid role: user, model.');
	});
}

function readParts(content: Fields): Fields[] {
	const parts = Array.isArray(content.parts) ? content.parts : [content.parts];
	return parts.map((written) => {
		const part = asFields(written);
		const kinds = ['text', 'inlineData', 'fileData'].filter((kind) => part !== null && read(part, kind) !== undefined);
		// The published Part is a union: text and an image need two parts.
		if (part === null || kinds.length !== 1) throw invalidRequest('A part must have exactly one data field set');
		return part;
	});
}

function readPartReference(part: Fields): ReferenceSource | null {
	const inline = asFields(read(part, 'inlineData'));
	const file = asFields(read(part, 'fileData'));
	if (inline === null && file === null) return null;
	const mimeType = inline === null ? 'image/' : read(inline, 'mimeType');
	if (typeof mimeType !== 'string' || !mimeType.startsWith('image/')) {
		throw invalidRequest(`Unsupported MIME type: ${String(mimeType)}`);
	}
	const data = inline?.data ?? '';
	const isBare = typeof data === 'string' && !data.startsWith('data:');
	const reference = inline === null ? readReference(read(file ?? {}, 'fileUri')) : isBare ? readReference(data) : null;
	if (reference === null) throw invalidRequest('Unable to process input image');
	return reference;
}

function readImageSize(model: string, written: unknown): string | null {
	if (written === undefined || written === null || written === '') return null;
	const sizes = modelFacts(model).tier === 'base' ? ['1K'] : IMAGE_SIZES;
	if (typeof written === 'string' && sizes.includes(written)) return written;
	throw invalidRequest(`Invalid value at 'generation_config.image_config.image_size': ${JSON.stringify(written)}`);
}

function readModalities(written: unknown): string[] {
	const modalities = Array.isArray(written) ? written.map((one) => String(one).toUpperCase()) : ['TEXT', 'IMAGE'];
	if (modalities.includes('IMAGE')) return modalities;
	throw invalidRequest('The requested combination of response modalities is not supported by the model.');
}

function withoutType(format: unknown): unknown {
	return typeof format === 'string' ? format.replace(/^image\//, '') : format;
}

function fieldsIn(fields: Fields, camel: string): Fields {
	return asFields(read(fields, camel)) ?? {};
}

function read(fields: Fields, camel: string): unknown {
	return fields[camel] ?? fields[camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}

function asFields(value: unknown): Fields | null {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
