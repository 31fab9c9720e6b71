import type { OutputFormat } from './types';

/**
 * What a model family supports. Sources: the API's page for formats; the API's Gemini page (first ten) and Google's
 * description of the 3.1 flash image model (last four) for aspect ratios; Google's model cards for the number of
 * reference images (3 for the base model, 14 for the others).
 */
export interface ModelFamily {
	name: string;
	outputFormats: OutputFormat[];
	aspectRatios: readonly string[];
	maxReferences: number;
	/** Supported values of 'Resolution', if the documentation excludes some. */
	resolutions?: readonly string[];
}

export interface Model {
	id: string;
	label: string;
	family: ModelFamily;
	/** The ID for the Gemini-compatible endpoint, if the API's documentation lists one. */
	geminiId?: string;
}

const COMMON_RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
export const ASPECT_RATIOS = [...COMMON_RATIOS, '1:4', '4:1', '1:8', '8:1'] as const;
export const DEFAULT_MODEL = 'NanoBanana2-1K';

const BASE: ModelFamily = {
	name: 'NanoBanana',
	outputFormats: ['png', 'jpeg', 'webp'],
	aspectRatios: COMMON_RATIOS,
	maxReferences: 3,
};
const SECOND: ModelFamily = {
	name: 'NanoBanana 2',
	outputFormats: ['png', 'jpeg'],
	aspectRatios: ASPECT_RATIOS,
	maxReferences: 14,
};
const PRO: ModelFamily = {
	name: 'NanoBanana Pro',
	outputFormats: ['png', 'jpeg'],
	aspectRatios: COMMON_RATIOS,
	maxReferences: 14,
};

const FLASH = 'gemini-3.1-flash-image-preview';
const GEMINI_PRO = 'gemini-3-pro-image-preview';

/** One row per model. Source of IDs and tiers: the API's pages. Which models a key may use depends on the account. */
export const CATALOGUE: readonly Model[] = [
	{ id: 'NanoBanana', label: 'NanoBanana', family: BASE },
	{ id: 'NanoBanana2-0.5K', label: 'NanoBanana 2 (0.5K)', family: SECOND, geminiId: `${FLASH}-512` },
	{ id: 'NanoBanana2-1K', label: 'NanoBanana 2 (1K)', family: SECOND, geminiId: `${FLASH}-1k` },
	{ id: 'NanoBanana2-2K', label: 'NanoBanana 2 (2K)', family: SECOND, geminiId: `${FLASH}-2k` },
	{ id: 'NanoBanana2-4K', label: 'NanoBanana 2 (4K)', family: SECOND, geminiId: `${FLASH}-4k` },
	{ id: 'NanoBananaPro-1K', label: 'NanoBanana Pro (1K)', family: PRO, geminiId: `${GEMINI_PRO}-1k` },
	{ id: 'NanoBananaPro-2K', label: 'NanoBanana Pro (2K)', family: PRO, geminiId: `${GEMINI_PRO}-2k` },
	{ id: 'NanoBananaPro-4K', label: 'NanoBanana Pro (4K)', family: PRO, geminiId: `${GEMINI_PRO}-4k` },
	{ id: 'NanoBananaPro-8K', label: 'NanoBanana Pro (8K)', family: PRO },
];

/**
 * Google's own IDs, also accepted with `-preview` and the API's size suffix. The model list does not include them,
 * because only the Gemini-compatible endpoint accepts them. Sources: Google's model cards, docs.laozhang.ai for 2.1.
 * The number of reference images of the Lite model is not documented.
 */
const GOOGLE_MODELS: ReadonlyArray<[id: string, family: ModelFamily]> = [
	['gemini-2.5-flash-image', BASE],
	['gemini-3-pro-image', { ...PRO, outputFormats: BASE.outputFormats }],
	['gemini-3.1-flash-image', { ...SECOND, outputFormats: BASE.outputFormats }],
	[
		'gemini-3.1-flash-lite-image',
		{ ...SECOND, outputFormats: BASE.outputFormats, maxReferences: Infinity, resolutions: ['1K'] },
	],
	['gemini-nano-banana-2.1', { ...SECOND, outputFormats: BASE.outputFormats, resolutions: ['1K', '2K', '4K'] }],
];

/** True for the ratios that only NanoBanana 2 supports. */
export function isOnlyForNanoBanana2(ratio: string): boolean {
	return !COMMON_RATIOS.includes(ratio);
}

/**
 * What is known about a model ID: its row, the family of an unlisted tier (the API's page lists families by prefix:
 * `NanoBananaPro-*`), or what Google documents. Undefined for any other ID, which is sent unchecked.
 */
export function findModel(id: string): Model | undefined {
	return CATALOGUE.find((model) => model.id === id) ?? unlistedTier(id) ?? googleModel(id);
}

export function isGoogleId(id: string): boolean {
	return googleModel(id) !== undefined;
}

function googleModel(id: string): Model | undefined {
	const plain = id.replace(/(-preview)?(-(512|[124]k))?$/, '');
	const [, family] = GOOGLE_MODELS.find(([known]) => known === plain) ?? [];
	return family && { id, label: id, family };
}

function unlistedTier(id: string): Model | undefined {
	const [, prefix, tier] = /^(NanoBanana(?:2|Pro))-(.+)$/.exec(id) ?? [];
	if (prefix === undefined) return undefined;
	const family = prefix === 'NanoBanana2' ? SECOND : PRO;
	return { id, label: `${family.name} (${tier})`, family };
}
