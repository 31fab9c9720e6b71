/* eslint-disable */
import { encodeForm, textParts } from '../../../nodes/NanoBanana/lib/multipart';

/** The form as read by the parser of Node.js. */
async function parsed(form: { body: Buffer; contentType: string }): Promise<FormData> {
	return await new Response(new Uint8Array(form.body), { headers: { 'content-type': form.contentType } }).formData();
}

it('writes fields and files that a standard parser reads back', async () => {
	const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 13, 10]);
	const form = await parsed(
		encodeForm([
			{ name: 'prompt', value: 'Grüße, 香蕉 🍌\r\nsecond line' },
			{ name: 'image', value: bytes, fileName: 'cup.png', mimeType: 'image/png' },
			{ name: 'image', value: bytes, fileName: 'saucer.jpg', mimeType: 'image/jpeg' },
		]),
	);
	const files = form.getAll('image') as File[];

	expect(form.get('prompt')).toBe('Grüße, 香蕉 🍌\r\nsecond line');
	expect(files.map(({ name, type }) => [name, type])).toEqual([
		['cup.png', 'image/png'],
		['saucer.jpg', 'image/jpeg'],
	]);
	expect(Buffer.from(await files[0].arrayBuffer())).toEqual(bytes);
});

it('writes the same bytes for the same content, and another boundary for other content', () => {
	const once = encodeForm([{ name: 'a', value: '1' }]);

	expect(encodeForm([{ name: 'a', value: '1' }])).toEqual(once);
	expect(encodeForm([{ name: 'a', value: '2' }]).contentType).not.toBe(once.contentType);
});

it('escapes names, so that they cannot add headers', () => {
	const text = encodeForm([
		{ name: 'a"\r\nX-Evil: 1', value: 'v', fileName: 'f"\r\n\r\nbody', mimeType: 'image/png' },
	]).body.toString();

	expect(text.split('\r\n').slice(1, 3)).toEqual([
		'Content-Disposition: form-data; name="a%22  X-Evil: 1"; filename="f%22    body"',
		'Content-Type: image/png',
	]);
});

it('leaves out fields that are not set and writes the others as text', () => {
	expect(textParts({ n: 2, on: false, gone: undefined, none: null, deep: { a: [1] }, empty: '' })).toEqual([
		{ name: 'n', value: '2' },
		{ name: 'on', value: 'false' },
		{ name: 'deep', value: '{"a":[1]}' },
		{ name: 'empty', value: '' },
	]);
});
