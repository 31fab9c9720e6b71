/* eslint-disable */
import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { readSources } from '../../../nodes/NanoBanana/parameters/referenceImages';

/** The sources of a node with these parameters. */
function sourcesOf(parameters: IDataObject): Array<string | undefined> {
	const getNodeParameter = (name: string, fallback: unknown): unknown => parameters[name] ?? fallback;
	return readSources({ getNodeParameter } as unknown as IExecutePaginationFunctions).map((source) =>
		source.kind === 'url' ? source.url : source.field,
	);
}

const A = 'https://example.com/a,1.png';
const B = 'http://example.com/b.png?x=[1]';

it.each<[unknown]>([[`["${A}","${B}"]`], [` [ "${A}" , "${B}" ]\n`], [[A, B]], [`${A}, ${B}`], [`${A}\n${B}`]])(
	'reads two URLs from %j',
	(imageUrls) => {
		expect(sourcesOf({ inputType: 'url', imageUrls: imageUrls as string })).toEqual([A, B]);
	},
);

it.each<[unknown]>([['["front","back"]'], [['front', 'back']], ['front, back'], ['front\nback']])(
	'reads two fields from %j',
	(binaryPropertyName) => {
		expect(sourcesOf({ inputType: 'binary', binaryPropertyName: binaryPropertyName as string })).toEqual([
			'front',
			'back',
		]);
	},
);

it.each([{ id: 'file-1', mimeType: 'image/png' }, [{ id: 'file-1', mimeType: 'image/png' }]])(
	'rejects %j, a file instead of the name of its field',
	(binaryPropertyName) => {
		expect(() =>
			sourcesOf({ inputType: 'binary', binaryPropertyName: binaryPropertyName as unknown as string }),
		).toThrow("'Input Data Field Name(s)' contains a file instead of a name");
	},
);

it.each([
	'https://res.example.com/fetch/w_500,h_500/https://y.example.com/a.jpg',
	'https://x.example.com/cdn-cgi/image/width=80,quality=75/https://y.example.com/a.png',
])('reads one URL that contains another one after a comma: %s', (url) => {
	expect(sourcesOf({ inputType: 'url', imageUrls: url })).toEqual([url]);
	expect(sourcesOf({ inputType: 'url', imageUrls: `${url},${B}` })).toEqual([url, B]);
});

it('rejects an input type that is not in the list', () => {
	expect(sourcesOf({ inputType: 'URL', imageUrls: A })).toEqual([A]);
	expect(() => sourcesOf({ inputType: 'urls', imageUrls: A })).toThrow("'urls' is not a valid value for 'Input Type'");
});

it('reads fields first, then URLs', () => {
	expect(sourcesOf({ inputType: 'both', binaryPropertyName: 'data', imageUrls: A })).toEqual(['data', A]);
});

it.each(['[]', '', ' , '])('rejects %j, which contains no URL', (imageUrls) => {
	let thrown: unknown;
	try {
		sourcesOf({ inputType: 'url', imageUrls });
	} catch (error) {
		thrown = error;
	}

	expect(toFailure(thrown).message).toBe("'URL(s)' is empty");
});

it.each(['["image.png"]', '{"url":"https://example.com/a.png"}', '["https://example.com/a.png"'])(
	'rejects %j, which is not a list of URLs',
	(imageUrls) => {
		expect(() => sourcesOf({ inputType: 'url', imageUrls })).toThrow(/contains an invalid URL/);
	},
);
