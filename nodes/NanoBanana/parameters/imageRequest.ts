import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { invalid, requiredText, wholeNumber } from './validate';
import { FailureError } from '../errors/failure';
import { own, parseJson } from '../lib/json';
import { findModel } from '../models';
import type { Settings } from './settings';
import { OPERATIONS, type ImageRequest, type OutputFormat } from '../types';

export interface CheckedRequest {
	request: Omit<ImageRequest, 'references'>;
	warnings: string[];
}

/** As the field's list names them. */
const FORMAT_LABELS: Record<OutputFormat, string> = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP' };

/**
 * Turns the body that the fields' routing put together into a neutral request, and refuses before
 * anything is paid what cannot work.
 *
 * @throws a failure of kind `invalid_input` that names the field and what would work
 */
export function readRequest(body: unknown, settings: Settings, references: number): CheckedRequest {
	const operation = OPERATIONS[settings.operation].takesReferences ? 'imageToImage' : 'textToImage';
	const extraBody = readExtraBody(settings.extraBody);
	const request = {
		operation,
		model: requiredText(
			'Model',
			own(body, 'model'),
			'Select a model from the list or enter a model ID, e.g. NanoBanana2-1K.',
		).trim(),
		prompt: promptFrom(
			'Prompt',
			own(body, 'prompt'),
			'Describe the image. If you use an expression, check that it returns text for this item.',
		),
		n: imageCountFrom(imagesAsked(body, extraBody, settings)),
		...optional('aspectRatio', readAspectRatio(own(body, 'aspect_ratio'))),
		...optional('outputFormat', settings.outputFormat),
		...optional('imageSize', settings.imageSize),
		responseFormat: settings.responseFormat,
		sendBinaryAs: settings.sendBinaryAs,
		extraBody,
	} as const;
	const findings = modelFindings(request, references, settings);
	if (findings.length > 0 && !settings.skipModelChecks)
		throw new FailureError({ kind: 'invalid_input', ...findings[0] });
	const warnings = [
		...findings.map((finding) => `${finding.message}.`),
		...unknownModelWarnings(request.model, settings),
	];
	return { request, warnings };
}

/** Fields and options that another request follows from. All others change how it is waited for or put out. */
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

/** The fields as they are written: expressions are not evaluated, as they may give another value in every try. */
export function requestAsWritten(parameters: INodeParameters): unknown[] {
	const { model, options } = parameters;
	return [own(model, 'value') ?? model, ...REQUEST_FIELDS.map((name) => parameters[name] ?? own(options, name))];
}

/** As many as the decoder reads out of one response. */
const MAX_IMAGES_PER_ITEM = 1000;

function promptFrom(label: string, value: unknown, nextStep: string): string {
	const prompt = requiredText(label, value, nextStep);
	if (!prompt.includes('[object Object]')) return prompt;
	throw invalid(
		`'${label}' contains [object Object]`,
		'An expression returns an object instead of text. Select one of its fields, e.g. {{ $json.text }}.',
	);
}

function imageCountFrom(value: unknown): number {
	const count = wholeNumber('Number of Images', value, 1);
	if (count <= MAX_IMAGES_PER_ITEM) return count;
	throw invalid(
		`'Number of Images' can be at most ${MAX_IMAGES_PER_ITEM} (got ${count})`,
		'Enter a smaller number, or send more items.',
	);
}

/** `n` among the additional fields goes over that of the field, so it is what will be billed. */
function imagesAsked(body: unknown, extraBody: IDataObject, settings: Settings): unknown {
	const added = settings.apiFormat === 'gemini' ? undefined : own(extraBody, 'n');
	return added ?? own(body, 'n') ?? 1;
}

interface Finding {
	message: string;
	nextStep: string;
}

/** What the family cannot do. Source of the limits: models.ts. */
function modelFindings(request: Omit<ImageRequest, 'references'>, references: number, settings: Settings): Finding[] {
	const findings: Finding[] = [];
	const escape = "To send it anyway, turn on 'Skip Model Checks' under Options.";
	const extra = request.extraBody;
	const added = ['image', 'images'].filter((key) => key in extra);
	if (added.length > 0 && added.length + references > 1) {
		findings.push({
			message: "Reference images are set in 'Additional Request Fields (JSON)' and in another field",
			nextStep: 'Set them in one place only.',
		});
	}
	const model = findModel(request.model);
	if (!model) return findings;
	const { family } = model;
	if (request.outputFormat && !family.outputFormats.includes(request.outputFormat)) {
		findings.push({
			message: `${model.id} does not support the output format ${FORMAT_LABELS[request.outputFormat]}`,
			nextStep: `Set 'Output Format' to ${family.outputFormats.map((format) => FORMAT_LABELS[format]).join(' or ')}, or use the NanoBanana model, which supports WebP. ${escape}`,
		});
	}
	if (request.aspectRatio && !family.aspectRatios.includes(request.aspectRatio)) {
		findings.push({
			message: `${model.id} does not support the aspect ratio ${request.aspectRatio}`,
			nextStep: `Set 'Aspect Ratio' to one of: ${family.aspectRatios.join(', ')}. ${escape}`,
		});
	}
	if (references > family.maxReferences) {
		findings.push({
			message: `${model.id} accepts up to ${family.maxReferences} reference images (got ${references})`,
			nextStep: `Remove images from 'URL(s)' or 'Input Data Field Name(s)'. ${escape}`,
		});
	}
	if (settings.apiFormat === 'asyncTask' && 'size' in extra) {
		findings.push({
			message: "NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'",
			nextStep: `Remove 'size'. Use 'Aspect Ratio' for the shape and 'Model' for the resolution (…-1K, …-2K). ${escape}`,
		});
	}
	return findings;
}

function unknownModelWarnings(id: string, settings: Settings): string[] {
	const model = findModel(id);
	if (!model) return [];
	const lacksGeminiId = settings.apiFormat === 'gemini' && !model.geminiId;
	return lacksGeminiId ? [`There is no known Gemini ID for ${id}. It was sent unchanged.`] : [];
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
	if (value === undefined || value === null || value === '' || value === 'auto') return undefined;
	if (typeof value === 'string' && /^\d{1,3}:\d{1,3}$/.test(value.trim())) return value.trim();
	throw invalid("'Aspect Ratio' is not a valid ratio", 'Use a ratio such as 16:9. Sizes in pixels are not supported.');
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
	return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
