import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { FORMATS } from './formats';
import type { Job } from './job';
import type { ReferenceSource } from './references';
import type { CheckedRequest } from './request';
import type { EncodedCall, Reference } from './types';

/** What would be sent, with the key hidden and files named instead of shown. Nothing is sent and nothing is paid. */
export function previewRow(job: Job, order: CheckedRequest & { sources: ReferenceSource[] }): INodeExecutionData {
	const references = order.sources.map(standIn);
	const calls = FORMATS[job.settings.apiFormat].encode({ ...order.request, references });
	const [first] = calls;
	const json: IDataObject = {
		preview: {
			method: first.method,
			url: `${job.base.baseURL ?? ''}${first.path}`,
			headers: { authorization: 'Bearer [key]', 'content-type': first.form ? 'multipart/form-data' : 'application/json' },
			body: bodyOf(first),
			calls: calls.length,
		},
		warnings: [...order.warnings, "Nothing was sent: 'Preview Request' is on."],
	};
	return { json, pairedItem: { item: job.itemIndex } };
}

function standIn(source: ReferenceSource): Reference {
	if (source.kind === 'url') return source;
	return { kind: 'bytes', field: source.field, data: Buffer.alloc(0), mimeType: 'image/*', fileName: `[file in '${source.field}']` };
}

function bodyOf(call: EncodedCall): IDataObject {
	if (call.json) return call.json;
	const fields = (call.form ?? []).map((part) => ({ name: part.name, value: Buffer.isBuffer(part.value) ? (part.fileName ?? '[file]') : part.value }));
	return { fields };
}
