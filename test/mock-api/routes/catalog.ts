/* eslint-disable */
import type { ImageFormat } from '../types';

export type Tier = 'base' | '0.5K' | '1K' | '2K' | '4K' | '8K';

export interface ModelFacts {
	tier: Tier;
	formats: ImageFormat[];
	ratios: string[];
}

/** The ids of the async and OpenAI endpoints. */
export const CATALOG = [
	'NanoBanana',
	'NanoBanana2-0.5K',
	'NanoBanana2-1K',
	'NanoBanana2-2K',
	'NanoBanana2-4K',
	'NanoBananaPro-1K',
	'NanoBananaPro-2K',
	'NanoBananaPro-4K',
	'NanoBananaPro-8K',
];

/** The Gemini endpoint has its own ids: with the tier in lower case, or Google's id plus imageSize. */
export const GEMINI_CATALOG = [
	'gemini-3-pro-image-preview-1k',
	'gemini-3-pro-image-preview-2k',
	'gemini-3-pro-image-preview-4k',
	'gemini-3.1-flash-image-preview-512',
	'gemini-3.1-flash-image-preview-1k',
	'gemini-3.1-flash-image-preview-2k',
	'gemini-3.1-flash-image-preview-4k',
	'gemini-2.5-flash-image',
	'gemini-2.5-flash-image-preview',
	'gemini-3-pro-image',
	'gemini-3-pro-image-preview',
	'gemini-3.1-flash-image',
	'gemini-3.1-flash-image-preview',
];

const COMMON_RATIOS = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const LONG_RATIOS = ['1:4', '4:1', '1:8', '8:1'];

const TIER_IN_ID = /-(0\.5k|512|1k|2k|4k|8k)$/i;

/** A test can add unknown ids to the settings: the tier is read from the end of the id. */
export function modelFacts(model: string): ModelFacts {
	const written = TIER_IN_ID.exec(model)?.[1].toUpperCase();
	if (model === 'NanoBanana' || model.startsWith('gemini-2.5')) {
		return { tier: 'base', formats: ['png', 'jpeg', 'webp'], ratios: COMMON_RATIOS };
	}
	const long = model.startsWith('NanoBanana2') || model.startsWith('gemini-3.1');
	return {
		tier: tierOf(written),
		formats: ['png', 'jpeg'],
		ratios: long ? [...COMMON_RATIOS, ...LONG_RATIOS] : COMMON_RATIOS,
	};
}

export function makesImages(model: string): boolean {
	return !model.startsWith('gpt-') || model.startsWith('gpt-image');
}

export function tierOf(written: string | undefined): Tier {
	if (written === '512' || written === '0.5K') return '0.5K';
	if (written === '2K' || written === '4K' || written === '8K') return written;
	return '1K';
}
