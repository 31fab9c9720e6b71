/* eslint-disable */
import {
	ASPECT_RATIOS,
	CATALOGUE,
	DEFAULT_MODEL,
	findModel,
	isOnlyForNanoBanana2,
} from '../../../nodes/NanoBanana/models';

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

it.each([
	['NanoBanana2-3K', 'NanoBanana 2 (3K)', 'NanoBanana 2'],
	['NanoBananaPro-16K', 'NanoBanana Pro (16K)', 'NanoBanana Pro'],
])('knows the family of the unlisted tier %s by its prefix', (id, label, family) => {
	expect(findModel(id)).toMatchObject({ id, label, family: { name: family } });
	expect(findModel(id)).not.toHaveProperty('geminiId');
});

it('tells which ratios need NanoBanana 2', () => {
	expect(ASPECT_RATIOS.filter(isOnlyForNanoBanana2)).toEqual(['1:4', '4:1', '1:8', '8:1']);
});

it.each(['NanoBanana9-1K', 'nanobanana2-1k', 'NanoBanana2-', 'NanoBanana2', 'xNanoBanana2-1K', '', '__proto__'])(
	'leaves the unknown id "%s" unknown',
	(id) => {
		expect(findModel(id)).toBeUndefined();
	},
);
