import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { invalid, requiredText, wholeNumber } from './validate';
import { own, parseJson } from '../lib/json';
import { findModel, isGoogleId, type Model } from '../models';
import type { Settings } from './settings';
import { OPERATIONS, type ImageRequest, type OutputFormat } from '../types';

export interface CheckedRequest {
	request: Omit<ImageRequest, 'references'>;
	warnings: string[];
}

/** As shown in the field's list. */
const FORMAT_LABELS: Record<OutputFormat, string> = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP' };
/** The decoder reads at most this many images from one response. */
const MAX_IMAGES_PER_ITEM = 1000;

/**
 * Turns the body that n8n built from the fields' `routing` into a neutral request, and rejects what cannot work before
 * it is charged.
 *
 * @throws a failure of kind `invalid_input` with the field's label and what would work
 */
export function readRequest(body: unknown, settings: Settings, references: number): CheckedRequest {
	const { outputFormat, imageSize, responseFormat, sendBinaryAs } = settings;
	const extraBody = readExtraBody(settings.extraBody);
	const request: CheckedRequest['request'] = {
		operation: OPERATIONS[settings.operation].takesReferences ? 'imageToImage' : 'textToImage',
		model: requiredText(
			'Model',
			(settings.apiFormat === 'gemini' ? undefined : extraBody.model) ?? own(body, 'model'),
			'Select a model from the list or enter a model ID, e.g. NanoBanana2-1K.',
		).trim(),
		prompt: readPrompt(own(body, 'prompt')),
		n: readImageCount(body, extraBody, settings),
		aspectRatio: readAspectRatio(own(body, 'aspect_ratio')),
		outputFormat,
		imageSize,
		responseFormat,
		sendBinaryAs,
		extraBody,
	};
	const model = findModel(request.model);
	const findings = modelFindings(request, model, references, settings);
	if (findings.length > 0 && !settings.skipModelChecks) throw findings[0];
	const warnings = findings.map((finding) => `${finding.message}.`);
	if (settings.apiFormat === 'gemini' && model && !model.geminiId && !isGoogleId(model.id))
		warnings.push(`The Gemini ID of ${model.id} is not known, so it was sent unchanged.`);
	if (settings.apiFormat === 'gemini' && (outputFormat === 'webp' || (outputFormat === 'jpeg' && !model?.geminiId)))
		warnings.push("'Output Format' was not sent, because this API format does not support it. See mimeType.");
	return { request, warnings };
}

/** Fields and options that change the request. All others change only how the node waits for it or outputs it. */
const REQUEST_FIELDS = [
	'operation',
	'apiFormat',
	'prompt',
	'inputType',
	'binaryPropertyName',
	'imageUrls',
	'aspectRatio',
	'numberOfImages',
	'outputFormat',
	'extraBody',
	'imageSize',
	'responseFormat',
	'sendBinaryAs',
];

/** The fields before expressions are evaluated, because expressions may return a different value in each try. */
export function requestAsWritten(parameters: INodeParameters): unknown[] {
	const { model, options } = parameters;
	return [own(model, 'value') ?? model, ...REQUEST_FIELDS.map((name) => parameters[name] ?? own(options, name))];
}

function readPrompt(value: unknown): string {
	const prompt = requiredText(
		'Prompt',
		value,
		'Describe the image. If you use an expression, check that it returns text for this item.',
	);
	if (!prompt.includes('[object Object]')) return prompt;
	throw invalid(
		"'Prompt' contains [object Object]",
		'An expression returns an object instead of text. Select one of its fields, e.g. {{ $json.text }}.',
	);
}

/** `n` in 'Additional Request Fields' replaces 'Number of Images', so it determines the charge. */
function readImageCount(body: unknown, extraBody: IDataObject, { apiFormat }: Settings): number {
	const added = apiFormat === 'gemini' ? undefined : extraBody.n;
	const count = wholeNumber('Number of Images', added === undefined ? (own(body, 'n') ?? 1) : added, 1);
	if (count <= MAX_IMAGES_PER_ITEM) return count;
	throw invalid(
		`'Number of Images' can be at most ${MAX_IMAGES_PER_ITEM} (got ${count})`,
		'Enter a smaller number, or send more items.',
	);
}

