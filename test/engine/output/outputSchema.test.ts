/* eslint-disable */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

import { OPERATIONS } from '../../../nodes/NanoBanana/types';
import { useEngine } from '../support/useEngine';

interface Schema {
	type: string;
	properties: Record<string, { type: string; items?: { type: string } }>;
	required: string[];
}

/** n8n serves these files at /schemas/<node>/1.0.0/<operation>.json. */
const FOLDER = join(__dirname, '../../../nodes/NanoBanana/__schema__/v1.0.0');
const schemaOf = (operation: string): Schema => JSON.parse(readFileSync(join(FOLDER, `${operation}.json`), 'utf8'));

const engine = useEngine();
const PROMPT = 'A small red cube on a clean white desk';

function typeOf(value: unknown): string {
	if (Array.isArray(value)) return `array of ${[...new Set(value.map(typeOf))].join(' and ')}`;
	return Number.isInteger(value) ? 'integer' : typeof value;
}

/** The contradictions between an output and the schema of its operation. */
function contradictions(operation: string, json: IDataObject): string[] {
	const { properties, required } = schemaOf(operation);
	const missing = required.filter((name) => !(name in json)).map((name) => `${name} is missing`);
	const wrong = Object.entries(json).flatMap(([name, value]) => {
		const property = properties[name];
		if (property === undefined) return [`${name} is not in the schema`];
		const wanted = property.items ? `array of ${property.items.type}` : property.type;
		const got = typeOf(value);
		return got === wanted || (wanted === 'number' && got === 'integer') ? [] : [`${name} is ${got}, not ${wanted}`];
	});
	return [...missing, ...wrong];
}

it('has one schema per operation', () => {
	expect(readdirSync(FOLDER).sort()).toEqual(
		Object.keys(OPERATIONS)
			.map((operation) => `${operation}.json`)
			.sort(),
	);
});

it('describes the output of Text to Image with one image, multiple images, and a price', async () => {
	const one = await engine.run({ prompt: PROMPT });
	const several = await engine.run({ prompt: PROMPT, numberOfImages: 2, options: { unitPrice: 0.25 } });

	expect([...one.json, ...several.json].flatMap((json) => contradictions('textToImage', json))).toEqual([]);
	expect(several.json).toHaveLength(2);
});

it('describes the output of Image to Image', async () => {
	const { imageUrl } = (await engine.run({ prompt: PROMPT })).json[0];
	const run = await engine.run({
		operation: 'imageToImage',
		prompt: PROMPT,
		inputType: 'url',
		imageUrls: String(imageUrl),
	});

	expect(run.error).toBeUndefined();
	expect(run.json.flatMap((json) => contradictions('imageToImage', json))).toEqual([]);
});

it('describes the output of Get Task Status before and after the task ends, and of Wait for Task Result', async () => {
	engine.mockApi.set({ taskMs: 60_000 });
	const created = await engine.run({ prompt: PROMPT, wait: false });
	const taskId = String(created.json[0].taskId);
	const pending = await engine.run({ operation: 'getStatus', taskId });
	engine.mockApi.finishTasks();
	const finished = await engine.run({ operation: 'getStatus', taskId });
	const waited = await engine.run({ operation: 'waitForResult', taskId });

	expect(pending.json).toMatchObject([{ progress: expect.any(Number) }]);
	expect(finished.json).toMatchObject([{ imageUrl: expect.any(String), width: expect.any(Number) }]);
	expect([...pending.json, ...finished.json].flatMap((json) => contradictions('getStatus', json))).toEqual([]);
	expect(waited.json.flatMap((json) => contradictions('waitForResult', json))).toEqual([]);
});

it('contains no field that Text to Image never returns', async () => {
	const run = await engine.run({ prompt: PROMPT, options: { unitPrice: 0.25, maxImages: 1 } });
	const { properties } = schemaOf('textToImage');

	expect(Object.keys(properties).filter((name) => name !== 'warnings' && !(name in run.json[0]))).toEqual([]);
});
