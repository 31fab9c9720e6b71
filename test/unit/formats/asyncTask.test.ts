/* eslint-disable */
import { asyncTask } from '../../../nodes/NanoBanana/formats/asyncTask';
import type { EncodedCall, ImageRequest, Reference } from '../../../nodes/NanoBanana/types';

const A = 'https://mine.example/a.png';
const B = 'https://mine.example/b.png';
const REQUEST: ImageRequest = {
	operation: 'textToImage',
	model: 'NanoBanana2-1K',
	prompt: 'A cube',
	n: 2,
	responseFormat: 'url',
	references: [],
	sendBinaryAs: 'dataUri',
	extraBody: {},
};
const FIELDS = { model: 'NanoBanana2-1K', task_type: 'text2image', prompt: 'A cube', n: 2, response_format: 'url' };
const EDIT = { ...FIELDS, task_type: 'image2image' };
const urlReference = (url: string): Reference => ({ kind: 'url', url });
const file: Reference = {
	kind: 'bytes',
	data: Buffer.from('bytes'),
	mimeType: 'image/png',
	fileName: 'data.png',
};
const BASE64 = file.data.toString('base64');

const encode = (more: Partial<ImageRequest>): EncodedCall => asyncTask.encode({ ...REQUEST, ...more });
const edit = (references: Reference[], more: Partial<ImageRequest> = {}): EncodedCall =>
	encode({ operation: 'imageToImage', references, ...more });
const json = (body: object): EncodedCall => ({
	path: '/v1/images/tasks',
	json: body as EncodedCall['json'],
});

it('requests all images in one call', () => {
	expect(asyncTask.callsFor(3)).toBe(1);
	expect(encode({})).toEqual(json(FIELDS));
	expect(Object.keys(encode({}).json ?? {})).toEqual(['model', 'task_type', 'prompt', 'n', 'response_format']);
});

it('sends the aspect ratio and the output format only if they are set', () => {
	expect(encode({ aspectRatio: '16:9', outputFormat: 'jpeg' })).toEqual(
		json({ ...FIELDS, aspect_ratio: '16:9', output_format: 'jpeg' }),
	);
});

it('sends one reference as `image` and multiple as `images`, in their order', () => {
	expect(edit([urlReference(A)])).toEqual(json({ ...EDIT, image: A }));
	expect(edit([urlReference(B), urlReference(A)])).toEqual(json({ ...EDIT, images: [B, A] }));
});

it.each([
	['dataUri' as const, `data:image/png;base64,${BASE64}`],
	['base64' as const, BASE64],
])('sends a file as %s in a JSON field', (sendBinaryAs, sent) => {
	expect(edit([file], { sendBinaryAs })).toEqual(json({ ...EDIT, image: sent }));
	expect(edit([file, urlReference(A)], { sendBinaryAs })).toEqual(json({ ...EDIT, images: [sent, A] }));
});

it('sends a file as multipart form data if selected', () => {
	const fields = Object.entries(EDIT).map(([name, value]) => ({ name, value: String(value) }));
	const part = { value: file.data, fileName: 'data.png', mimeType: 'image/png' };

	expect(edit([file], { sendBinaryAs: 'multipart', extraBody: { seed: 7 } })).toEqual({
		path: '/v1/images/tasks',
		form: [...fields, { name: 'seed', value: '7' }, { name: 'image', ...part }],
	});
	expect(edit([urlReference(A), file], { sendBinaryAs: 'multipart' })).toEqual({
		path: '/v1/images/tasks',
		form: [...fields, { name: 'images', value: A }, { name: 'images', ...part }],
	});
});

it('sends only URLs as JSON even with multipart, and does not download them', () => {
	expect(edit([urlReference(A)], { sendBinaryAs: 'multipart' })).toEqual(json({ ...EDIT, image: A }));
	expect(asyncTask.needsBytes({ ...REQUEST, references: [urlReference(A)] })).toBe(false);
});

it('lets the additional fields override the others', () => {
	expect(encode({ extraBody: { n: 9, seed: 7 } })).toEqual(json({ ...FIELDS, n: 9, seed: 7 }));
	expect(edit([urlReference(A)], { extraBody: { image: B } })).toEqual(json({ ...EDIT, image: B }));
});
