/* eslint-disable */
import type { Call } from '../call';
import type { MockResponse } from '../types';
import { invalidRequest, Rejection } from './rejections';

/** POST /v1/uploads/images, for providers that do not accept files in a request. Free. */
export function upload({ mock, body, entry }: Call): MockResponse {
	if (!mock.settings.acceptsUrlsOnly) throw new Rejection(404, '', `Invalid URL (POST ${entry.path})`);
	const file = body.kind === 'multipart' ? body.files.find(({ field }) => field === 'file') : undefined;
	if (file === undefined) throw invalidRequest('file is required');
	const name = mock.random.fileNames.text(24);
	mock.uploads.set(name, { mimeType: file.mimeType, content: file.content });
	return { status: 200, body: { url: `${mock.urls.files}/u/${name}` } };
}

export function serveUpload({ mock, params }: Call): MockResponse {
	const file = mock.uploads.get(params.name);
	if (file === undefined) return { status: 404, body: 'no such file' };
	return { status: 200, headers: { 'content-type': file.mimeType }, body: file.content };
}
