/* eslint-disable */
import type { PixelSize } from './pixelSizes';
import type { Scene, Shape } from './readScene';

/** The position of a shape in pixels: the middle of its base. */
interface Place {
	shape: Shape;
	x: number;
	y: number;
	size: number;
	color: string;
}

const LIGHTS = {
	studio: { glow: '#ffffff', glowOpacity: 0.5, shade: '#1b2333', shadeOpacity: 0 },
	daylight: { glow: '#fff6dd', glowOpacity: 0.75, shade: '#1b2333', shadeOpacity: 0 },
	sunset: { glow: '#ffb37a', glowOpacity: 0.85, shade: '#7a2f4e', shadeOpacity: 0.18 },
	night: { glow: '#9db8ff', glowOpacity: 0.25, shade: '#0b1230', shadeOpacity: 0.55 },
};
const DRAW = { cube: drawCube, sphere: drawSphere, banana: drawBanana, mug: drawMug };

/** Returns SVG elements that fill the canvas. Each variant is a different view of the same scene. */
export function drawScene(
	{ subjects, surface, wall, light }: Scene,
	{ width, height }: PixelSize,
	variant: number,
): string {
	const { glow, glowOpacity, shade, shadeOpacity } = LIGHTS[light];
	const edge = height * (0.6 - (variant % 3) * 0.03);
	const ground = surface ?? wall;
	const unit = Math.min((width / subjects.size) * 0.62, height * 0.5);
	const shift = ([0, -0.08, 0.08, 0.04][variant % 4] * width) / subjects.size ** 2;
	const places = [...subjects].map(([shape, { color, scale }], index): Place => {
		const size = unit * scale;
		return {
			x: (width * (index + 0.5)) / subjects.size + shift,
			y: edge + (height - edge) * 0.36 + size * 0.12,
			size,
			color,
			shape,
		};
	});
	return [
		gradient('wall', [mix(wall, '#ffffff', 0.35), mix(wall, '#000000', 0.08)]),
		gradient('ground', [mix(ground, '#000000', surface === null ? 0.04 : 0.1), mix(ground, '#ffffff', 0.25)]),
		`<radialGradient id="glow" cx="0.2" cy="0.05" r="0.95"><stop offset="0" stop-color="${glow}" stop-opacity="${glowOpacity}"/><stop offset="1" stop-color="${glow}" stop-opacity="0"/></radialGradient>`,
		`<radialGradient id="shadow"><stop offset="0.2" stop-color="#10131a" stop-opacity="0.42"/><stop offset="1" stop-color="#10131a" stop-opacity="0"/></radialGradient>`,
		`<rect width="${width}" height="${height}" fill="url(#wall)"/>`,
		light === 'daylight' ? drawWindow(width, edge) : '',
		`<rect y="${edge}" width="${width}" height="${height - edge}" fill="url(#ground)"/>`,
		surface === null
			? ''
			: `<rect y="${edge}" width="${width}" height="${height * 0.006}" fill="#ffffff" opacity="0.5"/>`,
		`<rect width="${width}" height="${height}" fill="url(#glow)"/>`,
		...places.map(
			({ x, y, size }) =>
				`<ellipse cx="${x + size * 0.13}" cy="${y - size * 0.08}" rx="${size * 0.72}" ry="${size * 0.2}" fill="url(#shadow)"/>`,
		),
		...places.map((place) => DRAW[place.shape](place)),
		`<rect width="${width}" height="${height}" fill="${shade}" opacity="${shadeOpacity}"/>`,
	].join('');
}

function drawWindow(width: number, edge: number): string {
	const [left, top, pane, gap] = [width * 0.07, edge * 0.12, Math.min(width * 0.14, edge * 0.3), edge * 0.03];
	const panes = [0, 1, 2, 3].map((at) => {
		const [x, y] = [left + (at % 2) * (pane + gap), top + Math.floor(at / 2) * (pane + gap)];
		return `<rect x="${x}" y="${y}" width="${pane}" height="${pane}" rx="${gap / 3}"/>`;
	});
	return `<g fill="#ffffff" opacity="0.55" transform="skewY(-4)">${panes.join('')}</g>`;
}

