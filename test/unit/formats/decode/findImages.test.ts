/* eslint-disable */
import { findImages } from '../../../../nodes/NanoBanana/formats/decode/findImages';
import { keyOf } from '../../../../nodes/NanoBanana/formats/decode/imagesInText';

const BASE_URL = 'https://gateway.example';
const A = 'https://cdn.example/a.png';
const B = 'https://cdn.example/b.png';
const AVIF = 'AAAAIGZ0eXBhdmlm';

const found = (source: unknown, skipEchoes = false): string[] =>
	findImages(source, { baseUrl: BASE_URL, trust: skipEchoes ? 'noEchoes' : 'all' }).images.map(keyOf);

const LISTS = [
	'result_urls',
	'resultUrls',
	'results',
	'outputs',
	'output',
	'result',
	'data',
	'resultJson',
	'result_json',
	'response',
	'task_result',
	'generated_images',
	'output_images',
	'output_urls',
	'result_images',
	'artifacts',
	'image_list',
	'generations',
	'creations',
	'predictions',
	'files',
	'Results',
];
const SINGLES = [
	'result_url',
	'resultUrl',
	'result_image_url',
	'resultImageUrl',
	'url',
	'b64_json',
	'base64',
	'b64',
	'uri',
	'output_url',
	'outputUrl',
	'output_image',
	'download_url',
	'downloadUrl',
	'file_url',
	'result_image',
	'image_result',
	'sample',
	'bytesBase64Encoded',
	'signed_url',
];
const LATE = [
	'images',
	'image_urls',
	'imageUrls',
	'urls',
	'image_url',
	'imageUrl',
	'image',
	'image_base64',
	'image_data',
	'candidates',
	'choices',
];

describe('pictures', () => {
	it.each([...LISTS, ...SINGLES, ...LATE])('are found in %s, as text, in a list and as objects', (place) => {
		expect(found({ [place]: A })).toEqual([A]);
		expect(found({ [place]: [A, B] })).toEqual([A, B]);
		expect(found({ [place]: [{ url: A }, { url: B }] })).toEqual([A, B]);
		expect(found({ [place]: JSON.stringify([A]) })).toEqual([A]);
	});

	it.each(['input', 'references', 'param', 'message', 'content', 'parts', 'inlineData', 'fileData'])(
		'are not looked for in %s',
		(place) => {
			expect(found({ [place]: A })).toEqual([]);
		},
	);

	it('are those of a list before those of single places, and these before the late ones', () => {
		expect(found({ url: B, data: [A] })).toEqual([A]);
		expect(found({ images: [B], result_url: A })).toEqual([A]);
		expect(found({ result_urls: [A], results: [B] })).toEqual([A]);
		expect(found({ result_urls: [], results: [B] })).toEqual([B]);
	});

	it('are all of a late list that repeats the single one', () => {
		expect(found({ result_url: A, images: [B, A] })).toEqual([B, A]);
	});

	it.each(['b64_json', 'base64', 'b64', 'image_base64'])('are any base64 in %s', (place) => {
		expect(findImages({ [place]: AVIF }, { baseUrl: BASE_URL, trust: 'all' }).images).toEqual([
			{ kind: 'base64', base64: AVIF },
		]);
	});

	it.each(['url', 'data', 'images', 'result'])('are no base64 of a type that nobody knows in %s', (place) => {
		expect(found({ [place]: AVIF })).toEqual([]);
	});

	it.each<[fact: string, source: object]>([
		['a Gemini answer', { candidates: [{ content: { parts: [{ text: 'Done' }, { fileData: { fileUri: A } }] } }] }],
		['a Gemini answer in snake case', { candidates: [{ content: { parts: [{ file_data: { file_uri: A } }] } }] }],
		['a Gemini answer with data', { candidates: [{ content: { parts: [{ inlineData: { data: A } }] } }] }],
		[
			'a Gemini answer with data in snake case',
			{ candidates: [{ content: { parts: [{ inline_data: { data: A } }] } }] },
		],
		['a chat answer', { choices: [{ message: { content: `![a](${A})` } }] }],
		['a chat answer in parts', { choices: [{ message: { content: [{ image_url: { url: A } }] } }] }],
	])('are found in %s', (_fact, source) => {
		expect(found(source)).toEqual([A]);
		expect(found({ data: source })).toEqual([A]);
	});

	it('are counted once and up to a hundred of a list', () => {
		expect(found({ data: [A, A, B] })).toEqual([A, B]);
		expect(found({ data: Array.from({ length: 120 }, (_, index) => `https://cdn.example/${index}`) })).toHaveLength(
			100,
		);
	});

	it('are found ten levels deep', () => {
		const nested = (depth: number): unknown => (depth === 0 ? A : { data: nested(depth - 1) });

		expect([found(nested(10)), found(nested(11))]).toEqual([[A], []]);
	});

	it('are none in nothing', () => {
		for (const source of [null, undefined, 7, true, {}, [], { data: null }, { data: 7 }])
			expect(found(source)).toEqual([]);
	});
});

describe('echoes of the request', () => {
	it.each(LATE)('are skipped in %s at the top, as text and as a list of texts', (place) => {
		expect(found({ [place]: A }, true)).toEqual([]);
		expect(found({ [place]: [A, B] }, true)).toEqual([]);
	});

	it('are no objects, no list of objects, and nothing below the top', () => {
		expect(found({ images: [{ url: A }] }, true)).toEqual([A]);
		expect(found({ image: { url: A } }, true)).toEqual([A]);
		expect(found({ data: { images: [A] } }, true)).toEqual([A]);
		expect(found({ images: [], image: { url: A } }, true)).toEqual([A]);
	});

	it('do not touch the sure places', () => {
		expect(found({ result_url: A, images: [B] }, true)).toEqual([A]);
		expect(found({ results: [A], images: [B] }, true)).toEqual([A]);
	});
});

describe('entries without a picture', () => {
	it('say why, each for itself', () => {
		const { images, complaints } = findImages(
			{ data: [{ url: A }, { error: 'blocked' }, { error: { code: 'E7', message: 'broke' } }] },
			{ baseUrl: BASE_URL, trust: 'all' },
		);

		expect([images, complaints]).toEqual([
			[{ kind: 'url', url: A }],
			[{ reason: 'blocked' }, { reason: 'broke', code: 'E7' }],
		]);
	});

	it('say nothing where they have one, and the record itself speaks for its task', () => {
		expect(findImages({ data: [{ url: A, error: 'late' }] }, { baseUrl: BASE_URL, trust: 'all' }).complaints).toEqual(
			[],
		);
		expect(findImages({ error: 'no' }, { baseUrl: BASE_URL, trust: 'all' }).complaints).toEqual([]);
	});
});
