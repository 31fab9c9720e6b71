/* eslint-disable */
import type { IDataObject, IExecutePaginationFunctions } from 'n8n-workflow';

import { toFailure } from '../../../nodes/NanoBanana/errors/failure';
import { readSources } from '../../../nodes/NanoBanana/parameters/referenceImages';

/** The sources of a node whose fields contain this. */
function sourcesOf(parameters: IDataObject): Array<string | undefined> {
	const getNodeParameter = (name: string, fallback: unknown): unknown => parameters[name] ?? fallback;
	return readSources({ getNodeParameter } as unknown as IExecutePaginationFunctions).map((source) =>
		source.kind === 'url' ? source.url : source.field,
	);
}

const A = 'https://example.com/a,1.png';
const B = 'http://example.com/b.png?x=[1]';

it.each<[unknown]>([[`["${A}","${B}"]`], [` [ "${A}" , "${B}" ]\n`], [[A, B]], [`${A}, ${B}`], [`${A}\n${B}`]])(
	'reads two URLs in %j',
	(imageUrls) => {
		expect(sourcesOf({ inputType: 'url', imageUrls: imageUrls as string })).toEqual([A, B]);
	},
);

it.each<[unknown]>([['["front","back"]'], [['front', 'back']], ['front, back']])(
	'reads two fields in %j',
	(binaryPropertyName) => {
		expect(sourcesOf({ inputType: 'binary', binaryPropertyName: binaryPropertyName as string })).toEqual([
			'front',
			'back',
		]);
	},
);

it('reads fields first, then URLs', () => {
	expect(sourcesOf({ inputType: 'both', binaryPropertyName: 'data', imageUrls: A })).toEqual(['data', A]);
});

it.each(['[]', '', ' , '])('finds no URL in %j', (imageUrls) => {
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
