/* eslint-disable */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaultRule } from './faults/faultRules';
import type { MockState } from './state';
import type { MockResponse, JournalEntry, MultipartSummary, RouteName, UploadedFile } from './types';

/** One request until its response is sent. */
export interface Call {
	mock: MockState;
	route: RouteName;
	entry: JournalEntry;
	request: FastifyRequest;
	reply: FastifyReply;
	params: Record<string, string>;
	query: Record<string, string>;
	body: CallBody;
	fault: FaultRule | null;
	/** Called when the whole response is sent. Records what the client knows from then on. */
	whenDelivered: (() => void) | null;
	/** The mock API itself broke the connection. */
	hungUp: boolean;
}

export type RouteHandler = (call: Call) => MockResponse | Promise<MockResponse>;

export type CallBody =
	| { kind: 'none' }
	| { kind: 'json'; value: unknown }
	| { kind: 'broken'; text: string }
	| { kind: 'multipart'; fields: Record<string, string[]>; files: (UploadedFile & { content: Buffer })[] };

export async function readBody(request: FastifyRequest): Promise<CallBody> {
	// A form that cannot be parsed is the client's mistake, not the mock API's.
	if (request.isMultipart()) return await readMultipart(request).catch(() => ({ kind: 'broken', text: 'broken form' }));
	if (!Buffer.isBuffer(request.body) || request.body.length === 0) return { kind: 'none' };
	const text = request.body.toString('utf8');
	try {
		return { kind: 'json', value: JSON.parse(text) };
	} catch {
		return { kind: 'broken', text };
	}
}

async function readMultipart(request: FastifyRequest): Promise<CallBody> {
	const fields: Record<string, string[]> = {};
	const files: (UploadedFile & { content: Buffer })[] = [];
	for await (const part of request.parts()) {
		if (part.type === 'field') {
			(fields[part.fieldname] ??= []).push(String(part.value));
			continue;
		}
		const content = await part.toBuffer();
		files.push({
			field: part.fieldname,
			fileName: part.filename,
			mimeType: part.mimetype,
			bytes: content.length,
			sha256: createHash('sha256').update(content).digest('hex'),
			content,
		});
	}
	return { kind: 'multipart', fields, files };
}

/** The body as the journal records it. */
export function bodySummary(body: CallBody): unknown {
	if (body.kind === 'json') return body.value;
	if (body.kind === 'broken') return body.text;
	if (body.kind === 'none') return undefined;
	const fields = Object.entries(body.fields).map(([name, values]) => [name, values.join(',')]);
	const files = body.files.map(({ content, ...summary }) => summary);
	return { fields: Object.fromEntries(fields), files } satisfies MultipartSummary;
}
