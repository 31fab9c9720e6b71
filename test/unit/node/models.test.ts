/* eslint-disable */
import { ASPECT_RATIOS, CATALOGUE, DEFAULT_MODEL, findModel } from '../../../nodes/NanoBanana/models';

it('knows the nine models of the API page', () => {
	expect(CATALOGUE.map(({ id }) => id)).toEqual([
		'NanoBanana',
		'NanoBanana2-0.5K',
		'NanoBanana2-1K',
		'NanoBanana2-2K',
		'NanoBanana2-4K',
		'NanoBananaPro-1K',
		'NanoBananaPro-2K',
		'NanoBananaPro-4K',
		'NanoBananaPro-8K',
	]);
});

it('knows that WebP comes from the base model only', () => {
	expect(CATALOGUE.filter(({ family }) => family.outputFormats.includes('webp')).map(({ id }) => id)).toEqual([
		'NanoBanana',
	]);
	expect(
		CATALOGUE.every(({ family }) => family.outputFormats.includes('png') && family.outputFormats.includes('jpeg')),
	).toBe(true);
});

it('knows the long ratios of the second family only', () => {
	const withLong = CATALOGUE.filter(({ family }) => family.aspectRatios.includes('8:1')).map(
		({ family }) => family.name,
	);

	expect(new Set(withLong)).toEqual(new Set(['NanoBanana 2']));
	expect(
		CATALOGUE.every(({ family }) =>
			family.aspectRatios.every((ratio) => (ASPECT_RATIOS as readonly string[]).includes(ratio)),
		),
	).toBe(true);
});

it('limits references by family', () => {
	expect(Object.fromEntries(CATALOGUE.map(({ family }) => [family.name, family.maxReferences]))).toEqual({
		NanoBanana: 3,
		'NanoBanana 2': 14,
		'NanoBanana Pro': 14,
	});
});

it('has its default in the catalogue', () => {
	expect(findModel(DEFAULT_MODEL)?.label).toBe('NanoBanana 2 (1K)');
});

it.each(['NanoBanana9-1K', 'nanobanana2-1k', '', '__proto__'])('leaves the unknown id "%s" unknown', (id) => {
	expect(findModel(id)).toBeUndefined();
});
