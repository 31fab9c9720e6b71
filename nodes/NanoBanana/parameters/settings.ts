import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { booleanFrom, choiceFrom, invalid, isBlank, numberFrom } from './validate';
import { isPath } from '../formats/decode/readPath';
import { own, unwrapText } from '../lib/json';
import { MEGABYTE } from '../lib/bytes';
import { API_FORMATS, OPERATIONS, type Operation, type OutputFormat } from '../types';

/** Every option, and every parameter that n8n does not put into the request body, with the fields' defaults. */
export type Settings = ReturnType<typeof readSettings>;

/** The largest known limit of any API. If an API allows fewer, the limiter finds that out with a few rejections. */
export const DEFAULT_CONCURRENCY = 64;
export const DEFAULT_TIMEOUT_S = 600;
/** A week. Node.js timers of more than 24 days fire at once. */
const LONGEST_TIMEOUT_S = 604_800;
export const DEFAULT_POLL_INTERVAL_S = 1;
export const DEFAULT_MAX_IMAGE_MB = 50;

/** @throws a failure of kind `invalid_input` if the expression of an option returns an unusable value */
export function readSettings(ctx: IExecutePaginationFunctions) {
	const operation = readOperation(ctx.getNode().parameters.operation);
	const { pays, waits } = OPERATIONS[operation];
	const options = ctx.getNodeParameter('options', {}) as IDataObject;
	const apiFormat = pays ? choiceFrom('API Format', options.apiFormat, API_FORMATS, 'asyncTask') : 'asyncTask';
	const canSkipWaiting = pays && apiFormat === 'asyncTask';
	const text = (name: string): string | undefined => {
		const value = String(options[name] ?? '').trim();
		return value === '' ? undefined : value;
	};
	const seconds = (label: string, value: unknown, fallback: number, least: number): number =>
		Math.min(LONGEST_TIMEOUT_S, numberFrom(label, value, fallback, least)) * 1000;
	return {
		operation,
		apiFormat,
		/** True if the item waits for images: false for 'Get Task Status', and if 'Wait for Completion' is off. */
		wait: canSkipWaiting ? booleanFrom('Wait for Completion', ctx.getNodeParameter('wait', true), true) : waits,
		simplify: booleanFrom('Simplify', ctx.getNodeParameter('simplify', true), true),
		binaryPropertyOutput: fieldNameFrom(text('binaryPropertyOutput') ?? 'data'),
		download: booleanFrom('Download Images', options.download, true),
		combineImages: booleanFrom('Combine Images Into One Item', options.combineImages, false),
		fileName: text('fileName'),
		timeoutMs: seconds('Timeout (Seconds)', options.timeout, DEFAULT_TIMEOUT_S, 0.1),
		onTimeout: choiceFrom('On Timeout', options.onTimeout, ['error', 'continue'], 'error'),
		pollIntervalMs: seconds('First Check After (Seconds)', options.pollInterval, DEFAULT_POLL_INTERVAL_S, 0.01),
		maxConcurrency: Math.floor(numberFrom('Max Concurrency', options.maxConcurrency, DEFAULT_CONCURRENCY, 1)),
		maxImages: readMaxImages(options),
		maxImageBytes: numberFrom('Max Download Size (MB)', options.maxImageSize, DEFAULT_MAX_IMAGE_MB, 0.001) * MEGABYTE,
		unitPrice: numberFrom('Price per Image', options.unitPrice, undefined, 0),
		/** Undefined leaves the choice to the API. */
		outputFormat: readOutputFormat(options.outputFormat),
		responseFormat: choiceFrom('Response Format', options.responseFormat, ['url', 'b64_json'], 'url'),
		sendBinaryAs: choiceFrom('Send Images As', options.sendBinaryAs, ['dataUri', 'base64', 'multipart'], 'dataUri'),
		imageSize: text('imageSize'),
		includeInputFields: booleanFrom('Include Other Input Fields', options.includeInputFields, false),
		extraBody: options.extraBody as unknown,
		skipModelChecks: booleanFrom('Skip Model Checks', options.skipModelChecks, false),
		previewRequest: booleanFrom('Preview Request', options.previewRequest, false),
		/** Path of the images in the response of a status check, as the user entered it. */
		imagePath: pays ? undefined : readImagePath(text('imagePath')),
		/** The API honors idempotency keys, so an unclear request is sent again with its key. */
		retryUnclear: booleanFrom('Retry Unclear Requests', options.retryUnclear, false),
	};
}

/** As written, because n8n also selects the fields of an operation without evaluating expressions. */
function readOperation(value: unknown = 'textToImage'): Operation {
	if (typeof value === 'string' && Object.hasOwn(OPERATIONS, value)) return value as Operation;
	throw invalid(
		`'${String(value).slice(0, 40)}' is not a valid value for 'Operation'`,
		'Select an operation from the list. An expression is not supported here.',
	);
}

/** An empty spending limit is an error, so that it does not mean unlimited. */
function readMaxImages(options: IDataObject): number {
	const label = 'Max Images per Run';
	if (Object.hasOwn(options, 'maxImages') && isBlank(options.maxImages))
		throw invalid(`'${label}' is empty`, 'Enter a number, or remove the option.');
	return numberFrom(label, options.maxImages, Number.MAX_SAFE_INTEGER, 0);
}

/** These names would change the object that contains the files. */
function fieldNameFrom(name: string): string {
	if (!['__proto__', 'constructor', 'prototype'].includes(name)) return name;
	throw invalid(`'${name}' is not a valid value for 'Put Output in Field'`, 'Enter another name, e.g. data.');
}

function readImagePath(text: string | undefined): string | undefined {
	// JSONPath writes `$` for the response.
	const path = text?.replace(/^\$\.?/, '');
	if (path === undefined || isPath(path)) return path;
	throw invalid(
		`'Image Path in Response' is not a valid path (got ${path.slice(0, 40)})`,
		'Write it like data.output.pics[*].src: names separated by dots, and positions or [*] in brackets.',
	);
}

function readOutputFormat(value: unknown): OutputFormat | undefined {
	const name = String(value ?? '').toLowerCase();
	const format = choiceFrom('Output Format', name === 'jpg' ? 'jpeg' : name, ['auto', 'png', 'jpeg', 'webp'], 'png');
	return format === 'auto' ? undefined : format;
}

/**
 * Reads 'Task ID': one or more IDs separated by commas or line breaks, an array or its JSON text, or whole items with a
 * `taskId`. An ID may contain spaces, and in an array any characters.
 */
export function readTaskIds(value: unknown): string[] {
	const opened = unwrapText(value);
	const entries = typeof opened === 'string' ? opened.split(/[,\r\n]+/) : Array.isArray(opened) ? opened : [opened];
	const ids = entries
		.map((entry: unknown) => own(entry, 'taskId') ?? own(entry, 'task_id') ?? entry)
		.filter((entry) => typeof entry === 'string' || typeof entry === 'number')
		.map((entry) => idFrom(String(entry).trim()))
		.filter((id) => id !== '' && id !== 'undefined' && id !== 'null');
	if (ids.length > 0) return [...new Set(ids)];
	throw invalid(
		"'Task ID' is empty",
		"Enter the taskId returned by 'Text to Image' or 'Image to Image', or use an expression such as {{ $json.taskId }}.",
	);
}

/** Users may paste the URL of a task instead of its ID. */
function idFrom(text: string): string {
	const part = /^https?:\/\/[^?#]*\/tasks\/([^/?#]+)/i.exec(text)?.[1];
	try {
		return part === undefined ? text : decodeURIComponent(part);
	} catch {
		return part ?? text;
	}
}
