/* eslint-disable */

export type Shape = 'cube' | 'sphere' | 'banana' | 'mug';
export type Light = 'studio' | 'daylight' | 'sunset' | 'night';

/** The scene that a prompt describes: colored shapes on a surface, in front of a wall, in some light. */
export interface Scene {
	subjects: Map<Shape, { color: string; scale: number }>;
	/** Null if there is none: the ground then has the wall's color, as in a studio. */
	surface: string | null;
	wall: string;
	light: Light;
}

const COLORS = tableOf(`red #d8352f, orange #ee8322, yellow #f4c430, green #3c9a52, turquoise #23b0a8, blue #2f66d6,
	purple #7a4cc2, pink #ee7fa8, brown #87583a, black #2b2b30, gray #9096a0, grey #9096a0, white #fafafa, gold #d9a93a,
	silver #c3c8cf, beige #e6d8bf, wooden #c9996b, wood #c9996b, marble #ebe8e4`);
const NOUNS =
	tableOf(`cube cube, cubes cube, box cube, block cube, sphere sphere, ball sphere, balls sphere, orb sphere,
	banana banana, bananas banana, mug mug, mugs mug, cup mug, desk surface, table surface, shelf surface, floor surface,
	counter surface, background wall, backdrop wall, wall wall, it it`);
const LIGHTS = tableOf(`studio studio, daylight daylight, sunlight daylight, sunny daylight, morning daylight,
	sunset sunset, sunrise sunset, dusk sunset, evening sunset, night night, midnight night, moonlight night`);
const SCALES = tableOf('tiny 0.4, small 0.6, little 0.6, big 1.2, large 1.2, huge 1.35');

const OWN_COLORS = { cube: '#8fa3bd', sphere: '#8fa3bd', banana: '#f4c430', mug: '#f3efe8' };

/** Reads from left to right, so that an edit, which follows the first prompt, overrides it. Null without a shape. */
export function readScene(text: string): Scene | null {
	const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
	const nouns = words.map((word) => NOUNS.get(word));
	const scene: Scene = { subjects: new Map(), surface: null, wall: '#dfe5ea', light: 'studio' };
	for (const noun of nouns) {
		if (noun === 'surface') scene.surface ??= '#d9b48c';
		if (isShape(noun) && scene.subjects.size < 3 && !scene.subjects.has(noun))
			scene.subjects.set(noun, { color: OWN_COLORS[noun], scale: 1 });
	}
	const [first] = scene.subjects.keys();
	if (first === undefined) return null;
	words.forEach((word, at) => {
		scene.light = (LIGHTS.get(word) as Light | undefined) ?? scene.light;
		const [color, scale] = [COLORS.get(word), SCALES.get(word)];
		if (color === undefined && scale === undefined) return;
		const noun = nearestNoun(nouns, at);
		if (noun === 'surface') scene.surface = color ?? scene.surface;
		else if (noun === 'wall') scene.wall = color ?? scene.wall;
		else
			Object.assign(
				scene.subjects.get(isShape(noun) ? noun : first) ?? {},
				color ? { color } : { scale: Number(scale) },
			);
	});
	return scene;
}

/** The noun that a color or a size belongs to: the closest one, or the next one of two equally close ones. */
function nearestNoun(nouns: (string | undefined)[], at: number): string | undefined {
	const found = [1, 2, 3, 4].find((distance) => nouns[at + distance] ?? nouns[at - distance]);
	return found === undefined ? undefined : (nouns[at + found] ?? nouns[at - found]);
}

function isShape(noun: string | undefined): noun is Shape {
	return noun !== undefined && noun in OWN_COLORS;
}

function tableOf(rows: string): Map<string, string> {
	return new Map(rows.split(',').map((row) => row.trim().split(' ') as [string, string]));
}
