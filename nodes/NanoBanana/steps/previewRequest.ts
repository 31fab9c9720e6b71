import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FORMATS } from '../formats';
import type { ItemContext } from '../run/runItem';
import { asObject, parseJson, withoutUndefined } from '../lib/json';
import type { ReferenceSource } from '../parameters/referenceImages';
import { costOf } from './outputItems';
import type { PreparedRequest } from './prepareRequest';
import type { EncodedCall, Reference } from '../types';

/** The request and its cost. The key is hidden, and files are replaced by their names. The request is not sent. */
export function previewItem(
	item: ItemContext,
	prepared: Pick<PreparedRequest, 'request' | 'sources' | 'warnings' | 'record'>,
): INodeExecutionData {
	const format = FORMATS[item.settings.apiFormat];
	const given = prepared.sources.map(placeholderFor);
	const references = format.needsBytes({ ...prepared.request, references: given }) ? given.map(asDownloaded) : given;
	const call = format.encode({ ...prepared.request, references });
	const json: IDataObject = {
		...(item.settings.includeInputFields && item.ctx.getInputData().json),
		preview: {
			method: 'POST',
			url: `${item.base.baseURL ?? ''}${call.path}`,
			headers: {
				authorization: 'Bearer [key]',
				'content-type': call.form ? 'multipart/form-data' : 'application/json',
			},
			body: bodyOf(call, references),
			calls: format.callsFor(prepared.request.n),
		},
		requestHash: prepared.record.requestHash,
		billing: billingOf(prepared.request.n, item),
		warnings: [...prepared.warnings, ...overLimit(item), "'Preview Request' is on, so nothing was sent."],
	};
	return { json, pairedItem: { item: item.itemIndex } };
}

/** Batching starts some items later, so the total is unknown then. */
function overLimit({ run, settings: { maxImages } }: ItemContext): string[] {
	if (!run.hasAllItems() || run.previewedImages <= maxImages) return [];
	return [`This run would exceed 'Max Images per Run' (${maxImages}), so it would not be sent.`];
}

/** Cost of this item and of the whole run. The total is unknown if batching starts some items later. */
function billingOf(images: number, { run, settings }: ItemContext): IDataObject {
	const imagesInRun = run.hasAllItems() ? run.previewedImages : undefined;
	return withoutUndefined({
		requestedImages: images,
		imagesInRun,
		unitPrice: settings.unitPrice,
		cost: costOf(images, settings),
		costOfRun: imagesInRun && costOf(imagesInRun, settings),
	});
}

function placeholderFor(source: ReferenceSource): Reference {
	return source.kind === 'url' ? source : placeholder(`[file in '${source.field}']`);
}

/** Replaces a URL that would be downloaded first. */
function asDownloaded(reference: Reference): Reference {
	return reference.kind === 'bytes' ? reference : placeholder(`[image at ${reference.url}]`);
}

/** Replaces a file by its name as bytes, so that `nameFiles` can find it anywhere in the encoded request. */
function placeholder(name: string): Reference {
	return { kind: 'bytes', data: Buffer.from(name), mimeType: 'image/*', fileName: name };
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
	return asObject(parseJson(text)) as IDataObject;
}
