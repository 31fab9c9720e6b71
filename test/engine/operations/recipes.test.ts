/* eslint-disable */
// Every row of 'Additional request fields' in docs/recipes.md is sent to the API as written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { useEngine } from '../support/useEngine';

const engine = useEngine();
const FORMATS = {
	'Async Task': ['asyncTask', 'createTask'],
	'OpenAI Compatible': ['openAi', 'generations'],
	'Gemini Compatible': ['gemini', 'generateContent'],
} as const;

const text = readFileSync(join(__dirname, '../../../docs/recipes.md'), 'utf8');
const recipes = [...text.matchAll(/^\| ([^|]+) \| ([^|]+) \| `([^`]+)`/gm)].flatMap(([, goal, formats, value]) =>
	formats.split(', ').map((format) => ({ goal, format: format as keyof typeof FORMATS, value })),
);

it('has a recipe for seed, thinking, search, and a callback', () => {
	expect(recipes.map(({ value }) => value).join()).toMatch(/seed.*thinkingLevel.*googleSearch.*callback_url/);
});

it.each(recipes)('$goal ($format)', async ({ format, value }) => {
	const [apiFormat, route] = FORMATS[format];
	const extraBody = value.includes('{{') ? `=${value}` : value;
	const run = await engine.run({ prompt: 'a cube', options: { apiFormat, extraBody } });
	const [{ body }] = engine.mockApi.calls(route);

	expect(run.json).toMatchObject([{ status: 'succeeded' }]);
	const { callback_url: url, ...sent } = JSON.parse(value) as Record<string, unknown>;
	expect(body).toMatchObject(sent);
	if (url) expect((body as { callback_url: string }).callback_url).not.toContain('{{');
	// The node's own fields are kept.
	expect(JSON.stringify(body)).toContain('a cube');
	if (apiFormat === 'gemini')
		expect(body).toMatchObject({ generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } });
	expect(engine.mockApi.ledger).toMatchObject([{ imagesCharged: 1 }]);
});
