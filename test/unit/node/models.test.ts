/* eslint-disable */
import {
	ASPECT_RATIOS,
	CATALOGUE,
	DEFAULT_MODEL,
	findModel,
	isOnlyForNanoBanana2,
} from '../../../nodes/NanoBanana/models';

it('lists the nine models of the API documentation', () => {
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

it('supports PNG and JPEG for every model, and WebP for the base model only', () => {
	expect(CATALOGUE.filter(({ family }) => family.outputFormats.includes('webp')).map(({ id }) => id)).toEqual([
		'NanoBanana',
	]);
	expect(
		CATALOGUE.every(({ family }) => family.outputFormats.includes('png') && family.outputFormats.includes('jpeg')),
	).toBe(true);
});

it('supports the ratio 8:1 for NanoBanana 2 only, and only ratios from the list', () => {
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

it('limits the reference images by family', () => {
	expect(Object.fromEntries(CATALOGUE.map(({ family }) => [family.name, family.maxReferences]))).toEqual({
		NanoBanana: 3,
		'NanoBanana 2': 14,
		'NanoBanana Pro': 14,
	});
});

it('lists the default model', () => {
	expect(findModel(DEFAULT_MODEL)?.label).toBe('NanoBanana 2 (1K)');
});

it.each([
	['NanoBanana2-3K', 'NanoBanana 2 (3K)', 'NanoBanana 2'],
	['NanoBananaPro-16K', 'NanoBanana Pro (16K)', 'NanoBanana Pro'],
])('finds the family of the unlisted resolution %s by its prefix', (id, label, family) => {
	expect(findModel(id)).toMatchObject({ id, label, family: { name: family } });
	expect(findModel(id)).not.toHaveProperty('geminiId');
});

it.each([
	['gemini-2.5-flash-image', '21:9', 3, undefined],
	['gemini-3-pro-image', '21:9', 14, undefined],
	['gemini-3-pro-image-preview-2k', '21:9', 14, undefined],
	['gemini-3.1-flash-image', '8:1', 14, undefined],
	['gemini-3.1-flash-image-preview', '8:1', 14, undefined],
	['gemini-3.1-flash-lite-image', '8:1', Infinity, ['1K']],
	['gemini-nano-banana-2.1', '8:1', 14, ['1K', '2K', '4K']],
])("has the documented limits of Google's model ID %s", (id, lastRatio, maxReferences, resolutions) => {
	const model = findModel(id);

	expect(model).toMatchObject({ id, label: id, family: { maxReferences } });
	expect(model?.family.aspectRatios.at(-1)).toBe(lastRatio);
	expect(model?.family.resolutions).toEqual(resolutions);
	// Its request contains the resolution in a field.
	expect(model).not.toHaveProperty('geminiId');
});

it('finds the ratios that only NanoBanana 2 supports', () => {
	expect(ASPECT_RATIOS.filter(isOnlyForNanoBanana2)).toEqual(['1:4', '4:1', '1:8', '8:1']);
});

it.each([
	'gemini-3-flash',
	'gemini-3.1-flash-image-x',
	'NanoBanana9-1K',
	'nanobanana2-1k',
	'NanoBanana2-',
	'NanoBanana2',
	'xNanoBanana2-1K',
	'',
	'__proto__',
])('does not recognize the ID "%s"', (id) => {
	expect(findModel(id)).toBeUndefined();
});