function drawCube({ x, y, size, color }: Place): string {
	const [across, deep, high] = [size * 0.44, size * 0.2, size * 0.5];
	const face = (fill: string, ...points: number[]): string =>
		`<polygon points="${points.join(' ')}" fill="${fill}" stroke="${fill}" stroke-width="${size * 0.02}" stroke-linejoin="round"/>`;
	return (
		face(mix(color, '#000000', 0.12), x, y, x - across, y - deep, x - across, y - deep - high, x, y - high) +
		face(mix(color, '#000000', 0.32), x, y, x + across, y - deep, x + across, y - deep - high, x, y - high) +
		face(
			mix(color, '#ffffff', 0.18),
			x,
			y - high,
			x - across,
			y - deep - high,
			x,
			y - 2 * deep - high,
			x + across,
			y - deep - high,
		)
	);
}

function drawSphere({ x, y, size, color }: Place): string {
	const id = `ball${color.slice(1)}`;
	const stops = [mix(color, '#ffffff', 0.65), color, mix(color, '#000000', 0.45)].map(
		(stop, index) => `<stop offset="${index / 2}" stop-color="${stop}"/>`,
	);
	return `<radialGradient id="${id}" cx="0.35" cy="0.28" r="0.8">${stops.join('')}</radialGradient><circle cx="${x}" cy="${y - size * 0.4}" r="${size * 0.42}" fill="url(#${id})"/>`;
}

function drawBanana({ x, y, size, color }: Place): string {
	const at = `transform="translate(${x - size / 2} ${y - size * 0.62}) scale(${size / 100})"`;
	const [dark, bright] = [mix(color, '#000000', 0.22), mix(color, '#ffffff', 0.3)];
	return (
		`<g ${at} stroke-linejoin="round"><path d="M7 8 C4 44 34 70 78 60 Q92 56 97 46 L90 41 C62 50 30 36 18 6 Z" fill="${color}" stroke="${color}" stroke-width="3"/>` +
		`<path d="M8 16 C8 46 36 68 78 59 Q90 56 96 47 C72 56 30 54 8 16 Z" fill="${dark}" opacity="0.55"/><path d="M17 12 C30 38 60 48 86 43" fill="none" stroke="${bright}" stroke-width="3" stroke-linecap="round"/>` +
		`<path d="M7 9 L6 0 L15 -2 L18 7 Z M90 41 L98 45 L94 51 Z" fill="#5b4326"/></g>`
	);
}

function drawMug({ x, y, size, color }: Place): string {
	const [side, high, rim] = [size * 0.3, size * 0.66, size * 0.085];
	const body = `M${x - side} ${y - high} V${y - rim} A${side} ${rim} 0 0 0 ${x + side} ${y - rim} V${y - high} Z`;
	return (
		`<linearGradient id="mug"><stop offset="0" stop-color="${mix(color, '#ffffff', 0.25)}"/><stop offset="1" stop-color="${mix(color, '#000000', 0.25)}"/></linearGradient>` +
		`<ellipse cx="${x + side}" cy="${y - high * 0.52}" rx="${side * 0.5}" ry="${high * 0.26}" fill="none" stroke="${mix(color, '#000000', 0.22)}" stroke-width="${size * 0.07}"/>` +
		`<path d="${body}" fill="url(#mug)"/><ellipse cx="${x}" cy="${y - high}" rx="${side}" ry="${rim}" fill="${mix(color, '#ffffff', 0.4)}"/><ellipse cx="${x}" cy="${y - high}" rx="${side * 0.87}" ry="${rim * 0.8}" fill="#4a2f20"/>`
	);
}

function gradient(id: string, colors: string[]): string {
	const stops = colors.map((color, index) => `<stop offset="${index / (colors.length - 1)}" stop-color="${color}"/>`);
	return `<linearGradient id="${id}" x2="0" y2="1">${stops.join('')}</linearGradient>`;
}

/** @param share of the second color, 0..1 */
function mix(color: string, other: string, share: number): string {
	const channel = (hex: string, at: number): number => parseInt(hex.slice(at, at + 2), 16);
	const mixed = [1, 3, 5].map((at) => Math.round(channel(color, at) * (1 - share) + channel(other, at) * share));
	return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
