import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FORMATS } from '../formats';
import type { ItemContext } from '../run/itemContext';
import { parseJson, record } from '../lib/json';
import type { ReferenceSource } from '../parameters/referenceImages';
import type { CheckedRequest } from '../parameters/imageRequest';
import type { EncodedCall, Reference } from '../types';

/** What would be sent, with the key hidden and files named instead of shown. Nothing is sent and nothing is paid. */
export function previewItem(
	item: ItemContext,
	prepared: CheckedRequest & { sources: ReferenceSource[] },
): INodeExecutionData {
	const format = FORMATS[item.settings.apiFormat];
	const given = prepared.sources.map(standIn);
	const references = format.needsBytes({ ...prepared.request, references: given }) ? given.map(inlined) : given;
	const calls = format.encode({ ...prepared.request, references });
	const [first] = calls;
	const json: IDataObject = {
		preview: {
			method: 'POST',
			url: `${item.base.baseURL ?? ''}${first.path}`,
			headers: {
				authorization: 'Bearer [key]',
				'content-type': first.form ? 'multipart/form-data' : 'application/json',
			},
			body: bodyOf(first, references),
			calls: calls.length,
		},
		warnings: [...prepared.warnings, "Nothing was sent: 'Preview Request' is on."],
	};
	return { json, pairedItem: { item: item.itemIndex } };
}

function standIn(source: ReferenceSource): Reference {
	return source.kind === 'url' ? source : named(source.field, `[file in '${source.field}']`);
}

/** An address that would be fetched first. */
function inlined(reference: Reference): Reference {
	return reference.kind === 'bytes' ? reference : named(reference.url, `[image at ${reference.url}]`);
}

/** In place of the file: its name as bytes, to be found again wherever the format put them. */
function named(field: string, name: string): Reference {
	return { kind: 'bytes', field, data: Buffer.from(name), mimeType: 'image/*', fileName: name };
}

function bodyOf(call: EncodedCall, references: Reference[]): IDataObject {
	if (call.json) return nameFiles(call.json, references);
	const fields = (call.form ?? []).map((part) => ({
		name: part.name,
		value: Buffer.isBuffer(part.value) ? (part.fileName ?? '[file]') : part.value,
	}));
	return { fields };
}

function nameFiles(json: IDataObject, references: Reference[]): IDataObject {
	const text = references.reduce((shown, reference) => {
		if (reference.kind === 'url') return shown;
		return shown.split(reference.data.toString('base64')).join(JSON.stringify(reference.fileName).slice(1, -1));
	}, JSON.stringify(json));
	return record(parseJson(text)) as IDataObject;
}
