/* eslint-disable */
import type { Call } from '../call';
import { CATALOG, GEMINI_CATALOG, makesImages, modelFacts } from './catalog';
import { readReference } from '../tasks/referenceImages';
import { invalidRequest, Rejection, withRequestId } from './rejections';
import type { ImageFormat, ImageRequest, RequestKind, ReferenceSource } from '../types';
import type { MockState } from '../state';

type Fields = Record<string, unknown>;

const EVERY_MODEL = [...CATALOG, ...GEMINI_CATALOG];

/** Reads and checks a JSON or multipart body of the task and OpenAI endpoints. */
export function readImageRequest(call: Call, kind: RequestKind): ImageRequest {
	const fields = readFields(call);
	const model = readText(fields, 'model');
	checkModel(call.mock, model, CATALOG);
	const prompt = readText(fields, 'prompt');
	checkPrompt(call.mock, prompt);
	const references = [...readWrittenReferences(fields, kind), ...uploadedReferences(call)];
	if (call.mock.settings.acceptsUrlsOnly && references.some((reference) => 'bytes' in reference)) {
		throw invalidRequest('image must be a URL');
	}
	checkTaskType(fields.task_type, references.length);
	if (kind === 'edits' && references.length === 0) throw invalidRequest('image is required');
	return {
		kind,
		model,
		prompt,
		n: readCount(fields.n),
		aspectRatio: readRatio(model, fields.aspect_ratio ?? (kind === 'task' ? undefined : ratioOfSize(fields.size))),
		imageSize: null,
		format: readFormat(model, fields.output_format),
		asBase64: readResponseFormat(fields.response_format),
		references,
	};
}

/** The distributor's check: whether the model exists, and whether the key may use it. */
export function checkModel(mock: MockState, model: string, catalog: string[]): void {
	const { models, enabledModels } = mock.settings;
	// Each endpoint has its own ids. All endpoints accept the ids that a test adds to the settings.
	const added = [...(models ?? []), ...(enabledModels ?? [])].filter((id) => !EVERY_MODEL.includes(id));
	if (![...catalog, ...added].includes(model)) {
		const text = `No available channel for model ${model} under group default (distributor)`;
		throw new Rejection(503, 'model_not_found', withRequestId(mock, text), 'middleware');
	}
	if (enabledModels !== null && !enabledModels.includes(model)) {
		throw new Rejection(403, '', withRequestId(mock, `This token has no access to model ${model}`), 'middleware');
	}
	if (!makesImages(model)) throw invalidRequest(`not supported model for image generation: ${model}`);
}

export function checkPrompt(mock: MockState, prompt: string): void {
	if (!prompt.includes('[moderation]')) return;
	const text = withRequestId(mock, 'sensitive words detected');
	throw new Rejection(400, 'sensitive_words_detected', text, 'middleware');
}

export function readRatio(model: string, written: unknown): string | null {
	if (written === undefined || written === null || written === '') return null;
	const { ratios } = modelFacts(model);
	if (typeof written === 'string' && ratios.includes(written)) return written;
	throw invalidRequest(
		`aspect_ratio ${JSON.stringify(written)} is not supported by ${model}, use one of ${ratios.join(', ')}`,
	);
}

export function readFormat(model: string, written: unknown): ImageFormat {
	if (written === undefined || written === null || written === '') return 'png';
	const format = modelFacts(model).formats.find((known) => known === written);
	if (format === undefined)
		throw invalidRequest(`output_format ${JSON.stringify(written)} is not supported by ${model}`);
	return format;
}

function readFields({ body }: Call): Fields {
	if (body.kind === 'json' && isFields(body.value)) return body.value;
	if (body.kind !== 'multipart') throw invalidRequest('invalid request body: a JSON object or a form is expected');
	const single = (values: string[]): unknown => (values.length === 1 ? values[0] : values);
	return Object.fromEntries(Object.entries(body.fields).map(([name, values]) => [name, single(values)]));
}

function isFields(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readText(fields: Fields, name: string): string {
	const value = fields[name];
	if (typeof value === 'string' && value.trim() !== '') return value;
	throw invalidRequest(`${name} is required`);
}

function readCount(written: unknown): number {
	if (written === undefined || written === null) return 1;
	const count = typeof written === 'string' && written !== '' ? Number(written) : written;
	if (typeof count === 'number' && Number.isInteger(count) && count >= 1) return count;
	throw invalidRequest('n must be an integer of at least 1');
}

function readResponseFormat(written: unknown): boolean {
	if (written === 'b64_json') return true;
	if (written === undefined || written === null || written === '' || written === 'url') return false;
	throw invalidRequest(`response_format ${JSON.stringify(written)} is not supported, use url or b64_json`);
}

function checkTaskType(taskType: unknown, references: number): void {
	if (taskType === undefined || taskType === null || taskType === 'text2image') return;
	if (taskType !== 'image2image') throw invalidRequest('task_type must be text2image or image2image');
	if (references === 0) throw invalidRequest('image2image needs image or images');
}

function readWrittenReferences(fields: Fields, kind: RequestKind): ReferenceSource[] {
	const single = listOf(fields.image ?? fields['image[]']);
	const several = listOf(fields.images);
	if (kind === 'task' && single.length > 0 && several.length > 0) {
		throw invalidRequest('image and images cannot be used together');
	}
	return [...single, ...several].map((written) => {
		const reference = readReference(written);
		if (reference === null) throw invalidRequest('image must be a URL or a data URI of an image');
		return reference;
	});
}

function listOf(written: unknown): unknown[] {
	if (written === undefined || written === null || written === '') return [];
	return Array.isArray(written) ? written : [written];
}

function uploadedReferences({ body }: Call): ReferenceSource[] {
	if (body.kind !== 'multipart') return [];
	const images = body.files.filter(({ field }) => ['image', 'image[]', 'images', 'images[]'].includes(field));
	return images.map(({ content }) => ({ bytes: content }));
}

/** The OpenAI endpoints accept a size. Some New API forks read it as a ratio. */
function ratioOfSize(size: unknown): unknown {
	const ratios: Record<string, string> = {
		'1536x1024': '3:2',
		'1024x1536': '2:3',
		'1792x1024': '16:9',
		'1024x1792': '9:16',
	};
	if (typeof size !== 'string' || size === '' || size === 'auto') return undefined;
	if (size.includes(':')) return size;
	const [width, height] = size.split('x');
	return width === height ? '1:1' : ratios[size];
}