/** What the model family does not support. Source of the limits: models.ts. */
function modelFindings(
	{ outputFormat, aspectRatio, imageSize = '', extraBody }: CheckedRequest['request'],
	model: Model | undefined,
	references: number,
	{ apiFormat }: Settings,
): Error[] {
	const findings: Error[] = [];
	const find = (isFound: boolean, message: string, nextStep: string): void => {
		if (isFound) findings.push(invalid(message, nextStep));
	};
	const added = ['image', 'images'].filter((key) => key in extraBody).length;
	find(
		added > 0 && added + references > 1,
		"Reference images are set in 'Additional Request Fields (JSON)' and in another field",
		'Set them in one place only.',
	);
	const escape = "To send it anyway, turn on 'Skip Model Checks' under Options.";
	find(
		apiFormat !== 'gemini' && extraBody.stream === true,
		"'stream' in 'Additional Request Fields (JSON)' is not supported",
		`Remove 'stream'. The node reads complete responses only. ${escape}`,
	);
	find(
		Number(own(extraBody.generationConfig, 'candidateCount')) > 1,
		"'candidateCount' in 'Additional Request Fields (JSON)' is not supported",
		`Remove 'candidateCount', and set 'Number of Images' instead. ${escape}`,
	);
	if (!model) return findings;
	const { outputFormats, aspectRatios, maxReferences, resolutions } = model.family;
	find(
		outputFormat !== undefined && !outputFormats.includes(outputFormat),
		`${model.id} does not support the output format ${outputFormat && FORMAT_LABELS[outputFormat]}`,
		`Set 'Output Format' to ${outputFormats.map((format) => FORMAT_LABELS[format]).join(' or ')}, or use the NanoBanana model, which supports WebP. ${escape}`,
	);
	find(
		aspectRatio !== undefined && !aspectRatios.includes(aspectRatio),
		`${model.id} does not support the aspect ratio ${aspectRatio}`,
		`Set 'Aspect Ratio' to one of: ${aspectRatios.join(', ')}. ${escape}`,
	);
	for (const [name, supported] of Object.entries({ output_format: outputFormats, aspect_ratio: aspectRatios })) {
		const value = apiFormat === 'gemini' ? undefined : own(extraBody, name);
		find(
			typeof value === 'string' && ![...supported, 'auto'].includes(value.trim().toLowerCase()),
			`${model.id} does not support the ${name} ${String(value)}`,
			`Change or remove '${name}' in 'Additional Request Fields (JSON)'. ${escape}`,
		);
	}
	find(
		references > maxReferences,
		`${model.id} accepts up to ${maxReferences} reference images (got ${references})`,
		`Remove images from 'URL(s)' or 'Input Data Field Name(s)'. ${escape}`,
	);
	find(
		apiFormat === 'gemini' && imageSize !== '' && resolutions?.includes(imageSize) === false,
		`${model.id} does not support the resolution ${imageSize === '512' ? '0.5K' : imageSize}`,
		`Set 'Resolution' to one of: ${resolutions?.join(', ')}. ${escape}`,
	);
	find(
		apiFormat === 'asyncTask' && 'size' in extraBody,
		"NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'",
		`Remove 'size'. Use 'Aspect Ratio' for the shape and 'Model' for the resolution (…-1K, …-2K). ${escape}`,
	);
	return findings;
}

function readExtraBody(value: unknown): IDataObject {
	const parsed = typeof value === 'string' ? (value.trim() === '' ? {} : parseJson(value)) : (value ?? {});
	if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as IDataObject;
	throw invalid(
		"'Additional Request Fields (JSON)' must be a JSON object",
		'Enter an object such as { "seed": 42 }, or remove the option.',
	);
}

function readAspectRatio(value: unknown): string | undefined {
	const ratio = typeof value === 'string' ? value.trim() : (value ?? '');
	if (ratio === '' || String(ratio).toLowerCase() === 'auto') return undefined;
	if (typeof ratio === 'string' && /^\d{1,3}:\d{1,3}$/.test(ratio)) return ratio;
	throw invalid("'Aspect Ratio' is not a valid ratio", 'Use a ratio such as 16:9. Sizes in pixels are not supported.');
}
