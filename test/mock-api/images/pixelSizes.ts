/* eslint-disable */
import type { Tier } from '../routes/catalog';

export interface PixelSize {
	width: number;
	height: number;
}

/** The published sizes of the upstream models. 21:9 at 0.5K looks wrong, but Google publishes it. */
const SIZES: Record<Exclude<Tier, '8K'>, Record<string, [number, number]>> = {
	base: {
		'1:1': [1024, 1024],
		'2:3': [832, 1248],
		'3:2': [1248, 832],
		'3:4': [864, 1184],
		'4:3': [1184, 864],
		'4:5': [896, 1152],
		'5:4': [1152, 896],
		'9:16': [768, 1344],
		'16:9': [1344, 768],
		'21:9': [1536, 672],
	},
	'0.5K': {
		'1:1': [512, 512],
		'2:3': [424, 632],
		'3:2': [632, 424],
		'3:4': [448, 600],
		'4:3': [600, 448],
		'4:5': [464, 576],
		'5:4': [576, 464],
		'9:16': [384, 688],
		'16:9': [688, 384],
		'21:9': [792, 168],
		'1:4': [256, 1024],
		'4:1': [1024, 256],
		'1:8': [192, 1536],
		'8:1': [1536, 192],
	},
	'1K': {
		'1:1': [1024, 1024],
		'2:3': [848, 1264],
		'3:2': [1264, 848],
		'3:4': [896, 1200],
		'4:3': [1200, 896],
		'4:5': [928, 1152],
		'5:4': [1152, 928],
		'9:16': [768, 1376],
		'16:9': [1376, 768],
		'21:9': [1584, 672],
		'1:4': [512, 2048],
		'4:1': [2048, 512],
		'1:8': [384, 3072],
		'8:1': [3072, 384],
	},
	'2K': {},
	'4K': {},
};

for (const [ratio, [width, height]] of Object.entries(SIZES['1K'])) {
	SIZES['2K'][ratio] = [width * 2, height * 2];
	SIZES['4K'][ratio] = [width * 4, height * 4];
}

/** The real 8K sizes are not known, and rendering them would take minutes, so 8K uses the 4K sizes. */
export function pixelSize(tier: Tier, ratio: string): PixelSize {
	const table = SIZES[tier === '8K' ? '4K' : tier];
	const [width, height] = table[ratio] ?? table['1:1'];
	return { width, height };
}

/** An edit without a ratio gets the one that is closest to its first reference. */
export function nearestRatio(ratios: string[], size: PixelSize): string {
	const wanted = Math.log(size.width / size.height);
	const distance = (ratio: string): number => {
		const [across, down] = ratio.split(':').map(Number);
		return Math.abs(Math.log(across / down) - wanted);
	};
	return [...ratios].sort((a, b) => distance(a) - distance(b))[0];
}
