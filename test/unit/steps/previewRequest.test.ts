/* eslint-disable */
import type { IDataObject } from 'n8n-workflow';

import type { ItemContext } from '../../../nodes/NanoBanana/run/runItem';
import { previewItem } from '../../../nodes/NanoBanana/steps/previewRequest';
import { readRequest } from '../../../nodes/NanoBanana/parameters/imageRequest';
import { settingsOf } from '../support/settings';

const SOURCES = [
	{ kind: 'field' as const, field: 'front' },
	{ kind: 'url' as const, url: 'https://example.com/a.png' },
];

function preview(apiFormat: string, options: IDataObject = {}, operation = 'imageToImage'): IDataObject {
	const settings = settingsOf({ operation, options: { apiFormat, ...options } });
	const sources = operation === 'imageToImage' ? SOURCES : [];
	const checked = readRequest({ model: 'NanoBanana2-1K', prompt: 'a cube', n: 2 }, settings, sources.length);
	const run = { previewedImages: 7, hasAllItems: () => true };
	const item = { settings, run, itemIndex: 5, base: { baseURL: 'https://api.example.com' } } as unknown as ItemContext;
	const row = previewItem(item, { ...checked, sources, record: { requestHash: 'abc', images: 2, calls: [{}] } });

	expect(row).toMatchObject({ pairedItem: { item: 5 } });
	return row.json;
}

it.each([
	['asyncTask', 'textToImage', 'https://api.example.com/v1/images/tasks'],
	['asyncTask', 'imageToImage', 'https://api.example.com/v1/images/tasks'],
	['openAi', 'textToImage', 'https://api.example.com/v1/images/generations'],
	['openAi', 'imageToImage', 'https://api.example.com/v1/images/edits'],
])('shows the URL of the endpoint (%s, %s)', (apiFormat, operation, url) => {
	expect(preview(apiFormat, {}, operation).preview).toMatchObject({
		method: 'POST',
		url,
		headers: { authorization: 'Bearer [key]' },
	});
});

it.each([
	['asyncTask', 'dataUri'],
	['asyncTask', 'base64'],
	['asyncTask', 'multipart'],
	['openAi', 'dataUri'],
	['gemini', 'dataUri'],
])('shows the field of the file wherever %s sends it (%s)', (apiFormat, sendBinaryAs) => {
	expect(JSON.stringify(preview(apiFormat, { sendBinaryAs }))).toContain("[file in 'front']");
});

it.each(['openAi', 'gemini'])('shows a URL as the image that %s sends instead', (apiFormat) => {
	const shown = JSON.stringify(preview(apiFormat));

	expect(shown).toContain('[image at https://example.com/a.png]');
	expect(shown).not.toContain('"https://example.com/a.png"');
});

it('shows the number of images of the item and of the run, and their cost if a price is set', () => {
	expect(preview('asyncTask').billing).toEqual({ requestedImages: 2, imagesInRun: 7 });
	expect(preview('asyncTask', { unitPrice: 0.1 }).billing).toEqual({
		requestedImages: 2,
		imagesInRun: 7,
		unitPrice: 0.1,
		cost: 0.2,
		costOfRun: 0.7,
	});
});

it('shows the number of calls', () => {
	expect(preview('gemini').preview).toMatchObject({ calls: 2 });
	expect(preview('asyncTask').preview).toMatchObject({ calls: 1 });
});

it('keeps the warnings of the checks, and adds that nothing was sent', () => {
	expect(preview('asyncTask', { skipModelChecks: true, extraBody: { size: '9x9' } }).warnings).toEqual([
		"NanoBanana models ignore 'size' in 'Additional Request Fields (JSON)'.",
		"'Preview Request' is on, so nothing was sent.",
	]);
});
