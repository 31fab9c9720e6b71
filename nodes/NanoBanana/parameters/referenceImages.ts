import type { IExecutePaginationFunctions } from 'n8n-workflow';
import { createHash } from 'node:crypto';

import { choiceFrom, invalid } from './validate';
import { FailureError, toFailure } from '../errors/failure';
import { readImageFormat } from '../images/imageFormat';
import { asObject, unwrapText } from '../lib/json';
import type { Settings } from './settings';
import { MEGABYTE, megabytes } from '../lib/bytes';
import type { Reference } from '../types';

/** A reference as the user entered it. Its bytes are loaded to check it, and again when it is sent. */
export type ReferenceSource = { kind: 'url'; url: string } | { kind: 'field'; field: string };

/** Google accepts 20 MB inline per request; other APIs accept 7 to 30 MB per image. */
export const MAX_REFERENCE_BYTES = 20 * MEGABYTE;

/** What all models of the family accept. Source: Google's model cards. */
const SENDABLE = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

/** n8n's storage does not have the file, e.g. because its execution was deleted. */
export class UnreadableFileError extends FailureError {}

/** Fields first, then URLs, each in the order given. */
export function readSources(ctx: IExecutePaginationFunctions): ReferenceSource[] {
	const inputType = choiceFrom(
		'Input Type',
		ctx.getNodeParameter('inputType', 'binary'),
		['binary', 'url', 'both'],
		'binary',
	);
	const fields = inputType === 'url' ? [] : splitNames(ctx.getNodeParameter('binaryPropertyName', 'data'));
	const urls = inputType === 'binary' ? [] : splitUrls(ctx.getNodeParameter('imageUrls', ''));
	if (inputType !== 'url' && fields.length === 0) {
		throw invalid(
			"'Input Data Field Name(s)' is empty",
			'Enter the name of the input field containing the image, e.g. data.',
		);
	}
	if (inputType !== 'binary' && urls.length === 0) {
		throw invalid("'URL(s)' is empty", 'Enter at least one image URL, e.g. https://example.com/image.png.');
	}
	return [
		...fields.map((field) => ({ kind: 'field' as const, field })),
		...urls.map((url) => ({ kind: 'url' as const, url: checkedUrl(url) })),
	];
}

/** Hash and size (bytes) of a reference. Reads the file, so that a bad one is found before anything is charged. */
export async function digestOf(
	ctx: IExecutePaginationFunctions,
	source: ReferenceSource,
	settings: Settings,
): Promise<{ digest: string; bytes: number }> {
	if (source.kind === 'url') return { digest: source.url, bytes: 0 };
	const { data } = await loadField(ctx, source.field, settings);
	return { digest: createHash('sha256').update(data).digest('hex'), bytes: data.length };
}

/** Loads the bytes of the references. Called just before the item is sent, so that only a few are in memory. */
export async function loadReferences(
	ctx: IExecutePaginationFunctions,
	sources: ReferenceSource[],
	settings: Settings,
): Promise<Reference[]> {
	const references: Reference[] = [];
	for (const source of sources)
		references.push(source.kind === 'url' ? source : await loadField(ctx, source.field, settings));
	return references;
}

function splitNames(value: unknown): string[] {
	const listed = listIn(value);
	if ([value, ...(listed ?? [])].some((entry) => Object.keys(asObject(entry)).length > 0))
		throw invalid(
			"'Input Data Field Name(s)' contains a file instead of a name",
			'Enter the name of the input field, e.g. data instead of {{ $binary.data }}.',
		);
	return (listed ?? String(value ?? '').split(/[,\r\n]+/)).map((name) => String(name).trim()).filter(Boolean);
}

/** A comma ends a URL only before another URL, before a space, or at the end, because URLs may contain commas. */
function splitUrls(value: unknown): string[] {
	const texts =
		listIn(value)?.map(String) ?? String(value ?? '').split(/[\r\n]+|,(?=\s*[a-z][a-z\d+.-]*:\/\/)|,\s+|,$/i);
	return texts.map((text) => text.trim()).filter(Boolean);
}

/** An array, or its JSON text, as agents and templates write it. */
function listIn(value: unknown): unknown[] | undefined {
	const opened = unwrapText(value);
	return Array.isArray(opened) ? opened : undefined;
}

function checkedUrl(text: string): string {
	const url = /^https?:\/\/[^\s/]+/i.test(text) && !/\s/.test(text) ? text : undefined;
	if (url && URL.canParse(url)) return url;
	throw invalid(
		`'URL(s)' contains an invalid URL: ${text.slice(0, 80)}`,
		"Enter a public URL that starts with https://. To use files from this workflow, set 'Input Type' to 'Binary File(s)'.",
	);
}

async function loadField(
	ctx: IExecutePaginationFunctions,
	field: string,
	settings: Settings,
): Promise<Extract<Reference, { kind: 'bytes' }>> {
	const data = await fieldBytes(ctx, field);
	if (data.length > MAX_REFERENCE_BYTES && !settings.skipModelChecks) {
		throw invalid(
			`The file in '${field}' is too large (${megabytes(data.length)}, maximum ${megabytes(MAX_REFERENCE_BYTES)})`,
			"Resize the image, e.g. with the Edit Image node, or set 'Input Type' to 'Image URL(s)'. To send it anyway, turn on 'Skip Model Checks' under Options.",
		);
	}
	const facts = readImageFormat(data);
	if (!facts || (!SENDABLE.includes(facts.mimeType) && !settings.skipModelChecks)) {
		throw invalid(
			`The file in '${field}' is not a supported image`,
			'Use a PNG, JPEG, WebP, or GIF file, and check which node provides the field.',
		);
	}
	// Programs also read a GIF without its last byte.
	if (!facts.complete && facts.mimeType !== 'image/gif' && !settings.skipModelChecks) {
		throw invalid(
			`The file in '${field}' is incomplete`,
			"Run the node that provides the file again. To send it anyway, turn on 'Skip Model Checks' under Options.",
		);
	}
	return {
		kind: 'bytes',
		data,
		mimeType: facts.mimeType,
		fileName: `${field.replace(/[^\w-]+/g, '_')}.${facts.extension}`,
	};
}

async function fieldBytes(ctx: IExecutePaginationFunctions, field: string): Promise<Buffer> {
	try {
		ctx.helpers.assertBinaryData(field);
	} catch {
		const isTool = ctx.getNode().type.endsWith('Tool');
		const present = Object.keys(ctx.getInputData().binary ?? {});
		const have = present.length > 0 ? `This item has files in: ${present.join(', ')}.` : 'This item has no files.';
		throw invalid(
			`No file found in the input field '${field}'`,
			isTool
				? "n8n does not pass files to AI tools. Set 'Input Type' to 'Image URL(s)'."
				: `${have} Correct 'Input Data Field Name(s)', or add a node that loads the image.`,
		);
	}
	return await ctx.helpers.getBinaryDataBuffer(field).catch((thrown: unknown) => {
		throw new UnreadableFileError({
			kind: 'invalid_input',
			message: `The file in '${field}' could not be read from n8n's storage`,
			nextStep: 'Run the node that provides the file again.',
			gatewayMessage: toFailure(thrown).gatewayMessage,
		});
	});
}
